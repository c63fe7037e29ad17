//! The first pass of a run that writes: reads and examines every input.
//!
//! Takes a plan, gives for each input its record and what the second pass has to do. Writes no outputs.

use std::time::{Duration, Instant};

use super::spool::Slip;
use super::{Interrupt, each, pass_over};
use crate::batch::Record;
use crate::cli::inputs::InputFile;
use crate::cli::io_error::cause;
use crate::cli::plan::Plan;
use crate::cli::reading;
use crate::digest::sha256;
use crate::import::ImportError;
use crate::judge::{self, Judged, judge};
use crate::model::{Code, Finding, Whole, finding};
use crate::pipeline::{Examined, examine_read, refused};

/// An input that was read.
pub struct Read {
    pub record: Record,
    pub next: Next,
    pub took: Duration,
}

/// What the second pass has to do for an input.
pub enum Next {
    /// Nothing: the input was refused, or there is nothing to write.
    Nothing,
    /// Nothing: the record comes from an earlier run, and its outputs still exist unchanged.
    UpToDate,
    /// Write the report that is stored here.
    Write(Slip),
}

/// Functions of a run that writes, called during reading.
pub trait Writes: Sync {
    /// The record of an earlier run that read the same bytes in the same way, if its outputs still exist unchanged.
    fn before(&self, input: &InputFile, digest: &str) -> Option<Record>;
    /// Stores a report until it is written.
    fn keep(&self, whole: Whole<'_>) -> std::io::Result<Slip>;
}

/// Reads every input of the plan, in order. `None` if the run was interrupted before all were read.
pub fn all(plan: &Plan, pool: &rayon::ThreadPool, interrupt: &Interrupt, writes: &dyn Writes) -> Option<Vec<Read>> {
    let reads = each(pool, interrupt, "读取", (1..).zip(&plan.inputs.all).collect(), |(number, input)| {
        let begun = Instant::now();
        let (record, next) = one(plan, number, input, writes);
        Read { record, next, took: begun.elapsed() }
    });
    let mut reads = reads.into_iter().collect::<Option<Vec<Read>>>()?;
    let passed = pass_over(plan, reads.iter_mut().map(|r| &mut r.record));
    for (read, _) in reads.iter_mut().zip(passed).filter(|(_, passed)| *passed) {
        read.next = Next::Nothing;
    }
    Some(reads)
}

fn one(plan: &Plan, number: usize, input: &InputFile, writes: &dyn Writes) -> (Record, Next) {
    let loaded = load(plan, input);
    if let Ok((_, digest)) = &loaded
        && let Some(mut known) = writes.before(input, digest)
    {
        known.input = number;
        known.findings.retain(|f| !f.code.rule().across);
        judge(&mut known, plan.strict);
        return (known, Next::UpToDate);
    }
    let (mut record, examined) = judged(plan, number, input, loaded);
    let next = match examined.whole() {
        Some(whole) => match writes.keep(whole) {
            Ok(slip) => Next::Write(slip),
            Err(e) => {
                record.fail(&finding(Code::W401, format!("输出文件夹里写不下临时文件：{}", cause(&e))));
                Next::Nothing
            }
        },
        None => Next::Nothing,
    };
    (record, next)
}

/// Reads and examines an input; returns its record and all that was read.
pub fn whole(plan: &Plan, number: usize, input: &InputFile) -> (Record, Examined) {
    judged(plan, number, input, load(plan, input))
}

/// Returns an input's bytes and their digest, or why it could not be read.
fn load(plan: &Plan, input: &InputFile) -> Result<(Vec<u8>, String), Box<Finding>> {
    if let Some(f) = &input.trouble {
        return Err(Box::new(f.clone()));
    }
    let bytes = plan.load(input).map_err(|e| Box::new(unread(input, &e)))?;
    let digest = sha256(&bytes);
    Ok((bytes, digest))
}

/// The record of an input and all that was read of it, from its bytes or the reason why there are none.
fn judged(
    plan: &Plan,
    number: usize,
    input: &InputFile,
    loaded: Result<(Vec<u8>, String), Box<Finding>>,
) -> (Record, Examined) {
    let (examined, digest) = match loaded {
        Ok((bytes, digest)) => (examine(plan, input, &bytes), Some(digest)),
        Err(f) => (refused(*f), None),
    };
    let file = input.file();
    let judged = Judged { input: number, file, sha256: digest, key: &plan.key, strict: plan.strict };
    (judged.record(&examined, &plan.engine), examined)
}

fn unread(input: &InputFile, e: &ImportError) -> Finding {
    judge::unread(e, input.wanted, input.typed)
}

/// Examines the content of an input.
fn examine(plan: &Plan, input: &InputFile, bytes: &[u8]) -> Examined {
    let name = input.name();
    let read = || reading::read(&name, bytes, &plan.engine.setting().limits, plan.isolation.as_ref());
    // A blank template that was named explicitly is checked: the findings say what to fill in.
    let second = || reading::second(bytes, &plan.engine.setting().limits, plan.helpers.as_ref());
    examine_read(read, plan.second_reader.then_some(second), &plan.engine, |e| unread(input, e), !input.typed)
}
