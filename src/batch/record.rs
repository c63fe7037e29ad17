//! What became of one input.

use serde::{Deserialize, Serialize};

use crate::model::{Finding, Severity};
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
    pub findings: Vec<Finding>,
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

impl Record {
    /// Findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|f| f.severity == severity).count()
    }

    /// Adds a finding where it belongs: gravest first, within a severity in the order in which they came.
    pub fn tell(&mut self, finding: &Finding) {
        let at = self.findings.iter().position(|f| f.severity < finding.severity).unwrap_or(self.findings.len());
        self.findings.insert(at, finding.clone());
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
        self.findings = vec![finding.clone()];
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
