//! Locates the repository, its samples, and the release binary, which is built on demand.
//!
//! Takes nothing but the repository, returns paths in a fixed order. Never guesses the target folder: cargo reports it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The root folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the repository")
}

/// Returns a path relative to the root; paths outside the repository are returned unchanged.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// Builds `nianbao` in release and returns the path of the binary, as reported by cargo.
pub fn release_binary() -> Result<PathBuf> {
    built("release")
}

/// The same for another work tree, with a target folder of its own whatever the environment says.
pub fn release_binary_of(tree: &Path) -> Result<PathBuf> {
    built_by(cargo().current_dir(tree).env("CARGO_TARGET_DIR", tree.join("target")), "release")
}

/// The same in the profile that this chore was built in, whose library is already built: for everything that is not measured.
pub fn binary() -> Result<PathBuf> {
    built(if cfg!(debug_assertions) { "dev" } else { "release" })
}

fn built(profile: &str) -> Result<PathBuf> {
    built_by(cargo().current_dir(root()), profile)
}

/// The cargo that runs this chore, so that a `+toolchain` applies to the builds as well.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn built_by(cargo: &mut Command, profile: &str) -> Result<PathBuf> {
    let output = cargo
        .args(["build", "--profile", profile, "--package", "nianbao", "--bin", "nianbao"])
        .arg("--message-format=json-render-diagnostics")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cargo could not be started")?;
    if !output.status.success() {
        bail!("cargo build --profile {profile} failed");
    }
    executable(&String::from_utf8_lossy(&output.stdout)).context("cargo built no binary called nianbao")
}

/// Returns the executable named in cargo's messages, which are one JSON object per line.
fn executable(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == "nianbao")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

/// A workbook under `samples/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    pub path: PathBuf,
    pub kind: SampleKind,
}

/// The kind of a sample, detected from its path: a blank has nothing to convert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SampleKind {
    Report,
    Blank,
}

/// Returns every .xlsx workbook under `samples/`, sorted by path.
pub fn samples() -> Result<Vec<Sample>> {
    let mut paths = Vec::new();
    walk(&root().join("samples"), &mut paths)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "xlsx") && !is_lock(path));
    paths.sort();
    Ok(paths.into_iter().map(|path| Sample { kind: kind(&path), path }).collect())
}

/// Whether a file is a lock: office suites leave `~$name.xlsx` beside a workbook that is open.
fn is_lock(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("~$"))
}

fn kind(path: &Path) -> SampleKind {
    let name = path.strip_prefix(root()).unwrap_or(path).to_string_lossy();
    if ["template", "blank", "模板", "空白"].iter().any(|word| name.contains(word)) {
        SampleKind::Blank
    } else {
        SampleKind::Report
    }
}

/// Collects every file below a folder.
pub fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", shown(folder)))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_is_found_among_cargos_messages() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"nianbao","kind":["lib"]},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"nianbao","kind":["bin"]},"executable":"/elsewhere/nianbao"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(executable(messages), Some(PathBuf::from("/elsewhere/nianbao")));
        assert_eq!(executable(r#"{"reason":"build-finished","success":true}"#), None);
    }

    #[test]
    fn a_blank_is_known_by_its_name() {
        assert_eq!(kind(&root().join("samples/标准模板2021.xlsx")), SampleKind::Blank);
        assert_eq!(kind(&root().join("samples/template/2021.xlsx")), SampleKind::Blank);
        assert_eq!(kind(&root().join("samples/老城区科学技术局2024.xlsx")), SampleKind::Report);
    }

    #[test]
    fn a_lock_file_is_no_sample() {
        assert!(is_lock(Path::new("samples/~$a.xlsx")) && !is_lock(Path::new("samples/a.xlsx")));
    }
}
