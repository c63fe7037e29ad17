//! What takes minutes to build, kept under the digest of all that goes into it.
//!
//! Takes the inputs as paths of the repository and bytes, gives the path of the built file: the kept one if its digest is the same,
//! otherwise a new one, for which the older ones of its name make room. Never gives a file that was built of something else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};

use crate::fonts::hex;
use crate::project;

/// Variable that names the folder of kept files; below the target folder without it.
const FOLDER: &str = "NIANBAO_CACHE";

/// Returns the kept file of this name (also the name of a folder), or has it built. `inputs` are paths and patterns as git takes
/// them, `more` is all else that the file depends on.
pub fn kept(name: &str, inputs: &[&str], more: &[&[u8]], build: impl FnOnce() -> Result<PathBuf>) -> Result<PathBuf> {
    let root = std::env::var_os(FOLDER).map_or_else(|| project::root().join("target/cache"), PathBuf::from);
    let folder = root.join(name);
    let digest = digest(inputs, more)?;
    let file = folder.join(&digest);
    if let Ok(mut entries) = fs::read_dir(&file)
        && let Some(entry) = entries.next()
    {
        println!("{name}: as it was built before of the same");
        return Ok(entry?.path());
    }
    let built = build()?;
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    // Whole or not at all: what is interrupted here is built again.
    let unfinished = folder.join("unfinished");
    fs::create_dir_all(&unfinished)?;
    let file_name = built.file_name().context("a name")?;
    fs::copy(&built, unfinished.join(file_name))?;
    fs::rename(&unfinished, &file)?;
    Ok(file.join(file_name))
}

/// Digest of bytes and of every file of the repository, as it is now, that the patterns name.
fn digest(inputs: &[&str], more: &[&[u8]]) -> Result<String> {
    let mut all = Sha256::new();
    let mut add = |bytes: &[u8]| {
        all.update((bytes.len() as u64).to_le_bytes());
        all.update(bytes);
    };
    more.iter().for_each(|bytes| add(bytes));
    for name in listed(project::root(), inputs)? {
        add(name.as_bytes());
        // A file that was deleted since is no input.
        add(&fs::read(project::root().join(&name)).unwrap_or_default());
    }
    Ok(hex(&all.finalize()))
}

/// Files under version control, and those that are not ignored.
fn listed(root: &Path, patterns: &[&str]) -> Result<Vec<String>> {
    let options = ["ls-files", "--cached", "--others", "--exclude-standard", "-z", "--"];
    let output = Command::new("git").args(options).args(patterns).current_dir(root).output()?;
    ensure!(output.status.success(), "git ls-files: {}", String::from_utf8_lossy(&output.stderr));
    let mut names: Vec<String> =
        String::from_utf8_lossy(&output.stdout).split_terminator('\0').map(str::to_owned).collect();
    names.sort();
    ensure!(!names.is_empty(), "git knows none of {patterns:?}");
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_tell_inputs_apart() {
        let one = digest(&["Cargo.toml"], &[b"a", b"b"]).unwrap();
        assert_eq!(one, digest(&["Cargo.toml"], &[b"a", b"b"]).unwrap());
        assert_ne!(one, digest(&["Cargo.toml"], &[b"ab"]).unwrap());
        assert_ne!(one, digest(&["Cargo.lock"], &[b"a", b"b"]).unwrap());
        assert!(digest(&["no such file"], &[]).is_err());
    }

    #[test]
    fn patterns_leave_out_what_they_say() {
        let names = listed(project::root(), &["src", ":!src/cli"]).unwrap();
        assert!(names.contains(&"src/lib.rs".to_owned()) && !names.iter().any(|n| n.starts_with("src/cli")));
    }
}
