//! `nianbao aggregate`: the sum over units as one workbook, whole or not at all, never over an input.

use std::path::{Path, PathBuf};

use super::args::AggregateArgs;
use super::print::{self, Outcome, Written, exit_of};
use super::{Exit, Stop, output, plan};
use crate::aggregate::{Aggregate, Contribution, Expected, sum};
use crate::check;
use crate::export::aggregate::{Trouble, write};
use crate::form::labels;
use crate::import::Limits;
use crate::model::{Finding, Origins, Severity, Source};
use crate::pipeline::{Examined, Format, examine};
use crate::rules::finding;
use crate::series::{self, Aliases, Similar};

/// Checked words.
struct Job {
    plan: plan::Plan,
    output: PathBuf,
    year: Option<u16>,
    agency: String,
    /// The list and what to call it.
    expected: Option<(String, Expected)>,
    aliases: Aliases,
}

/// What the inputs came to.
struct Gathered {
    parts: Vec<Contribution>,
    /// Inputs that are not in the sum.
    refused: Vec<Trouble>,
    /// Inputs that are sums themselves.
    sums: Vec<Finding>,
    /// Names as the reports have them.
    names: Vec<String>,
    /// Reports of another year than the one asked for.
    other_years: usize,
    worst: Exit,
}

pub fn run(args: &AggregateArgs) -> Result<Exit, Stop> {
    let job = job(args)?;
    let mut gathered = gather(&job);
    let parts = std::mem::take(&mut gathered.parts);
    let mut findings = series::unmet(gathered.names.iter().map(String::as_str), &job.aliases);
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
    let (mut written, mut missing) = (Vec::new(), 0);
    if let Some(summed) = &summed {
        let difference = job.expected.as_ref().map(|(_, e)| e.compare(summed, &job.aliases)).unwrap_or_default();
        findings.extend(difference.findings(summed));
        missing = difference.missing.len();
        let troubles = troubles(summed, &gathered.refused, &difference);
        findings.extend(unreadable_again(summed));
        match save(&job.output, summed, &troubles) {
            Ok(file) => written.push(file),
            Err(message) => {
                findings.push(finding("W401", message));
                exit = exit.max(Exit::Unwritten);
            }
        }
    }
    findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
    let worst = findings.iter().map(|f| f.severity).max();
    if worst == Some(Severity::Error) || (job.plan.strict && worst == Some(Severity::Warning)) {
        exit = exit.max(Exit::Findings);
    }
    tell(&job, summed.as_ref(), &gathered, missing, findings, written, exit);
    Ok(exit.max(gathered.worst))
}

fn job(args: &AggregateArgs) -> Result<Job, Stop> {
    let plan = plan::reading(&args.input, None)?;
    let output = args.output.clone();
    let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
    if output.extension().is_none_or(|e| !e.eq_ignore_ascii_case("xlsx")) {
        return Err(Stop::usage(format!("{} 应当以 .xlsx 结尾", output.display())));
    }
    if output.is_dir() {
        return Err(unwritten(format!("{} 是文件夹，请给出文件名", output.display())));
    }
    let real = output.canonicalize().ok();
    if real.is_some() && plan.inputs.iter().any(|i| i.path.canonicalize().ok() == real) {
        let message = format!("{} 是输入的文件，不能写在上面，请写到输入的文件夹以外", output.display());
        return Err(unwritten(message));
    }
    // Somebody may have written the text of a report into it.
    if output.exists() && !args.force {
        return Err(unwritten(format!("{} 已经存在，要覆盖请加 --force", output.display())));
    }
    let aliases = match &args.aliases {
        None => Aliases::default(),
        Some(path) => {
            Aliases::parse(&plan::read_text(path)?).map_err(|e| Stop::usage(format!("{}：{e}", path.display())))?
        }
    };
    let expected = args.expect.as_ref().map(|path| {
        let expected = Expected::parse(&plan::read_text(path)?);
        if expected.names.is_empty() {
            return Err(Stop::usage(format!("{} 里没有单位，请每行写一个单位名称", path.display())));
        }
        Ok((path.display().to_string(), expected))
    });
    let agency = args.agency.as_deref().unwrap_or_default().trim().to_owned();
    Ok(Job { plan, output, year: args.year, agency, expected: expected.transpose()?, aliases })
}

/// Examines every input and tells what is wrong with it.
fn gather(job: &Job) -> Gathered {
    let mut all = Gathered {
        parts: Vec::new(),
        refused: Vec::new(),
        sums: Vec::new(),
        names: Vec::new(),
        other_years: 0,
        worst: Exit::Good,
    };
    for input in &job.plan.inputs {
        let examined = match &input.trouble {
            Some(finding) => Examined {
                report: None,
                origins: Origins::default(),
                findings: vec![finding.clone()],
                agency: None,
                year: None,
                edition: None,
            },
            None => examine(&input.path, &job.plan.setting),
        };
        let exit = exit_of(&examined, job.plan.strict);
        let file = input.path.display().to_string();
        let wanted = examined.report.as_ref().is_none_or(|r| job.year.is_none_or(|y| y == r.cover.year));
        all.names.extend(examined.report.as_ref().map(|r| r.cover.agency.clone()));
        match &examined.report {
            Some(_) if !wanted => all.other_years += 1,
            Some(report) => {
                let agency = job.aliases.canonical(&report.cover.agency);
                if examined.findings.iter().any(|f| f.code == "N113") {
                    all.sums.push(itself_a_sum(agency, &file));
                }
                all.parts.push(Contribution::of(&file, agency, report, &examined.origins, &examined.findings));
            }
            None => {
                let errors = examined.findings.iter().filter(|f| f.severity == Severity::Error);
                let agency = examined.agency.as_deref().map_or("", |a| job.aliases.canonical(a));
                all.refused.extend(errors.map(|f| trouble(agency, &labels().sum.refused, &file, f)));
            }
        }
        let strict = job.plan.strict;
        let outcome =
            Outcome { file: &input.path, examined: &examined, written: Vec::new(), exit, strict, converts: false };
        if job.plan.json {
            print::json(&outcome);
        } else if exit > Exit::Good && wanted {
            print::text(&outcome);
        }
        if wanted {
            all.worst = all.worst.max(exit);
        }
    }
    all
}

/// A sum among the inputs is one unit more, which is right for a sum of sums only.
fn itself_a_sum(agency: &str, file: &str) -> Finding {
    finding("A809", format!("{agency}（{file}）本身是汇总，已经按一个单位汇总"))
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

/// What the second sheet lists: missing units, refused files, units at fault, units that nobody expected.
fn troubles(sum: &Aggregate, refused: &[Trouble], difference: &crate::aggregate::Difference) -> Vec<Trouble> {
    let words = &labels().sum;
    let missing = difference.missing.iter().map(|name| Trouble {
        agency: name.clone(),
        what: words.missing.clone(),
        ..Trouble::default()
    });
    let faulty = sum.parts.iter().flat_map(|p| p.errors.iter().map(|f| trouble(&p.agency, &words.faulty, &p.file, f)));
    let unlisted = difference.unlisted.iter().map(|i| Trouble {
        agency: sum.parts[*i].agency.clone(),
        what: words.unlisted.clone(),
        file: sum.parts[*i].file.clone(),
        ..Trouble::default()
    });
    let mut refused = refused.to_vec();
    refused.sort_by(|a, b| (&a.agency, &a.file).cmp(&(&b.agency, &b.file)));
    missing.chain(refused).chain(faulty).chain(unlisted).collect()
}

/// Names that may be one unit's, among the reports and the list: one would be summed twice, or missed.
fn near(job: &Job, parts: &[Contribution]) -> Vec<Finding> {
    let listed = job.expected.iter().flat_map(|(file, e)| e.names.iter().map(move |n| (n.as_str(), file.as_str())));
    let listed = listed.map(|(name, file)| (job.aliases.canonical(name), file));
    let reported = parts.iter().map(|p| (p.agency.as_str(), p.file.as_str()));
    // The report's own file stands for a name that is also on the list.
    let files: std::collections::BTreeMap<&str, &str> = listed.chain(reported).collect();
    let found = series::similar(files.keys().copied(), &job.aliases);
    let told = |near: &Similar<'_>| {
        let others: Vec<_> = near.others.iter().filter_map(|o| Some((*o, *files.get(o)?))).collect();
        files.get(near.name).map(|file| series::alike(near.name, file, &others))
    };
    found.iter().filter_map(told).collect()
}

/// More cells than the other sheets of the workbook have.
const OTHER_CELLS: usize = 50_000;

/// Whether the trace is too large for this program to read the workbook again.
fn unreadable_again(sum: &Aggregate) -> Option<Finding> {
    let words = &labels().sum.sources;
    let cells = sum.figure_count() * words.head.len();
    (cells + OTHER_CELLS > Limits::default().cells).then(|| {
        let message = format!("“{}”有 {cells} 个格子，这个工作簿超过了再读入的上限", words.sheet);
        finding("A807", message).hint(format!("要用 nianbao 转换这个工作簿，请先删去“{}”", words.sheet))
    })
}

fn save(path: &Path, sum: &Aggregate, troubles: &[Trouble]) -> Result<Written, String> {
    let bytes = write(sum, troubles).map_err(|e| e.to_string())?;
    let there = path.exists();
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    output::write_all(folder, &[(path.to_owned(), &bytes)])?;
    Ok(Written::new(Format::Xlsx, path, &bytes, there))
}

fn tell(
    job: &Job,
    sum: Option<&Aggregate>,
    gathered: &Gathered,
    missing: usize,
    findings: Vec<Finding>,
    written: Vec<Written>,
    exit: Exit,
) {
    let name = (!job.agency.is_empty()).then(|| job.agency.clone());
    let examined = Examined {
        report: sum.map(|s| s.report.clone()),
        origins: Origins::default(),
        findings,
        agency: name.filter(|_| sum.is_some()),
        year: sum.map(|s| s.report.cover.year),
        edition: sum.map(|s| s.report.form.id.clone()),
    };
    let (file, strict) = (job.output.as_path(), job.plan.strict);
    let outcome = Outcome { file, examined: &examined, written, exit, strict, converts: true };
    if job.plan.json {
        return print::json(&outcome);
    }
    let known = match sum {
        Some(s) => format!("{} 年，{} 版表样", s.report.cover.year, s.report.form.id),
        None => "没有汇总".to_owned(),
    };
    print::line(&format!("{}：{known}", file.display()));
    print::findings(&examined.findings, false);
    print::files(&outcome.written);
    let Some(sum) = sum else { return };
    let faulty = sum.parts.iter().filter(|p| !p.errors.is_empty()).count();
    let refused: std::collections::BTreeSet<&str> = gathered.refused.iter().map(|t| t.file.as_str()).collect();
    let rest = [
        (faulty, "个有错误"),
        (missing, "个缺报"),
        (refused.len(), "份读不了或不能确定，没有汇总"),
        (gathered.other_years, "份是其他年度的，没有汇总"),
    ];
    let rest: String = rest.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("，{n} {what}")).collect();
    print::line(&format!("汇总了 {} 个单位{rest}", sum.parts.len()));
}
