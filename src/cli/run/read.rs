//! The first pass: what each input is and what is wrong with it.

use std::time::{Duration, Instant};

use super::{Interrupt, each};
use crate::batch::{Item, Record, Status};
use crate::cli::inputs::Input;
use crate::cli::plan::Plan;
use crate::digest::sha256;
use crate::import::{self, ImportError};
use crate::model::{Report, Severity};
use crate::pipeline::{Examined, examine_bytes, examine_workbook, refused};
use crate::rules::finding;
use crate::series::Facts;

/// So many reports are kept from the first pass for the second; of more, each is read again.
const KEPT: usize = 32;

/// An input that was read.
pub struct Read {
    pub record: Record,
    /// Kept while there are few; `None` does not mean that it was refused.
    pub report: Option<Box<Report>>,
    /// Whether the record comes from an earlier run, outputs and all.
    pub reused: bool,
    pub took: Duration,
}

/// Reads every input of the plan, in their order. `before` tells what an earlier run knew of a path.
pub fn all<'a>(
    plan: &Plan,
    pool: &rayon::ThreadPool,
    interrupt: &Interrupt,
    before: &(dyn Fn(&str) -> Option<&'a Record> + Sync),
) -> Vec<Option<Read>> {
    let inputs = &plan.inputs.all;
    let keep = inputs.len() <= KEPT;
    each(pool, interrupt, "读取", inputs.iter().enumerate().collect(), |(i, input)| {
        let begun = Instant::now();
        let mut read = one(plan, i + 1, input, before);
        if !keep {
            read.report = None;
        }
        read.took = begun.elapsed();
        read
    })
}

fn one<'a>(plan: &Plan, number: usize, input: &Input, before: &dyn Fn(&str) -> Option<&'a Record>) -> Read {
    let file = input.path.display().to_string();
    let (examined, digest) = match &input.trouble {
        Some(f) => (refused(f.clone()), None),
        None => match import::load(&input.path, &plan.setting.limits) {
            Ok(bytes) => {
                let digest = sha256(&bytes);
                if let Some(known) = before(&file).filter(|r| reusable(r, plan, &digest)) {
                    let mut record = known.clone();
                    record.input = number;
                    record.findings.retain(|f| !f.is_across());
                    judge(&mut record, plan.strict);
                    return Read { record, report: None, reused: true, took: Duration::ZERO };
                }
                (examine(plan, input, &bytes), Some(digest))
            }
            Err(e) => (unread(input, &e), None),
        },
    };
    let record = record(plan, number, file, &examined, digest);
    Read { record, report: examined.report.map(Box::new), reused: false, took: Duration::ZERO }
}

/// Reads an input afresh, with all that is known of it.
pub fn whole(plan: &Plan, number: usize, input: &Input) -> (Record, Examined) {
    let (examined, digest) = match &input.trouble {
        Some(f) => (refused(f.clone()), None),
        None => match import::load(&input.path, &plan.setting.limits) {
            Ok(bytes) => (examine(plan, input, &bytes), Some(sha256(&bytes))),
            Err(e) => (unread(input, &e), None),
        },
    };
    let record = record(plan, number, input.path.display().to_string(), &examined, digest);
    (record, examined)
}

fn unread(input: &Input, e: &ImportError) -> Examined {
    refused(finding(if input.wanted { "I101" } else { "I102" }, e.to_string()))
}

fn record(plan: &Plan, input: usize, file: String, examined: &Examined, sha256: Option<String>) -> Record {
    let form = plan.setting.options.forms.iter().find(|f| examined.edition.as_ref() == Some(&f.id));
    let skipped = examined.report.is_none() && examined.findings.iter().all(|f| f.severity == Severity::Note);
    let mut record = Record {
        input,
        file,
        sha256,
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
        findings: examined.findings.iter().map(Item::from).collect(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        key: plan.key.clone(),
        facts: examined.report.as_ref().map(|r| Facts::of(r, &examined.origins)),
    };
    judge(&mut record, plan.strict);
    record
}

/// What an input holds. A file that nobody called a workbook is passed over unless it is one.
pub fn examine(plan: &Plan, input: &Input, bytes: &[u8]) -> Examined {
    let name = input.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    if input.wanted {
        return examine_bytes(&name, bytes, &plan.setting);
    }
    match import::read_bytes(&name, bytes, &plan.setting.limits) {
        Ok(workbook) => examine_workbook(&workbook, &plan.setting),
        Err(e) => refused(finding("I102", e.to_string())),
    }
}

/// Whether an earlier run's record says what reading this input again would say.
fn reusable(record: &Record, plan: &Plan, digest: &str) -> bool {
    record.key == plan.key
        && record.sha256.as_deref() == Some(digest)
        && matches!(record.status, Status::Ok | Status::Findings)
        && record.facts.is_some()
}

/// Sets the status of a record that is understood from its findings.
pub fn judge(record: &mut Record, strict: bool) {
    if matches!(record.status, Status::Ok | Status::Findings) {
        let counts = |f: &Item| f.severity == Severity::Error || strict && f.severity == Severity::Warning;
        record.status = if record.findings.iter().any(counts) { Status::Findings } else { Status::Ok };
    }
}
