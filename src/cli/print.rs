//! Findings for people (text) and for programs (JSON, one object a line).

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use super::exit::Exit;
use crate::model::{Finding, Severity, Source};
use crate::pipeline::{Examined, Format};

/// A file that was written.
#[derive(Debug, Serialize)]
pub struct Written {
    pub format: &'static str,
    pub path: String,
    pub bytes: usize,
    pub sha256: String,
    /// Whether a file of this name was there before.
    #[serde(skip)]
    pub replaced: bool,
}

impl Written {
    pub fn new(format: Format, path: &Path, bytes: &[u8], replaced: bool) -> Written {
        use sha2::{Digest, Sha256};
        let sha256 = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        Written { format: format.extension(), path: path.display().to_string(), bytes: bytes.len(), sha256, replaced }
    }
}

/// What became of one input.
pub struct Outcome<'a> {
    pub file: &'a Path,
    pub examined: &'a Examined,
    pub written: Vec<Written>,
    pub exit: Exit,
    pub strict: bool,
    /// Whether the run writes files.
    pub converts: bool,
}

/// Whether something could not be told: a full disk behind a redirection, say.
static UNTOLD: AtomicBool = AtomicBool::new(false);

/// Whether any line was lost.
pub fn untold() -> bool {
    UNTOLD.load(Ordering::Relaxed)
}

/// Prints a line to standard output; a reader that has gone away is no fault. What a workbook holds may not steer the
/// terminal: control and direction marks are shown as U+FFFD.
pub fn line(text: &str) {
    let steers =
        |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let text: String = text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect();
    if let Err(e) = writeln!(std::io::stdout().lock(), "{text}")
        && e.kind() != std::io::ErrorKind::BrokenPipe
    {
        UNTOLD.store(true, Ordering::Relaxed);
    }
}

/// Prints a sentence to standard error.
pub fn complaint(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "nianbao：{text}");
}

/// The exit a report's findings call for.
pub fn exit_of(examined: &Examined, strict: bool) -> Exit {
    let worst = examined.findings.iter().map(|f| f.severity).max();
    match worst {
        _ if examined.report.is_none() => Exit::Unread,
        Some(Severity::Error) => Exit::Findings,
        Some(Severity::Warning) if strict => Exit::Findings,
        _ => Exit::Good,
    }
}

/// More notes or warnings of one code than this are counted, not listed. Errors are always listed.
const LISTED: usize = 3;

/// Prints an outcome for a person.
pub fn text(outcome: &Outcome<'_>) {
    let e = outcome.examined;
    let known = match (&e.agency, e.year, &e.edition) {
        (Some(agency), Some(year), Some(edition)) => format!("{agency}，{year} 年，{edition} 版表样"),
        _ if outcome.converts => "没有转换".to_owned(),
        _ => "有必须先改的问题".to_owned(),
    };
    line(&format!("{}：{known}", outcome.file.display()));
    // What was understood is of no use while the rest is not.
    findings(&e.findings, e.report.is_none());
    files(&outcome.written);
    let errors = e.findings.iter().filter(|f| f.severity == Severity::Error).count();
    if outcome.exit == Exit::Unread && outcome.converts {
        line("  没有为它写任何文件");
    } else if errors > 0 && !outcome.written.is_empty() {
        line(&format!("  注意：有 {errors} 处错误，已照原样生成，公布前请核对"));
    }
}

/// Lists findings for a person, with or without notes.
pub fn findings(all: &[Finding], without_notes: bool) {
    let mut shown: Vec<(&str, usize)> = Vec::new();
    for f in all.iter().filter(|f| !without_notes || f.severity > Severity::Note) {
        let index = shown.iter().position(|(code, _)| *code == f.code).unwrap_or_else(|| {
            shown.push((f.code, 0));
            shown.len() - 1
        });
        shown[index].1 += 1;
        if f.severity == Severity::Error || shown[index].1 <= LISTED {
            line(&format!("  {}  {}（{}）", word(f.severity), f.message, f.code));
            if let Some(hint) = f.hint.as_deref().filter(|_| f.severity > Severity::Note) {
                line(&format!("        → {hint}"));
            }
        }
    }
    for (code, count) in shown {
        let listed = all.iter().any(|f| f.code == code && f.severity == Severity::Error);
        if !listed && count > LISTED {
            line(&format!("        另有 {} 条同类（{code}），用 --format json 可以看到全部", count - LISTED));
        }
    }
}

/// Lists written files for a person.
pub fn files(written: &[Written]) {
    for w in written {
        line(&format!("  {}  {}（{}）", if w.replaced { "已更新" } else { "已生成" }, w.path, size(w.bytes)));
    }
}

/// A severity in a word.
pub fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "错误",
        Severity::Warning => "警告",
        Severity::Note => "提示",
    }
}

fn size(bytes: usize) -> String {
    if bytes < 1_000_000 { format!("{} KB", bytes.div_ceil(1000)) } else { format!("{:.1} MB", bytes as f64 / 1e6) }
}

/// Prints an outcome as one JSON object.
pub fn json(outcome: &Outcome<'_>) {
    let e = outcome.examined;
    let status = match exit_of(e, outcome.strict).max(outcome.exit) {
        Exit::Good => "ok",
        Exit::Findings => "findings",
        _ => "failed",
    };
    let object = Object {
        file: outcome.file.display().to_string(),
        agency: e.agency.as_deref(),
        year: e.year,
        edition: e.edition.as_deref(),
        status,
        outputs: &outcome.written,
        findings: e.findings.iter().map(Item::from).collect(),
    };
    // Strings and numbers only: this cannot fail, and an empty line would be worse than a missing one.
    if let Ok(text) = serde_json::to_string(&object) {
        line(&text);
    }
}

#[derive(Serialize)]
struct Object<'a> {
    file: String,
    agency: Option<&'a str>,
    year: Option<u16>,
    edition: Option<&'a str>,
    status: &'a str,
    outputs: &'a [Written],
    findings: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    code: &'a str,
    severity: Severity,
    #[serde(flatten)]
    place: Place<'a>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<&'a str>,
    related: Vec<Place<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

#[derive(Serialize, Default)]
struct Place<'a> {
    /// Where a finding speaks of several files.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sheet: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cell: Option<String>,
}

impl<'a> From<&'a Source> for Place<'a> {
    fn from(source: &'a Source) -> Place<'a> {
        Place {
            file: source.file.as_deref(),
            sheet: Some(source.sheet.as_str()).filter(|s| !s.is_empty()),
            cell: source.cell.map(|c| c.to_string()),
        }
    }
}

impl<'a> From<&'a Finding> for Item<'a> {
    fn from(f: &'a Finding) -> Item<'a> {
        Item {
            code: f.code,
            severity: f.severity,
            place: f.source.as_ref().map(Place::from).unwrap_or_default(),
            message: &f.message,
            expected: f.expected.as_deref(),
            found: f.found.as_deref(),
            related: f.related.iter().map(Place::from).collect(),
            hint: f.hint.as_deref(),
        }
    }
}

/// Counts how inputs ended, for the closing line.
#[derive(Default)]
pub struct Tally {
    good: usize,
    findings: usize,
    unread: usize,
    unwritten: usize,
}

impl Tally {
    pub fn add(&mut self, exit: Exit) {
        match exit {
            Exit::Good | Exit::Usage => self.good += 1,
            Exit::Findings => self.findings += 1,
            Exit::Unread => self.unread += 1,
            Exit::Unwritten => self.unwritten += 1,
        }
    }

    /// One line for a person, when there was more than one input.
    pub fn print(&self) {
        let total = self.good + self.findings + self.unread + self.unwritten;
        if total < 2 {
            return;
        }
        let parts = [
            (self.good, "正常"),
            (self.findings, "有问题"),
            (self.unread, "读不了或不能确定"),
            (self.unwritten, "写不了"),
        ];
        let parts: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} 份{what}")).collect();
        line(&format!("共 {total} 份：{}", parts.join("，")));
    }
}
