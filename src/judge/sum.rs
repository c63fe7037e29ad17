//! The sum over the reports of a run: what each input is in it, what was wrong with the rest, and the findings on the whole.
//!
//! Takes records with their readings, gives the totals, the rows for the sheet of problems and findings. It reads and writes no file.

use std::collections::{BTreeMap, BTreeSet};

use crate::aggregate::{Aggregate, Contribution, Expected, Roster, UnitState, sum};
use crate::batch::{Record, Status};
use crate::check;
use crate::export::ExportError;
use crate::export::aggregate::{Trouble, write};
use crate::form::labels;
use crate::import::Limits;
use crate::model::{Code, Finding, Origins, Severity, Source, finding};
use crate::pipeline::Examined;
use crate::series::{self, Aliases, Similar};

/// What is summed.
#[derive(Debug)]
pub struct Summing<'a> {
    /// Names that denote one unit.
    pub aliases: &'a Aliases,
    /// Only reports of this year, if one is given.
    pub year: Option<u16>,
    /// Agency on the cover of the sum; may be empty.
    pub agency: &'a str,
    /// The list of units with its name for messages.
    pub expected: Option<(&'a str, &'a Expected)>,
}

/// Role of one input in the sum.
#[derive(Debug)]
#[non_exhaustive]
pub enum InputRole {
    /// Included in the sum; whether it is a sum itself.
    Unit(Contribution, bool),
    /// Of another year than the requested one.
    OtherYear,
    /// Not understood, with its errors.
    Refused(Vec<Trouble>),
    /// Not a workbook, or a copy written by this program.
    Skipped,
}

/// What all inputs of a run are in the sum.
#[derive(Debug, Default)]
pub struct Gathered {
    parts: Vec<Contribution>,
    /// Problems of inputs that are not in the sum.
    refused: Vec<Trouble>,
    /// Findings on inputs that are sums themselves.
    sums: Vec<Finding>,
    /// Names of agencies as written in the reports.
    names: Vec<String>,
    /// Number of reports of other years than the requested one.
    other_years: usize,
}

/// The sum with what is to be said about it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Summed {
    /// `None` if the reports cannot be summed; the findings say why.
    pub aggregate: Option<Aggregate>,
    /// The gravest first.
    pub findings: Vec<Finding>,
    /// Rows for the sheet of problems.
    troubles: Vec<Trouble>,
    /// Number of units, and of what is not in order or not in the sum, each with its words.
    counts: (usize, Vec<(usize, &'static str)>),
}

impl Summing<'_> {
    /// The role of an input. Without a reading it was refused or skipped, as its record says.
    pub fn role(&self, record: &Record, examined: Option<&Examined>) -> InputRole {
        match examined.and_then(|e| Some((e.report.as_ref()?, e))) {
            Some((report, _)) if self.year.is_some_and(|y| y != report.cover.year) => InputRole::OtherYear,
            Some((report, examined)) => {
                let agency = self.aliases.canonical(&report.cover.agency);
                let unit = Contribution::of(&record.file, agency, report, &examined.origins, &examined.findings);
                InputRole::Unit(unit, examined.findings.iter().any(|f| f.code == Code::N113))
            }
            None if record.status == Status::Skipped => InputRole::Skipped,
            None => {
                let errors = record.findings.iter().filter(|f| f.severity == Severity::Error);
                let agency = record.agency.as_deref().map_or("", |a| self.aliases.canonical(a));
                InputRole::Refused(errors.map(|f| trouble(agency, &labels().sum.refused, &record.file, f)).collect())
            }
        }
    }

    /// Whether an input answers for a unit of the list: a report of another year does not.
    pub fn is_submitted(&self, record: &Record, role: &InputRole) -> bool {
        let year = self.year.is_none() || record.year.is_none() || record.year == self.year;
        year && !matches!(role, InputRole::Skipped | InputRole::OtherYear)
    }

    /// Sums what was gathered; `roster` is empty without a list.
    pub fn sum(&self, gathered: Gathered, roster: &Roster) -> Summed {
        let Gathered { parts, refused, sums, names, other_years } = gathered;
        let mut findings = series::unmet(names.iter().map(String::as_str), self.aliases);
        findings.extend(self.near(&parts));
        findings.extend(sums);
        let aggregate = match sum(parts) {
            Err(refused) => {
                findings.extend(refused);
                None
            }
            Ok(mut sum) => {
                sum.report.cover.agency = self.agency.to_owned();
                findings.extend(check::relations(&sum.report, &Origins::default()));
                Some(sum)
            }
        };
        findings.extend(roster.findings(aggregate.is_some()));
        let parts = aggregate.as_ref().map_or(&[][..], |sum| &sum.parts);
        let files: BTreeSet<&str> = refused.iter().map(|t| t.file.as_str()).collect();
        let rest = vec![
            (parts.iter().filter(|p| !p.errors.is_empty()).count(), "个有错误"),
            (roster.count(UnitState::Missing), "个缺报"),
            (roster.count(UnitState::Unread), "个交来了但读不懂"),
            (files.len(), "份读不了或不能确定，没有汇总"),
            (other_years, "份是其他年度的，没有汇总"),
        ];
        let counts = (parts.len(), rest);
        let troubles = troubles(parts, refused, roster);
        findings.extend(aggregate.as_ref().and_then(unreadable_again));
        findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
        Summed { aggregate, findings, troubles, counts }
    }

    /// Findings on similar names, among the reports and the list, that may denote one unit: it would be summed twice, or reported
    /// as missing.
    fn near(&self, parts: &[Contribution]) -> Vec<Finding> {
        let listed = self.expected.iter().flat_map(|(file, e)| e.names.iter().map(move |n| (n.as_str(), *file)));
        let listed = listed.map(|(name, file)| (self.aliases.canonical(name), file));
        let reported = parts.iter().map(|p| (p.agency.as_str(), p.file.as_str()));
        // If a name is also on the list, the file of the report is used for it.
        let files: BTreeMap<&str, &str> = listed.chain(reported).collect();
        let found = series::similar(files.keys().copied(), self.aliases);
        let alike = |near: &Similar<'_>| {
            let others: Vec<_> = near.others.iter().filter_map(|o| Some((*o, *files.get(o)?))).collect();
            files.get(near.name).map(|file| series::alike(near.name, file, &others))
        };
        found.iter().filter_map(alike).collect()
    }
}

impl Gathered {
    /// Adds an input in its role.
    pub fn add(&mut self, record: &Record, role: InputRole) {
        self.names.extend(record.facts.as_ref().map(|f| f.agency.clone()));
        match role {
            InputRole::Unit(unit, is_sum) => {
                self.sums.extend(is_sum.then(|| itself_a_sum(&unit.agency, &unit.file)));
                self.parts.push(unit);
            }
            InputRole::OtherYear => self.other_years += 1,
            InputRole::Refused(troubles) => self.refused.extend(troubles),
            InputRole::Skipped => {}
        }
    }
}

impl Summed {
    /// The workbook of the sum; `None` if there is no sum.
    pub fn workbook(&self) -> Option<Result<Vec<u8>, ExportError>> {
        self.aggregate.as_ref().map(|sum| write(sum, &self.troubles))
    }

    /// How many units were summed, and what is not in order.
    pub fn sentence(&self) -> String {
        let (units, rest) = &self.counts;
        let rest: String = rest.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("，{n} {what}")).collect();
        format!("汇总了 {units} 个单位{rest}")
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
fn troubles(parts: &[Contribution], mut refused: Vec<Trouble>, roster: &Roster) -> Vec<Trouble> {
    let words = &labels().sum;
    let missing = roster.in_state(UnitState::Missing).map(|unit| Trouble {
        agency: unit.name.clone(),
        what: words.missing.clone(),
        ..Trouble::default()
    });
    let faulty = parts.iter().flat_map(|p| p.errors.iter().map(|f| trouble(&p.agency, &words.faulty, &p.file, f)));
    let unlisted = roster.unlisted.iter().filter(|u| u.is_understood).map(|u| Trouble {
        agency: u.agency.clone(),
        what: words.unlisted.clone(),
        file: u.file.clone(),
        ..Trouble::default()
    });
    for trouble in &mut refused {
        // No file of this listed unit could be read: the file is listed under the unit's name.
        if let Some(unit) = roster.in_state(UnitState::Unread).find(|u| u.files.contains(&trouble.file)) {
            (trouble.agency, trouble.what) = (unit.name.clone(), words.unread.clone());
        }
    }
    refused.sort_by(|a, b| (&a.agency, &a.file).cmp(&(&b.agency, &b.file)));
    missing.chain(refused).chain(faulty).chain(unlisted).collect()
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
