//! The values of a report in long form: one row per value.
//!
//! Takes a report, gives its rows. Made from the form alone and not from the list that the writers share, because a fault in that
//! list would otherwise be on both sides.

use std::borrow::Cow;

use super::pieces::Unequal;
use crate::form::{Unit, labels};
use crate::model::{Report, Value};

/// One value: table, row path, column path, number and unit.
pub(super) type ValueRow<'r> = [Cow<'r, str>; 5];

/// Visits every value in the order of the form.
pub(super) fn value_rows(
    report: &Report,
    visit: &mut dyn FnMut(&ValueRow<'_>) -> Result<(), Unequal>,
) -> Result<(), Unequal> {
    let join = labels().data.path.as_str();
    for (table, values) in report.form.tables.iter().zip(&report.tables) {
        let path = |below: Vec<&str>| {
            let mut path = table.name.clone();
            below.iter().for_each(|label| path.extend([join, label]));
            Cow::Owned(path)
        };
        for (slot, value) in values.iter().enumerate() {
            let number = match value {
                Value::Blank | Value::Unknown => Cow::Borrowed(""),
                Value::NotApplicable => value.to_string().into(),
                _ => value.number().to_string().into(),
            };
            let unit = value.unit().map(Unit::word).or(table.unit_word(slot)).unwrap_or_default();
            let (row, column) = (path(table.row_path(slot)), path(table.column_path(slot)));
            visit(&[table.caption.as_str().into(), row, column, number, unit.into()])?;
        }
    }
    Ok(())
}
