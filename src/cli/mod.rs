//! The command line: arguments become a checked plan, the plan is carried out, findings are printed, an exit code is returned.
//!
//! The only module that prints, writes files and reads the environment.

mod advice;
mod aggregate;
pub mod apart;
mod args;
mod containers;
mod exit;
mod explain;
mod filter;
mod folder;
mod help;
mod inputs;
mod io_error;
mod lock;
mod next;
mod outcome;
mod output;
mod overview;
mod page;
mod plan;
mod print;
pub mod reading;
mod regular_file;
mod roster;
mod run;
mod template;
mod terminal;
mod times;
mod usage;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Cli, Command};
pub use exit::Exit;

use crate::fault::{Faults, Step};

/// Runs the program with these arguments (the first is its name) and returns the exit code.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut words: Vec<OsString> = words.into_iter().collect();
    // People try `nianbao help` first, so it is treated as `--help`.
    if words.get(1).is_some_and(|w| w == "help") {
        words.remove(1);
        words.push("--help".into());
    }
    if let Some(sentence) = usage::other_dashes(&words) {
        terminal::complaint(&sentence);
        return Exit::Usage.into();
    }
    let command = words.get(1).cloned().unwrap_or_default();
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(e) if matches!(e.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            e.render().to_string().trim_end().lines().for_each(terminal::line);
            return Exit::Good.into();
        }
        Err(e) => {
            terminal::complaint(&usage::sentence(&e, &command));
            return Exit::Usage.into();
        }
    };
    match guarded(|| carry_out(&cli.command)) {
        Ok(exit) if terminal::has_lost_lines() => {
            terminal::complaint("结果没有全部写出，请检查磁盘空间");
            exit.max(Exit::Unwritten).into()
        }
        Ok(exit) => exit.into(),
        Err(stop) => {
            terminal::complaint(&stop.message);
            stop.exit.into()
        }
    }
}

/// Carries out a command.
fn carry_out(command: &Command) -> Result<Exit, Stop> {
    match command {
        Command::Template(args) => template::run(args),
        Command::Check(args) => plan::checking(args).and_then(|job| run::check(&job)),
        Command::Convert(args) => plan::converting(args).and_then(|job| run::convert(&job)),
        Command::Publish(args) => plan::publishing(args).and_then(|job| run::publish(&job)),
        Command::MergeManifests(args) => run::merge(args),
        Command::Aggregate(args) => aggregate::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Page(args) => page::run(args),
        // If it is started by hand, there is no parent to answer.
        Command::ReadApart => Ok(apart::serve().map_or(Exit::Unread, |()| Exit::Good)),
    }
}

/// Does the work of a command. A panic outside the steps of a report ends the run with version and place, as one inside a step
/// ends the report.
fn guarded(work: impl FnOnce() -> Result<Exit, Stop>) -> Result<Exit, Stop> {
    let faults = Faults::default();
    std::panic::set_hook(faults.hook());
    let done = faults.run(Step::Shell, work);
    done.unwrap_or_else(|fault| Err(Stop { exit: Exit::Unwritten, message: fault.to_string() }))
}

/// The error that ends a run: one sentence and the exit code.
#[derive(Debug)]
pub struct Stop {
    exit: Exit,
    message: String,
}

impl Stop {
    fn usage(message: impl Into<String>) -> Stop {
        Stop { exit: Exit::Usage, message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_outside_the_steps_ends_the_run_with_its_place() {
        let _alone = crate::fault::HOOK.lock().unwrap();
        let before = std::panic::take_hook();
        let stop = guarded(|| panic!("of {}", "张某")).unwrap_err();
        std::panic::set_hook(before);
        assert_eq!(stop.exit, Exit::Unwritten);
        assert!(stop.message.contains("版，运行，src/cli/mod.rs:"), "{}", stop.message);
        assert!(!stop.message.contains('张'), "{}", stop.message);
    }
}
