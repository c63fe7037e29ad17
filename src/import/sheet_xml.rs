//! What calamine does not tell of a worksheet: hidden rows and columns, merged ranges; and a check of every address,
//! since calamine computes them without regard to overflow.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::formats::Format;
use super::workbook::{Shown, Span};
use super::xml::ill_formed;
use super::{ImportError, Limits};
use crate::model::Address;

/// Excel's own limits: rows and columns from 0.
pub(super) const LAST: Address = Address { row: 1_048_575, column: 16_383 };

/// Frame of one worksheet.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Frame {
    pub merges: Vec<Span>,
    pub hidden_rows: Vec<u32>,
    pub hidden_columns: Vec<(u32, u32)>,
    pub shown: Vec<(Address, Shown)>,
    /// Cells that are struck out, raised or lowered as a whole.
    pub marked: Vec<Address>,
    /// Number of `<c>` elements, empty ones included.
    pub cells: usize,
    /// The row after the last one that was read, from 0.
    next_row: u32,
    /// The column after the last cell of the row.
    next_column: u32,
    /// Whether it has an element for its data.
    data: bool,
}

/// The frame of any worksheet; `formats` tells by style index what a number format adds. More cells than `limits.cells` stop it.
pub(super) fn frame(xml: &str, formats: &[Format], limits: &Limits) -> Result<Frame, ImportError> {
    let mut reader = Reader::from_str(xml);
    let mut frame = Frame::default();
    // Inside a value that must be one plain text: how many texts it had; and how many values its cell had.
    let mut value: Option<usize> = None;
    let (mut plain, mut index, mut values) = (false, false, 0);
    loop {
        let event = reader.read_event();
        let empty = matches!(event, Ok(Event::Empty(_)));
        match event {
            // calamine would skip the text in a nested element.
            Ok(Event::Start(_) | Event::Empty(_)) if value.is_some() => return Err(odd_cell()),
            Ok(Event::Start(e) | Event::Empty(e)) => match e.local_name().as_ref() {
                "row" => {
                    let [number, hidden, height] = attributes(&e, ["r", "hidden", "ht"])?;
                    frame.row(number.as_deref(), hidden.as_deref(), height.as_deref())?;
                }
                "c" => {
                    let [at, style, kind] = attributes(&e, ["r", "s", "t"])?;
                    frame.cell(at.as_deref(), style.as_deref(), formats, limits)?;
                    plain = Frame::is_plain(kind.as_deref());
                    index = kind.as_deref() == Some("s");
                    values = 0;
                }
                "is" => {
                    values += 1;
                    if values > 1 {
                        return Err(ImportError::Damaged("一个单元格有两个值".to_owned()));
                    }
                }
                "v" => {
                    values += 1;
                    if values > 1 {
                        return Err(ImportError::Damaged("一个单元格有两个值".to_owned()));
                    }
                    // Written by programs that compute no formulas: there is no value.
                    value = (plain && !empty).then_some(0);
                }
                "col" => {
                    let [first, last, hidden, width] = attributes(&e, ["min", "max", "hidden", "width"])?;
                    frame.columns(first.as_deref(), last.as_deref(), hidden.as_deref(), width.as_deref())?;
                }
                "mergeCell" => {
                    let [span] = attributes(&e, ["ref"])?;
                    frame.merge(span.as_deref(), limits)?;
                }
                "sheetData" => frame.sheet_data()?,
                _ => {}
            },
            Ok(Event::End(e)) if e.local_name().as_ref() == "v" => value = None,
            Ok(Event::Eof) => break,
            Ok(Event::Text(t)) if value == Some(0) => {
                if index {
                    Frame::string_index(&t)?;
                }
                value = Some(1);
            }
            // calamine reads the first text of a value and drops what follows it.
            Ok(_) if value.is_some() => return Err(ImportError::Damaged("单元格的值写法不合规范".to_owned())),
            Ok(_) => {}
            Err(_) => return Err(ill_formed()),
        }
    }
    Ok(frame.sorted())
}

/// What the elements of a worksheet add, by the values of their attributes.
impl Frame {
    pub(super) fn row(
        &mut self,
        number_of: Option<&str>,
        hidden: Option<&str>,
        height: Option<&str>,
    ) -> Result<(), ImportError> {
        let row = number_of.map(|r| number(r, LAST.row + 1)).transpose()?.map_or(self.next_row, |r| r - 1);
        (self.next_row, self.next_column) = (row + 1, 0);
        if truth(hidden) || is_nothing(height) {
            self.hidden_rows.push(row);
        }
        Ok(())
    }

    /// Counts a cell; gives its address and its style, where it says them.
    pub(super) fn cell(
        &mut self,
        at: Option<&str>,
        style: Option<&str>,
        formats: &[Format],
        limits: &Limits,
    ) -> Result<(Option<Address>, Option<usize>), ImportError> {
        self.cells += 1;
        if self.cells > limits.cells {
            return Err(limits.cells_error());
        }
        let stated = at.map(address).transpose()?;
        // A cell that does not say where it stands follows the one before it.
        let next = Address { row: self.next_row.saturating_sub(1), column: self.next_column };
        let at = stated.unwrap_or(next);
        self.next_column = at.column.saturating_add(1);
        // A style in disguise would hide what its format adds; a cell without one has the first.
        let style = style.map(|s| s.parse::<usize>().map_err(|_| odd_cell())).transpose()?.unwrap_or(0);
        if let Some(format) = formats.get(style) {
            if format.marked {
                self.marked.push(at);
            }
            let marked = format.marked.then_some(Shown::Marked);
            let adds = format.adds.filter(|a| matches!(a, Shown::Scaled | Shown::Replaced)).or(marked).or(format.adds);
            self.shown.extend(adds.map(|a| (at, a)));
        }
        Ok((stated, Some(style).filter(|s| *s < formats.len())))
    }

    /// Notes where the cells begin: a second such place would not be read.
    pub(super) fn sheet_data(&mut self) -> Result<(), ImportError> {
        if self.data {
            return Err(ImportError::Damaged("一张工作表里有两份数据".to_owned()));
        }
        self.data = true;
        Ok(())
    }

    pub(super) fn has_data(&self) -> bool {
        self.data
    }

    /// Demands that a value is the number of a shared string: calamine takes anything else for the first one.
    pub(super) fn string_index(value: &str) -> Result<(), ImportError> {
        if value.bytes().all(|b| b.is_ascii_digit()) { Ok(()) } else { Err(odd_cell()) }
    }

    /// Whether a cell of this type has a plain value: text results of formulas may hold references, but numbers, indices and
    /// errors may not.
    pub(super) fn is_plain(kind: Option<&str>) -> bool {
        kind.is_none_or(|t| ["n", "s", "b", "e"].contains(&t))
    }

    pub(super) fn columns(
        &mut self,
        first: Option<&str>,
        last: Option<&str>,
        hidden: Option<&str>,
        width: Option<&str>,
    ) -> Result<(), ImportError> {
        if let (Some(first), Some(last)) = (first.filter(|_| truth(hidden) || is_nothing(width)), last) {
            let side = |text| number(text, LAST.column + 1);
            self.hidden_columns.push((side(first)? - 1, side(last)? - 1));
        }
        Ok(())
    }

    pub(super) fn merge(&mut self, span: Option<&str>, limits: &Limits) -> Result<(), ImportError> {
        if let Some(span) = span {
            self.merges.push(range(span)?);
        }
        if self.merges.len() > limits.cells { Err(limits.cells_error()) } else { Ok(()) }
    }

    pub(super) fn sorted(mut self) -> Frame {
        self.shown.sort_unstable_by_key(|(at, _)| *at);
        self.merges.sort_unstable();
        self.hidden_rows.sort_unstable();
        self.hidden_columns = joined(self.hidden_columns);
        self
    }
}

/// An attribute without a prefix, as written; the first, where it stands twice.
pub(super) fn attribute<'e>(e: &'e BytesStart<'_>, name: &str) -> Option<Cow<'e, str>> {
    e.attributes().with_checks(false).flatten().find(|a| a.key.as_ref() == name).map(|a| a.value)
}

/// Several of them at once: most elements of a sheet are cells, and each is asked for three. One that stands twice is damage:
/// calamine might take the other.
fn attributes<'e, const N: usize>(
    e: &'e BytesStart<'_>,
    names: [&str; N],
) -> Result<[Option<Cow<'e, str>>; N], ImportError> {
    let mut values = [const { None }; N];
    for a in e.attributes().with_checks(false).flatten() {
        if let Some(i) = names.iter().position(|n| a.key.as_ref() == *n)
            && values[i].replace(a.value).is_some()
        {
            return Err(odd_cell());
        }
    }
    Ok(values)
}

/// The same, to be kept longer than its element.
pub(super) fn own_attribute(e: &BytesStart<'_>, name: &str) -> Option<String> {
    attribute(e, name).map(Cow::into_owned)
}

/// The only attribute of a local name, whatever its prefix.
pub(super) fn local_attribute(e: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut called = e.attributes().flatten().filter(|a| a.key.local_name().as_ref() == name);
    called.next().filter(|_| called.next().is_none()).map(|a| a.value.into_owned())
}

/// Whether an attribute says yes; one in disguise does, since what is hidden is told and read all the same.
fn truth(value: Option<&str>) -> bool {
    value.is_some_and(|v| !matches!(v.trim(), "0" | "false" | ""))
}

/// Whether a height or a width is none, or too little for anything to be seen.
fn is_nothing(size: Option<&str>) -> bool {
    size.and_then(|s| s.trim().parse::<f64>().ok()).is_some_and(|s| s < 0.2)
}

/// Ranges sorted and joined where they meet, so that one search finds what holds a place.
pub(super) fn joined(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut out: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges.into_iter().filter(|(first, last)| first <= last) {
        match out.last_mut().filter(|before| first <= before.1.saturating_add(1)) {
            Some(before) => before.1 = before.1.max(last),
            None => out.push((first, last)),
        }
    }
    out
}

pub(super) fn odd_cell() -> ImportError {
    ImportError::Damaged("单元格的写法不合规范".to_owned())
}

fn bad(text: &str) -> ImportError {
    ImportError::Damaged(format!("单元格地址“{}”不合法", text.chars().take(20).collect::<String>()))
}

fn number(text: &str, most: u32) -> Result<u32, ImportError> {
    text.parse().ok().filter(|n| (1..=most).contains(n)).ok_or_else(|| bad(text))
}

fn address(text: &str) -> Result<Address, ImportError> {
    let digits = text.find(|c: char| c.is_ascii_digit()).ok_or_else(|| bad(text))?;
    let (letters, row) = text.split_at(digits);
    if letters.is_empty() || letters.len() > 3 || !letters.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Err(bad(text));
    }
    let column = letters.bytes().fold(0u32, |n, b| n * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1);
    if column > LAST.column + 1 {
        return Err(bad(text));
    }
    Ok(Address { row: number(row, LAST.row + 1)? - 1, column: column - 1 })
}

fn range(text: &str) -> Result<Span, ImportError> {
    let (a, b) = text.split_once(':').unwrap_or((text, text));
    let (a, b) = (address(a)?, address(b)?);
    Ok(Span {
        first: Address { row: a.row.min(b.row), column: a.column.min(b.column) },
        last: Address { row: a.row.max(b.row), column: a.column.max(b.column) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_hold_what_is_hidden_and_merged() {
        let xml = r#"<worksheet><cols><col min="2" max="3" hidden="1"/></cols><sheetData>
            <row r="4" hidden="1"><c r="A4"/></row><row><c/></row></sheetData>
            <mergeCells><mergeCell ref="B2:D5"/></mergeCells></worksheet>"#;
        let frame = frame(xml, &[], &Limits::default()).unwrap();
        let unnumbered = r#"<sheetData><row hidden="1"/><row/><row hidden="1"/></sheetData>"#;
        assert_eq!(super::frame(unnumbered, &[], &Limits::default()).unwrap().hidden_rows, [0, 2]);
        assert_eq!(frame.hidden_rows, [3]);
        assert_eq!(frame.hidden_columns, [(1, 2)]);
        assert_eq!(frame.cells, 2);
        let at = |row, column| Address { row, column };
        assert_eq!(frame.merges, [Span { first: at(1, 1), last: at(4, 3) }]);
    }

    #[test]
    fn impossible_addresses_are_damage() {
        for r in ["A4294967297", "XFE1", "1", "A", "A0", "AAAA1", "数1"] {
            let xml = format!("<sheetData><row><c r=\"{r}\"/></row></sheetData>");
            assert!(matches!(frame(&xml, &[], &Limits::default()), Err(ImportError::Damaged(_))), "{r}");
        }
    }
}
