//! A workbook as read: nothing is interpreted and nothing is omitted.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::form::Unit;
use crate::model::{Address, Decimal};

/// A workbook: its file name and its sheets in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Workbook {
    /// File name without its folder; as given to [`super::read_bytes`].
    pub name: String,
    /// Worksheets, and other sheets that may have content.
    pub sheets: Vec<Sheet>,
}

/// One worksheet. Cells are sorted by row, then column, and each address occurs once.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Sheet {
    /// Name on its tab; unique in the workbook.
    pub name: Arc<str>,
    /// Whether the sheet itself is hidden.
    pub hidden: bool,
    /// Cells with content, those of hidden rows and columns included.
    pub cells: Vec<Cell>,
    /// Merged ranges, sorted by their first cell.
    pub merges: Vec<Span>,
    /// Hidden rows from 0, sorted. Those below the last cell may be omitted.
    pub hidden_rows: Vec<u32>,
    /// Hidden columns from 0 as first..=last, sorted, neither overlapping nor adjacent.
    pub hidden_columns: Vec<(u32, u32)>,
    /// Cells whose format has an effect, sorted.
    pub format_effects: Vec<(Address, FormatEffect)>,
    /// Text of text boxes and shapes, which are in no cell.
    pub boxes: Vec<String>,
    /// Why the sheet was not read although it may have content; such a sheet counts as hidden.
    pub skipped: Option<Skipped>,
}

/// Why a sheet was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Skipped {
    /// A sheet of Excel 4 macros.
    Macro,
    /// A dialog sheet of Excel 5.
    Dialog,
    /// A chart sheet.
    Chart,
    /// The workbook lists it, but the file does not contain it.
    Missing,
}

/// How the format of a cell changes what a reader sees of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum FormatEffect {
    /// Another number is shown, e.g. in thousands or percent. A 0 is shown as 0.
    Scaled,
    /// Another number is shown, even for a 0.
    Replaced,
    /// A unit of money is shown after it.
    Unit(Unit),
    /// The same number with leading zeros, as in 007: the same as a quantity, but a different one as an identifier.
    Padded,
    /// The cell is struck out, raised or lowered.
    Marked,
}

impl Sheet {
    /// A sheet that was not read.
    pub(super) fn skipped(name: &str, why: Skipped) -> Sheet {
        Sheet { name: name.into(), hidden: true, skipped: Some(why), ..Sheet::default() }
    }

    /// Returns the effect of a cell's format; `None` if the cell shows its content as it is.
    pub fn format_effect(&self, at: Address) -> Option<FormatEffect> {
        self.format_effects.binary_search_by_key(&at, |(a, _)| *a).ok().map(|i| self.format_effects[i].1)
    }

    /// Whether a cell is in a hidden row or column.
    pub fn hides(&self, at: Address) -> bool {
        self.hidden_rows.binary_search(&at.row).is_ok()
            || match self.hidden_columns.partition_point(|(first, _)| *first <= at.column) {
                0 => false,
                n => at.column <= self.hidden_columns[n - 1].1,
            }
    }
}

/// A rectangle of cells, inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// Upper left cell.
    pub first: Address,
    /// Lower right cell.
    pub last: Address,
}

/// A cell with content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Row and column from 0.
    pub at: Address,
    /// What the cell shows, not interpreted.
    pub content: Content,
    /// Whether the content is the cached result of a formula.
    pub formula: bool,
}

/// Marker in a text before words that are raised, lowered or struck out, because people see them as separate from the others.
pub const MARKED: char = '\u{fffc}';

/// What a cell shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Content {
    /// A text with its line breaks, and with [`MARKED`] before raised, lowered or struck out words.
    Text(String),
    /// A number, at most 15 significant digits, as Excel itself shows and keeps it.
    Number(#[serde(with = "crate::model::exact")] Decimal),
    /// A number too large or too small for a [`Decimal`], as text.
    HugeNumber(String),
    /// A truth value.
    Bool(bool),
    /// A date, as year, month, day.
    Date(u16, u8, u8),
    /// A time, duration or other content of a kind that no report needs, as text.
    Other(String),
    /// An error value such as `#REF!`.
    Error(String),
    /// A formula whose result was never computed.
    Uncomputed,
}
