//! Lines on standard output and standard error, and results as bytes on standard output.
//!
//! Takes texts, which may contain what a workbook or a file name contains; prints them so that nothing in them steers the terminal.
//! Only [`Line`]s have a colour, and only where the user or the terminal wants it. Once a result as bytes has taken standard output,
//! all lines go to standard error.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use clap::builder::styling::{AnsiColor, Style};

use super::io_error::cause;
use crate::batch::severity as word;
use crate::model::Severity;

/// Whether output was lost, for example because the disk behind a redirection is full.
static LOST: AtomicBool = AtomicBool::new(false);
/// Whether only problems are printed.
static QUIET: AtomicBool = AtomicBool::new(false);
/// Whether standard output is taken by a result as bytes.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether lines on standard output and on standard error are coloured.
static COLOURED: [AtomicBool; 2] = [AtomicBool::new(false), AtomicBool::new(false)];

/// When lines are coloured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Colour {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    #[value(help = "看情况：输出到屏幕时有颜色")]
    Auto,
    #[value(help = "总是有颜色")]
    Always,
    #[value(help = "没有颜色")]
    Never,
}

/// Sets how lines are printed; called once, before the first line.
pub fn set(quiet: bool, colour: Colour) {
    QUIET.store(quiet, Ordering::Relaxed);
    let supports = anstyle_query::term_supports_ansi_color();
    for (coloured, is_terminal) in COLOURED.iter().zip([io::stdout().is_terminal(), io::stderr().is_terminal()]) {
        let wanted = match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto if anstyle_query::no_color() => false,
            Colour::Auto => anstyle_query::clicolor_force() || (is_terminal && supports),
        };
        coloured.store(wanted, Ordering::Relaxed);
    }
    if COLOURED.iter().any(|c| c.load(Ordering::Relaxed)) {
        // Older consoles of Windows print the codes of colours unless they are told not to.
        let _ = anstyle_query::windows::enable_ansi_colors();
    }
}

/// Whether only problems are printed.
pub fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Whether any line was lost.
pub fn has_lost_lines() -> bool {
    LOST.load(Ordering::Relaxed)
}

/// Replaces control and direction characters, including line ends, by U+FFFD: text from a workbook or a file name must not
/// control a terminal or reverse the direction of a line.
pub fn steady(line: &str) -> String {
    let steers = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    line.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// A line with a word that is coloured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    before: String,
    word: Option<(Style, String)>,
    after: String,
}

impl Line {
    /// A line with the word of a severity after `before`.
    pub fn of(before: impl Into<String>, severity: Severity, after: impl Into<String>) -> Line {
        let style = match severity {
            Severity::Error => AnsiColor::Red.on_default().bold(),
            Severity::Warning => AnsiColor::Yellow.on_default().bold(),
            Severity::Note => AnsiColor::Cyan.on_default(),
        };
        Line { before: before.into(), word: Some((style, word(severity).to_owned())), after: after.into() }
    }

    /// A line that says that all is well.
    pub fn ready(text: &str) -> Line {
        let style = AnsiColor::Green.on_default().bold();
        Line { before: String::new(), word: Some((style, text.to_owned())), after: String::new() }
    }

    /// Prints it as [`line`].
    pub fn print(&self) {
        let stream = usize::from(TAKEN.load(Ordering::Relaxed));
        let word = self.word.as_ref().map_or(String::new(), |(style, word)| {
            let word = steady(word);
            if COLOURED[stream].load(Ordering::Relaxed) { format!("{style}{word}{style:#}") } else { word }
        });
        put(&format!("{}{word}{}", steady(&self.before), steady(&self.after)));
    }
}

impl From<String> for Line {
    fn from(text: String) -> Line {
        Line { before: text, word: None, after: String::new() }
    }
}

/// Prints a line to standard output, without control characters. A pipe whose reader is gone is not an error.
pub fn line(text: &str) {
    put(&steady(text));
}

/// Prints a line that is no problem: not in a quiet run.
pub fn info(text: &str) {
    if !is_quiet() {
        line(text);
    }
}

fn put(text: &str) {
    if TAKEN.load(Ordering::Relaxed) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    } else if let Err(e) = writeln!(io::stdout().lock(), "{text}")
        && e.kind() != io::ErrorKind::BrokenPipe
    {
        LOST.store(true, Ordering::Relaxed);
    }
}

/// Gives standard output to a result: from here on lines go to standard error.
pub fn take_stdout() {
    TAKEN.store(true, Ordering::Relaxed);
}

/// Writes a result to standard output; on a terminal without what would control it. A pipe whose reader is gone is not an error.
pub fn result(bytes: &[u8]) -> Result<(), String> {
    let mut out = io::stdout().lock();
    let text = std::str::from_utf8(bytes).ok().filter(|_| out.is_terminal());
    let steady = text.map(|text| text.lines().map(|l| steady(l) + "\n").collect::<String>());
    match out.write_all(steady.as_ref().map_or(bytes, String::as_bytes)).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(format!("标准输出写不了：{}", cause(&e))),
        _ => Ok(()),
    }
}

/// Prints a line of progress to standard error: not in a quiet run.
pub fn progress(text: &str) {
    if !is_quiet() {
        aside(text);
    }
}

/// Prints a line to standard error.
pub fn aside(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", steady(text));
}

/// Prints a sentence to standard error.
pub fn complaint(text: &str) {
    aside(&format!("nianbao：{text}"));
}
