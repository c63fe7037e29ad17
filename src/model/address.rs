//! Places: cells of a workbook, parts of a report, and the map between them.

use std::collections::BTreeMap;
use std::fmt;

/// A cell address, row and column from 0. Displays as `D27`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Address {
    pub row: u32,
    pub column: u32,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = Vec::new();
        let mut n = self.column + 1;
        while n > 0 {
            letters.push(char::from(b'A' + ((n - 1) % 26) as u8));
            n = (n - 1) / 26;
        }
        for c in letters.iter().rev() {
            write!(f, "{c}")?;
        }
        write!(f, "{}", self.row + 1)
    }
}

/// A sheet, or a cell of one, in the workbook that was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    pub sheet: String,
    pub cell: Option<Address>,
}

impl Source {
    pub fn cell(sheet: &str, cell: Address) -> Source {
        Source { sheet: sheet.to_owned(), cell: Some(cell) }
    }

    pub fn sheet(sheet: &str) -> Source {
        Source { sheet: sheet.to_owned(), cell: None }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cell {
            Some(cell) => write!(f, "“{}”{cell}", self.sheet),
            None => write!(f, "“{}”", self.sheet),
        }
    }
}

/// A part of a report, whatever workbook it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Agency, year, title and the other facts of the cover.
    Title,
    /// A paragraph before the first section.
    Preface { paragraph: usize },
    /// A section as a whole.
    Section { section: usize },
    /// A paragraph of a section.
    Paragraph { section: usize, paragraph: usize },
    /// A value of a table.
    Value { table: usize, slot: usize },
}

/// Where the parts of a report were read and what was written there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins {
    entries: BTreeMap<Place, Origin>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    source: Source,
    written: String,
}

impl Origins {
    /// Notes where a part came from; the first note of a place stands.
    pub fn note(&mut self, place: Place, source: Source, written: impl Into<String>) {
        self.entries.entry(place).or_insert_with(|| Origin { source, written: written.into() });
    }

    /// The cell a part came from.
    pub fn source(&self, place: Place) -> Option<&Source> {
        self.entries.get(&place).map(|o| &o.source)
    }

    /// What was written in that cell, before any normalisation.
    pub fn written(&self, place: Place) -> Option<&str> {
        self.entries.get(&place).map(|o| o.written.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_as_in_excel() {
        for (row, column, text) in
            [(0, 0, "A1"), (26, 3, "D27"), (9, 25, "Z10"), (0, 26, "AA1"), (1_048_575, 16_383, "XFD1048576")]
        {
            assert_eq!(Address { row, column }.to_string(), text);
        }
    }
}
