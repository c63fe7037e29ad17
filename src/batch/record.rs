//! What became of one input.

use serde::{Deserialize, Serialize};

use crate::model::{Code, Finding, Severity, Source};
use crate::series::Facts;

/// How an input ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nothing that counts was found.
    Ok,
    /// Understood, with findings that count.
    Findings,
    /// Nothing was written for it.
    Failed,
    /// No workbook, and nobody said that it should be one.
    Skipped,
}

/// One input of a run: a line of the manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its number among the inputs of the whole run, from 1.
    pub input: usize,
    /// Its path, as it was typed or found below a folder that was typed.
    pub file: String,
    /// SHA-256 of its bytes; `None` where they could not be read.
    pub sha256: Option<String>,
    pub agency: Option<String>,
    pub year: Option<u16>,
    pub edition: Option<String>,
    pub status: Status,
    /// Files written for it, by path below the output folder.
    pub outputs: Vec<OutputFile>,
    pub findings: Vec<Item>,
    /// Version of this program.
    pub tool: String,
    /// Digest of the form it was read by.
    pub form: Option<String>,
    /// Digest of everything besides the input that the outputs depend on: tool, forms, style, faces, options.
    pub key: String,
    /// What the agency's other years are compared with; absent where the input was not understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    /// Whether this program wrote the file as an output of a report: published workbook, JSON or marked copy.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_own: bool,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputFile {
    pub format: String,
    pub path: String,
    pub bytes: usize,
    pub sha256: String,
}

/// A finding as it is told to programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub code: Code,
    pub severity: Severity,
    #[serde(flatten)]
    pub place: PlaceItem,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    pub related: Vec<PlaceItem>,
    /// Number of places beyond those in `related`.
    #[serde(default, skip_serializing_if = "is_none")]
    pub more: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Who answers for it, where it was published all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<Waived>,
}

/// Who answers for a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waived {
    pub who: String,
    /// The day on which it was decided, as `2025-01-20`.
    pub date: String,
    pub reason: String,
}

/// A place in a workbook; all absent where a finding has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceItem {
    /// Where a finding speaks of several files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
}

impl From<&Source> for PlaceItem {
    fn from(source: &Source) -> PlaceItem {
        PlaceItem {
            file: source.file.clone(),
            sheet: Some(source.sheet.to_string()).filter(|s| !s.is_empty()),
            cell: source.cell.map(|c| c.to_string()),
        }
    }
}

impl From<&Finding> for Item {
    fn from(f: &Finding) -> Item {
        Item {
            code: f.code,
            severity: f.severity,
            place: f.source.as_ref().map(PlaceItem::from).unwrap_or_default(),
            message: f.message.clone(),
            expected: f.expected.clone(),
            found: f.found.clone(),
            related: f.related.iter().map(PlaceItem::from).collect(),
            more: f.more,
            hint: f.hint.clone(),
            waived: None,
        }
    }
}

/// Whether a count is zero, so that it is omitted.
fn is_none(count: &usize) -> bool {
    *count == 0
}

impl Item {
    /// The number of places that are not listed, as a remark; empty if all are listed.
    pub fn unshown(&self) -> String {
        if self.more > 0 { format!("（另有 {} 处没有一一标出）", self.more) } else { String::new() }
    }

    /// Whether it only counts findings of its code that were not listed: it has no place and no words of its own.
    pub fn is_remainder(&self) -> bool {
        self.more > 0 && self.place == PlaceItem::default()
    }

    /// Whether it arises between the inputs of a run and says nothing of this one alone.
    pub fn is_across(&self) -> bool {
        self.code.rule().across
    }
}

impl Record {
    /// Findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|f| f.severity == severity).count()
    }

    /// Adds a finding where it belongs: gravest first, within a severity in the order in which they came.
    pub fn tell(&mut self, finding: &Finding) {
        let at = self.findings.iter().position(|f| f.severity < finding.severity).unwrap_or(self.findings.len());
        self.findings.insert(at, Item::from(finding));
    }

    /// Adds the finding for which nothing is written.
    pub fn fail(&mut self, finding: &Finding) {
        self.status = Status::Failed;
        self.outputs.clear();
        self.tell(finding);
    }

    /// Marks the input as skipped for this reason and drops its outputs, facts and other findings.
    pub fn skip(&mut self, finding: &Finding) {
        self.status = Status::Skipped;
        self.outputs.clear();
        self.facts = None;
        self.findings = vec![Item::from(finding)];
    }

    /// Agency, year and edition as far as they are known, also of a refused report; empty if none is known.
    pub fn known(&self) -> String {
        let year = self.year.map(|y| format!("{y} 年"));
        let edition = self.edition.as_ref().map(|e| format!("{e} 版表样"));
        [self.agency.clone(), year, edition].into_iter().flatten().collect::<Vec<_>>().join("，")
    }

    /// Whether its report was understood.
    pub fn is_understood(&self) -> bool {
        matches!(self.status, Status::Ok | Status::Findings)
    }

    /// The gravest reason, for a single line.
    pub fn reason(&self) -> &str {
        self.findings.first().map_or("", |f| f.message.as_str())
    }
}
