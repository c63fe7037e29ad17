//! The validators beside the repository, in `../shared/checks`, and what they install.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::project;

/// The folder of the validators; `None` without one, in which case a chore says that it judged nothing.
pub fn folder() -> Option<PathBuf> {
    let folder = project::root().join("../shared/checks");
    folder.join("setup.sh").is_file().then_some(folder)
}

/// Installs the parts that are named, unless they are installed; returns the folder that has them. Output is shown only on failure.
pub fn set_up(folder: &Path, parts: &[&str]) -> Result<PathBuf> {
    println!("setting up the validators …");
    let output = Command::new("bash").arg(folder.join("setup.sh")).args(parts).stdin(Stdio::null()).output();
    let output = output.context("bash could not be started")?;
    let said = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the validators could not be set up ({})\n{said}{complaints}", output.status);
    let ready = said.lines().rev().find_map(|line| line.strip_prefix("checks ready in ")?.rsplit_once(':'));
    Ok(ready.context("setup.sh names no folder")?.0.into())
}
