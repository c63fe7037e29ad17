//! A CSV read back: a row a value, by a plain reader of RFC 4180.
//!
//! Takes a file and the report it should hold, gives how much was compared.

use std::borrow::Cow;

use super::pieces::{Compared, NOTHING, Unequal};
use crate::form::{Unit, labels};
use crate::model::{Report, Value};

/// Fields of a row.
const COLUMNS: usize = 7;

/// Compares every row with the value it stands for.
pub(super) fn prove(report: &Report, bytes: &[u8]) -> Result<Compared, Unequal> {
    let unread = || Unequal::new("整个文件", "能够读回", "读不出来");
    let text = std::str::from_utf8(bytes).map_err(|_| unread())?.strip_prefix('\u{feff}').ok_or_else(unread)?;
    let (mut rest, mut found, mut rows) = (text, Vec::with_capacity(COLUMNS), 0);
    let mut compare = |expected: &[Cow<'_, str>]| {
        found.clear();
        if !rest.is_empty() {
            row(&mut rest, &mut found).ok_or_else(unread)?;
        }
        rows += 1;
        if expected == found { Ok(()) } else { Err(row_differs(rows, expected, &found)) }
    };
    let heads: Vec<Cow<'_, str>> = labels().data.csv.iter().map(|head| head.as_str().into()).collect();
    compare(&heads)?;
    values(report, &mut compare)?;
    // No row more.
    compare(&[])?;
    let cells = report.tables.iter().map(Vec::len).sum();
    Ok(Compared { paragraphs: 0, cells })
}

/// The first field that differs.
fn row_differs(row: usize, expected: &[Cow<'_, str>], found: &[Cow<'_, str>]) -> Unequal {
    let column = (0..expected.len()).find(|c| expected.get(*c) != found.get(*c)).unwrap_or(expected.len());
    let told = |fields: &[Cow<'_, str>]| fields.get(column).map_or(NOTHING, |f| f).to_owned();
    Unequal::new(format!("第 {row} 行第 {} 列", column + 1), &told(expected), &told(found))
}

/// Visits the rows that there should be, by the form alone and not by the writer's own list of them: else a fault there would be
/// on both sides.
fn values(
    report: &Report,
    visit: &mut dyn FnMut(&[Cow<'_, str>]) -> Result<(), Unequal>,
) -> Result<(), Unequal> {
    let year = report.cover.year.to_string();
    let join = labels().data.path.as_str();
    for (table, values) in report.form.tables.iter().zip(&report.tables) {
        let path = |below: Vec<&str>| {
            let mut path = table.name.clone();
            below.iter().for_each(|label| path.extend([join, label]));
            Cow::Owned(path)
        };
        for (slot, value) in values.iter().enumerate() {
            let number = match value {
                Value::Blank => Cow::Borrowed(""),
                Value::NotApplicable => value.to_string().into(),
                _ => value.number().to_string().into(),
            };
            let unit = value.unit().map(Unit::word).or(table.unit_word(slot)).unwrap_or_default();
            let row: [Cow<'_, str>; COLUMNS] = [
                report.cover.agency.as_str().into(),
                year.as_str().into(),
                table.caption.as_str().into(),
                path(table.row_path(slot)),
                path(table.column_path(slot)),
                number,
                unit.into(),
            ];
            visit(&row)?;
        }
    }
    Ok(())
}

/// Takes a row's fields off the text; `None` where quotes do not match or the row has no end.
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

/// A field without the apostrophe that keeps it from being a formula.
fn plain(field: Cow<'_, str>) -> Cow<'_, str> {
    let guarded = |rest: &str| rest.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']);
    match field.strip_prefix('\'').filter(|rest| guarded(rest)) {
        Some(rest) => rest.to_owned().into(),
        None => field,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_that_differs_is_told_and_not_how_its_row_begins() {
        let row =
            |number: &str| ["老城区科学技术局", "2024", "主动公开政府信息情况表", number, "件"].map(|f| f.to_owned().into());
        let told = row_differs(7, &row("12"), &row("13"));
        assert_eq!((told.place.as_str(), told.expected.as_str(), told.found.as_str()), ("第 7 行第 4 列", "12", "13"));
        assert_eq!(row_differs(7, &row("12"), &row("12")[..4]).found, "（没有）");
        assert_eq!(row_differs(7, &[], &row("12")).expected, "（没有）");
    }
}
