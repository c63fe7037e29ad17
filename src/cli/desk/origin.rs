//! How the program was started: from a shell, or in a file manager by a double click or by files dropped on it.
//!
//! Takes facts about the process, returns the answer. Anything that is not certainly a file manager counts as a shell, so that
//! scripts never meet a program that waits. A launcher of a Linux desktop looks like a script of the desktop that captures all output:
//! such a script opens the page if it starts the program without a word, which does nothing else anyway.

use std::io::{IsTerminal, stderr, stdin, stdout};

/// Where the program was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Shell,
    FileManager,
}

/// What is known about the start of a process.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// Number of processes in the console of this one; `None` on systems other than Windows.
    pub in_console: Option<u32>,
    /// Whether standard input, output and error are terminals.
    pub terminals: [bool; 3],
    /// Whether there is a desktop that can show a window.
    pub display: bool,
}

impl Origin {
    /// The origin of a process of which this is known.
    pub fn of(facts: &Facts) -> Origin {
        let desk = match facts.in_console {
            // A console with one process was opened for it. A service that starts programs may open one too, but redirects what
            // they read or write.
            Some(count) => count == 1 && facts.terminals == [true; 3],
            // A launcher of a desktop gives its programs no terminal.
            None => facts.terminals == [false; 3] && facts.display,
        };
        if desk { Origin::FileManager } else { Origin::Shell }
    }

    pub fn of_this_process() -> Origin {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Origin::of(&Facts {
            in_console: in_console(),
            terminals: [stdin().is_terminal(), stdout().is_terminal(), stderr().is_terminal()],
            display: is_set("DISPLAY") || is_set("WAYLAND_DISPLAY"),
        })
    }
}

#[cfg(windows)]
fn in_console() -> Option<u32> {
    Some(nianbao_windows::console_processes())
}

#[cfg(not(windows))]
fn in_console() -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_certainly_a_file_manager_counts_as_one() {
        let (all, none) = ([true; 3], [false; 3]);
        let cases = [
            // Windows: Explorer; a shell; a service with pipes; no console at all; Explorer with one stream redirected.
            (Some(1), all, false, Origin::FileManager),
            (Some(2), all, false, Origin::Shell),
            (Some(1), none, false, Origin::Shell),
            (Some(0), none, false, Origin::Shell),
            (Some(1), [true, false, true], false, Origin::Shell),
            // Elsewhere: a desktop; cron and containers; a shell in a desktop; its output in a pipe; its input from a file.
            (None, none, true, Origin::FileManager),
            (None, none, false, Origin::Shell),
            (None, all, true, Origin::Shell),
            (None, [true, false, true], true, Origin::Shell),
            (None, [false, true, true], true, Origin::Shell),
        ];
        for (in_console, terminals, display, expected) in cases {
            let facts = Facts { in_console, terminals, display };
            assert_eq!(Origin::of(&facts), expected, "{facts:?}");
        }
    }
}
