//! The outcome of one input of a run.

use serde::{Deserialize, Serialize};

use crate::model::{Finding, Severity};
use crate::series::Facts;

/// Outcome of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Understood, without errors; with `--strict` also without warnings.
    Ok,
    /// Understood, with errors; with `--strict` also with warnings.
    Findings,
    /// Nothing was written for it.
    Failed,
    /// Not a workbook and not named explicitly, or written by this program, so ignored.
    Skipped,
}

/// One input of a run: a line of the manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// Number among the inputs of the whole run, from 1.
    pub input: usize,
    /// Path as given, or as found in a folder that was given.
    pub file: String,
    /// SHA-256 of its bytes; `None` if they could not be read.
    pub sha256: Option<String>,
    /// The agency as the report names it; `None` if it could not be read.
    pub agency: Option<String>,
    /// Year that the report covers; `None` if it could not be read.
    pub year: Option<u16>,
    /// Id of the form's edition; `None` if it was not recognised.
    pub edition: Option<String>,
    /// Outcome of the input.
    pub status: Status,
    /// Files written for it, by path below the output folder.
    pub outputs: Vec<OutputFile>,
    /// Findings, the most severe first.
    pub findings: Vec<Finding>,
    /// Version of this program.
    pub tool: String,
    /// Digest of the form used to read it.
    pub form: Option<String>,
    /// Digest of everything besides the input that the outputs depend on: tool, forms, style, faces, options.
    pub key: String,
    /// Facts for the comparison with the agency's other years; `None` if the input was not understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    /// Whether this program wrote the file as an output of a report: published workbook, JSON or marked copy.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_own: bool,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OutputFile {
    /// Name of its format ([`crate::formats::Format::name`]), `manifest`, `sums` or `zip`.
    pub format: String,
    /// Path below the output folder, with `/` between its parts.
    pub path: String,
    /// Size in bytes.
    pub bytes: usize,
    /// SHA-256 of its content, as 64 lower-case hexadecimal digits.
    pub sha256: String,
}

impl Record {
    /// An input that was converted without findings and outputs, for tests.
    #[cfg(test)]
    pub(crate) fn of_test(input: usize) -> Record {
        Record {
            input,
            file: format!("{input}.xlsx"),
            sha256: None,
            agency: None,
            year: None,
            edition: None,
            status: Status::Ok,
            outputs: Vec::new(),
            findings: Vec::new(),
            tool: "1".into(),
            form: None,
            key: "k".into(),
            facts: None,
            is_own: false,
        }
    }

    /// Findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|f| f.severity == severity).count()
    }

    /// Inserts a finding by severity, the highest first; findings of the same severity keep the order of insertion.
    pub fn add_finding(&mut self, finding: &Finding) {
        let at = self.findings.iter().position(|f| f.severity < finding.severity).unwrap_or(self.findings.len());
        self.findings.insert(at, finding.clone());
    }

    /// Marks the input as failed for this reason and drops its outputs.
    pub fn fail(&mut self, finding: &Finding) {
        self.status = Status::Failed;
        self.outputs.clear();
        self.add_finding(finding);
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

    /// Message of the most severe finding, for a summary of one line; empty if there are no findings.
    pub fn reason(&self) -> &str {
        self.findings.first().map_or("", |f| f.message.as_str())
    }
}
