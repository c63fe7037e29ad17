//! A CSV read back: a row a value, by a plain reader of RFC 4180.
//!
//! Takes a file and the report it should hold, gives how much was compared.

use super::pieces::{Compared, Unequal, short};
use crate::form::{Unit, labels};
use crate::model::{Report, Value};

/// Compares every row with the value it stands for.
pub(super) fn prove(report: &Report, bytes: &[u8]) -> Result<Compared, Unequal> {
    let unread = || differs("整个文件", "能够读回", "读不出来");
    let text = std::str::from_utf8(bytes).map_err(|_| unread())?.strip_prefix('\u{feff}').ok_or_else(unread)?;
    let rows = rows(text).ok_or_else(unread)?;
    let expected = expected(report);
    let mut compared = Compared::default();
    // The first row holds the heads.
    let found = rows.get(1..).ok_or_else(unread)?;
    for i in 0..expected.len().max(found.len()) {
        let (a, b) = (expected.get(i), found.get(i));
        if a != b {
            let told = |row: Option<&Vec<String>>| row.map_or("（没有）".to_owned(), |r| r.join(","));
            return Err(differs(&format!("第 {} 行", i + 2), &told(a), &told(b)));
        }
        compared.cells += 1;
    }
    Ok(compared)
}

fn differs(place: &str, expected: &str, found: &str) -> Unequal {
    Unequal { place: place.to_owned(), expected: short(expected), found: short(found) }
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

/// Rows of fields; `None` where quotes do not match or the last row has no end.
fn rows(text: &str) -> Option<Vec<Vec<String>>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
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
                rows.push(std::mem::take(&mut row));
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
