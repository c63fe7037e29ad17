//! A CSV read back: a row a value, by a plain reader of RFC 4180.
//!
//! Takes a file and the report it should hold, gives how much was compared.

use super::pieces::{Compared, NOTHING, Unequal};
use crate::form::{Unit, labels};
use crate::model::{Report, Value};

/// Compares every row with the value it stands for.
pub(super) fn prove(report: &Report, bytes: &[u8]) -> Result<Compared, Unequal> {
    let unread = || Unequal::new("整个文件", "能够读回", "读不出来");
    let text = std::str::from_utf8(bytes).map_err(|_| unread())?.strip_prefix('\u{feff}').ok_or_else(unread)?;
    let rows = rows(text).ok_or_else(unread)?;
    let expected = expected(report);
    let mut compared = Compared::default();
    // The first row holds the heads.
    let found = rows.get(1..).ok_or_else(unread)?;
    for i in 0..expected.len().max(found.len()) {
        let (a, b) = (expected.get(i), found.get(i));
        if a != b {
            return Err(row_differs(i + 2, a.map_or(&[][..], Vec::as_slice), b.map_or(&[][..], Vec::as_slice)));
        }
        compared.cells += 1;
    }
    Ok(compared)
}

/// The first field that differs.
fn row_differs(row: usize, expected: &[String], found: &[String]) -> Unequal {
    let column = (0..expected.len()).find(|c| expected.get(*c) != found.get(*c)).unwrap_or(expected.len());
    let told = |fields: &[String]| fields.get(column).map_or(NOTHING, String::as_str).to_owned();
    Unequal::new(format!("第 {row} 行第 {} 列", column + 1), &told(expected), &told(found))
}

/// The rows by the form alone, not by the writer's own list of them: else a fault there would be on both sides.
fn expected(report: &Report) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for (table, values) in report.form.tables.iter().zip(&report.tables) {
        let path = |below: Vec<&str>| {
            let all: Vec<&str> = std::iter::once(table.name.as_str()).chain(below).collect();
            all.join(&labels().data.path)
        };
        for (slot, value) in values.iter().enumerate() {
            let number = match value {
                Value::Blank => String::new(),
                Value::NotApplicable => value.to_string(),
                _ => value.number().to_string(),
            };
            let unit = value.unit().map(Unit::word).or(table.unit_word(slot)).unwrap_or_default();
            rows.push(vec![
                report.cover.agency.clone(),
                report.cover.year.to_string(),
                table.caption.clone(),
                path(table.row_path(slot)),
                path(table.column_path(slot)),
                number,
                unit.to_owned(),
            ]);
        }
    }
    rows
}

/// Fields of a row.
const COLUMNS: usize = 7;

/// Rows of fields; `None` where quotes do not match or the last row has no end.
fn rows(text: &str) -> Option<Vec<Vec<String>>> {
    let mut rows = Vec::new();
    let mut row = Vec::with_capacity(COLUMNS);
    let mut rest = text;
    while !rest.is_empty() {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted)?,
            None => {
                let end = rest.find([',', '\r'])?;
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        row.push(plain(field));
        rest = match after.strip_prefix(',') {
            Some(next) => next,
            None => {
                rows.push(std::mem::replace(&mut row, Vec::with_capacity(COLUMNS)));
                after.strip_prefix("\r\n")?
            }
        };
    }
    row.is_empty().then_some(rows)
}

fn quoted_field(mut rest: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    loop {
        let end = rest.find('"')?;
        field.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(next) => {
                field.push('"');
                rest = next;
            }
            None => return Some((field, rest)),
        }
    }
}

/// A field without the apostrophe that keeps it from being a formula.
fn plain(field: String) -> String {
    let guarded = |rest: &str| rest.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']);
    match field.strip_prefix('\'').filter(|rest| guarded(rest)) {
        Some(rest) => rest.to_owned(),
        None => field,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_that_differs_is_told_and_not_how_its_row_begins() {
        let row =
            |number: &str| ["老城区科学技术局", "2024", "主动公开政府信息情况表", number, "件"].map(str::to_owned);
        let told = row_differs(7, &row("12"), &row("13"));
        assert_eq!((told.place.as_str(), told.expected.as_str(), told.found.as_str()), ("第 7 行第 4 列", "12", "13"));
        assert_eq!(row_differs(7, &row("12"), &row("12")[..4]).found, "（没有）");
        assert_eq!(row_differs(7, &[], &row("12")).expected, "（没有）");
    }
}
