//! The program for one target, with the engine of the page inside.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use super::target::Target;
use crate::toolchain::Toolchain;
use crate::{cache, project};

/// What goes into a program.
const INPUTS: [&str; 7] =
    ["Cargo.lock", "Cargo.toml", "build.rs", "src", "fonts", "xtask/src/dist/target.rs", "xtask/src/toolchain.rs"];

/// Builds the program with an engine (a gzip file), or takes the one that was built of the same; returns its path.
pub fn program(target: &Target, engine: &Path) -> Result<PathBuf> {
    let toolchain = Toolchain::of(target.triple)?;
    let (version, linker, packed) = (toolchain.version()?, target.linker_version()?, fs::read(engine)?);
    cache::kept(target.triple, &INPUTS, &[version.as_bytes(), &linker, &packed], || {
        let folder = project::root().join("target/dist/build");
        let status = target
            .build(&toolchain)
            .args(["--release", "--package", "nianbao", "--bin", "nianbao", "--features", "page"])
            .env("NIANBAO_ENGINE", engine)
            .env("CARGO_TARGET_DIR", &folder)
            .current_dir(project::root())
            .status()
            .context("cargo could not be started")?;
        ensure!(status.success(), "the build for {} failed", target.triple);
        Ok(folder.join(target.triple).join("release").join(target.program))
    })
}
