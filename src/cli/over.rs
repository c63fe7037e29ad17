//! The run over inputs that `check` and `convert` share: examine, act, print, tell the worst exit.

use std::path::Path;

use super::Exit;
use super::plan::Plan;
use super::print::{self, Outcome, Tally, Written, exit_of};
use crate::model::Origins;
use crate::pipeline::{Examined, examine};

/// Examines every input, lets `act` write for those that are understood, prints, and tells the worst exit.
pub fn each(
    plan: &Plan,
    converts: bool,
    mut act: impl FnMut(&Path, &mut Examined) -> Result<Vec<Written>, Exit>,
) -> Exit {
    let (mut worst, mut tally) = (Exit::Good, Tally::default());
    for input in &plan.inputs {
        let mut examined = match &input.trouble {
            Some(finding) => Examined {
                report: None,
                origins: Origins::default(),
                findings: vec![finding.clone()],
                agency: None,
                year: None,
                edition: None,
            },
            None => examine(&input.path, &plan.setting),
        };
        let (written, failed) = match act(&input.path, &mut examined) {
            Ok(written) => (written, Exit::Good),
            Err(exit) => (Vec::new(), exit),
        };
        let exit = exit_of(&examined, plan.strict).max(failed);
        let outcome = Outcome { file: &input.path, examined: &examined, written, exit, strict: plan.strict, converts };
        if plan.json {
            print::json(&outcome);
        } else {
            print::text(&outcome);
        }
        tally.add(exit);
        worst = worst.max(exit);
    }
    if !plan.json {
        tally.print();
    }
    worst
}
