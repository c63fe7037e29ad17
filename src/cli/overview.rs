//! Many checked inputs on one screen: those with problems first, the most severe at the top; those without in one line.
//!
//! Takes finished inputs, returns lines. Each input gets its most severe finding only; the command that shows all of them on a
//! page is printed after the lines.

use std::collections::BTreeMap;
use std::path::Path;

use super::terminal::Line;
use crate::batch::{Record, Status, severity as word};
use crate::model::{BLOCKS, Finding, Severity, truncated};

/// With more problem files than this, each has one line instead of two.
const FEW: usize = 20;
/// Most names of inputs without problems that are listed.
const NAMED: usize = 10;
/// Most skipped files of one folder that are listed one by one, and most lines about skipped files in total.
const SKIPPED: usize = 5;
const MOST_SKIPPED: usize = 20;
/// Longest message, in characters, where an input has one line.
const LONGEST: usize = 90;

/// How badly an input needs attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grade {
    Clean,
    Warned,
    /// A warning that blocks publication.
    Blocked,
    Wrong,
    Unread,
}

fn grade(record: &Record) -> Grade {
    let worst = record.findings.iter().map(|f| match f.severity {
        Severity::Error => Grade::Wrong,
        _ if f.blocks() => Grade::Blocked,
        Severity::Warning => Grade::Warned,
        Severity::Note => Grade::Clean,
    });
    match record.status {
        Status::Failed => Grade::Unread,
        Status::Skipped => Grade::Clean,
        _ => worst.max().unwrap_or(Grade::Clean),
    }
}

/// Whether an input was not refused and no finding blocks its publication.
pub fn is_publishable(record: &Record) -> bool {
    grade(record) < Grade::Blocked
}

/// Whether an input has neither an error nor a warning.
pub fn is_clean(record: &Record) -> bool {
    grade(record) == Grade::Clean
}

/// Whether a finding is a warning that blocks publication and is not waived.
pub fn is_blocking_warning(f: &Finding) -> bool {
    f.blocks_as_warning() && f.waived.is_none()
}

/// Lines about checked inputs, without those that were skipped; `named`: also about those without problems.
pub fn lines<'r>(records: impl Iterator<Item = &'r Record>, named: bool) -> Vec<Line> {
    let (clean, mut problems): (Vec<&Record>, Vec<&Record>) =
        records.filter(|r| r.status != Status::Skipped).partition(|r| is_clean(r));
    // The sort is stable: within a grade in the order of the inputs.
    problems.sort_by_key(|r| std::cmp::Reverse(grade(r)));
    let brief = problems.len() > FEW;
    let mut out: Vec<Line> = problems.iter().flat_map(|r| of_one(r, brief)).collect();
    if named && !clean.is_empty() {
        let name = |r: &&Record| Path::new(&r.file).file_name().map(|n| n.to_string_lossy().into_owned());
        let names: Vec<String> = clean.iter().take(NAMED).filter_map(name).collect();
        let more = if clean.len() > NAMED { " 等" } else { "" };
        out.push(format!("没有发现错误和警告的 {} 份：{}{more}", clean.len(), names.join("、")).into());
    }
    out
}

/// An input with problems: file, agency, year, and the most severe finding with the number of the others.
pub fn of_one(record: &Record, brief: bool) -> Vec<Line> {
    let grave = |f: &&Finding| f.severity > Severity::Note;
    let all: Vec<&Finding> = record.findings.iter().filter(grave).collect();
    // The first finding that blocks publication (errors are sorted first), otherwise the first warning.
    let first = all.iter().position(|f| f.blocks()).unwrap_or(0);
    let Some(gravest) = all.get(first) else { return vec![format!("{}：{}", record.file, record.known()).into()] };
    let others = || all.iter().enumerate().filter(|(i, _)| *i != first).map(|(_, f)| *f);
    let count = |severity| others().filter(|f| f.severity == severity).count();
    let rest = [(count(Severity::Error), Severity::Error), (count(Severity::Warning), Severity::Warning)];
    let rest: Vec<String> =
        rest.iter().filter(|(n, _)| *n > 0).map(|(n, severity)| format!("{n} 处{}", word(*severity))).collect();
    let mut rest = if rest.is_empty() { String::new() } else { format!("；另有 {}", rest.join("、")) };
    if let Some(f) = others().find(|f| is_blocking_warning(f) && !is_blocking_warning(gravest)) {
        rest.push_str(&format!("（其中 {} {BLOCKS}）", f.code));
    }
    let message = &gravest.message;
    let code = gravest.coded();
    let known = record.known();
    let refused = record.status == Status::Failed;
    if brief {
        let whose = if known.is_empty() { String::new() } else { format!("（{known}）") };
        let rest = format!("  {}{whose}：{}（{code}）{rest}", record.file, truncated(message, LONGEST));
        return vec![if refused { format!("没有读懂{rest}").into() } else { Line::of("", gravest.severity, rest) }];
    }
    let whose = match (known.is_empty(), refused) {
        (true, _) => "没有读懂".to_owned(),
        (false, true) => format!("{known}；没有读懂"),
        (false, false) => known,
    };
    let head = format!("{}：{whose}", record.file);
    vec![head.into(), Line::of("  ", gravest.severity, format!("  {message}（{code}）{rest}"))]
}

/// Lines about skipped files: one per file, or one for a folder with many.
pub fn skipped<'r>(records: impl Iterator<Item = &'r Record>) -> Vec<String> {
    let mut folders: Vec<(&Path, Vec<&Record>)> = Vec::new();
    let mut places: BTreeMap<&Path, usize> = BTreeMap::new();
    for record in records.filter(|r| r.status == Status::Skipped) {
        let folder = Path::new(&record.file).parent().unwrap_or(Path::new(""));
        let place = *places.entry(folder).or_insert_with(|| {
            folders.push((folder, Vec::new()));
            folders.len() - 1
        });
        folders[place].1.push(record);
    }
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (folder, files) in folders {
        if files.len() <= SKIPPED {
            lines.extend(files.iter().map(|r| (1, format!("略过 {}：{}", r.file, r.reason()))));
        } else if let Some(first) = files.first() {
            let name = Path::new(&first.file).file_name().unwrap_or_default().display();
            let (folder, count, reason) = (folder.display(), files.len(), first.reason());
            lines.push((count, format!("略过 {folder} 里的 {count} 个文件，如 {name}：{reason}")));
        }
    }
    let rest: usize = lines.iter().skip(MOST_SKIPPED).map(|(count, _)| count).sum();
    let mut out: Vec<String> = lines.into_iter().take(MOST_SKIPPED).map(|(_, line)| line).collect();
    if rest > 0 {
        out.push(format!("另外还略过了 {rest} 个文件"));
    }
    out
}
