//! Places: cells of a workbook, parts of a report, and the map between them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A cell address, row and column from 0. Displays, and is stored, as `D27`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Address {
    /// Row from 0: one less than the number in a spreadsheet.
    pub row: u32,
    /// Column from 0: 0 for `A`.
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

impl From<Address> for String {
    fn from(at: Address) -> String {
        at.to_string()
    }
}

/// A text that is not a cell address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("不是单元格地址")]
pub struct NoAddress;

impl TryFrom<String> for Address {
    type Error = NoAddress;

    fn try_from(text: String) -> Result<Address, NoAddress> {
        text.parse()
    }
}

impl FromStr for Address {
    type Err = NoAddress;

    /// Reads `D27` (capitals, no `$`).
    fn from_str(text: &str) -> Result<Address, NoAddress> {
        let cut = text.find(|c: char| !c.is_ascii_uppercase()).ok_or(NoAddress)?;
        let (letters, digits) = text.split_at(cut);
        let add = |n: u32, b: u8| n.checked_mul(26)?.checked_add(u32::from(b - b'A') + 1);
        let column = letters.bytes().try_fold(0, add).and_then(|n| n.checked_sub(1)).ok_or(NoAddress)?;
        let row = digits.parse::<u32>().ok().filter(|_| !digits.starts_with(['0', '+'])).ok_or(NoAddress)?;
        Ok(Address { row: row - 1, column })
    }
}

/// A sheet, or a cell of one, in the workbook that was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Source {
    /// The workbook, if a finding refers to more than one.
    pub file: Option<String>,
    /// Empty if the place is the whole file.
    pub sheet: Arc<str>,
    /// `None` if the place is a sheet or file as a whole.
    pub cell: Option<Address>,
}

impl Source {
    /// A cell of a sheet.
    pub fn cell(sheet: &Arc<str>, cell: Address) -> Source {
        Source { file: None, sheet: sheet.clone(), cell: Some(cell) }
    }

    /// A sheet as a whole.
    pub fn sheet(sheet: &Arc<str>) -> Source {
        Source { file: None, sheet: sheet.clone(), cell: None }
    }

    /// The name of its sheet; `None` if the place is the whole file.
    pub fn sheet_name(&self) -> Option<&str> {
        Some(&*self.sheet).filter(|name| !name.is_empty())
    }

    /// The place as people write it, sheet and cell; `None` if it is the whole file.
    pub fn in_sheet(&self) -> Option<String> {
        let cell = self.cell.map_or(String::new(), |cell| cell.to_string());
        self.sheet_name().map(|sheet| format!("“{sheet}”{cell}"))
    }

    /// A file as a whole.
    pub fn file(file: &str) -> Source {
        Source { file: Some(file.to_owned()), sheet: "".into(), cell: None }
    }

    /// The same place, with its file.
    pub fn within(self, file: &str) -> Source {
        Source { file: Some(file.to_owned()), ..self }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}")?;
        }
        if !self.sheet.is_empty() || self.file.is_none() {
            write!(f, "“{}”", self.sheet)?;
        }
        self.cell.map_or(Ok(()), |cell| write!(f, "{cell}"))
    }
}

/// The first cells of some places in brackets: （D7、E7 等）; empty if none of them has a cell.
pub fn in_brackets(places: &[Source], most: usize) -> String {
    let cells: Vec<String> = places.iter().take(most).filter_map(|s| s.cell).map(|c| c.to_string()).collect();
    let more = if places.len() > cells.len() { " 等" } else { "" };
    if cells.is_empty() { String::new() } else { format!("（{}{more}）", cells.join("、")) }
}

/// A fact of the cover that may be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Fact {
    /// Date of publication.
    Published,
    /// Public contact.
    Contact,
    /// Index number (索引号).
    Index,
}

impl Fact {
    /// All facts, in the order of the cover sheet.
    pub const ALL: [Fact; 3] = [Fact::Published, Fact::Contact, Fact::Index];

    /// The JSON member that contains its origin.
    pub const fn origin(self) -> &'static str {
        match self {
            Fact::Published => "published_origin",
            Fact::Contact => "contact_origin",
            Fact::Index => "index_origin",
        }
    }
}

/// A part of a report, independent of the workbook it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub enum Place {
    /// Agency, year and title.
    Title,
    /// Another fact of the cover.
    Fact(Fact),
    /// A paragraph before the first section.
    Preface {
        /// Index in [`Report::preface`](super::Report::preface).
        paragraph: usize,
    },
    /// A section as a whole.
    Section {
        /// Index in [`Report::sections`](super::Report::sections).
        section: usize,
    },
    /// A paragraph of a section.
    Paragraph {
        /// Index in [`Report::sections`](super::Report::sections).
        section: usize,
        /// Index among all paragraphs of the section, those before its table first.
        paragraph: usize,
    },
    /// A value of a table.
    Value {
        /// Index in [`Report::tables`](super::Report::tables).
        table: usize,
        /// Slot within the table.
        slot: usize,
    },
}

/// Where the parts of a report were read and what was written there.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Origins {
    /// By table and slot: most places of a report are values.
    values: Vec<Vec<Option<Origin>>>,
    others: BTreeMap<Place, Origin>,
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Origin {
    source: Source,
    written: String,
    entry: CellEntry,
}

/// How a value is stored in its cell, which determines how a spreadsheet treats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CellEntry {
    /// A number that was typed, or nothing.
    #[default]
    Number,
    /// A text, which sums ignore.
    Text,
    /// The result of a formula.
    Formula,
}

impl Origins {
    /// Records where a part was read. Further calls for the same place have no effect.
    pub fn note(&mut self, place: Place, source: Source, written: impl Into<String>) {
        let origin = || Origin { source, written: written.into(), entry: CellEntry::default() };
        match place {
            Place::Value { table, slot } => {
                grown(grown(&mut self.values, table), slot).get_or_insert_with(origin);
            }
            other => _ = self.others.entry(other).or_insert_with(origin),
        }
    }

    /// Records how a value is stored in its cell; without effect if its origin was not noted before.
    pub fn note_entry(&mut self, place: Place, entry: CellEntry) {
        if let Place::Value { table, slot } = place
            && let Some(Some(origin)) = self.values.get_mut(table).and_then(|slots| slots.get_mut(slot))
        {
            origin.entry = entry;
        }
    }

    /// How a value is stored in its cell; [`CellEntry::Number`] if unknown.
    pub fn entry(&self, place: Place) -> CellEntry {
        self.at(place).map(|o| o.entry).unwrap_or_default()
    }

    fn at(&self, place: Place) -> Option<&Origin> {
        match place {
            Place::Value { table, slot } => self.values.get(table)?.get(slot)?.as_ref(),
            other => self.others.get(&other),
        }
    }

    /// The sources of all parts except values, each with the text that was written there.
    pub fn of_words(&self) -> impl Iterator<Item = (&Source, &str)> {
        self.others.values().map(|o| (&o.source, o.written.as_str()))
    }

    /// The sources of the values.
    pub fn of_values(&self) -> impl Iterator<Item = &Source> {
        self.values.iter().flatten().flatten().map(|o| &o.source)
    }

    /// The cell a part came from.
    pub fn source(&self, place: Place) -> Option<&Source> {
        self.at(place).map(|o| &o.source)
    }

    /// What was written in that cell, before any normalisation.
    pub fn written(&self, place: Place) -> Option<&str> {
        self.at(place).map(|o| o.written.as_str())
    }
}

/// The element at an index of a list, which is extended if it is shorter.
fn grown<T: Default>(list: &mut Vec<T>, index: usize) -> &mut T {
    if list.len() <= index {
        list.resize_with(index + 1, T::default);
    }
    &mut list[index]
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
            assert_eq!(text.parse(), Ok(Address { row, column }));
        }
        for text in ["", "A", "1", "a1", "A0", "A+1", "A01", "$A$1", "A1B", "A4294967296", "ZZZZZZZZZ1"] {
            assert_eq!(text.parse::<Address>(), Err(NoAddress), "{text}");
        }
    }

    #[test]
    fn places_of_several_files_name_theirs() {
        let cell = Source::cell(&"表".into(), Address { row: 0, column: 1 });
        assert_eq!(cell.to_string(), "“表”B1");
        assert_eq!(cell.within("甲.xlsx").to_string(), "甲.xlsx“表”B1");
        assert_eq!(Source::file("甲.xlsx").to_string(), "甲.xlsx");
        assert_eq!(Source::sheet(&"表".into()).to_string(), "“表”");
    }
}
