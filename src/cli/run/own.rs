//! Files that this program wrote, found among the inputs of a run.
//!
//! Takes the records of a run, passes over a published workbook, a JSON or a marked copy where the workbook it came from is an
//! input too: it would be a second report. Alone it is read as any report, and so is a file that was named itself.

use std::collections::BTreeMap;
use std::path::Path;

use crate::aggregate::{Expected, Roster, Submission};
use crate::batch::{Record, Status};
use crate::cli::plan::Plan;
use crate::model::Severity;
use crate::rules::finding;

/// Passes over what this program wrote and the run has the source of; says of each record whether it was.
pub fn pass_over_own<'r>(plan: &Plan, records: impl Iterator<Item = &'r mut Record>) -> Vec<bool> {
    let mut records: Vec<&mut Record> = records.collect();
    let report = |r: &Record| Some((plan.aliases.canonical(r.agency.as_deref()?).to_owned(), r.year?));
    let mut reports: BTreeMap<(String, u16), String> = BTreeMap::new();
    let mut stems: BTreeMap<String, String> = BTreeMap::new();
    for r in records.iter().filter(|r| !r.is_own && r.status != Status::Skipped) {
        if let Some(report) = report(r) {
            reports.entry(report).or_insert_with(|| r.file.clone());
        }
        stems.entry(stem(&r.file)).or_insert_with(|| r.file.clone());
    }
    let mut passed = Vec::with_capacity(records.len());
    for r in &mut records {
        let typed = plan.inputs.all.get(r.input - 1).is_some_and(|i| i.typed);
        let source = match report(r) {
            _ if !r.is_own || typed || r.status == Status::Skipped => None,
            Some(report) => reports.get(&report),
            // A marked copy of what was refused is refused too; it has the name of its source.
            None => stems.get(&stem(&r.file)),
        };
        if let Some(source) = source {
            r.skip(&finding("I102", format!("是 nianbao 写出的文件，与 {source} 是同一份报告，没有再读一遍")));
        }
        passed.push(source.is_some());
    }
    passed
}

/// A file's name without extension.
fn stem(file: &str) -> String {
    Path::new(file).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
}

/// What came of the units of a list.
pub fn roster<'r>(plan: &Plan, expected: &Expected, records: impl Iterator<Item = &'r Record>) -> Roster {
    let read: Vec<&Record> = records.filter(|r| r.status != Status::Skipped).collect();
    let reason = |r: &Record| {
        let first = r.findings.iter().find(|f| f.severity == Severity::Error);
        first.map_or(String::new(), |f| format!("{}（{}）", f.message, f.code))
    };
    let reasons: Vec<Option<String>> = read.iter().map(|r| (!r.is_understood()).then(|| reason(r))).collect();
    let submissions: Vec<Submission<'_>> = read
        .iter()
        .zip(&reasons)
        .map(|(r, refused)| Submission {
            file: &r.file,
            place: plan.inputs.all.get(r.input - 1).map_or(Path::new(&r.file), |i| Path::new(&i.shown)),
            agency: r.agency.as_deref(),
            refused: refused.as_deref(),
        })
        .collect();
    expected.roster(&submissions, &plan.aliases)
}
