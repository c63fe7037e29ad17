//! Progress of a run: a bar on a terminal, otherwise a line from time to time. Written to standard error, so that it does not mix
//! with the results.

use std::fmt::Write;
use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use indicatif::style::TemplateError;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::cli::terminal;
use crate::cli::times::span;

/// With fewer inputs than this no progress is shown: they are done before anyone wonders.
const WORTH_TELLING: usize = 8;
/// Shortest time between two lines if no bar can be drawn.
const PAUSE: Duration = Duration::from_secs(10);

/// The progress of one pass.
pub struct Progress {
    how: How,
    what: &'static str,
    all: usize,
    done: AtomicUsize,
    begun: Instant,
}

enum How {
    Bar(ProgressBar),
    Lines(Mutex<Instant>),
    Silent,
}

impl Progress {
    pub fn new(what: &'static str, all: usize) -> Progress {
        let how = if all < WORTH_TELLING || terminal::is_quiet() {
            How::Silent
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(Some(all as u64), ProgressDrawTarget::stderr_with_hz(8));
            // A test checks that the style is valid.
            bar.set_style(style().unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_message(what);
            How::Bar(bar)
        } else {
            How::Lines(Mutex::new(Instant::now()))
        };
        Progress { how, what, all, done: AtomicUsize::new(0), begun: Instant::now() }
    }

    /// Counts one more finished item.
    pub fn tick(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        match &self.how {
            How::Bar(bar) => bar.inc(1),
            How::Lines(last) => {
                // If the lock is taken, another thread is just printing a line.
                let Ok(mut last) = last.try_lock() else { return };
                if last.elapsed() < PAUSE || done == self.all {
                    return;
                }
                *last = Instant::now();
                let rate = done as f64 / self.begun.elapsed().as_secs_f64();
                let left = Duration::from_secs_f64((self.all - done) as f64 / rate);
                terminal::progress(&format!(
                    "{} {done}/{}，每秒 {rate:.0} 份，约剩 {}",
                    self.what,
                    self.all,
                    span(left)
                ));
            }
            How::Silent => {}
        }
    }

    pub fn finish(&self) {
        if let How::Bar(bar) = &self.how {
            bar.finish_and_clear();
        }
    }
}

/// The style of the bar.
fn style() -> Result<ProgressStyle, TemplateError> {
    let style = ProgressStyle::with_template("{msg} {bar:30} {human_pos}/{human_len}  每秒 {per_sec} 份，约剩 {eta}")?;
    // Errors of drawing are ignored: nothing can be done about them.
    let rate = |state: &ProgressState, w: &mut dyn Write| _ = write!(w, "{:.0}", state.per_sec());
    let left = |state: &ProgressState, w: &mut dyn Write| _ = w.write_str(&span(state.eta()));
    Ok(style.with_key("per_sec", rate).with_key("eta", left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_has_its_own_look() {
        assert!(style().is_ok());
    }
}
