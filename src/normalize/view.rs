//! Indexed access to a sheet: cells by address, folded labels, spans.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cache::Cache;
use super::fold::Folded;
use crate::import::{Cell, Content, Sheet, Span};
use crate::model::{Address, CellEntry};

/// One sheet with its labels folded once.
pub struct View<'a> {
    pub sheet: &'a Sheet,
    pub cache: &'a Cache,
    /// Folded text of the cells that can be labels, sorted by address as the cells are.
    labels: Vec<(Address, Arc<Folded>)>,
    merges: BTreeMap<Address, Span>,
}

impl<'a> View<'a> {
    pub fn new(sheet: &'a Sheet, cache: &'a Cache) -> View<'a> {
        let labels = sheet
            .cells
            .iter()
            .filter_map(|c| match &c.content {
                Content::Text(text) => cache.fold(text).map(|f| (c.at, f)),
                _ => None,
            })
            .collect();
        let merges = sheet.merges.iter().map(|m| (m.first, *m)).collect();
        View { sheet, cache, labels, merges }
    }

    pub fn content(&self, row: u32, column: u32) -> Option<&'a Content> {
        self.cell(Address { row, column }).map(|c| &c.content)
    }

    fn cell(&self, at: Address) -> Option<&'a Cell> {
        let found = self.sheet.cells.binary_search_by_key(&at, |c| c.at).ok()?;
        Some(&self.sheet.cells[found])
    }

    /// How a spreadsheet treats the content of a cell.
    pub fn entry(&self, at: Address) -> CellEntry {
        match self.cell(at) {
            Some(c) if c.formula => CellEntry::Formula,
            Some(Cell { content: Content::Text(_), .. }) => CellEntry::Text,
            _ => CellEntry::Number,
        }
    }

    /// The text of a cell.
    pub fn text(&self, at: Address) -> Option<&'a str> {
        match self.content(at.row, at.column) {
            Some(Content::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// All labels in reading order.
    pub fn labels(&self) -> impl Iterator<Item = (Address, &Folded)> {
        self.labels.iter().map(|(at, f)| (*at, f.as_ref()))
    }

    /// Labels of some rows, inclusive, in reading order.
    pub fn labels_in_rows(&self, first: u32, last: u32) -> impl Iterator<Item = (Address, &Folded)> {
        let start = self.labels.partition_point(|(at, _)| at.row < first);
        let end = self.labels.partition_point(|(at, _)| at.row <= last).max(start);
        self.labels[start..end].iter().map(|(at, f)| (*at, f.as_ref()))
    }

    /// The cells of a row that are not empty, left to right.
    pub fn row(&self, row: u32) -> &'a [Cell] {
        let start = self.sheet.cells.partition_point(|c| c.at.row < row);
        let end = self.sheet.cells.partition_point(|c| c.at.row <= row);
        &self.sheet.cells[start..end]
    }

    /// The last row with a cell that is not empty.
    pub fn last_row(&self) -> u32 {
        self.sheet.cells.last().map_or(0, |c| c.at.row)
    }

    /// Last cell of the merged range that begins here; the cell itself if none does.
    pub fn span_end(&self, at: Address) -> Address {
        self.merges.get(&at).map_or(at, |m| m.last)
    }
}
