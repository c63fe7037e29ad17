//! `nianbao check`: findings only.

use super::args::CheckArgs;
use super::plan::{self, Plan};
use super::print::{self, Outcome, Tally, exit_of};
use super::{Exit, Stop};
use crate::model::Origins;
use crate::pipeline::{Examined, examine};

pub fn run(args: &CheckArgs) -> Result<Exit, Stop> {
    let plan = plan::reading(&args.input)?;
    Ok(each(&plan, |_, _| Ok(Vec::new())))
}

/// Examines every input, lets `act` write for those that are understood, prints, and tells the worst exit.
pub fn each(
    plan: &Plan,
    mut act: impl FnMut(&std::path::Path, &mut Examined) -> Result<Vec<print::Written>, Exit>,
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
        let outcome = Outcome { file: &input.path, examined: &examined, written, exit, strict: plan.strict };
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
