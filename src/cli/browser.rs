//! Opens a file with the program that the system has for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// How often, and after which pauses, it is looked whether opening failed.
const LOOKS: u32 = 20;
const LOOK: Duration = Duration::from_millis(100);

/// Opens a file; returns whether a program was started for it, as far as is known after two seconds.
pub fn open(path: &Path) -> bool {
    // Not the canonical path: on Windows that is one which the shell does not open.
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut command = if cfg!(windows) {
        // By its full path, so that a file of this name in a folder of downloads is not started.
        let system = std::env::var_os("SystemRoot").map(|root| PathBuf::from(root).join("System32"));
        let mut command = Command::new(system.unwrap_or_default().join("rundll32.exe"));
        command.arg("url.dll,FileProtocolHandler");
        command
    } else {
        Command::new(if cfg!(target_os = "macos") { "open" } else { "xdg-open" })
    };
    command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut opener) = command.spawn() else { return false };
    // It fails at once if no program opens such files; otherwise it may stay as long as that program.
    for _ in 0..LOOKS {
        match opener.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(LOOK),
            Err(_) => break,
        }
    }
    true
}
