//! The outcome of a run, and of each of its inputs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::exit::{self, Exit};
use super::plan::Plan;
use crate::aggregate::Roster;
use crate::batch::Record;
use crate::model::Finding;

/// An input that is finished.
pub struct Done {
    pub record: Record,
    pub made: Made,
    pub took: Duration,
}

/// Whether outputs are new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// There are none, or they did not exist before.
    New,
    /// Files of the same names existed before.
    Replaced,
    /// They exist from an earlier run and are equal to what this run would write.
    Kept,
}

/// What a run does with its inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    Checking,
    Converting,
    Publishing,
}

/// The result of a run, besides its inputs.
pub struct RunOutcome<'a> {
    pub doing: Doing,
    pub plan: &'a Plan,
    /// The output folder of a run that writes.
    pub folder: Option<&'a Path>,
    pub summary: Option<PathBuf>,
    /// Findings on the run as a whole.
    pub notes: Vec<Finding>,
    /// File for the result; `None` for standard output.
    pub file: Option<PathBuf>,
    /// Sections of the HTML page, if a check was asked for one.
    pub sections: Vec<String>,
    /// State of the expected units, if a list was given.
    pub roster: Option<Roster>,
    pub took: Duration,
    /// Exit code of the signal that asked the run to end before it was done.
    pub asked: Option<Exit>,
}

impl<'a> RunOutcome<'a> {
    /// The exit code of the run.
    pub fn exit(&self, done: &[Done]) -> Exit {
        let roster = self.roster.as_ref().map_or(Exit::Good, |r| exit::of_roster(r, self.plan.strict));
        self.asked.unwrap_or_else(|| exit::of_records(done.iter().map(|d| &d.record)).max(roster))
    }

    /// An empty result, to be filled in.
    pub fn empty(doing: Doing, plan: &'a Plan) -> RunOutcome<'a> {
        let (folder, summary, file, roster, asked) = (None, None, None, None, None);
        let (notes, sections, took) = (Vec::new(), Vec::new(), Duration::ZERO);
        RunOutcome { doing, plan, folder, summary, notes, file, sections, roster, took, asked }
    }
}
