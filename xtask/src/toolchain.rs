//! The toolchain that builds for a target: the current one if it has the standard library for it, otherwise Debian's compiler with
//! the sources of the standard library.
//!
//! Takes the name of a target, gives a `cargo` command to which the arguments of the build are added.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// Debian's compiler, whose sources of the standard library can be built for any target.
const DEBIAN: &str = "/usr/bin/rustc";
/// Variables set by the cargo that runs this chore, which refer to its own toolchain.
const FOREIGN: [&str; 5] = ["RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTDOC"];

/// A toolchain for one target.
#[derive(Debug)]
pub struct Toolchain {
    target: String,
    /// Whether the standard library is built too.
    builds_library: bool,
}

impl Toolchain {
    /// Finds the toolchain; the error says how to get one.
    pub fn of(target: &str) -> Result<Toolchain> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let library = Command::new(&rustc).args(["--print", "target-libdir", "--target", target]).output()?;
        let has_library = Path::new(String::from_utf8_lossy(&library.stdout).trim()).is_dir();
        if !has_library && !Path::new(DEBIAN).is_file() {
            bail!(
                "no standard library for {target}: `rustup target add {target}`, or on Debian \
                `apt-get install rustc-web cargo-web rust-web-src`"
            );
        }
        Ok(Toolchain { target: target.to_owned(), builds_library: !has_library })
    }

    /// The version of the compiler, in full.
    pub fn version(&self) -> Result<String> {
        let own = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let rustc = if self.builds_library { DEBIAN.into() } else { own };
        let output = Command::new(rustc).arg("-vV").output().context("the compiler could not be started")?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// A cargo command that builds for the target, whose panics `abort` or `unwind`.
    pub fn build(&self, panic: &str) -> Command {
        self.build_by(&[], panic)
    }

    /// The same through a program that calls cargo, given with the arguments that stand in place of `build`.
    pub fn build_by(&self, wrapper: &[&str], panic: &str) -> Command {
        let own = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let cargo = if self.builds_library { Path::new(DEBIAN).with_file_name("cargo").into() } else { own };
        let mut command = match wrapper {
            [] => {
                let mut command = Command::new(&cargo);
                command.arg("build");
                command
            }
            [program, rest @ ..] => {
                let mut command = Command::new(program);
                command.args(rest).env("CARGO", &cargo);
                command
            }
        };
        command.args(["--locked", "--target", &self.target]);
        if self.builds_library {
            command.env("RUSTC", DEBIAN).env("RUSTC_BOOTSTRAP", "1");
            for name in FOREIGN {
                command.env_remove(name);
            }
            command.arg(format!("-Zbuild-std=std,panic_{panic}"));
        }
        command
    }
}

/// The name of a target as it stands in names of environment variables.
pub fn in_variables(target: &str) -> String {
    target.replace('-', "_")
}

/// Finds a program on the path.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file())
}
