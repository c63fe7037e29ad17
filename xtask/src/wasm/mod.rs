//! `cargo xtask wasm`: builds the engine for a WebAssembly host and compares it with the native one.
//!
//! Takes the samples; builds `target/wasm/…/nianbao_page.wasm`, and fails unless Node, running it, makes files of all formats
//! with the same bytes as this process. Builds with the current toolchain if it has the target, otherwise with Debian's
//! sources of the standard library. Needs clang, lld and Node.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use nianbao::engine::Engine;
use nianbao::pipeline::{Format, examine_bytes, produce};
use wasmparser::{Validator, WasmFeatures};

use crate::toolchain::{Toolchain, in_variables, on_path};
use crate::{cache, project};

pub const TARGET: &str = "wasm32-unknown-unknown";
/// What the engine may use beyond the first version of WebAssembly: browsers have had it since Chromium 75. What compilers use of
/// their own accord came with Chromium 96.
const FEATURES: [&str; 4] = ["mutable-globals", "sign-ext", "bulk-memory", "nontrapping-fptoint"];

pub fn run() -> Result<()> {
    let module = built()?;
    println!("{} {} bytes", project::shown(&module), fs::metadata(&module)?.len());
    let (inputs, out) = (inputs()?, tempfile::tempdir()?);
    let script = project::root().join("xtask/src/wasm/convert.mjs");
    let formats = Format::ALL.map(Format::name).join(",");
    let mut node = Command::new("node");
    node.args([&script, &module, &project::root().join("fonts")]).arg(out.path()).arg(&formats).args(&inputs);
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
pub fn inputs() -> Result<Vec<PathBuf>> {
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

/// What goes into the module: not the command line, nor what of the page runs in a browser.
const INPUTS: [&str; 10] = [
    "Cargo.lock",
    "Cargo.toml",
    "src",
    ":!src/cli",
    ":!src/main.rs",
    ":!src/page/*.mjs",
    ":!src/page/page.*",
    ":!src/page/mod.rs",
    // The rehearsal's report.
    "samples/老城区科学技术局-2024.xlsx",
    "xtask/src/toolchain.rs",
];

/// Builds the module, or takes the one that was built of the same.
pub fn built() -> Result<PathBuf> {
    let toolchain = Toolchain::of(TARGET)?;
    let version = toolchain.version()?;
    cache::kept("engine", &INPUTS, &[version.as_bytes(), include_bytes!("mod.rs")], || build(&toolchain))
}

fn build(toolchain: &Toolchain) -> Result<PathBuf> {
    let target = project::root().join("target/wasm");
    let mut cargo = toolchain.build("abort");
    let name = in_variables(TARGET);
    let features = FEATURES.map(|feature| format!("+{feature}")).join(",");
    let options: String = FEATURES.map(|feature| format!(" -m{feature}")).concat();
    cargo
        .env(
            format!("CARGO_TARGET_{}_RUSTFLAGS", name.to_uppercase()),
            format!("-Ctarget-cpu=mvp -Ctarget-feature={features}"),
        )
        .env(format!("CFLAGS_{name}"), format!("-mcpu=mvp{options}"))
        .args(["--profile", "page", "--package", "nianbao-page"])
        .env("CARGO_TARGET_DIR", &target)
        .env(format!("CC_{name}"), newest("clang")?)
        .env(format!("AR_{name}"), newest("llvm-ar")?)
        .env(format!("CARGO_TARGET_{}_LINKER", name.to_uppercase()), newest("wasm-ld")?)
        .current_dir(project::root());
    ensure!(cargo.status().context("cargo could not be started")?.success(), "the build for {TARGET} failed");
    let module = target.join(TARGET).join("page/nianbao_page.wasm");
    // What a compiler enabled of its own accord would fail in old browsers only.
    let allowed = WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::FLOATS;
    let validated = Validator::new_with_features(allowed).validate_all(&fs::read(&module)?);
    validated.context("the engine is not for old browsers")?;
    Ok(module)
}

/// Returns the newest version of an LLVM tool on the path: `clang-N` with the greatest N, otherwise `clang`.
fn newest(tool: &str) -> Result<PathBuf> {
    let versioned = (14..100).rev().map(|n| format!("{tool}-{n}"));
    let found = versioned.chain([tool.to_owned()]).find_map(|name| on_path(&name));
    found.with_context(|| format!("no {tool} on the path; on Debian `apt-get install clang lld`"))
}
