//! `nianbao aggregate`: writes the sum over units as one workbook, completely or not at all. Never overwrites an input.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::args::{AggregateArgs, Output};
use super::outcome::{Doing, Done, Made};
use super::real_path::real_path;
use super::run as runs;
use super::times::Times;
use super::{Exit, Stop, destination, exit, output, plan, print, standard, terminal};
use crate::aggregate::{Expected, Roster};
use crate::batch::{OutputFile, Record, Status};
use crate::digest::sha256;
use crate::judge::{Gathered, InputRole, Summed, Summing};
use crate::model::{Code, Severity, finding};
use crate::pipeline::Format;

/// Name of the workbook in examples.
const SUM: &str = "汇总.xlsx";

/// The checked arguments.
struct Job {
    plan: plan::Plan,
    output: PathBuf,
    year: Option<u16>,
    agency: String,
    /// Path of the list of expected units, for messages, and its content.
    expected: Option<(String, Expected)>,
}

impl Job {
    fn summing(&self) -> Summing<'_> {
        let expected = self.expected.as_ref().map(|(file, list)| (file.as_str(), list));
        Summing { aliases: &self.plan.aliases, year: self.year, agency: &self.agency, expected }
    }
}

pub fn run(args: &AggregateArgs) -> Result<Exit, Stop> {
    let job = job(args)?;
    let (gathered, roster, worst) = gather(&job)?;
    let mut summed = job.summing().sum(gathered, &roster);
    let mut exit = if summed.aggregate.is_some() { Exit::Good } else { Exit::Unread };
    let mut written = None;
    if let Some(bytes) = summed.workbook() {
        match bytes.map_err(|e| e.to_string()).and_then(|bytes| save(&job.output, &bytes)) {
            Ok(file) => written = Some(file),
            Err(message) => {
                summed.findings.push(finding(Code::W401, message));
                summed.findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
                exit = exit.max(Exit::Unwritten);
            }
        }
    }
    let worst_finding = summed.findings.iter().map(|f| f.severity).max();
    if worst_finding == Some(Severity::Error) || (job.plan.strict && worst_finding == Some(Severity::Warning)) {
        exit = exit.max(Exit::Findings);
    }
    job.plan.times.iter().flat_map(Times::lines).for_each(|l| terminal::aside(&l));
    print_sum(&job, &summed, written, exit);
    Ok(exit.max(worst))
}

fn job(args: &AggregateArgs) -> Result<Job, Stop> {
    plan::text_or_json(&args.input, "aggregate")?;
    let output = args.output.clone();
    destination::refuse_folder(&output, SUM)?;
    let to_stdout = standard::is_dash(&output);
    if to_stdout {
        standard::take_output(Some(SUM))?;
    } else if output.extension().is_none_or(|e| !e.eq_ignore_ascii_case("xlsx")) {
        return Err(Stop::usage(format!("{} 应当以 .xlsx 结尾", output.display())));
    }
    let plan = plan::reading(&args.input, None, plan::setting(&args.input)?, &[])?;
    let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
    let real = real_path(&output).ok();
    if real.is_some() && plan.inputs.all.iter().any(|i| real_path(&i.path).ok() == real) {
        let message = format!("{} 是输入的文件，不能写在上面，请写到输入的文件夹以外", output.display());
        return Err(unwritten(message));
    }
    // Somebody may have added the text of a report to the existing file.
    if !to_stdout && output.exists() && !args.force {
        return Err(unwritten(format!("{} 已经存在，要覆盖请加 --force", output.display())));
    }
    let expected = args.expect.as_deref().map(|path| Ok((path.display().to_string(), plan::expected(path)?)));
    let agency = args.agency.as_deref().unwrap_or_default().trim().to_owned();
    Ok(Job { plan, output, year: args.year, agency, expected: expected.transpose()? })
}

/// Examines every input and prints its problems; returns what the inputs are in the sum, the state of the units of the list (empty
/// without one) and the worst exit code of an input.
fn gather(job: &Job) -> Result<(Gathered, Roster, Exit), Stop> {
    let summing = job.summing();
    let mut read = runs::over(&job.plan, |number, input| {
        let (record, examined) = runs::whole(&job.plan, number, input);
        let role = summing.role(&record, Some(&examined));
        (record, role)
    })?;
    let passed = runs::pass_over(&job.plan, read.iter_mut().map(|(record, _)| record));
    for ((_, role), passed) in read.iter_mut().zip(passed) {
        if passed {
            *role = InputRole::Skipped;
        }
    }
    let mut roster = Roster::default();
    if let Some((_, expected)) = &job.expected {
        let submitted = read.iter().filter(|(record, role)| summing.is_submitted(record, role));
        roster = runs::roster(&job.plan, expected, submitted.map(|(record, _)| record));
    }
    let (mut gathered, mut worst) = (Gathered::default(), Exit::Good);
    for (record, role) in read {
        let exit = exit::of_record(&record);
        let wanted = !matches!(role, InputRole::OtherYear);
        gathered.add(&record, role);
        let done = Done { record, made: Made::New, took: Duration::ZERO };
        if job.plan.format == Output::Json {
            print::json(None, &done.record);
        } else if (exit > Exit::Good && wanted) || (done.record.is_own && !terminal::is_quiet()) {
            print::text(Doing::Checking, None, &done, None);
        }
        if wanted {
            worst = worst.max(exit);
        }
    }
    Ok((gathered, roster, worst))
}

/// Writes the workbook; returns its file, and whether it replaced an existing one.
fn save(path: &Path, bytes: &[u8]) -> Result<(OutputFile, Made), String> {
    let made = if path.exists() { Made::Replaced } else { Made::New };
    if standard::is_dash(path) {
        terminal::result(bytes)?;
    } else {
        output::write_one(path, bytes)?;
    }
    let format = Format::Xlsx.name().to_owned();
    Ok((OutputFile { format, path: path.display().to_string(), bytes: bytes.len(), sha256: sha256(bytes) }, made))
}

fn print_sum(job: &Job, summed: &Summed, written: Option<(OutputFile, Made)>, exit: Exit) {
    let sum = summed.aggregate.as_ref();
    let items = summed.findings.clone();
    if job.plan.format == Output::Json {
        let record = Record {
            input: 0,
            file: job.output.display().to_string(),
            sha256: None,
            agency: (!job.agency.is_empty() && sum.is_some()).then(|| job.agency.clone()),
            year: sum.map(|s| s.report.cover.year),
            edition: sum.map(|s| s.report.form.id.clone()),
            status: match exit {
                Exit::Good => Status::Ok,
                Exit::Findings => Status::Findings,
                _ => Status::Failed,
            },
            outputs: written.into_iter().map(|(file, _)| file).collect(),
            findings: items,
            tool: String::new(),
            form: None,
            key: String::new(),
            facts: None,
            is_own: false,
        };
        return print::json(None, &record);
    }
    // A sum that could not be written is not reported.
    let sum = sum.filter(|_| written.is_some());
    let known = match sum {
        Some(s) => format!("{} 年，{} 版表样", s.report.cover.year, s.report.form.id),
        None => "没有汇总".to_owned(),
    };
    let is_problem = sum.is_none() || items.iter().any(|f| f.severity > Severity::Note);
    let head = format!("{}：{known}", job.output.display());
    if is_problem {
        terminal::line(&head);
    } else {
        terminal::info(&head);
    }
    print::findings(&items, print::LISTED, None);
    if let Some((file, made)) = written {
        print::files(Path::new(""), &[file], made);
    }
    if sum.is_some() {
        terminal::info(&summed.sentence());
    }
}
