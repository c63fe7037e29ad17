//! The units that should have reported.

use std::collections::BTreeSet;

use super::Aggregate;
use crate::model::{Finding, Source};
use crate::rules::finding;
use crate::series::Aliases;

/// A list of units, as given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    pub names: Vec<String>,
}

/// How a sum and the list differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Official names that are on the list and not in the sum, in the order of the list.
    pub missing: Vec<String>,
    /// Indices of contributions that are not on the list.
    pub unlisted: Vec<usize>,
}

impl Expected {
    /// Reads one name a line; `#` and what follows it is a comment, blank lines do not count.
    pub fn parse(text: &str) -> Expected {
        let bare = |line: &str| line.split('#').next().unwrap_or_default().trim().to_owned();
        let lines = text.trim_start_matches('\u{feff}').lines();
        Expected { names: lines.map(bare).filter(|n| !n.is_empty()).collect() }
    }

    /// Compares the list with what was summed.
    pub fn compare(&self, sum: &Aggregate, aliases: &Aliases) -> Difference {
        let listed: BTreeSet<&str> = self.names.iter().map(|n| aliases.canonical(n)).collect();
        let there: BTreeSet<&str> = sum.parts.iter().map(|p| p.agency.as_str()).collect();
        let mut told = BTreeSet::new();
        let absent = self.names.iter().map(|n| aliases.canonical(n)).filter(|n| !there.contains(n) && told.insert(*n));
        Difference {
            missing: absent.map(str::to_owned).collect(),
            unlisted: (0..sum.parts.len()).filter(|i| !listed.contains(sum.parts[*i].agency.as_str())).collect(),
        }
    }
}

impl Difference {
    /// A finding for each.
    pub fn findings(&self, sum: &Aggregate) -> Vec<Finding> {
        let missing = self.missing.iter().map(|name| {
            let message = format!("{name}在应报名单上，没有可以汇总的报告");
            finding("A805", message).hint("请催报；已经报了的，请核对单位名称，或先改正读不懂的文件")
        });
        let unlisted = self.unlisted.iter().map(|i| {
            let part = &sum.parts[*i];
            let message = format!("{}（{}）不在应报名单上，已经汇总", part.agency, part.file);
            let hint = "请核对单位名称；改过名的单位用 --aliases 合并";
            finding("A806", message).at(Source::file(&part.file)).hint(hint)
        });
        missing.chain(unlisted).collect()
    }
}
