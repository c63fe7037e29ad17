//! The long form of a report: one row per value, for programs, shared by all file formats that have it.

use crate::form::{Unit, labels};
use crate::model::{Report, Value};

/// One value of a report.
pub(super) struct ValueRow<'a> {
    /// The table, the row path and the column path.
    pub labels: [String; 3],
    pub value: &'a Value,
    /// The unit as written, or as the form prints it; empty if there is none.
    pub unit: &'a str,
}

/// Every value, in the order of the form.
pub(super) fn value_rows(report: &Report) -> Vec<ValueRow<'_>> {
    let joint = &labels().data.path;
    let mut out = Vec::new();
    for (table, values) in report.form.tables.iter().zip(&report.tables) {
        // Paths begin with the name of the table, so that none equals a bare label of the form.
        let path = |labels: Vec<&str>| [vec![table.name.as_str()], labels].concat().join(joint);
        for (slot, value) in values.iter().enumerate() {
            let unit = value.unit().map(Unit::word).or(table.unit_word(slot)).unwrap_or_default();
            let labels = [table.caption.clone(), path(table.row_path(slot)), path(table.column_path(slot))];
            out.push(ValueRow { labels, value, unit });
        }
    }
    out
}
