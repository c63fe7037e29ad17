//! Findings in the forms that people and other programs work with.
//!
//! Takes the records of a run, and for a page or a marked copy what was read, gives one file. The same records give the same
//! bytes; it judges nothing anew.

mod junit;
mod mark;
pub mod page;
mod sarif;

use crate::model::{Severity, Source};

pub use junit::junit;
pub use mark::{is_marked, is_unedited_mark, mark};
pub use sarif::sarif;

/// A place as people write it: sheet and cell.
fn place(source: &Source) -> Option<String> {
    let sheet = source.sheet_name()?;
    Some(format!("“{sheet}”{}", source.cell.map_or(String::new(), |c| c.to_string())))
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
