//! The last decisions over all reports of a run: comparison between years, and status.

use super::record::judge;
use crate::batch::Record;
use crate::model::Finding;
use crate::series::{self, Aliases, Facts, Member};

/// Adds to each record its disagreements with other years of its agency, and sets the status of each; returns the findings on the
/// run as a whole.
pub fn conclude<'a>(aliases: &Aliases, strict: bool, records: impl Iterator<Item = &'a mut Record>) -> Vec<Finding> {
    let mut records: Vec<&mut Record> = records.collect();
    let known: Vec<(usize, &str, &Facts)> =
        records.iter().enumerate().filter_map(|(i, r)| Some((i, r.file.as_str(), r.facts.as_ref()?))).collect();
    let members: Vec<Member<'_>> = known.iter().map(|(_, file, facts)| Member { file, facts }).collect();
    let found: Vec<(usize, Finding)> =
        series::check(&members, aliases).into_iter().map(|(i, f)| (known[i].0, f)).collect();
    let agencies = known.iter().map(|(.., facts)| facts.agency.as_str());
    let unmet = series::unmet(agencies, aliases);
    for (i, f) in found {
        records[i].add_finding(&f);
    }
    records.into_iter().for_each(|record| judge(record, strict));
    unmet
}
