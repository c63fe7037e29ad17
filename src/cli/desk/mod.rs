//! What people do at a desktop instead of typing a command: a double click on the program, and files dropped on it.
//!
//! Takes the words of the command line and where the program was started, shows the page or converts beside the input. Decides
//! nothing about a report; opens windows and waits for a key only if a file manager started the program.

mod beside;
mod dropped;
mod origin;
mod page;

use std::ffi::OsString;
use std::io::{IsTerminal, stdin};
use std::path::{Path, PathBuf};

use clap::CommandFactory;

use super::args::Cli;
use super::{Exit, Stop, terminal};

pub use origin::Origin;

/// Something other than a command.
#[derive(Debug, PartialEq, Eq)]
pub enum Gesture {
    /// A double click on the program.
    DoubleClick,
    /// Files and folders dropped on the program, or typed after its name.
    Drop(Vec<PathBuf>),
}

impl Gesture {
    /// What the words ask for, the first being the program's name; `None` if they are a command, or meant to be one.
    pub fn of(words: &[OsString], origin: Origin) -> Option<Gesture> {
        let Some((first, _)) = words.get(1..).and_then(<[OsString]>::split_first) else {
            return (origin == Origin::FileManager).then_some(Gesture::DoubleClick);
        };
        let paths = &words[1..];
        let is_option = |word: &OsString| word.to_string_lossy().starts_with('-');
        if !Path::new(first).exists() || paths.iter().any(is_option) || Cli::command().find_subcommand(first).is_some()
        {
            return None;
        }
        Some(Gesture::Drop(paths.iter().map(PathBuf::from).collect()))
    }

    /// Does what was asked for.
    pub fn carry_out(&self, origin: Origin) -> Result<Exit, Stop> {
        match self {
            Gesture::DoubleClick => page::show(),
            Gesture::Drop(paths) => dropped::convert(paths, origin),
        }
    }

    /// Keeps a console that was opened for this program until a key is pressed: it would close before anything in it is read. A
    /// page that was opened needs no console.
    pub fn hold(&self, origin: Origin, exit: Exit) {
        let shown = *self == Gesture::DoubleClick && exit == Exit::Good;
        if origin == Origin::FileManager && !shown && stdin().is_terminal() {
            terminal::line("按任意键关闭");
            // Without a key the console closes now.
            let _ = console::Term::stdout().read_key();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_exists_is_a_drop_and_a_command_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("年报.xlsx");
        std::fs::write(&file, "").unwrap();
        let file = file.to_str().unwrap();
        let of = |words: &[&str], origin| {
            let words: Vec<OsString> = ["nianbao"].iter().chain(words).map(OsString::from).collect();
            Gesture::of(&words, origin)
        };
        for origin in [Origin::Shell, Origin::FileManager] {
            assert_eq!(of(&[file], origin), Some(Gesture::Drop(vec![file.into()])));
            assert_eq!(of(&[file, "没有"], origin), Some(Gesture::Drop(vec![file.into(), "没有".into()])));
            for words in
                [&["chek", file][..], &["check", file], &["--help"], &["-", file], &[file, "-o", "输出"], &[""]]
            {
                assert_eq!(of(words, origin), None, "{words:?}");
            }
        }
        assert_eq!(of(&[], Origin::FileManager), Some(Gesture::DoubleClick));
        assert_eq!(of(&[], Origin::Shell), None);
    }
}
