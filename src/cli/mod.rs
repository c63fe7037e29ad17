//! The command line: arguments become a checked plan, the plan is carried out, findings are printed, an exit code is returned.
//!
//! The only module that prints, writes files and reads the environment.

mod advice;
mod aggregate;
pub mod apart;
mod args;
mod browser;
mod completions;
mod containers;
mod desk;
mod destination;
mod exit;
mod explain;
mod filter;
mod folder;
mod help;
mod inputs;
mod io_error;
mod lock;
mod man;
mod meant;
mod next;
mod outcome;
mod output;
mod overview;
mod page;
mod plan;
mod print;
mod quotes;
pub mod reading;
mod real_path;
mod regular_file;
mod roster;
mod run;
mod standard;
mod template;
mod terminal;
mod times;
mod usage;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use args::{Cli, Command, HelpArgs};
use desk::{Gesture, Origin};
pub use exit::Exit;
use plan::Converting;

use crate::fault::{Faults, Step};

/// Runs the program with these arguments (the first is its name) and returns the exit code.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let words: Vec<OsString> = words.into_iter().collect();
    // No command for users, so not one of clap's, which would be listed. Started by hand it has no parent to answer.
    if words.get(1).is_some_and(|w| w == apart::CHILD_COMMAND) {
        let served = guarded(|| Ok(apart::serve().map_or(Exit::Unread, |()| Exit::Good)));
        return served.unwrap_or_else(|stop| stop.exit).into();
    }
    if let Some(sentence) = usage::other_marks(&words) {
        terminal::complaint(&sentence);
        return Exit::Usage.into();
    }
    if let Some(sentence) = quotes::swallowed(&words).filter(|_| cfg!(windows)) {
        terminal::complaint(&sentence);
        return Exit::Usage.into();
    }
    let origin = Origin::of_this_process();
    if let Some(gesture) = Gesture::of(&words, origin) {
        let exit = ended(guarded(|| gesture.carry_out(origin)));
        gesture.hold(origin, exit);
        return exit.into();
    }
    let cli = match Cli::try_parse_from(&words) {
        Ok(cli) => cli,
        Err(e) if matches!(e.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            e.render().to_string().trim_end().lines().for_each(terminal::line);
            return Exit::Good.into();
        }
        Err(e) => {
            terminal::complaint(&usage::sentence(&e, &words));
            return Exit::Usage.into();
        }
    };
    terminal::set(cli.common.quiet, cli.common.color);
    ended(guarded(|| carry_out(&cli.command))).into()
}

/// The exit code of what was done; prints why it failed.
fn ended(done: Result<Exit, Stop>) -> Exit {
    match done {
        Ok(exit) if terminal::has_lost_lines() => {
            terminal::complaint("结果没有全部写出，请检查磁盘空间");
            exit.max(Exit::Unwritten)
        }
        Ok(exit) => exit,
        Err(stop) => {
            terminal::complaint(&stop.message);
            stop.exit
        }
    }
}

/// Carries out a command.
fn carry_out(command: &Command) -> Result<Exit, Stop> {
    match command {
        Command::Template(args) => template::run(args),
        Command::Check(args) => plan::checking(args).and_then(|job| run::check(&job)),
        Command::Convert(args) => plan::converting(args).and_then(|job| match job {
            Converting::Files(job) => run::convert(&job),
            Converting::One(job) => run::convert_one(&job),
        }),
        Command::Publish(args) => plan::publishing(args).and_then(|job| run::publish(&job)),
        Command::MergeManifests(args) => run::merge(args),
        Command::Aggregate(args) => aggregate::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Page(args) => page::run(args),
        Command::Help(args) => help(args),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    }
}

/// `nianbao help`: the commands, or all options of one command.
fn help(args: &HelpArgs) -> Result<Exit, Stop> {
    let mut cli = Cli::command();
    let text = match &args.command {
        None => cli.render_help(),
        Some(name) => {
            cli.build();
            let command = cli.find_subcommand_mut(name).ok_or_else(|| Stop::usage(usage::no_command(name)))?;
            command.render_long_help()
        }
    };
    text.to_string().trim_end().lines().map(str::trim_end).for_each(terminal::line);
    Ok(Exit::Good)
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
