//! `nianbao completions`: prints the script that completes commands and options in a shell. Changes no file.

use clap::CommandFactory;

use super::args::{Cli, CompletionsArgs};
use super::{Exit, Stop, terminal};

pub fn run(args: &CompletionsArgs) -> Result<Exit, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "nianbao", &mut script);
    terminal::result(&script).map_err(|message| Stop { exit: Exit::Unwritten, message })?;
    Ok(Exit::Good)
}
