//! `cargo xtask wasm`: builds the engine for a WebAssembly host and compares it with the native one.
//!
//! Takes the samples; builds `target/wasm/…/nianbao_page.wasm`, and fails unless Node, running it, makes files of all formats
//! with the same bytes as this process. Builds with the current toolchain if it has the target, otherwise with Debian's
//! sources of the standard library. Needs clang, lld and Node.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use nianbao::engine::Engine;
use nianbao::pipeline::{Format, examine_bytes, produce};

use crate::project;

const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's compiler, whose sources of the standard library can be built for any target.
const DEBIAN: &str = "/usr/bin/rustc";

pub fn run() -> Result<()> {
    let module = built()?;
    println!("{} {} bytes", project::shown(&module), fs::metadata(&module)?.len());
    let (inputs, out) = (inputs()?, tempfile::tempdir()?);
    let script = project::root().join("xtask/src/wasm/convert.mjs");
    let formats = Format::ALL.map(Format::name).join(",");
    let mut node = Command::new("node");
    node.args([&script, &module]).arg(out.path()).arg(&formats).args(&inputs);
    ensure!(node.status().context("node could not be started")?.success(), "node failed");
    let engine = Engine::default();
    let mut compared = 0;
    for (number, input) in inputs.iter().enumerate() {
        let name = input.file_name().context("a name")?.to_string_lossy();
        let examined = examine_bytes(&name, &fs::read(input)?, &engine);
        let whole = examined.whole().with_context(|| format!("{name} is no report"))?;
        for (format, bytes) in produce(whole, &Format::ALL, &engine)? {
            let path = out.path().join(format!("{number}.{}", format.name()));
            let other = fs::read(&path).with_context(|| format!("{name} as {}", format.name()))?;
            ensure!(bytes == other, "{name} as {} differs between the native engine and WebAssembly", format.name());
            compared += 1;
        }
    }
    println!("{compared} files of {} reports are the same bytes in WebAssembly", inputs.len());
    Ok(())
}

/// Returns the samples of reports in every format that can be read.
fn inputs() -> Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> = project::samples()?
        .into_iter()
        .filter(|sample| sample.kind == project::SampleKind::Report)
        .map(|sample| sample.path)
        .collect();
    project::walk(&project::root().join("samples/archive"), &mut paths)?;
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// Builds the module.
fn built() -> Result<PathBuf> {
    let target = project::root().join("target/wasm");
    let mut cargo = toolchain()?;
    let clang = newest("clang")?;
    let linker = newest("wasm-ld")?;
    cargo
        .args(["build", "--locked", "--profile", "page", "--package", "nianbao-page", "--target", TARGET])
        .env("CARGO_TARGET_DIR", &target)
        .env("CC_wasm32_unknown_unknown", &clang)
        .env("AR_wasm32_unknown_unknown", newest("llvm-ar")?)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", &linker)
        .current_dir(project::root());
    ensure!(cargo.status().context("cargo could not be started")?.success(), "the build for {TARGET} failed");
    Ok(target.join(TARGET).join("page/nianbao_page.wasm"))
}

/// Returns the cargo of a toolchain that has the standard library for the target or can build it.
fn toolchain() -> Result<Command> {
    let own = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let library = Command::new(&rustc).args(["--print", "target-libdir", "--target", TARGET]).output()?;
    if Path::new(String::from_utf8_lossy(&library.stdout).trim()).is_dir() {
        return Ok(Command::new(own));
    }
    if !Path::new(DEBIAN).is_file() {
        bail!(
            "no standard library for {TARGET}: `rustup target add {TARGET}`, or on Debian \
            `apt-get install rustc-web cargo-web rust-web-src`"
        );
    }
    let mut cargo = Command::new(Path::new(DEBIAN).with_file_name("cargo"));
    cargo.env("RUSTC", DEBIAN).env("RUSTC_BOOTSTRAP", "1");
    // Variables set by the cargo that runs this chore refer to its own toolchain.
    for name in ["RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTDOC"] {
        cargo.env_remove(name);
    }
    cargo.arg("-Zbuild-std=std,panic_abort");
    Ok(cargo)
}

/// Returns the newest version of an LLVM tool on the path: `clang-N` with the greatest N, otherwise `clang`.
fn newest(tool: &str) -> Result<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    let versioned = (14..100).rev().map(|n| format!("{tool}-{n}")).chain([tool.to_owned()]);
    let found = versioned.flat_map(|name| folders.iter().map(move |f| f.join(&name))).find(|path| path.is_file());
    found.with_context(|| format!("no {tool} on the path; on Debian `apt-get install clang lld`"))
}
