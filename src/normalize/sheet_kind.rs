//! The kind of a sheet in terms of the standard workbook, and which of its cells contain text of the report.
//!
//! Takes a sheet, returns its kind, detected from its heads; only a cover of an agency's own is detected from its name. On a
//! sheet of the standard workbook only the cells to be filled in contain text of the report; on an agency's own sheet every text
//! does.

use std::collections::BTreeMap;

use super::view::View;
use super::wordings::Wordings;
use crate::form::labels;
use crate::import::Content;
use crate::model::Address;

/// Rows at the top of a sheet that are searched for the heads of the standard workbook.
const HEAD_ROWS: u32 = 3;

/// The kind of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SheetKind {
    /// The cover of the standard workbook: facts in cells of their own, and below them a preface from row `preface` on.
    Cover { preface: u32 },
    /// Another sheet with the name of the cover.
    OwnCover,
    /// A text sheet of the standard workbook with this number of columns to be filled in.
    Text { columns: u32 },
    /// A table sheet of the standard workbook: its text is located in the first column.
    Table,
    /// An agency's own sheet.
    Own,
}

impl SheetKind {
    pub fn of(view: &View<'_>, wordings: &Wordings) -> SheetKind {
        let words = labels();
        let starts = |row: u32, heads: &[&str]| {
            let text =
                |(column, head): (u32, &&str)| view.text(Address { row, column }).is_some_and(|t| t.trim() == *head);
            (0..).zip(heads).all(text)
        };
        let head: Vec<&str> = words.cover.head.iter().map(String::as_str).collect();
        let first = |row: u32| view.text(Address { row, column: 0 }).map(str::trim);
        let last_fact = || {
            (1..=view.last_row().min(20))
                .rev()
                .find(|r| first(*r).is_some_and(|t| wordings.field(t, view.cache).is_some()))
        };
        if starts(0, &head)
            && let Some(last) = last_fact()
        {
            let label = |row: &u32| first(*row) == Some(words.text.preface.as_str());
            let preface = (last + 1..=view.last_row()).find(label);
            return SheetKind::Cover { preface: preface.unwrap_or(last) + 1 };
        }
        if view.cache.same(&view.sheet.name, &words.cover.sheet) {
            return SheetKind::OwnCover;
        }
        let text = &words.text;
        for row in 0..HEAD_ROWS {
            if starts(row, &[&text.subheading, &text.body]) {
                return SheetKind::Text { columns: 2 };
            }
            if starts(row, &[&text.paragraphs]) {
                return SheetKind::Text { columns: 1 };
            }
        }
        let notes = |c: &crate::import::Cell| {
            c.at.column == 0 && matches!(&c.content, Content::Text(t) if t.trim() == text.notes)
        };
        if view.sheet.cells.iter().any(notes) { SheetKind::Table } else { SheetKind::Own }
    }

    pub fn is_cover(self) -> bool {
        matches!(self, SheetKind::Cover { .. } | SheetKind::OwnCover)
    }

    /// Whether a cell may contain text: on a sheet of the standard workbook only the cells to be filled in, on an agency's own
    /// sheet every cell. Labels and values of the cover are facts, which are read earlier.
    pub fn takes_words(self, at: Address) -> bool {
        match self {
            SheetKind::Cover { preface } => at.column == 0 && at.row >= preface,
            SheetKind::Text { columns } => at.column < columns,
            SheetKind::Table => at.column == 0,
            SheetKind::OwnCover | SheetKind::Own => true,
        }
    }
}

/// The side of the text on which a cell is located.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextSide {
    Left,
    /// With the first row of the text next to the cell.
    Right(u32),
}

/// The column of an agency's own sheet that contains its text, with the rows of each text. Cells in other columns of these rows
/// are located beside the text.
pub(super) struct TextColumn {
    pub column: u32,
    /// First and last row of each text, in order.
    rows: Vec<(u32, u32)>,
}

impl TextColumn {
    /// The column with the most characters among the cells that contain text of the report.
    pub fn of(view: &View<'_>, is_words: impl Fn(Address) -> bool) -> Option<TextColumn> {
        let mut letters: BTreeMap<u32, usize> = BTreeMap::new();
        let texts = || {
            view.sheet.cells.iter().filter_map(|c| match &c.content {
                Content::Text(text) if is_words(c.at) => Some((c.at, text)),
                _ => None,
            })
        };
        for (at, text) in texts() {
            *letters.entry(at.column).or_default() += text.chars().count();
        }
        // Of two columns with equally many, the left one.
        let (column, _) = letters.into_iter().max_by_key(|(column, n)| (*n, std::cmp::Reverse(*column)))?;
        let own = texts().filter(|(at, _)| at.column == column);
        let rows = own.map(|(at, _)| (at.row, view.span_end(at).row)).collect();
        Some(TextColumn { column, rows })
    }

    /// The side of the text on which a cell is located; `None` in the column of the text and in rows without text.
    pub fn beside(&self, at: Address) -> Option<TextSide> {
        if at.column == self.column {
            return None;
        }
        let before = self.rows.partition_point(|(first, _)| *first <= at.row);
        let (first, last) = *self.rows.get(before.checked_sub(1)?)?;
        let side = if at.column > self.column { TextSide::Right(first) } else { TextSide::Left };
        (at.row <= last).then_some(side)
    }
}
