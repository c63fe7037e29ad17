//! An examined input → its record, with its status.

use crate::batch::{Record, Status};
use crate::engine::Engine;
use crate::import::ImportError;
use crate::model::{Code, Finding, Severity, finding};
use crate::pipeline::Examined;
use crate::series::Facts;

/// An input of a run, with the properties of the run that its record contains.
#[derive(Debug, Clone)]
pub struct Judged<'a> {
    /// Number among the inputs of the run, from 1.
    pub input: usize,
    /// Name shown to people.
    pub file: String,
    /// SHA-256 of its bytes; `None` if they could not be read.
    pub sha256: Option<String>,
    /// Digest of everything besides the input that the outputs depend on.
    pub key: &'a str,
    /// Whether warnings count as errors.
    pub strict: bool,
}

/// The finding on a file that cannot be read: an error (I101) if the file must be a workbook (`wanted`), declares itself a report, or
/// may hold one that cannot be reached; otherwise a reason to skip it (I102). Blank templates are skipped, and so are books of an
/// earlier run unless the user named them (`typed`).
pub fn unread(e: &ImportError, wanted: bool, typed: bool) -> Finding {
    let wanted = match e {
        ImportError::BlankTemplate => false,
        e if e.is_own_book() => typed,
        _ => wanted,
    };
    finding(if wanted || e.is_report() || e.is_submission() { Code::I101 } else { Code::I102 }, e.to_string())
}

impl Judged<'_> {
    /// The record of the input.
    pub fn record(self, examined: &Examined, engine: &Engine) -> Record {
        let form = engine.setting().options.forms.iter().find(|f| examined.edition.as_ref() == Some(&f.id));
        let skipped = examined.report.is_none() && examined.findings.iter().all(|f| f.severity == Severity::Note);
        let mut record = Record {
            input: self.input,
            file: self.file,
            sha256: self.sha256,
            agency: examined.agency.clone(),
            year: examined.year,
            form: form.map(|f| f.digest.clone()),
            edition: examined.edition.clone(),
            status: match &examined.report {
                Some(_) => Status::Ok,
                None if skipped => Status::Skipped,
                None => Status::Failed,
            },
            outputs: Vec::new(),
            findings: examined.findings.clone(),
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            key: self.key.to_owned(),
            facts: examined.report.as_ref().map(|r| Facts::of(r, &examined.origins)),
            is_own: examined.is_own,
        };
        judge(&mut record, self.strict);
        record
    }
}

/// Sets the status of a record from its findings, if the report was understood.
pub fn judge(record: &mut Record, strict: bool) {
    if record.is_understood() {
        let counts = |f: &Finding| f.severity == Severity::Error || strict && f.severity == Severity::Warning;
        record.status = if record.findings.iter().any(counts) { Status::Findings } else { Status::Ok };
    }
}
