//! `convert` of one report in one format, to a file of a given name or to standard output.
//!
//! Takes the plan of such a run, writes nothing or the whole file. A file that differs from the new one is only replaced if asked.

use std::path::Path;
use std::time::Instant;

use super::written::Written;
use super::{Interrupt, read};
use crate::batch::{OutputFile, Record};
use crate::cli::destination::OnePlace;
use crate::cli::folder::Folder;
use crate::cli::io_error::unwritable;
use crate::cli::outcome::{Doing, Done, Made, RunOutcome};
use crate::cli::plan::OnePlan;
use crate::cli::real_path::real_path;
use crate::cli::{Exit, Stop, output, print, terminal};
use crate::digest::sha256;
use crate::judge::conclude;
use crate::model::{Code, Finding, Whole, finding};
use crate::pipeline::produce;

pub fn convert(job: &OnePlan) -> Result<Exit, Stop> {
    let (plan, begun, interrupt) = (&job.plan, Instant::now(), Interrupt::watch());
    let Some(input) = plan.inputs.all.first() else { return Err(Stop::usage("没有输入")) };
    let (mut record, examined) = read::whole(plan, 1, input);
    let mut made = Made::New;
    if let (Some(whole), true, None) = (examined.whole(), record.is_understood(), interrupt.asked()) {
        match write(job, whole, &mut record) {
            Ok(how) => made = how,
            Err(f) => record.fail(&f),
        }
    }
    let notes = conclude(&plan.aliases, plan.strict, std::iter::once(&mut record));
    let folder = match &job.place {
        OnePlace::File(path) => Some(folder_of(path)),
        OnePlace::Standard => None,
    };
    let (took, asked) = (begun.elapsed(), interrupt.asked());
    let outcome = RunOutcome { folder, notes, took, asked, ..RunOutcome::empty(Doing::Converting, plan) };
    let done = [Done { record, made, took }];
    print::all(&outcome, &done)?;
    Ok(outcome.exit(&done))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

/// Writes the file and lists it in the record.
fn write(job: &OnePlan, whole: Whole<'_>, record: &mut Record) -> Result<Made, Box<Finding>> {
    let unwritten = |message: String| Box::new(finding(Code::W401, message));
    let files = produce(whole, &[job.format], &job.plan.engine).map_err(|e| Box::new(e.finding()))?;
    let Some((_, bytes)) = files.first() else { return Err(unwritten(format!("没有写成 {}", job.format.word()))) };
    let (name, made) = match &job.place {
        OnePlace::Standard => {
            terminal::result(bytes).map_err(unwritten)?;
            ("-".to_owned(), Made::New)
        }
        OnePlace::File(path) => to_file(job, path, bytes)?,
    };
    let format = job.format.name().to_owned();
    record.outputs = vec![OutputFile { format, path: name, bytes: bytes.len(), sha256: sha256(bytes) }];
    Ok(made)
}

fn to_file(job: &OnePlan, path: &Path, bytes: &[u8]) -> Result<(String, Made), Box<Finding>> {
    let unwritten = |message: String| Box::new(finding(Code::W401, message));
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if real_path(path).is_ok_and(|p| job.plan.inputs.all.iter().any(|i| real_path(&i.path).is_ok_and(|i| i == p))) {
        let message = format!("输出 {} 会覆盖输入的文件，没有写", path.display());
        return Err(Box::new(finding(Code::W402, message).hint("请在 -o 后面换一个文件名")));
    }
    let there = path.symlink_metadata().is_ok();
    if there && !job.force {
        let place = Some(folder_of(path)).filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let obstacle = Folder::open(place).and_then(|f| Written::default().obstacle(&f, &name, &name, bytes));
        if obstacle.map_err(|e| unwritten(unwritable(path, &e)))?.is_some() {
            let message = format!("没有换成新的：{} 已经存在，内容不同", path.display());
            return Err(Box::new(
                finding(Code::W405, message).hint("要换成新的，加 --force；要留下的，在 -o 后面换一个文件名"),
            ));
        }
    }
    output::write_one(path, bytes).map_err(unwritten)?;
    Ok((name, if there { Made::Replaced } else { Made::New }))
}
