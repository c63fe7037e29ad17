//! JUnit XML, for build servers that show a run as tests: one test case per input.
//!
//! Takes the records of a run, gives one document. Never reassesses findings.

use std::fmt::Write;

use quick_xml::escape::escape;

use crate::batch::{Record, Status};
use crate::model::{Finding, Severity, Source};

/// A run as a suite of tests: an input with a finding of severity error, or one that could not be read, fails. With `strict`
/// warnings fail, too.
pub fn junit<'r>(records: impl IntoIterator<Item = &'r Record>, strict: bool) -> String {
    let records: Vec<&Record> = records.into_iter().collect();
    let counts = |f: &&Finding| f.severity == Severity::Error || strict && f.severity == Severity::Warning;
    let fails =
        |r: &&&Record| r.status != Status::Skipped && (!r.is_understood() || r.findings.iter().any(|f| counts(&f)));
    let failed = records.iter().filter(fails).count();
    let skipped = records.iter().filter(|r| r.status == Status::Skipped).count();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let numbers = format!("tests=\"{}\" failures=\"{failed}\" skipped=\"{skipped}\"", records.len());
    // Writing to a string cannot fail.
    let _ = writeln!(xml, "<testsuites {numbers}>\n  <testsuite name=\"nianbao check\" {numbers}>");
    for record in &records {
        let name = text(&record.file);
        let _ = writeln!(xml, "    <testcase classname=\"nianbao\" name=\"{name}\">");
        if record.status == Status::Skipped {
            let _ = writeln!(xml, "      <skipped message=\"{}\"/>", text(record.reason()));
        }
        if fails(&record) {
            for f in record.findings.iter().filter(counts) {
                let body = f.hint.as_deref().unwrap_or_default();
                let _ = writeln!(
                    xml,
                    "      <failure type=\"{}\" message=\"{}\">{}</failure>",
                    text(f.code.name()),
                    text(&f.message),
                    text(body)
                );
            }
        }
        let others: Vec<String> = record.findings.iter().filter(|f| !counts(f)).map(line).collect();
        if !others.is_empty() {
            let _ = writeln!(xml, "      <system-out>{}</system-out>", text(&others.join("\n")));
        }
        xml.push_str("    </testcase>\n");
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    xml
}

/// A finding in one line.
fn line(f: &Finding) -> String {
    let at = f.source.as_ref().and_then(Source::in_sheet).map_or(String::new(), |p| format!("{p} "));
    format!("{} {at}{}", f.code, f.message)
}

/// Escaped text; characters that XML does not allow become U+FFFD.
fn text(text: &str) -> String {
    let legal = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    let text: String = text.chars().map(|c| if legal(c) { c } else { '\u{fffd}' }).collect();
    escape(text.as_str()).into_owned()
}
