//! A CSV read back: one row per value, by an independent reader of RFC 4180.
//!
//! Takes a file and the report it should contain, returns how much was compared, or the first difference.

use std::borrow::Cow;

use super::pieces::{Compared, NOTHING, Unequal};
use super::value_rows::value_rows;
use crate::form::labels;
use crate::model::Report;

/// Fields of a row.
const COLUMNS: usize = 7;

/// Compares every row with its value.
pub(crate) fn prove(report: &Report, bytes: &[u8]) -> Result<Compared, Unequal> {
    let unread = || Unequal::new("整个文件", "能够读回", "读不出来");
    let text = simdutf8::basic::from_utf8(bytes).map_err(|_| unread())?.strip_prefix('\u{feff}').ok_or_else(unread)?;
    let (mut rest, mut found, mut rows) = (text, Vec::with_capacity(COLUMNS), 0);
    let mut compare = |expected: &[&str]| {
        found.clear();
        if !rest.is_empty() {
            row(&mut rest, &mut found).ok_or_else(unread)?;
        }
        rows += 1;
        if found == expected { Ok(()) } else { Err(row_differs(rows, expected, &found)) }
    };
    compare(&labels().data.csv.each_ref().map(String::as_str))?;
    let (agency, year) = (report.cover.agency.as_str(), report.cover.year.to_string());
    value_rows(report, &mut |[table, row, column, number, unit]| {
        compare(&[agency, &year, table, row, column, number, unit])
    })?;
    // No further row may follow.
    compare(&[])?;
    let cells = report.tables.iter().map(Vec::len).sum();
    Ok(Compared { paragraphs: 0, cells })
}

/// The difference in the first field that differs.
fn row_differs(row: usize, expected: &[&str], found: &[Cow<'_, str>]) -> Unequal {
    let found: Vec<&str> = found.iter().map(|field| &**field).collect();
    let column = (0..expected.len()).find(|c| expected.get(*c) != found.get(*c)).unwrap_or(expected.len());
    let field = |fields: &[&'_ str]| fields.get(column).copied().unwrap_or(NOTHING).to_owned();
    Unequal::new(format!("第 {row} 行第 {} 列", column + 1), &field(expected), &field(&found))
}

/// Reads the fields of the next row and advances `rest`; `None` if quotes do not match or the row has no end.
fn row<'t>(rest: &mut &'t str, fields: &mut Vec<Cow<'t, str>>) -> Option<()> {
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted)?,
            None => {
                let end = rest.find([',', '\r'])?;
                (Cow::Borrowed(&rest[..end]), &rest[end..])
            }
        };
        fields.push(plain(field));
        match after.strip_prefix(',') {
            Some(next) => *rest = next,
            None => {
                *rest = after.strip_prefix("\r\n")?;
                return Some(());
            }
        }
    }
}

fn quoted_field(mut rest: &str) -> Option<(Cow<'_, str>, &str)> {
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
            None => return Some((field.into(), rest)),
        }
    }
}

/// A field without the apostrophe that prevents spreadsheets from treating it as a formula.
fn plain(field: Cow<'_, str>) -> Cow<'_, str> {
    let guarded = |rest: &str| {
        rest.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'])
    };
    match field.strip_prefix('\'').filter(|rest| guarded(rest)) {
        Some(rest) => rest.to_owned().into(),
        None => field,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_that_differs_is_reported_and_not_the_beginning_of_its_row() {
        let row = |number: &'static str| ["老城区科学技术局", "2024", "主动公开政府信息情况表", number, "件"];
        let found = |number| row(number).map(Cow::Borrowed);
        let difference = row_differs(7, &row("12"), &found("13"));
        assert_eq!(
            (difference.place.as_str(), difference.expected.as_str(), difference.found.as_str()),
            ("第 7 行第 4 列", "12", "13")
        );
        assert_eq!(row_differs(7, &row("12"), &found("12")[..4]).found, "（没有）");
        assert_eq!(row_differs(7, &[], &found("12")).expected, "（没有）");
    }
}
