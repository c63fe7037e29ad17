//! Code that the record formats .xls and .xlsb share: styles, packed numbers, errors, marked runs.
//!
//! Takes fields of records, gives cells and their contents. It never walks records itself.

use std::collections::{BTreeMap, BTreeSet};

use super::ImportError;
use super::contents;
use super::formats::{self, DateKind};
use super::workbook::{Cell, Content, FormatEffect, MARKED};
use crate::model::Address;

/// Effect of a cell's number format on its number.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct NumberFormat {
    pub effect: Option<FormatEffect>,
    date: Option<DateKind>,
}

/// Formats, fonts and cell styles of a workbook, filled while its records are read.
#[derive(Debug, Default)]
pub(super) struct RecordStyles {
    pub codes: BTreeMap<u16, String>,
    /// The number format of each cell style.
    pub cells: Vec<u16>,
    /// For each font, whether it strikes out, raises or lowers its text.
    pub marks: Vec<bool>,
    pub is_1904: bool,
    /// The evaluated number formats, by id.
    formats: BTreeMap<u16, NumberFormat>,
}

impl RecordStyles {
    /// Evaluates each number format once; to be called after all records were read.
    pub fn settle(&mut self) {
        self.formats = self.cells.iter().map(|id| (*id, self.number_format(*id))).collect();
    }

    /// The number format of a cell style.
    pub fn format(&self, style: usize) -> NumberFormat {
        self.cells.get(style).and_then(|id| self.formats.get(id)).copied().unwrap_or_default()
    }

    fn number_format(&self, id: u16) -> NumberFormat {
        if let Some(code) = self.codes.get(&id) {
            return NumberFormat { effect: formats::effect(code), date: formats::date_kind(code) };
        }
        let effect = matches!(id, 9 | 10).then_some(FormatEffect::Scaled);
        NumberFormat { effect, date: formats::built_in_date(id) }
    }

    /// Content of a number cell with this format: a number, a date or a duration.
    pub fn number(&self, value: f64, format: NumberFormat) -> Content {
        contents::dated(value, format.date, self.is_1904)
    }

    /// Returns a rich text with [`MARKED`] before each run whose font is marked. A run is its first character and its font.
    pub fn marked(&self, text: &[u16], runs: &[(u16, u16)]) -> String {
        let is_marked = |font: u16| self.marks.get(usize::from(font)).copied().unwrap_or_default();
        let firsts: BTreeSet<usize> =
            runs.iter().filter(|(_, font)| is_marked(*font)).map(|(first, _)| usize::from(*first)).collect();
        if firsts.is_empty() {
            return String::from_utf16_lossy(text);
        }
        let mut out = Vec::with_capacity(text.len() + firsts.len());
        for (i, unit) in text.iter().enumerate() {
            if firsts.contains(&i) {
                out.push(MARKED as u16);
            }
            out.push(*unit);
        }
        String::from_utf16_lossy(&out)
    }
}

/// The error for a record that is shorter than its fields, or than it states.
pub(super) fn truncated() -> ImportError {
    ImportError::Damaged("记录不完整".to_owned())
}

/// Unpacks a number of 32 bits: two flags, then an integer or the upper half of a float.
pub(super) fn packed(rk: u32) -> f64 {
    let value = if rk & 2 != 0 { f64::from(rk as i32 >> 2) } else { f64::from_bits(u64::from(rk & !3) << 32) };
    if rk & 1 != 0 { value / 100.0 } else { value }
}

pub(super) fn error(code: u8) -> Content {
    let name = match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2B => "#DATA!",
        _ => "#N/A",
    };
    Content::Error(name.to_owned())
}

pub(super) fn cell(row: u32, column: u32, content: Content, formula: bool) -> Cell {
    Cell { at: Address { row, column }, content, formula }
}

/// Fixed-size fields of a record, in little-endian order; `None` beyond its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    pub fn bytes(&self, at: usize, length: usize) -> Option<&'a [u8]> {
        self.0.get(at..at.checked_add(length)?)
    }

    pub fn u8(&self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    pub fn u16(&self, at: usize) -> Option<u16> {
        Some(u16::from_le_bytes(self.bytes(at, 2)?.try_into().ok()?))
    }

    pub fn u32(&self, at: usize) -> Option<u32> {
        Some(u32::from_le_bytes(self.bytes(at, 4)?.try_into().ok()?))
    }

    pub fn f64(&self, at: usize) -> Option<f64> {
        Some(f64::from_le_bytes(self.bytes(at, 8)?.try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_numbers_have_four_kinds() {
        for (rk, value) in [
            (12 << 2 | 2, 12.0),
            ((-7i32 as u32) << 2 | 2, -7.0),
            (12_345 << 2 | 3, 123.45),
            ((1.5f64.to_bits() >> 32) as u32, 1.5),
            ((150f64.to_bits() >> 32) as u32 | 1, 1.5),
        ] {
            assert_eq!(packed(rk), value, "{rk:x}");
        }
    }
}
