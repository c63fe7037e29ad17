//! Prints the result of a run: text for people, or JSON (one object per line), HTML, SARIF or JUnit for programs.
//!
//! Takes finished inputs, prints to standard output or writes one file; progress and complaints go to standard error.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;

use super::args::Output;
use super::exit::{self, Exit};
use super::next::Typed;
use super::plan::Plan;
use super::run::{Done, Made, span};
use super::times::Times;
use super::{Stop, advice, output, overview, roster};
use crate::aggregate::Roster;
use crate::batch::{OutputFile, Record, Status};
use crate::feedback::{junit, page, sarif};
use crate::model::{BLOCKS, Code, Finding, Severity, Waived};

pub use crate::batch::severity as word;

/// What a run does with its inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    Checking,
    Converting,
    Publishing,
}

/// The result of a run, besides its inputs.
pub struct Told<'a> {
    pub doing: Doing,
    pub plan: &'a Plan,
    /// The output folder of a run that writes.
    pub folder: Option<&'a Path>,
    pub summary: Option<PathBuf>,
    /// Findings on the run as a whole.
    pub notes: Vec<Finding>,
    /// File for the result; `None` for standard output.
    pub file: Option<PathBuf>,
    /// Sections of the HTML page, if a check was asked for one.
    pub sections: Vec<String>,
    /// State of the expected units, if a list was given.
    pub roster: Option<Roster>,
    pub took: Duration,
    /// Exit code of the signal that asked the run to end before it was done.
    pub asked: Option<Exit>,
}

impl<'a> Told<'a> {
    /// The exit code of the run.
    pub fn exit(&self, done: &[Done]) -> Exit {
        let roster = self.roster.as_ref().map_or(Exit::Good, |r| exit::of_roster(r, self.plan.strict));
        self.asked.unwrap_or_else(|| exit::of_records(done.iter().map(|d| &d.record)).max(roster))
    }

    /// An empty result, to be filled in.
    pub fn of(doing: Doing, plan: &'a Plan) -> Told<'a> {
        let (folder, summary, file, roster, asked) = (None, None, None, None, None);
        let (notes, sections, took) = (Vec::new(), Vec::new(), Duration::ZERO);
        Told { doing, plan, folder, summary, notes, file, sections, roster, took, asked }
    }
}

/// Whether output was lost, for example because the disk behind a redirection is full.
static UNTOLD: AtomicBool = AtomicBool::new(false);

/// Whether any line was lost.
pub fn untold() -> bool {
    UNTOLD.load(Ordering::Relaxed)
}

/// Replaces control and direction characters, including line ends, by U+FFFD: text from a workbook or a file name must not
/// control a terminal or reverse the direction of a line.
fn steady(line: &str) -> String {
    let steers = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    line.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// Prints a line to standard output, without control characters. A pipe whose reader is gone is not an error.
pub fn line(text: &str) {
    let text = steady(text);
    if let Err(e) = writeln!(std::io::stdout().lock(), "{text}")
        && e.kind() != std::io::ErrorKind::BrokenPipe
    {
        UNTOLD.store(true, Ordering::Relaxed);
    }
}

/// Prints a line of progress to standard error.
pub fn progress(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", steady(text));
}

/// Prints a sentence to standard error.
pub fn complaint(text: &str) {
    progress(&format!("nianbao：{text}"));
}

/// Most findings of one code that are listed, for one input among several and for a single one; the others are counted. Findings
/// that block publication are always listed.
pub const LISTED: Listed = Listed { warnings: 3, notes: 3 };
const LISTED_ALONE: Listed = Listed { warnings: 50, notes: 10 };

/// Most warnings and notes of one code that are listed.
#[derive(Debug, Clone, Copy)]
pub struct Listed {
    warnings: usize,
    notes: usize,
}

impl Listed {
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
pub fn all(told: &Told<'_>, done: &[Done]) -> Result<(), Stop> {
    let nothing = !done.is_empty() && done.iter().all(|d| d.record.status == Status::Skipped);
    let records = || done.iter().map(|d| &d.record);
    let other = match told.plan.format {
        Output::Json => {
            let units = told.roster.iter().flat_map(roster::objects);
            Some(records().map(|r| object(told.folder, r)).chain(units).map(|line| line + "\n").collect())
        }
        Output::Html => Some(page::page(records(), &told.sections)),
        Output::Sarif => Some(sarif(records())),
        Output::Junit => Some(junit(records(), told.plan.strict)),
        Output::Text => None,
    };
    match (&told.file, other) {
        (None, Some(text)) => {
            text.lines().for_each(line);
            // These formats have no place for findings on the run as a whole.
            told.notes.iter().for_each(|f| complaint(&f.message));
            if matches!(told.plan.format, Output::Sarif | Output::Junit) {
                told.roster.iter().flat_map(roster::lines).for_each(|l| progress(&l));
            }
        }
        (file, text) => {
            listed(told, done);
            findings(&told.notes, LISTED, None);
            let inputs = &told.plan.inputs;
            if done.len() > 1 || told.asked.is_some() || inputs.left_out + inputs.left_out_folders > 0 {
                counted(told, done);
            }
            if nothing {
                line("没有找到工作簿，请检查路径");
            }
            told.roster.iter().flat_map(roster::lines).for_each(|l| line(&l));
            match told.doing {
                Doing::Checking if told.asked.is_none() => advice::checked(told, done),
                Doing::Publishing => advice::waivable(done),
                _ => {}
            }
            // The result of an interrupted run does not replace that of a complete one.
            if let (Some(path), Some(text), None) = (file, text, told.asked) {
                let steady: String = text.lines().map(|line| steady(line) + "\n").collect();
                let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
                output::write_one(path, steady.as_bytes()).map_err(unwritten)?;
                line(&format!("已写出 {}", path.display()));
            }
        }
    }
    told.plan.times.iter().flat_map(Times::lines).for_each(|l| progress(&l));
    Ok(())
}

/// Prints the result of merging the shards of a run.
pub fn merged(folder: &Path, parts: &[PathBuf], done: &[Done]) {
    line(&format!("{} 个分片齐全，{} 份输入各有一份结果，输出文件都在", parts.len(), done.len()));
    table(done);
    line(&format!("已写出 {} 里的 manifest.jsonl 和 汇总.xlsx", folder.display()));
}

fn listed(told: &Told<'_>, done: &[Done]) {
    let few = done.len() <= FEW;
    let several = done.iter().filter(|d| d.record.status != Status::Skipped).count() > 1;
    if told.doing == Doing::Checking && several {
        return overview::lines(done.iter().map(|d| &d.record)).iter().for_each(|l| line(l));
    }
    let worth = |d: &&Done| match d.record.status {
        Status::Failed | Status::Findings => true,
        Status::Ok => few,
        // Among several inputs, skipped ones are listed by [`counted`].
        Status::Skipped => done.len() == 1,
    };
    let all: Vec<&Done> = done.iter().filter(worth).collect();
    // Only the summary of a converting run contains all of them.
    let most = if told.doing == Doing::Converting && told.summary.is_some() && !few { MOST } else { usize::MAX };
    for d in all.iter().take(most) {
        text(told.doing, told.folder, d, (!several).then_some(&told.plan.typed));
    }
    if let (Some(summary), true) = (&told.summary, all.len() > most) {
        line(&format!("另有 {} 份有问题的没有列出，全部见 {}", all.len() - most, summary.display()));
    }
    // Among many inputs, those without problems are not listed, but those with a warning are.
    let warned = |d: &&Done| !worth(d) && !overview::is_clean(&d.record);
    for d in done.iter().filter(warned) {
        overview::of_one(&d.record, true).iter().for_each(|l| line(l));
    }
}

fn counted(told: &Told<'_>, done: &[Done]) {
    overview::skipped(done.iter().map(|d| &d.record)).iter().for_each(|l| line(l));
    let all = told.plan.inputs.all.len();
    if let Some(asked) = told.asked {
        line(&format!("已停止：{}，还有 {} 份没有做", asked.meaning(), all - done.len()));
    }
    let seconds = told.took.as_secs_f64();
    // A run of less than a second needs no rate.
    let rate = if seconds < 1.0 {
        String::new()
    } else {
        format!("，用时 {}，每秒 {:.0} 份", span(told.took), done.len() as f64 / seconds)
    };
    line(&format!("共 {} 份{rate}", done.len()));
    table(done);
    if told.doing == Doing::Publishing {
        unpublished(done);
    }
    let left_out = [(told.plan.inputs.left_out, "文件"), (told.plan.inputs.left_out_folders, "文件夹")];
    let left_out: Vec<String> =
        left_out.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{what} {count} 个")).collect();
    if !left_out.is_empty() {
        line(&format!("按 --include、--exclude 没有读取的{}", left_out.join("，")));
    }
    if let Some(summary) = &told.summary {
        let what = if told.doing == Doing::Publishing { "目录页" } else { "一览表" };
        line(&format!("{what}：{}", summary.display()));
    }
}

/// Prints which reports of a publishing run have no package.
fn unpublished(done: &[Done]) {
    let without = |d: &&Done| d.record.status != Status::Skipped && d.record.outputs.is_empty();
    let names: Vec<&str> = done.iter().filter(without).map(|d| d.record.file.as_str()).collect();
    if !names.is_empty() {
        let more = if names.len() > FEW { " 等" } else { "" };
        let some: Vec<&str> = names.iter().take(FEW).copied().collect();
        line(&format!("没有公布的有 {} 份：{}{more}", names.len(), some.join("、")));
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
            line(&format!("  {what}{pad}  {count:>6}{meaning}"));
        }
    }
    let warned = done.iter().filter(|d| d.record.count(Severity::Warning) > 0).count();
    if warned > 0 {
        line(&format!("  其中 {warned} 份有警告"));
    }
    let blocked = |d: &&Done| d.record.is_understood() && d.record.findings.iter().any(overview::is_blocking_warning);
    let blocked = done.iter().filter(blocked).count();
    if blocked > 0 {
        line(&format!("  其中 {blocked} 份有一种警告，{BLOCKS}"));
    }
    let own = done.iter().filter(|d| d.record.is_own && d.record.status == Status::Skipped).count();
    if own > 0 {
        line(&format!("  其中 {own} 份是 nianbao 写出的，与输入里的报告相同，没有再读"));
    }
    if kept > 0 {
        line(&format!("  其中 {kept} 份没有变化，沿用上次的输出"));
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
    line(&format!("{}：{}", r.file, known.join("；")));
    findings(&r.findings, if alone.is_some() { LISTED_ALONE } else { LISTED }, alone.map(|t| t.of(&r.file)).as_ref());
    match (doing, folder, r.outputs.last()) {
        (Doing::Publishing, Some(folder), Some(zip)) => {
            let package = folder.join(zip.path.trim_end_matches(".zip"));
            let count = r.outputs.len() - 1;
            line(&format!("  已公布  {}（{count} 个文件）和 {}", package.display(), folder.join(&zip.path).display()));
        }
        (_, Some(folder), _) => files(folder, &r.outputs, done.made),
        (_, None, _) => {}
    }
    if refused && folder.is_some() {
        line("  没有为它写任何文件");
    } else if doing == Doing::Converting && r.count(Severity::Error) > 0 && !r.outputs.is_empty() {
        line(&format!("  注意：有 {} 处错误，已照原样生成，公布前请核对", r.count(Severity::Error)));
    }
}

/// Lists findings for a person, at most `most` of one code. With `typed`, the command that shows all of them is printed.
pub fn findings(all: &[Finding], most: Listed, typed: Option<&Typed>) {
    let mut shown: Vec<(Code, usize, usize)> = Vec::new();
    for f in all {
        let index = shown.iter().position(|(code, ..)| *code == f.code).unwrap_or_else(|| {
            shown.push((f.code, 0, 0));
            shown.len() - 1
        });
        let most = if f.blocks() { usize::MAX } else { most.of(f.severity) };
        shown[index].1 += 1;
        if shown[index].1 <= most {
            shown[index].2 += 1;
            line(&format!("  {}  {}（{}）", word(f.severity), f.message, f.coded()));
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
        line(&format!("  {how}  {}（{}）", folder.join(&o.path).display(), size(o.bytes)));
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
    let object = Object {
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
struct Object<'a> {
    file: &'a str,
    agency: Option<&'a str>,
    year: Option<u16>,
    edition: Option<&'a str>,
    status: Status,
    outputs: Vec<OutputFile>,
    findings: &'a [Finding],
}
