//! Findings for people (text) and for programs (JSON, one object a line).

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;

use super::Stop;
use super::args::Output;
use super::exit::Exit;
use super::output;
use super::plan::Plan;
use super::run::{Done, Made, span};
use crate::batch::{Item, OutputFile, Record, Status, Waived};
use crate::feedback::{junit, page, sarif};
use crate::model::{Finding, Severity};
use crate::publish::stands;

pub use crate::batch::severity as word;

/// What a run does with its inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    Checking,
    Converting,
    Publishing,
}

/// What a run has to say of itself.
pub struct Told<'a> {
    pub doing: Doing,
    pub plan: &'a Plan,
    /// The output folder of a run that writes.
    pub folder: Option<&'a Path>,
    pub summary: Option<PathBuf>,
    /// What concerns the run as a whole.
    pub notes: Vec<Finding>,
    /// Where the result goes, if not to standard output.
    pub file: Option<PathBuf>,
    /// Parts of the page that a check was asked for.
    pub sections: Vec<String>,
    pub took: Duration,
    /// How the run was asked to end before it was done.
    pub asked: Option<Exit>,
}

/// Whether something could not be told: a full disk behind a redirection, say.
static UNTOLD: AtomicBool = AtomicBool::new(false);

/// Whether any line was lost.
pub fn untold() -> bool {
    UNTOLD.load(Ordering::Relaxed)
}

/// What a workbook or a file name holds may not steer a terminal or turn a line round: control and direction marks, line ends
/// too, become U+FFFD.
fn steady(line: &str) -> String {
    let steers = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    line.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// Prints a line to standard output, with nothing in it that steers; a reader that has gone away is no fault.
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

/// The exit an input's record calls for.
pub fn exit_of(record: &Record) -> Exit {
    match record.status {
        Status::Ok | Status::Skipped => Exit::Good,
        Status::Findings => Exit::Findings,
        // Codes of the family W are about writing.
        Status::Failed if record.findings.iter().any(|f| f.code.starts_with('W') && f.severity == Severity::Error) => {
            Exit::Unwritten
        }
        Status::Failed => Exit::Unread,
    }
}

/// More notes or warnings of one code than this are counted, not listed. What stands in the way of publishing is always listed.
const LISTED: usize = 3;
/// With more inputs than this, those in order are counted and not listed.
const FEW: usize = 20;
/// So many inputs are listed where a summary workbook has the rest.
const MOST: usize = 50;

/// Prints a run and tells the worst exit. Where the result goes to a file, what a person wants to know is printed beside it.
pub fn all(told: &Told<'_>, done: &[Done]) -> Result<Exit, Stop> {
    let worst = done.iter().map(|d| exit_of(&d.record)).max().unwrap_or(Exit::Good);
    let nothing = !done.is_empty() && done.iter().all(|d| d.record.status == Status::Skipped);
    let worst = if nothing { worst.max(Exit::Unread) } else { worst };
    let records = || done.iter().map(|d| &d.record);
    let other = match told.plan.format {
        Output::Json => Some(records().map(|r| object(told.folder, r) + "\n").collect()),
        Output::Html => Some(page::page(records(), &told.sections)),
        Output::Sarif => Some(sarif(records())),
        Output::Junit => Some(junit(records(), told.plan.strict)),
        Output::Text => None,
    };
    match (&told.file, other) {
        (None, Some(text)) => {
            text.lines().for_each(line);
            // What concerns no report has no place in it.
            told.notes.iter().for_each(|f| complaint(&f.message));
        }
        (file, text) => {
            listed(told, done);
            findings(&told.notes.iter().map(Item::from).collect::<Vec<_>>(), false);
            if done.len() > 1 || told.asked.is_some() {
                counted(told, done);
            }
            if nothing {
                line("没有找到工作簿，请检查路径");
            }
            // Half of a result does not take the place of a whole one.
            if let (Some(path), Some(text), None) = (file, text, told.asked) {
                let steady: String = text.lines().map(|line| steady(line) + "\n").collect();
                let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
                output::write_one(path, steady.as_bytes()).map_err(unwritten)?;
                line(&format!("已写出 {}", path.display()));
            }
        }
    }
    Ok(told.asked.unwrap_or(worst))
}

/// Prints what the merged parts of a run came to.
pub fn merged(folder: &Path, parts: &[PathBuf], done: &[Done]) -> Exit {
    line(&format!("{} 个分片齐全，{} 份输入各有一份结果，输出文件都在", parts.len(), done.len()));
    table(done);
    line(&format!("已写出 {} 里的 manifest.jsonl 和 汇总.xlsx", folder.display()));
    done.iter().map(|d| exit_of(&d.record)).max().unwrap_or(Exit::Good)
}

fn listed(told: &Told<'_>, done: &[Done]) {
    let few = done.len() <= FEW;
    let worth = |d: &&Done| match d.record.status {
        Status::Failed | Status::Findings => true,
        Status::Ok => few,
        // Each has its line in the table's list.
        Status::Skipped => done.len() == 1,
    };
    let all: Vec<&Done> = done.iter().filter(worth).collect();
    // Only the summary of a run that converts has them all.
    let most = if told.doing == Doing::Converting && told.summary.is_some() && !few { MOST } else { usize::MAX };
    for d in all.iter().take(most) {
        text(told.doing, told.folder, d);
    }
    if let (Some(summary), true) = (&told.summary, all.len() > most) {
        line(&format!("另有 {} 份有问题的没有列出，全部见 {}", all.len() - most, summary.display()));
    }
}

fn counted(told: &Told<'_>, done: &[Done]) {
    let passed: Vec<&Done> = done.iter().filter(|d| d.record.status == Status::Skipped).collect();
    for d in passed.iter().take(MOST) {
        line(&format!("略过 {}：{}", d.record.file, d.record.reason()));
    }
    if passed.len() > MOST {
        line(&format!("另外还略过了 {} 个文件", passed.len() - MOST));
    }
    let all = told.plan.inputs.all.len();
    if let Some(asked) = told.asked {
        line(&format!("已停止：{}，还有 {} 份没有做", asked.meaning(), all - done.len()));
    }
    let seconds = told.took.as_secs_f64();
    // What is done at once needs no rate.
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
    if told.plan.inputs.left_out > 0 {
        line(&format!("按 --include、--exclude 没有读取的文件 {} 个", told.plan.inputs.left_out));
    }
    if let Some(summary) = &told.summary {
        let what = if told.doing == Doing::Publishing { "目录页" } else { "一览表" };
        line(&format!("{what}：{}", summary.display()));
    }
}

/// Which reports of a run that publishes have no package.
fn unpublished(done: &[Done]) {
    let without = |d: &&Done| d.record.status != Status::Skipped && d.record.outputs.is_empty();
    let names: Vec<&str> = done.iter().filter(without).map(|d| d.record.file.as_str()).collect();
    if !names.is_empty() {
        let more = if names.len() > FEW { " 等" } else { "" };
        let some: Vec<&str> = names.iter().take(FEW).copied().collect();
        line(&format!("没有公布的有 {} 份：{}{more}", names.len(), some.join("、")));
    }
}

/// The summary: how many came to what.
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
            // Two columns a character.
            let pad = " ".repeat(6 - unicode_width::UnicodeWidthStr::width(what));
            let meaning = if meaning.is_empty() { String::new() } else { format!("  {meaning}") };
            line(&format!("  {what}{pad}  {count:>6}{meaning}"));
        }
    }
    let warned = done.iter().filter(|d| d.record.count(Severity::Warning) > 0).count();
    if warned > 0 {
        line(&format!("  其中 {warned} 份有警告"));
    }
    if kept > 0 {
        line(&format!("  其中 {kept} 份没有变化，沿用上次的输出"));
    }
}

/// Prints an input of a run that writes below a folder, or nothing, for a person.
pub fn text(doing: Doing, folder: Option<&Path>, done: &Done) {
    let r = &done.record;
    let refused = !r.is_understood();
    let known = match (&r.agency, r.year, &r.edition) {
        (Some(agency), Some(year), Some(edition)) => format!("{agency}，{year} 年，{edition} 版表样"),
        _ => match doing {
            Doing::Checking => "有必须先改的问题",
            Doing::Converting => "没有转换",
            Doing::Publishing => "没有公布",
        }
        .to_owned(),
    };
    line(&format!("{}：{known}", r.file));
    // What was understood is of no use while the rest is not.
    findings(&r.findings, refused && r.status != Status::Skipped);
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

/// Lists findings for a person, with or without notes.
pub fn findings(all: &[Item], without_notes: bool) {
    let mut shown: Vec<(&str, usize)> = Vec::new();
    for f in all.iter().filter(|f| !without_notes || f.severity > Severity::Note) {
        let index = shown.iter().position(|(code, _)| *code == f.code).unwrap_or_else(|| {
            shown.push((&f.code, 0));
            shown.len() - 1
        });
        shown[index].1 += 1;
        if stands(&f.code, f.severity) || shown[index].1 <= LISTED {
            line(&format!("  {}  {}（{}）", word(f.severity), f.message, f.code));
            if let Some(Waived { who, date, reason }) = &f.waived {
                line(&format!("        已豁免：{who}，{date}，{reason}"));
            } else if let Some(hint) = f.hint.as_deref().filter(|_| f.severity > Severity::Note) {
                line(&format!("        → {hint}"));
            }
        }
    }
    for (code, count) in shown {
        let listed = all.iter().any(|f| f.code == code && stands(&f.code, f.severity));
        if !listed && count > LISTED {
            line(&format!("        另有 {} 条同类（{code}），check --format html 可以看到全部", count - LISTED));
        }
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
    findings: &'a [Item],
}
