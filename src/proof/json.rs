//! A JSON read back by the importer, and compared with the report from which it was made.
//!
//! Takes the file and the report, returns how much was compared, or the first difference.

use super::pieces::{Compared, NOTHING, Unequal};
use crate::import::{Input, Limits, read_input};
use crate::model::Report;
use crate::normalize::{Options, normalize_json_exact};

/// Compares the report that the JSON gives with the one that was written.
pub(crate) fn prove(report: &Report, bytes: &[u8], limits: &Limits) -> Result<Compared, Unequal> {
    let Input::Report(json) = read_input("", bytes, limits).map_err(|e| Unequal::unread(&e.to_string()))? else {
        return Err(Unequal::unread("别的文件"));
    };
    let read = normalize_json_exact(&json, &Options { keep_text: true, forms: vec![report.form.clone()] });
    let message = || read.findings.first().map_or_else(String::new, |f| f.message.clone());
    let again = read.report.as_ref().ok_or_else(|| Unequal::unread(&message()))?;
    same(report, again)
}

/// Compares two reports.
fn same(report: &Report, again: &Report) -> Result<Compared, Unequal> {
    let mut compared = Compared::default();
    let differs = |place: String, a: &str, b: &str| Err(Unequal::new(place, a, b));
    if report.cover != again.cover {
        return differs("封面".to_owned(), &format!("{:?}", report.cover), &format!("{:?}", again.cover));
    }
    fn texts(r: &Report) -> Vec<&str> {
        let sections = r.sections.iter().flat_map(|s| s.paragraphs());
        r.preface.iter().chain(sections).map(|p| p.text.as_str()).collect()
    }
    let (a, b) = (texts(report), texts(again));
    for i in 0..a.len().max(b.len()) {
        let (a, b) = (a.get(i).unwrap_or(&NOTHING), b.get(i).unwrap_or(&NOTHING));
        if a != b {
            return differs(format!("第 {} 段", i + 1), a, b);
        }
        compared.paragraphs += 1;
    }
    for (table, (a, b)) in report.form.tables.iter().zip(report.tables.iter().zip(&again.tables)) {
        for (slot, (a, b)) in a.iter().zip(b).enumerate() {
            if a != b {
                let place = format!(
                    "{}的“{}，{}”",
                    table.name,
                    table.row_path(slot).join("—"),
                    table.column_path(slot).join("—")
                );
                return differs(place, &a.to_string(), &b.to_string());
            }
            compared.cells += 1;
        }
    }
    // Equal texts may have other levels, or be on the other side of a table. The form is the same value, because the JSON was
    // read by it alone. Destructured exhaustively, so that a new part of a report fails to compile here.
    let Report { form: _, cover: _, preface, sections, tables } = report;
    if *preface != again.preface || *sections != again.sections || *tables != again.tables {
        return differs("段落的层次".to_owned(), "与报告相同", "不同");
    }
    Ok(compared)
}
