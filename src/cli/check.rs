//! `nianbao check`: findings only.

use super::args::CheckArgs;
use super::{Exit, Stop, over, plan};

pub fn run(args: &CheckArgs) -> Result<Exit, Stop> {
    let plan = plan::reading(&args.input, None)?;
    Ok(over::each(&plan, false, |_, _| Ok(Vec::new())))
}
