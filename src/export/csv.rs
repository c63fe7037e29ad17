//! Report → CSV: the long form with agency and year before it, so that the files of many reports can be joined.
//!
//! Takes a report, gives UTF-8 with a byte order mark (without one Excel takes it for another encoding), CRLF and the quotes of
//! RFC 4180. Numbers stand as they are; a text that a spreadsheet would take for a formula is kept from being one.

use crate::form::labels;
use crate::model::{Report, Value};

use super::long::entries;

/// What every file begins with: the byte order mark and the heads.
pub fn head() -> String {
    format!("\u{feff}{}", labels().data.csv_head())
}

/// Writes the values of a report.
pub fn write(report: &Report) -> Vec<u8> {
    let mut out = head();
    let year = report.cover.year.to_string();
    let agency = field(&report.cover.agency);
    for entry in entries(report) {
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

/// A text as a field. An apostrophe before it keeps a spreadsheet from computing it; quotes alone would not.
fn field(text: &str) -> String {
    // Apostrophes that stand there already do not keep it from being one: a reader takes one away.
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
