//! Ctrl-C, SIGTERM and SIGHUP: files in progress are finished and no new ones are started. A second signal ends the program at
//! once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[cfg(unix)]
use signal_hook::consts::SIGHUP;
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::cli::Exit;

/// Whether a signal asked the run to end, and which one.
pub struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// Starts to listen for signals. If the system does not allow this, a signal ends the program immediately, as by default.
    pub fn watch() -> Interrupt {
        let flag = Arc::new(AtomicUsize::new(0));
        #[cfg_attr(not(unix), allow(unused_mut, reason = "only Unix has another one"))]
        let mut signals = vec![(SIGINT, Exit::Interrupted), (SIGTERM, Exit::Terminated)];
        // Under `nohup` SIGHUP is ignored: the run continues when the terminal is closed.
        #[cfg(unix)]
        signals.extend(Some((SIGHUP, Exit::HungUp)).filter(|_| !ignores_hangup()));
        for (signal, exit) in signals {
            // Registered before the action that sets the flag: the first signal finds it unset, the second one finds it set.
            let raised = Arc::new(std::sync::atomic::AtomicBool::new(false));
            let _ = signal_hook::flag::register_conditional_shutdown(signal, exit as i32, raised.clone());
            let _ = signal_hook::flag::register(signal, raised);
            let _ = signal_hook::flag::register_usize(signal, flag.clone(), exit as usize);
        }
        // SIGXFSZ is handled, so that a limit on file sizes is reported by the write that exceeds it instead of ending the
        // program.
        #[cfg(unix)]
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
        Interrupt(flag)
    }

    /// The exit code for a run that was asked to end; `None` if it was not.
    pub fn asked(&self) -> Option<Exit> {
        let signal = self.0.load(Ordering::Relaxed);
        [Exit::HungUp, Exit::Interrupted, Exit::Terminated].into_iter().find(|e| *e as usize == signal)
    }
}

/// Whether this program was started with SIGHUP ignored. Known on Linux only; elsewhere `true`, so that the signal keeps its
/// current handling.
#[cfg(unix)]
fn ignores_hangup() -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return true };
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_none_or(|mask| mask & (1 << (SIGHUP - 1)) != 0)
}
