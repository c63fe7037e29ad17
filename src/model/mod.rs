//! The values that the stages pass to each other: reports, origins, findings and documents.
//!
//! Contains types only. Knows no file format, no font and no official label.

mod address;
mod characters;
mod date;
mod document;
pub(crate) mod exact;
mod finding;
mod report;
mod value;

pub use crate::rules::{Code, Severity};
pub(crate) use address::in_brackets;
pub use address::{Address, CellEntry, Fact, NoAddress, Origins, Place, Source};
pub use characters::is_invisible;
pub(crate) use characters::{half_width, truncated};
pub(crate) use date::{days_of_month, full_date};
pub use document::{Align, Block, Cell, CellRole, Document, Row, Table};
pub(crate) use finding::BLOCKS;
pub use finding::{Finding, Findings, MOST_ALIKE, MOST_PLACES, Places, Stage, Waived, finding, refuses};
pub use report::{Cover, Paragraph, Report, Section, Whole};
pub(crate) use value::inexact;
pub use value::{Amount, Decimal, Value};
