//! Report → CSV: the long form with agency and year in front, so that the files of many reports can be joined.
//!
//! Takes a report, gives UTF-8 with a byte order mark (without it Excel assumes another encoding), CRLF line ends and the
//! quoting of RFC 4180. It never changes a number; a text that a spreadsheet would evaluate as a formula gets an apostrophe in
//! front.

use crate::form::labels;
use crate::model::{Report, Value};

use super::long::value_rows;

/// Start of every file: byte order mark and header line.
pub fn head() -> String {
    format!("\u{feff}{}", labels().data.csv_head())
}

/// Writes all values of a report, one per line.
pub fn write(report: &Report) -> Vec<u8> {
    let mut out = head();
    let year = report.cover.year.to_string();
    let agency = field(&report.cover.agency);
    for entry in value_rows(report) {
        let [table, row, column] = entry.labels.each_ref().map(|label| field(label));
        let number = match entry.value {
            Value::Blank | Value::Unknown => String::new(),
            Value::NotApplicable => entry.value.to_string(),
            _ => entry.value.number().to_string(),
        };
        out.push_str(
            &[&agency, &year, &table, &row, &column, &number, &field(entry.unit)].map(String::as_str).join(","),
        );
        out.push_str("\r\n");
    }
    out.into_bytes()
}

/// A text as a CSV field. The apostrophe in front keeps a spreadsheet from evaluating it; quotes alone do not.
fn field(text: &str) -> String {
    // An apostrophe that is already there does not protect it, since the spreadsheet removes one.
    let active =
        text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']);
    let text = if active { format!("'{text}") } else { text.to_owned() };
    let quoted = text.contains(['"', ',', '\r', '\n']) || text.trim() != text;
    if quoted { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_never_formulas() {
        for (text, written) in [
            ("某局", "某局"),
            ("甲,乙", "\"甲,乙\""),
            ("“甲”\"乙\"", "\"“甲”\"\"乙\"\"\""),
            ("=1+1", "'=1+1"),
            ("'=1+1", "''=1+1"),
            ("'甲'", "'甲'"),
            ("-甲,乙", "\"'-甲,乙\""),
            ("＝某局", "'＝某局"),
            (" 甲", "\" 甲\""),
        ] {
            assert_eq!(field(text), written);
        }
    }
}
