//! Findings in the forms that people and other programs work with.
//!
//! Takes the records of a run, and for a page or a marked copy what was read, gives one file. The same records give the same
//! bytes; it judges nothing anew.

mod junit;
mod mark;
pub mod page;
mod sarif;

use crate::batch::PlaceItem;
use crate::model::Severity;

pub use junit::junit;
pub use mark::{is_marked, is_unedited_mark, mark};
pub use sarif::sarif;

/// A place as people write it: sheet and cell.
fn place(place: &PlaceItem) -> Option<String> {
    let sheet = place.sheet.as_ref()?;
    Some(format!("“{sheet}”{}", place.cell.as_deref().unwrap_or_default()))
}

/// What SARIF calls a severity.
const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

#[cfg(test)]
mod tests;
