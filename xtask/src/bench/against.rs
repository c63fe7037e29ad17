//! `cargo xtask bench --against REV`: this program and that of another commit, measured in turns in one run.
//!
//! Takes a commit, builds its program in a work tree below `target/against`, which is kept for the next run. Prints for each kind
//! of run the CPU time and wall time of both and their ratio. Never changes the repository or its work tree.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::batch::{compare, name};
use crate::project;

/// How much worse a figure may be before it is marked, in percent: what runs on a shared machine differ by.
const WORSE: f64 = 5.0;

pub fn measure(binary: &Path, rev: &str, reports: u64, seed: u64) -> Result<Value> {
    let commit = git(&["rev-parse", "--verify", "--end-of-options", &format!("{rev}^{{commit}}")])?;
    let before = built(&commit)?;
    let short = &commit[..10];
    println!("\n{reports} generated reports, this program against {short}, in turn");
    println!("{:<24} {:>7} {:>21} {:>7} {:>21} {:>7}", "", "threads", "cpu ms each", "%", "wall ms each", "%");
    let mut rows = Vec::new();
    for (kind, [now, then]) in compare([binary, &before], reports, seed)? {
        let each = |ms: f64| ms / reports as f64;
        let cpu = [then.cpu_median, now.cpu_median].map(each);
        let wall = [then.median, now.median].map(each);
        let mark = if change(cpu).max(change(wall)) > WORSE { "  WORSE" } else { "" };
        println!(
            "{:<24} {:>7} {:>9.2} → {:>9.2} {:>+7.1} {:>9.2} → {:>9.2} {:>+7.1}{mark}",
            name(kind),
            kind.2,
            cpu[0],
            cpu[1],
            change(cpu),
            wall[0],
            wall[1],
            change(wall)
        );
        rows.push(json!({ "what": name(kind), "threads": kind.2, "cpu_ms_each": cpu, "wall_ms_each": wall }));
    }
    Ok(json!({ "commit": commit, "runs": rows }))
}

/// The change from the first figure to the second, in percent.
fn change([then, now]: [f64; 2]) -> f64 {
    100.0 * (now / then - 1.0)
}

/// Builds the release binary of a commit, unless an earlier run did.
fn built(commit: &str) -> Result<PathBuf> {
    let folder = project::root().join("target/against").join(commit);
    let binary = folder.join("nianbao");
    if binary.exists() {
        return Ok(binary);
    }
    let tree = folder.join("tree");
    if !tree.exists() {
        fs::create_dir_all(&folder)?;
        git(&["worktree", "prune"])?;
        git(&["worktree", "add", "--detach", &tree.to_string_lossy(), commit])?;
    }
    let built = project::release_binary_of(&tree)?;
    fs::copy(&built, &binary).with_context(|| built.display().to_string())?;
    // Only the binary is kept: the objects of a release build take gigabytes.
    git(&["worktree", "remove", "--force", &tree.to_string_lossy()])?;
    Ok(binary)
}

/// What git prints, without the end of the line.
fn git(words: &[&str]) -> Result<String> {
    let output =
        Command::new("git").args(words).current_dir(project::root()).output().context("git could not be started")?;
    ensure!(output.status.success(), "git {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_positive_if_the_second_figure_is_larger() {
        assert_eq!(change([10.0, 11.0]).round(), 10.0);
        assert_eq!(change([10.0, 5.0]), -50.0);
    }
}
