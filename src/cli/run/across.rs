//! What is found between the inputs of a run.

use crate::batch::Record;
use crate::cli::plan::Plan;
use crate::model::Finding;
use crate::series::{self, Facts, Member};

/// Tells each record what it and its agency's other years disagree on; gives what is to be told of the run as a whole.
pub fn tell<'a>(plan: &Plan, records: impl Iterator<Item = &'a mut Record>) -> Vec<Finding> {
    let mut records: Vec<&mut Record> = records.collect();
    let known: Vec<(usize, &str, &Facts)> =
        records.iter().enumerate().filter_map(|(i, r)| Some((i, r.file.as_str(), r.facts.as_ref()?))).collect();
    let members: Vec<Member<'_>> = known.iter().map(|(_, file, facts)| Member { file, facts }).collect();
    let found: Vec<(usize, Finding)> =
        series::check(&members, &plan.aliases).into_iter().map(|(i, f)| (known[i].0, f)).collect();
    let agencies = known.iter().map(|(.., facts)| facts.agency.as_str());
    let unmet = series::unmet(agencies, &plan.aliases);
    for (i, f) in found {
        records[i].add_finding(&f);
    }
    unmet
}
