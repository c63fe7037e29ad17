//! Findings in the formats that people and other programs use: SARIF, JUnit, an HTML page, a marked copy of the workbook.
//!
//! Takes the records of a run, and for the page and the marked copy what was read, gives one file. The same records give the same
//! bytes. Never adds or changes a finding.

mod by_cell;
mod junit;
mod mark;
mod marked_sheet;
pub mod page;
mod sarif;
mod tables;
mod texts;

use crate::model::Severity;

pub use junit::junit;
pub(crate) use mark::is_marked;
pub use mark::{is_unedited_mark, mark};
pub use sarif::sarif;
pub use tables::{DrawnCell, DrawnTable, tables};
pub use texts::{DrawnParagraph, DrawnSection, texts};

/// The SARIF level of a severity.
const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

#[cfg(test)]
mod tests;
