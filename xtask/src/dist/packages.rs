//! Packages of Debian and RPM systems for the Linux programs, with completions and manual pages.
//!
//! The contents of a package are listed in `[package.metadata.deb]` and `[package.metadata.generate-rpm]` of the manifest; cargo-deb and
//! cargo-generate-rpm write them. Without these two there are no packages, which is said.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::target::Target;
use crate::project;
use crate::toolchain::on_path;

/// Completions by shell and their file names, as shells look for them.
const COMPLETIONS: [(&str, &str); 3] = [("bash", "nianbao"), ("zsh", "_nianbao"), ("fish", "nianbao.fish")];

/// Where the manifest finds programs, completions and manual pages.
pub struct Shell {
    /// The target folder that is passed to the packers.
    built: PathBuf,
}

impl Shell {
    /// Has the program write its completions and manual pages below a folder.
    pub fn of(program: &Path, below: &Path) -> Result<Shell> {
        let shell = below.join("shell");
        for (name, file) in COMPLETIONS {
            let folder = shell.join(name);
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(file), printed(program, &["completions", name])?)?;
        }
        let pages = shell.join("man");
        fs::create_dir_all(&pages)?;
        printed(program, &["man", "-o", &pages.to_string_lossy()])?;
        Ok(Shell { built: below.join("build") })
    }
}

fn printed(program: &Path, words: &[&str]) -> Result<Vec<u8>> {
    let output = Command::new(program).args(words).output().context("the program could not be started")?;
    ensure!(output.status.success(), "nianbao {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr));
    Ok(output.stdout)
}

/// Writes the packages of a target into a folder; none for a target without packages.
pub fn write(target: &Target, program: &Path, shell: &Shell, folder: &Path) -> Result<()> {
    if target.debian.is_none() {
        return Ok(());
    }
    // The packers look where cargo would have put the program.
    let place = shell.built.join(target.triple).join("release");
    fs::create_dir_all(&place)?;
    let placed = place.join(target.program);
    if placed != program {
        fs::copy(program, &placed)?;
    }
    let folder = folder.canonicalize()?;
    let packers: [(&str, &[&str]); 2] = [
        ("cargo-deb", &["deb", "--no-build", "--no-strip", "--package", "nianbao"]),
        // Systems that are some years old cannot unpack what it takes by itself.
        ("cargo-generate-rpm", &["generate-rpm", "--package", ".", "--payload-compress", "xz"]),
    ];
    for (packer, words) in packers {
        if on_path(packer).is_none() {
            println!("no {packer} on the path, so {} has no such package: `cargo install {packer}`", target.triple);
            continue;
        }
        let mut command = Command::new(packer);
        command.args(words).args(["--target", target.triple, "--output"]).arg(&folder);
        command.env("CARGO_TARGET_DIR", &shell.built).env("SOURCE_DATE_EPOCH", "0").current_dir(project::root());
        let output = command.output().with_context(|| format!("{packer} could not be started"))?;
        ensure!(output.status.success(), "{packer} failed\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
