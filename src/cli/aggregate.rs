//! `nianbao aggregate`: writes the sum over units as one workbook, completely or not at all. Never overwrites an input.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::args::{AggregateArgs, Output};
use super::outcome::{Doing, Done, Made};
use super::run as runs;
use super::times::Times;
use super::{Exit, Stop, exit, output, plan, print, terminal};
use crate::aggregate::{Aggregate, Contribution, Expected, Roster, UnitState, sum};
use crate::batch::{OutputFile, Record, Status};
use crate::check;
use crate::digest::sha256;
use crate::export::aggregate::{Trouble, write};
use crate::form::labels;
use crate::import::Limits;
use crate::model::{Code, Finding, Origins, Severity, Source, finding};
use crate::pipeline::{Examined, Format};
use crate::series::{self, Similar};

/// The checked arguments.
struct Job {
    plan: plan::Plan,
    output: PathBuf,
    year: Option<u16>,
    agency: String,
    /// Path of the list of expected units, for messages, and its content.
    expected: Option<(String, Expected)>,
}

/// Result of reading all inputs.
struct Gathered {
    parts: Vec<Contribution>,
    /// Problems of inputs that are not in the sum.
    refused: Vec<Trouble>,
    /// Findings on inputs that are sums themselves.
    sums: Vec<Finding>,
    /// Names of agencies as written in the reports.
    names: Vec<String>,
    /// Number of reports of other years than the requested one.
    other_years: usize,
    /// State of the units of the list; empty without a list.
    roster: Roster,
    worst: Exit,
}

pub fn run(args: &AggregateArgs) -> Result<Exit, Stop> {
    let job = job(args)?;
    let mut gathered = gather(&job)?;
    let parts = std::mem::take(&mut gathered.parts);
    let mut findings = series::unmet(gathered.names.iter().map(String::as_str), &job.plan.aliases);
    findings.extend(near(&job, &parts));
    findings.append(&mut gathered.sums);
    let (summed, mut exit) = match sum(parts) {
        Err(refused) => {
            findings.extend(refused);
            (None, Exit::Unread)
        }
        Ok(mut summed) => {
            summed.report.cover.agency.clone_from(&job.agency);
            findings.extend(check::relations(&summed.report, &Origins::default()));
            (Some(summed), Exit::Good)
        }
    };
    findings.extend(gathered.roster.findings(summed.is_some()));
    let mut written = None;
    if let Some(summed) = &summed {
        let troubles = troubles(summed, &gathered.refused, &gathered.roster);
        findings.extend(unreadable_again(summed));
        match save(&job.output, summed, &troubles) {
            Ok(file) => written = Some(file),
            Err(message) => {
                findings.push(finding(Code::W401, message));
                exit = exit.max(Exit::Unwritten);
            }
        }
    }
    findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
    let worst = findings.iter().map(|f| f.severity).max();
    if worst == Some(Severity::Error) || (job.plan.strict && worst == Some(Severity::Warning)) {
        exit = exit.max(Exit::Findings);
    }
    job.plan.times.iter().flat_map(Times::lines).for_each(|l| terminal::progress(&l));
    print_sum(&job, &gathered, SumOutcome { sum: summed.as_ref(), findings: &findings, written, exit });
    Ok(exit.max(gathered.worst))
}

fn job(args: &AggregateArgs) -> Result<Job, Stop> {
    plan::text_or_json(&args.input, "aggregate")?;
    let plan = plan::reading(&args.input, None, plan::setting(&args.input)?, &[])?;
    let output = args.output.clone();
    let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
    if output.extension().is_none_or(|e| !e.eq_ignore_ascii_case("xlsx")) {
        return Err(Stop::usage(format!("{} 应当以 .xlsx 结尾", output.display())));
    }
    if output.is_dir() {
        return Err(unwritten(format!("{} 是文件夹，请给出文件名", output.display())));
    }
    let real = output.canonicalize().ok();
    if real.is_some() && plan.inputs.all.iter().any(|i| i.path.canonicalize().ok() == real) {
        let message = format!("{} 是输入的文件，不能写在上面，请写到输入的文件夹以外", output.display());
        return Err(unwritten(message));
    }
    // Somebody may have added the text of a report to the existing file.
    if output.exists() && !args.force {
        return Err(unwritten(format!("{} 已经存在，要覆盖请加 --force", output.display())));
    }
    let expected = args.expect.as_deref().map(|path| Ok((path.display().to_string(), plan::expected(path)?)));
    let agency = args.agency.as_deref().unwrap_or_default().trim().to_owned();
    Ok(Job { plan, output, year: args.year, agency, expected: expected.transpose()? })
}

/// Role of one input in the sum.
enum InputRole {
    /// Included in the sum; whether it is a sum itself.
    Unit(Contribution, bool),
    OtherYear,
    Refused(Vec<Trouble>),
    /// Not a workbook, or a copy written by this program.
    Skipped,
}

/// Examines every input and prints its problems.
fn gather(job: &Job) -> Result<Gathered, Stop> {
    let mut all = Gathered {
        parts: Vec::new(),
        refused: Vec::new(),
        sums: Vec::new(),
        names: Vec::new(),
        other_years: 0,
        roster: Roster::default(),
        worst: Exit::Good,
    };
    let mut read = runs::over(&job.plan, |number, input| {
        let (record, examined) = runs::whole(&job.plan, number, input);
        let role = role(job, &record, &examined);
        (record, role)
    })?;
    let passed = runs::pass_over_own(&job.plan, read.iter_mut().map(|(record, _)| record));
    for ((_, role), passed) in read.iter_mut().zip(passed) {
        if passed {
            *role = InputRole::Skipped;
        }
    }
    if let Some((_, expected)) = &job.expected {
        // A report of another year does not count as submitted.
        let asked = |(record, role): &&(Record, InputRole)| {
            let year = job.year.is_none() || record.year.is_none() || record.year == job.year;
            year && !matches!(role, InputRole::Skipped | InputRole::OtherYear)
        };
        all.roster = runs::roster(&job.plan, expected, read.iter().filter(asked).map(|(record, _)| record));
    }
    for (record, role) in read {
        all.names.extend(record.facts.as_ref().map(|f| f.agency.clone()));
        let exit = exit::of_record(&record);
        let wanted = !matches!(role, InputRole::OtherYear);
        match role {
            InputRole::Unit(unit, is_sum) => {
                all.sums.extend(is_sum.then(|| itself_a_sum(&unit.agency, &unit.file)));
                all.parts.push(unit);
            }
            InputRole::OtherYear => all.other_years += 1,
            InputRole::Refused(troubles) => all.refused.extend(troubles),
            InputRole::Skipped => {}
        }
        let done = Done { record, made: Made::New, took: Duration::ZERO };
        if job.plan.format == Output::Json {
            print::json(None, &done.record);
        } else if (exit > Exit::Good && wanted) || done.record.is_own {
            print::text(Doing::Checking, None, &done, None);
        }
        if wanted {
            all.worst = all.worst.max(exit);
        }
    }
    Ok(all)
}

fn role(job: &Job, record: &Record, examined: &Examined) -> InputRole {
    let aliases = &job.plan.aliases;
    match &examined.report {
        Some(report) if job.year.is_some_and(|y| y != report.cover.year) => InputRole::OtherYear,
        Some(report) => {
            let agency = aliases.canonical(&report.cover.agency);
            let unit = Contribution::of(&record.file, agency, report, &examined.origins, &examined.findings);
            InputRole::Unit(unit, examined.findings.iter().any(|f| f.code == Code::N113))
        }
        None if record.status == Status::Skipped => InputRole::Skipped,
        None => {
            let errors = examined.findings.iter().filter(|f| f.severity == Severity::Error);
            let agency = examined.agency.as_deref().map_or("", |a| aliases.canonical(a));
            InputRole::Refused(errors.map(|f| trouble(agency, &labels().sum.refused, &record.file, f)).collect())
        }
    }
}

/// The finding on an input that is itself a sum: it counts as one more unit, which is correct only in a sum of sums.
fn itself_a_sum(agency: &str, file: &str) -> Finding {
    finding(Code::A809, format!("{agency}（{file}）本身是汇总，已经按一个单位汇总"))
        .at(Source::file(file))
        .hint("它所含的单位如果也在输入里，请移走其中之一，重新汇总")
}

fn trouble(agency: &str, what: &str, file: &str, finding: &Finding) -> Trouble {
    Trouble {
        agency: agency.to_owned(),
        what: what.to_owned(),
        file: file.to_owned(),
        source: finding.source.clone(),
        message: format!("{}（{}）", finding.message, finding.code),
    }
}

/// Rows of the sheet of problems: missing units, refused files, units with errors, units that are not on the list.
fn troubles(sum: &Aggregate, refused: &[Trouble], roster: &Roster) -> Vec<Trouble> {
    let words = &labels().sum;
    let missing = roster.in_state(UnitState::Missing).map(|unit| Trouble {
        agency: unit.name.clone(),
        what: words.missing.clone(),
        ..Trouble::default()
    });
    let faulty = sum.parts.iter().flat_map(|p| p.errors.iter().map(|f| trouble(&p.agency, &words.faulty, &p.file, f)));
    let unlisted = roster.unlisted.iter().filter(|u| u.is_understood).map(|u| Trouble {
        agency: u.agency.clone(),
        what: words.unlisted.clone(),
        file: u.file.clone(),
        ..Trouble::default()
    });
    let mut refused = refused.to_vec();
    for trouble in &mut refused {
        // No file of this listed unit could be read: the file is listed under the unit's name.
        if let Some(unit) = roster.in_state(UnitState::Unread).find(|u| u.files.contains(&trouble.file)) {
            (trouble.agency, trouble.what) = (unit.name.clone(), words.unread.clone());
        }
    }
    refused.sort_by(|a, b| (&a.agency, &a.file).cmp(&(&b.agency, &b.file)));
    missing.chain(refused).chain(faulty).chain(unlisted).collect()
}

/// Findings on similar names, among the reports and the list, that may denote one unit: it would be summed twice, or reported as
/// missing.
fn near(job: &Job, parts: &[Contribution]) -> Vec<Finding> {
    let listed = job.expected.iter().flat_map(|(file, e)| e.names.iter().map(move |n| (n.as_str(), file.as_str())));
    let listed = listed.map(|(name, file)| (job.plan.aliases.canonical(name), file));
    let reported = parts.iter().map(|p| (p.agency.as_str(), p.file.as_str()));
    // If a name is also on the list, the file of the report is used for it.
    let files: std::collections::BTreeMap<&str, &str> = listed.chain(reported).collect();
    let found = series::similar(files.keys().copied(), &job.plan.aliases);
    let alike = |near: &Similar<'_>| {
        let others: Vec<_> = near.others.iter().filter_map(|o| Some((*o, *files.get(o)?))).collect();
        files.get(near.name).map(|file| series::alike(near.name, file, &others))
    };
    found.iter().filter_map(alike).collect()
}

/// Upper bound for the number of cells on the other sheets of the workbook.
const OTHER_CELLS: usize = 50_000;

/// A finding if the trace is too large for this program to read the workbook again.
fn unreadable_again(sum: &Aggregate) -> Option<Finding> {
    let words = &labels().sum.sources;
    let cells = sum.figure_count() * words.head.len();
    (cells + OTHER_CELLS > Limits::default().cells).then(|| {
        let message = format!("“{}”有 {cells} 个格子，这个工作簿超过了再读入的上限", words.sheet);
        finding(Code::A807, message).hint(format!("要用 nianbao 转换这个工作簿，请先删去“{}”", words.sheet))
    })
}

/// Writes the workbook; returns its file, and whether it replaced an existing one.
fn save(path: &Path, sum: &Aggregate, troubles: &[Trouble]) -> Result<(OutputFile, Made), String> {
    let bytes = write(sum, troubles).map_err(|e| e.to_string())?;
    let made = if path.exists() { Made::Replaced } else { Made::New };
    output::write_one(path, &bytes)?;
    let format = Format::Xlsx.name().to_owned();
    Ok((OutputFile { format, path: path.display().to_string(), bytes: bytes.len(), sha256: sha256(&bytes) }, made))
}

/// Result of the sum, to be printed.
struct SumOutcome<'a> {
    sum: Option<&'a Aggregate>,
    findings: &'a [Finding],
    written: Option<(OutputFile, Made)>,
    exit: Exit,
}

fn print_sum(job: &Job, gathered: &Gathered, outcome: SumOutcome<'_>) {
    let SumOutcome { sum, findings, written, exit } = outcome;
    let items = findings.to_vec();
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
    terminal::line(&format!("{}：{known}", job.output.display()));
    print::findings(&items, print::LISTED, None);
    if let Some((file, made)) = written {
        print::files(Path::new(""), &[file], made);
    }
    let Some(sum) = sum else { return };
    let faulty = sum.parts.iter().filter(|p| !p.errors.is_empty()).count();
    let refused: std::collections::BTreeSet<&str> = gathered.refused.iter().map(|t| t.file.as_str()).collect();
    let rest = [
        (faulty, "个有错误"),
        (gathered.roster.count(UnitState::Missing), "个缺报"),
        (gathered.roster.count(UnitState::Unread), "个交来了但读不懂"),
        (refused.len(), "份读不了或不能确定，没有汇总"),
        (gathered.other_years, "份是其他年度的，没有汇总"),
    ];
    let rest: String = rest.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("，{n} {what}")).collect();
    terminal::line(&format!("汇总了 {} 个单位{rest}", sum.parts.len()));
}
