//! The units expected to report, and the state of each: submitted, unread or missing.
//!
//! Compares the user's list with the files of a run. A unit whose file could not be read is unread, not missing. Reads no files
//! itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use crate::form::labels;
use crate::model::{Code, Finding, Source, finding};
use crate::series::Aliases;

/// A list of units, as given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// Names in the order of the list, possibly aliases and repeated.
    pub names: Vec<String>,
}

/// A file of a run.
#[derive(Debug, Clone, Copy)]
pub struct Submission<'a> {
    /// Its name in findings.
    pub file: &'a str,
    /// Path below the input. Its folder and file names may contain the name of a unit.
    pub place: &'a Path,
    /// The agency whose report it is, if known.
    pub agency: Option<&'a str>,
    /// Why it could not be read; `None` if it was read.
    pub refused: Option<&'a str>,
}

/// State of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum UnitState {
    /// At least one of its files was read.
    Submitted,
    /// A file was submitted but could not be read.
    Unread,
    /// No file was submitted.
    Missing,
}

/// A unit of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Reporter {
    /// Its official name.
    pub name: String,
    /// Whether it submitted a report.
    pub state: UnitState,
    /// Its files: those that were read or, if none was, those that could not be read.
    pub files: Vec<String>,
    /// If unread: why the first of its files could not be read.
    pub reason: Option<String>,
    /// If unread: whether all its files were attributed by file or folder name only.
    pub by_name: bool,
}

/// A file of an agency that is not on the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Unlisted {
    /// The agency's official name, after aliases.
    pub agency: String,
    /// The file, as findings name it.
    pub file: String,
    /// Whether its report was read.
    pub is_understood: bool,
}

/// Result of comparing the list with the submitted files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Roster {
    /// In the order of the list, each unit once.
    pub units: Vec<Reporter>,
    /// Files of agencies that are not on the list.
    pub unlisted: Vec<Unlisted>,
    /// Files that could not be attributed to any agency or unit.
    pub unknown: Vec<String>,
}

impl Expected {
    /// Reads one name per line. `#` starts a comment; blank lines are ignored.
    pub fn parse(text: &str) -> Expected {
        let bare = |line: &str| line.split('#').next().unwrap_or_default().trim().to_owned();
        let lines = text.trim_start_matches('\u{feff}').lines();
        Expected { names: lines.map(bare).filter(|n| !n.is_empty()).collect() }
    }

    /// Compares the list with the submitted files.
    pub fn roster(&self, submissions: &[Submission<'_>], aliases: &Aliases) -> Roster {
        let listed: BTreeSet<&str> = self.names.iter().map(|n| aliases.canonical(n)).collect();
        // All names of the listed units, as they may occur in file and folder names.
        let mut names: BTreeMap<String, &str> = BTreeMap::new();
        let others = aliases.all().filter(|(_, official)| listed.contains(official));
        let own = self.names.iter().map(|n| (n.as_str(), aliases.canonical(n)));
        let official = listed.iter().map(|n| (*n, *n));
        names.extend(own.chain(official).chain(others).map(|(name, official)| (unspaced(name), official)));
        let mut understood: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut refused: BTreeMap<&str, Vec<(&Submission<'_>, bool)>> = BTreeMap::new();
        let mut roster = Roster::default();
        for s in submissions {
            let agency = s.agency.map(|a| aliases.canonical(a)).filter(|a| !a.is_empty());
            match (s.refused, agency) {
                (None, Some(agency)) => match listed.get(agency) {
                    Some(unit) => understood.entry(unit).or_default().push(s.file),
                    None => roster.unlisted.push(unlisted(agency, s)),
                },
                (Some(_), Some(agency)) if listed.contains(agency) => {
                    refused.entry(agency).or_default().push((s, false));
                }
                // The agency read from the file takes precedence over a unit name in the file name.
                (Some(_), Some(agency)) => roster.unlisted.push(unlisted(agency, s)),
                (Some(_), None) => match named(s.place, &names) {
                    Some(unit) => refused.entry(unit).or_default().push((s, true)),
                    None => roster.unknown.push(s.file.to_owned()),
                },
                (None, None) => roster.unknown.push(s.file.to_owned()),
            }
        }
        let mut seen = BTreeSet::new();
        for name in self.names.iter().map(|n| aliases.canonical(n)).filter(|n| seen.insert(*n)) {
            let unit = |state, files: Vec<&str>| Reporter {
                name: name.to_owned(),
                state,
                files: files.into_iter().map(str::to_owned).collect(),
                reason: None,
                by_name: false,
            };
            roster.units.push(match (understood.remove(name), refused.get(name)) {
                (Some(files), _) => unit(UnitState::Submitted, files),
                (None, Some(all)) => Reporter {
                    reason: all.first().and_then(|(s, _)| s.refused).map(str::to_owned),
                    by_name: all.iter().all(|(_, by_name)| *by_name),
                    ..unit(UnitState::Unread, all.iter().map(|(s, _)| s.file).collect())
                },
                (None, None) => unit(UnitState::Missing, Vec::new()),
            });
        }
        roster
    }
}

fn unlisted(agency: &str, s: &Submission<'_>) -> Unlisted {
    Unlisted { agency: agency.to_owned(), file: s.file.to_owned(), is_understood: s.refused.is_none() }
}

/// The unit whose name is contained in the file name, or else in the nearest folder name. The longest name wins; a file or folder
/// name with two equally long names of different units is skipped.
fn named<'a>(place: &Path, names: &BTreeMap<String, &'a str>) -> Option<&'a str> {
    place.iter().rev().find_map(|part| {
        let part = unspaced(&part.to_string_lossy());
        let found = || names.iter().filter(|(name, _)| part.contains(name.as_str()));
        let longest = found().map(|(name, _)| name.chars().count()).max()?;
        let units: BTreeSet<&str> =
            found().filter(|(name, _)| name.chars().count() == longest).map(|(_, unit)| *unit).collect();
        units.first().copied().filter(|_| units.len() == 1)
    })
}

fn unspaced(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

impl UnitState {
    /// Its name in machine-readable output.
    pub const fn name(self) -> &'static str {
        match self {
            UnitState::Submitted => "submitted",
            UnitState::Unread => "unread",
            UnitState::Missing => "missing",
        }
    }
}

impl Roster {
    /// How many units are in a state.
    pub fn count(&self, state: UnitState) -> usize {
        self.in_state(state).count()
    }

    /// The units in a state.
    pub fn in_state(&self, state: UnitState) -> impl Iterator<Item = &Reporter> {
        self.units.iter().filter(move |u| u.state == state)
    }

    /// One sentence: how many units are in each state.
    pub fn summary(&self) -> String {
        let words = &labels().sum;
        let states = [
            (UnitState::Submitted, &words.submitted),
            (UnitState::Unread, &words.unread),
            (UnitState::Missing, &words.missing),
        ];
        let states = states.iter().map(|(state, word)| (self.count(*state), word));
        let states: Vec<String> = states.filter(|(n, _)| *n > 0).map(|(n, word)| format!("{word} {n} 个")).collect();
        format!("应报 {} 个单位：{}", self.units.len(), states.join("，"))
    }

    /// A finding for each unit that is missing or unread, and for each file of an unlisted agency. `summed`: whether the files
    /// that were read were summed.
    pub fn findings(&self, summed: bool) -> Vec<Finding> {
        let missing = self.in_state(UnitState::Missing).map(|unit| {
            let message = format!("{}在应报名单上，没有交来报告", unit.name);
            finding(Code::A805, message).hint("请催报；已经报了的，请核对单位名称，改过名的请写进别名文件")
        });
        let unread = self.in_state(UnitState::Unread).map(|unit| {
            let message = format!("{}在应报名单上，{}", unit.name, unit.submitted_unread());
            let files = unit.files.iter().map(|f| Source::file(f));
            let at = files.clone().next();
            finding(Code::A810, message).at(at).related(files.skip(1)).hint("不是缺报：请该单位照提示改正，重新交来")
        });
        let unlisted = self.unlisted.iter().map(|Unlisted { agency, file, is_understood }| {
            let came = match (is_understood, summed) {
                (true, true) => "，已经汇总",
                (true, false) => "",
                (false, _) => "，也没有读懂",
            };
            let message = format!("{agency}（{file}）不在应报名单上{came}");
            let hint = "请核对单位名称；改过名的单位请写进别名文件";
            finding(Code::A806, message).at(Source::file(file)).hint(hint)
        });
        missing.chain(unread).chain(unlisted).collect()
    }
}

impl Reporter {
    /// Part of the message about an unread unit: its files and the reason.
    fn submitted_unread(&self) -> String {
        let how = if self.by_name { "（按文件名认出）" } else { "" };
        let reason = self.reason.as_deref().unwrap_or_default();
        format!("交来的 {}{how}读不懂：{reason}", self.files.join("、"))
    }
}
