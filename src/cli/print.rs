//! Prints the result of a run: text for people, or JSON (one object per line), HTML, SARIF or JUnit for programs.
//!
//! Takes finished inputs, prints to standard output or writes one file; progress and complaints go to standard error.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::args::Output;
use super::next::Typed;
use super::outcome::{Doing, Done, Made, RunOutcome};
use super::terminal::{self, Line, aside, complaint, info, is_quiet, line, steady};
use super::times::{Times, span};
use super::{Exit, Stop, advice, output, overview, roster, standard};
use crate::batch::{OutputFile, Record, Status};
use crate::feedback::{junit, page, sarif};
use crate::model::{BLOCKS, Code, Finding, Severity, Waived};

/// Most findings of one code that are listed, for one input among several and for a single one; the others are counted. Findings
/// that block publication are always listed.
pub const LISTED: ListLimits = ListLimits { warnings: 3, notes: 3 };
const LISTED_ALONE: ListLimits = ListLimits { warnings: 50, notes: 10 };

/// Most warnings and notes of one code that are listed.
#[derive(Debug, Clone, Copy)]
pub struct ListLimits {
    warnings: usize,
    notes: usize,
}

impl ListLimits {
    fn of(self, severity: Severity) -> usize {
        if severity == Severity::Note { self.notes } else { self.warnings }
    }
}
/// With more inputs than this, those without problems are counted and not listed.
const FEW: usize = 20;
/// Most inputs that are listed if a summary workbook contains the rest.
const MOST: usize = 50;

/// Prints a run. If the result goes to a file, the text for people is printed as well.
///
/// # Errors
/// If the file cannot be written.
pub fn all(outcome: &RunOutcome<'_>, done: &[Done]) -> Result<(), Stop> {
    let nothing = !done.is_empty() && done.iter().all(|d| d.record.status == Status::Skipped);
    let records = || done.iter().map(|d| &d.record);
    let other = match outcome.plan.format {
        Output::Json => {
            let units = outcome.roster.iter().flat_map(roster::objects);
            Some(records().map(|r| object(outcome.folder, r)).chain(units).map(|line| line + "\n").collect())
        }
        Output::Html => Some(page::page(records(), &outcome.sections)),
        Output::Sarif => Some(sarif(records())),
        Output::Junit => Some(junit(records(), outcome.plan.strict)),
        Output::Text => None,
    };
    match (&outcome.file, other) {
        (None, Some(text)) => {
            text.lines().for_each(line);
            // These formats have no place for findings on the run as a whole.
            outcome.notes.iter().for_each(|f| complaint(&f.message));
            if matches!(outcome.plan.format, Output::Sarif | Output::Junit) {
                outcome.roster.iter().flat_map(roster::lines).for_each(|l| aside(&l));
            }
        }
        (file, text) => {
            listed(outcome, done);
            findings(&outcome.notes, LISTED, None);
            let inputs = &outcome.plan.inputs;
            if done.len() > 1 || outcome.asked.is_some() || inputs.left_out + inputs.left_out_folders > 0 {
                counted(outcome, done);
            }
            if nothing {
                line("没有找到工作簿，请检查路径");
            }
            outcome
                .roster
                .iter()
                .filter(|r| !is_quiet() || roster::has_problems(r))
                .flat_map(roster::lines)
                .for_each(|l| line(&l));
            match outcome.doing {
                _ if is_quiet() => {}
                Doing::Checking if outcome.asked.is_none() => advice::checked(outcome, done),
                Doing::Publishing => advice::waivable(done),
                _ => {}
            }
            // The result of an interrupted run does not replace that of a complete one.
            if let (Some(path), Some(text), None) = (file, text, outcome.asked) {
                let steady: String = text.lines().map(|line| steady(line) + "\n").collect();
                let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
                if standard::is_dash(path) {
                    terminal::result(steady.as_bytes()).map_err(unwritten)?;
                } else {
                    output::write_one(path, steady.as_bytes()).map_err(unwritten)?;
                    info(&format!("已写出 {}", path.display()));
                }
            }
        }
    }
    outcome.plan.times.iter().flat_map(Times::lines).for_each(|l| aside(&l));
    Ok(())
}

/// Prints the result of merging the shards of a run.
pub fn merged(folder: &Path, parts: &[PathBuf], done: &[Done]) {
    info(&format!("{} 个分片齐全，{} 份输入各有一份结果，输出文件都在", parts.len(), done.len()));
    table(done);
    info(&format!("已写出 {} 里的 manifest.jsonl 和 汇总.xlsx", folder.display()));
}

fn listed(outcome: &RunOutcome<'_>, done: &[Done]) {
    let few = done.len() <= FEW;
    let several = done.iter().filter(|d| d.record.status != Status::Skipped).count() > 1;
    if outcome.doing == Doing::Checking && several {
        return overview::lines(done.iter().map(|d| &d.record), !is_quiet()).iter().for_each(Line::print);
    }
    let worth = |d: &&Done| match d.record.status {
        Status::Failed | Status::Findings => true,
        Status::Ok => few,
        // Among several inputs, skipped ones are listed by [`counted`].
        Status::Skipped => done.len() == 1,
    };
    let all: Vec<&Done> = done.iter().filter(worth).collect();
    // Only the summary of a converting run contains all of them.
    let most = if outcome.doing == Doing::Converting && outcome.summary.is_some() && !few { MOST } else { usize::MAX };
    for d in all.iter().take(most) {
        text(outcome.doing, outcome.folder, d, (!several).then_some(&outcome.plan.typed));
    }
    if let (Some(summary), true) = (&outcome.summary, all.len() > most) {
        line(&format!("另有 {} 份有问题的没有列出，全部见 {}", all.len() - most, summary.display()));
    }
    // Among many inputs, those without problems are not listed, but those with a warning are.
    let warned = |d: &&Done| !worth(d) && !overview::is_clean(&d.record);
    for d in done.iter().filter(warned) {
        overview::of_one(&d.record, true).iter().for_each(Line::print);
    }
}

fn counted(outcome: &RunOutcome<'_>, done: &[Done]) {
    overview::skipped(done.iter().map(|d| &d.record)).iter().for_each(|l| info(l));
    let all = outcome.plan.inputs.all.len();
    if let Some(asked) = outcome.asked {
        line(&format!("已停止：{}，还有 {} 份没有做", asked.meaning(), all - done.len()));
    }
    let seconds = outcome.took.as_secs_f64();
    // A run of less than a second needs no rate.
    let rate = if seconds < 1.0 {
        String::new()
    } else {
        format!("，用时 {}，每秒 {:.0} 份", span(outcome.took), done.len() as f64 / seconds)
    };
    info(&format!("共 {} 份{rate}", done.len()));
    table(done);
    if outcome.doing == Doing::Publishing {
        unpublished(done);
    }
    let left_out = [(outcome.plan.inputs.left_out, "文件"), (outcome.plan.inputs.left_out_folders, "文件夹")];
    let left_out: Vec<String> =
        left_out.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{what} {count} 个")).collect();
    if !left_out.is_empty() {
        info(&format!("按 --include、--exclude 没有读取的{}", left_out.join("，")));
    }
    if let Some(summary) = &outcome.summary {
        let what = if outcome.doing == Doing::Publishing { "目录页" } else { "一览表" };
        info(&format!("{what}：{}", summary.display()));
    }
}

/// Prints which reports of a publishing run have no package.
fn unpublished(done: &[Done]) {
    let without = |d: &&Done| d.record.status != Status::Skipped && d.record.outputs.is_empty();
    let names: Vec<&str> = done.iter().filter(without).map(|d| d.record.file.as_str()).collect();
    if !names.is_empty() {
        let more = if names.len() > FEW { " 等" } else { "" };
        let some: Vec<&str> = names.iter().take(FEW).copied().collect();
        info(&format!("没有公布的有 {} 份：{}{more}", names.len(), some.join("、")));
    }
}

/// Prints the number of inputs by status.
fn table(done: &[Done]) {
    let kept = done.iter().filter(|d| d.made == Made::Kept).count();
    for (what, status, meaning) in [
        ("正常", Status::Ok, ""),
        ("有问题", Status::Findings, "内容已读懂，请核对"),
        ("失败", Status::Failed, "读不了、不能确定内容或写不了"),
        ("略过", Status::Skipped, "不是要转换的工作簿"),
    ] {
        let count = done.iter().filter(|d| d.record.status == status).count();
        if count > 0 {
            // A Chinese character takes two columns.
            let pad = " ".repeat(6 - unicode_width::UnicodeWidthStr::width(what));
            let meaning = if meaning.is_empty() { String::new() } else { format!("  {meaning}") };
            info(&format!("  {what}{pad}  {count:>6}{meaning}"));
        }
    }
    let warned = done.iter().filter(|d| d.record.count(Severity::Warning) > 0).count();
    if warned > 0 {
        info(&format!("  其中 {warned} 份有警告"));
    }
    let blocked = |d: &&Done| d.record.is_understood() && d.record.findings.iter().any(overview::is_blocking_warning);
    let blocked = done.iter().filter(blocked).count();
    if blocked > 0 {
        info(&format!("  其中 {blocked} 份有一种警告，{BLOCKS}"));
    }
    let own = done.iter().filter(|d| d.record.is_own && d.record.status == Status::Skipped).count();
    if own > 0 {
        info(&format!("  其中 {own} 份是 nianbao 写出的，以输入里同单位同年度的报告为准，没有再读"));
    }
    if kept > 0 {
        info(&format!("  其中 {kept} 份没有变化，沿用上次的输出"));
    }
}

/// Prints an input for a person; `folder` is the output folder, if there is one. `alone` is given if it is the only report of the
/// run: then more findings are listed, with the command that shows all of them.
pub fn text(doing: Doing, folder: Option<&Path>, done: &Done, alone: Option<&Typed>) {
    let r = &done.record;
    let refused = !r.is_understood();
    let ended = match (r.status, doing) {
        (Status::Skipped, _) => "略过",
        (Status::Failed, Doing::Checking) => "有必须先改的问题",
        (Status::Failed, Doing::Converting) => "没有转换",
        (Status::Failed, Doing::Publishing) => "没有公布",
        (Status::Ok | Status::Findings, _) => "",
    };
    let known = [r.known(), ended.to_owned()].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>();
    if !is_quiet() || refused || r.findings.iter().any(|f| f.severity > Severity::Note) {
        line(&format!("{}：{}", r.file, known.join("；")));
    }
    findings(&r.findings, if alone.is_some() { LISTED_ALONE } else { LISTED }, alone.map(|t| t.of(&r.file)).as_ref());
    match (doing, folder, r.outputs.last()) {
        (Doing::Publishing, Some(folder), Some(zip)) => {
            let package = folder.join(zip.path.trim_end_matches(".zip"));
            let count = r.outputs.len() - 1;
            info(&format!("  已公布  {}（{count} 个文件）和 {}", package.display(), folder.join(&zip.path).display()));
        }
        (_, Some(folder), _) => files(folder, &r.outputs, done.made),
        (_, None, _) => {}
    }
    if refused && folder.is_some() {
        info("  没有为它写任何文件");
    } else if doing == Doing::Converting && r.count(Severity::Error) > 0 && !r.outputs.is_empty() {
        info(&format!("  注意：有 {} 处错误，已照原样生成，公布前请核对", r.count(Severity::Error)));
    }
}

/// Lists findings for a person, in a quiet run without notes, at most `most` of one code. With `typed`, the command that shows all of them is printed.
pub fn findings(all: &[Finding], most: ListLimits, typed: Option<&Typed>) {
    let mut shown: Vec<(Code, usize, usize)> = Vec::new();
    for f in all.iter().filter(|f| !is_quiet() || f.severity > Severity::Note) {
        let index = shown.iter().position(|(code, ..)| *code == f.code).unwrap_or_else(|| {
            shown.push((f.code, 0, 0));
            shown.len() - 1
        });
        let most = if f.blocks() { usize::MAX } else { most.of(f.severity) };
        shown[index].1 += 1;
        if shown[index].1 <= most {
            shown[index].2 += 1;
            Line::of("  ", f.severity, format!("  {}（{}）", f.message, f.coded())).print();
            if let Some(Waived { who, date, reason }) = &f.waived {
                line(&format!("        已豁免：{who}，{date}，{reason}"));
            } else if let Some(hint) = f.hint.as_deref().filter(|_| f.severity > Severity::Note) {
                line(&format!("        → {hint}"));
            }
        }
    }
    for (code, count, listed) in shown.into_iter().filter(|(_, count, listed)| count > listed) {
        let how = typed.map_or(String::new(), |t| format!("，全部见网页：{}", t.page()));
        line(&format!("        另有 {} 条同类（{code}）{how}", count - listed));
    }
}

/// Lists files that were written.
pub fn files(folder: &Path, outputs: &[OutputFile], made: Made) {
    let how = match made {
        Made::New => "已生成",
        Made::Replaced => "已更新",
        Made::Kept => "没有变化",
    };
    for o in outputs {
        info(&format!("  {how}  {}（{}）", folder.join(&o.path).display(), size(o.bytes)));
    }
}

fn size(bytes: usize) -> String {
    if bytes < 1_000_000 { format!("{} KB", bytes.div_ceil(1000)) } else { format!("{:.1} MB", bytes as f64 / 1e6) }
}

/// Prints an input as one JSON object.
pub fn json(folder: Option<&Path>, record: &Record) {
    line(&object(folder, record));
}

/// An input as one JSON object.
fn object(folder: Option<&Path>, record: &Record) -> String {
    let outputs = record.outputs.iter().map(|o| {
        let path = folder.map_or_else(|| o.path.clone(), |f| f.join(&o.path).display().to_string());
        OutputFile { path, ..o.clone() }
    });
    let object = RecordLine {
        file: &record.file,
        agency: record.agency.as_deref(),
        year: record.year,
        edition: record.edition.as_deref(),
        status: record.status,
        outputs: outputs.collect(),
        findings: &record.findings,
    };
    // Strings and numbers only: this cannot fail.
    serde_json::to_string(&object).unwrap_or_default()
}

#[derive(Serialize)]
struct RecordLine<'a> {
    file: &'a str,
    agency: Option<&'a str>,
    year: Option<u16>,
    edition: Option<&'a str>,
    status: Status,
    outputs: Vec<OutputFile>,
    findings: &'a [Finding],
}
