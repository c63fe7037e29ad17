//! Files that this program wrote among the inputs of a run, and the comparison with a list of units.
//!
//! Takes the records of a run. A published workbook, a JSON or a marked copy is skipped if its source is an input too, because
//! the report would count twice. Without its source, or named explicitly, it is read like any report.

use std::collections::BTreeMap;
use std::path::Path;

use crate::aggregate::{Expected, Roster, Submission};
use crate::batch::{Record, Status};
use crate::model::{Code, Severity, finding};
use crate::series::Aliases;

/// Skips files that this program wrote if their source is an input too, except those that `typed` says were named explicitly;
/// returns for each record whether it was skipped.
pub fn pass_over_own<'r>(
    aliases: &Aliases,
    typed: impl Fn(&Record) -> bool,
    records: impl Iterator<Item = &'r mut Record>,
) -> Vec<bool> {
    let mut records: Vec<&mut Record> = records.collect();
    let report = |r: &Record| Some((aliases.canonical(r.agency.as_deref()?).to_owned(), r.year?));
    let mut reports: BTreeMap<(String, u16), String> = BTreeMap::new();
    let mut stems: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for r in records.iter().filter(|r| !r.is_own && r.status != Status::Skipped) {
        if let Some(report) = report(r) {
            reports.entry(report).or_insert_with(|| r.file.clone());
        }
        stems.entry(stem(&r.file)).or_default().push(r.file.clone());
    }
    let mut passed = Vec::with_capacity(records.len());
    for r in &mut records {
        let source = match report(r) {
            _ if !r.is_own || typed(r) || r.status == Status::Skipped => None,
            Some(report) => reports.get(&report).map(|source| (source, "同单位同年度")),
            // If agency or year is not known, as in the marked copy of a refused report, the path of the source is compared: the
            // folders of copies are named as those of their sources.
            None => stems.get(&stem(&r.file)).and_then(|all| one_of(all, &r.file)).map(|source| (source, "同名")),
        };
        if let Some((source, alike)) = source {
            // Its content is not compared: it may be of before the source was corrected, or edited since.
            let message = format!("是 nianbao 写出的文件，与 {source} {alike}，以 {source} 为准，没有再读一遍");
            r.skip(&finding(Code::I102, message).hint("如果改过这一份，请改到原来的工作簿里"));
        }
        passed.push(source.is_some());
    }
    passed
}

/// A file's name without extension.
fn stem(file: &str) -> String {
    Path::new(file).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The source of a copy among files with the same stem: the only one, or else the only one in a folder of the same name.
fn one_of<'f>(all: &'f [String], copy: &str) -> Option<&'f String> {
    let folder = |file: &str| Path::new(file).parent().and_then(Path::file_name).map(ToOwned::to_owned);
    let mut near = all.iter().filter(|file| all.len() == 1 || folder(file) == folder(copy));
    near.next().filter(|_| near.next().is_none())
}

/// State of the units of a list; `shown` gives the path of a record's file below the folder that was given.
pub fn roster<'r>(
    expected: &Expected,
    aliases: &Aliases,
    shown: impl Fn(&Record) -> Option<&'r Path>,
    records: impl Iterator<Item = &'r Record>,
) -> Roster {
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
            place: shown(r).unwrap_or(Path::new(&r.file)),
            agency: r.agency.as_deref(),
            refused: refused.as_deref(),
        })
        .collect();
    expected.roster(&submissions, aliases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_belongs_to_the_file_of_its_name_in_the_folder_of_its_name() {
        let all = |files: &[&str]| files.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>();
        let one = all(&["各单位/甲/年报.xlsx"]);
        assert_eq!(one_of(&one, "标注/乙/年报.xlsx"), Some(&one[0]));
        let two = all(&["各单位/甲/年报.xlsx", "各单位/乙/年报.xls"]);
        assert_eq!(one_of(&two, "标注/乙/年报.xlsx"), Some(&two[1]));
        assert_eq!(one_of(&two, "标注/丙/年报.xlsx"), None);
        let alike = all(&["一/甲/年报.xlsx", "二/甲/年报.xlsx"]);
        assert_eq!(one_of(&alike, "标注/甲/年报.xlsx"), None);
    }
}
