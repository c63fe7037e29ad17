//! What calamine does not tell of a worksheet: hidden rows and columns, merged ranges; and a check of every address,
//! since calamine computes them without regard to overflow.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::workbook::{Shown, Span};
use super::{ImportError, Limits};
use crate::model::Address;

/// Excel's own limits: rows and columns from 0.
pub(super) const LAST: Address = Address { row: 1_048_575, column: 16_383 };

/// Frame of one worksheet.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub merges: Vec<Span>,
    pub hidden_rows: Vec<u32>,
    pub hidden_columns: Vec<(u32, u32)>,
    pub shown: Vec<(Address, Shown)>,
    /// Number of `<c>` elements, empty ones included.
    pub cells: usize,
}

/// Reads the frame; `formats` tells by style index what a number format adds. More cells than `limits.cells` stop it.
pub(super) fn frame(xml: &[u8], formats: &[Option<Shown>], limits: &Limits) -> Result<Frame, ImportError> {
    let mut reader = Reader::from_reader(xml);
    let mut frame = Frame::default();
    let mut next = 0u32;
    // Inside a value that must be one plain text: how many texts it had; and how many values its cell had.
    let mut value: Option<usize> = None;
    let (mut plain, mut values) = (false, 0);
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) => match e.local_name().as_ref() {
                "row" => {
                    let row = attribute(&e, "r").map(|r| number(&r, LAST.row + 1)).transpose()?.map_or(next, |r| r - 1);
                    next = row + 1;
                    if truth(&e, "hidden") {
                        frame.hidden_rows.push(row);
                    }
                }
                "c" => {
                    frame.cells += 1;
                    if frame.cells > limits.cells {
                        return Err(limits.cells_error());
                    }
                    let [at, style, kind] = attributes(&e, ["r", "s", "t"]);
                    if let Some(at) = at {
                        let at = address(&at)?;
                        let style = style.and_then(|s| s.parse::<usize>().ok());
                        let adds = style.and_then(|s| formats.get(s).copied().flatten());
                        frame.shown.extend(adds.map(|a| (at, a)));
                    }
                    // Text results of formulas may hold references; numbers, indices and errors are plain.
                    plain = kind.is_none_or(|t| ["n", "s", "b", "e"].contains(&t.as_ref()));
                    values = 0;
                }
                "v" => {
                    values += 1;
                    if values > 1 {
                        return Err(ImportError::Damaged("一个单元格有两个值".to_owned()));
                    }
                    value = plain.then_some(0);
                }
                "col" if truth(&e, "hidden") => {
                    let side = |name| attribute(&e, name).map(|v| number(&v, LAST.column + 1));
                    if let (Some(first), Some(last)) = (side("min"), side("max")) {
                        frame.hidden_columns.push((first? - 1, last? - 1));
                    }
                }
                "mergeCell" => {
                    if let Some(span) = attribute(&e, "ref") {
                        frame.merges.push(range(&span)?);
                    }
                    if frame.merges.len() > limits.cells {
                        return Err(limits.cells_error());
                    }
                }
                _ => {}
            },
            Ok(Event::End(e)) if e.local_name().as_ref() == "v" => value = None,
            Ok(Event::Eof) => break,
            Ok(Event::Text(_)) if value == Some(0) => value = Some(1),
            // calamine reads the first text of a value and drops what follows it.
            Ok(_) if value.is_some() => return Err(ImportError::Damaged("单元格的值写法不合规范".to_owned())),
            Ok(_) => {}
            Err(e) => return Err(ImportError::Damaged(e.to_string())),
        }
    }
    frame.shown.sort_unstable_by_key(|(at, _)| *at);
    frame.merges.sort_unstable();
    frame.hidden_rows.sort_unstable();
    frame.hidden_columns.sort_unstable();
    Ok(frame)
}

/// An attribute without a prefix, as written; the first, where it stands twice.
pub(super) fn attribute<'e>(e: &'e BytesStart<'_>, name: &str) -> Option<Cow<'e, str>> {
    let [value] = attributes(e, [name]);
    value
}

/// Several of them at once: most elements of a sheet are cells, and each is asked for three.
fn attributes<'e, const N: usize>(e: &'e BytesStart<'_>, names: [&str; N]) -> [Option<Cow<'e, str>>; N] {
    let mut values = [const { None }; N];
    for a in e.attributes().with_checks(false).flatten() {
        if let Some(i) = names.iter().position(|n| a.key.as_ref() == *n).filter(|i| values[*i].is_none()) {
            values[i] = Some(a.value);
        }
    }
    values
}

/// The same, to be kept longer than its element.
pub(super) fn own_attribute(e: &BytesStart<'_>, name: &str) -> Option<String> {
    attribute(e, name).map(Cow::into_owned)
}

/// An attribute by its local name, whatever its prefix.
pub(super) fn local_attribute(e: &BytesStart<'_>, name: &str) -> Option<String> {
    e.attributes().flatten().find(|a| a.key.local_name().as_ref() == name).map(|a| a.value.into_owned())
}

fn truth(e: &BytesStart<'_>, name: &str) -> bool {
    attribute(e, name).is_some_and(|v| v == "1" || v == "true")
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
        let xml = br#"<worksheet><cols><col min="2" max="3" hidden="1"/></cols><sheetData>
            <row r="4" hidden="1"><c r="A4"/></row><row><c/></row></sheetData>
            <mergeCells><mergeCell ref="B2:D5"/></mergeCells></worksheet>"#;
        let frame = frame(xml, &[], &Limits::default()).unwrap();
        let unnumbered = br#"<sheetData><row hidden="1"/><row/><row hidden="1"/></sheetData>"#;
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
            assert!(matches!(frame(xml.as_bytes(), &[], &Limits::default()), Err(ImportError::Damaged(_))), "{r}");
        }
    }
}
