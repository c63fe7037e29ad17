//! Lines on standard output and standard error.
//!
//! Takes texts, which may contain what a workbook or a file name contains; prints them so that nothing in them steers the terminal.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether output was lost, for example because the disk behind a redirection is full.
static LOST: AtomicBool = AtomicBool::new(false);

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

/// Prints a line to standard output, without control characters. A pipe whose reader is gone is not an error.
pub fn line(text: &str) {
    let text = steady(text);
    if let Err(e) = writeln!(std::io::stdout().lock(), "{text}")
        && e.kind() != std::io::ErrorKind::BrokenPipe
    {
        LOST.store(true, Ordering::Relaxed);
    }
}

/// Prints a line of progress to standard error.
pub fn progress(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", steady(text));
}

/// Prints a sentence to standard error.
pub fn complaint(text: &str) {
    progress(&format!("nianbao：{text}"));
}
