//! What lies beside the programs: licences of all that is in them, notes on installing, checksums.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::target::Target;
use crate::{project, wasm};

const INSTALLING: &str = include_str!("安装说明.txt");
/// What is linked into programs beside crates.
const RUNTIME: &str = "\
Rust standard library: MIT OR Apache-2.0, The Rust Project Developers.
musl (Linux programs): MIT, Copyright © 2005-2020 Rich Felker, et al.
LLVM libunwind and compiler-rt, by Zig (Linux programs): Apache-2.0 WITH LLVM-exception, LLVM Project; Zig: MIT, Zig contributors.
mingw-w64 runtime (Windows program): see its COPYING; public domain, ZPL 2.1 and others that ask for no notice in programs.
libgcc (Windows program): GPL-3.0 with GCC Runtime Library Exception 3.1.
";

/// Writes the licences and the notes into a folder, which is made anew.
pub fn write(folder: &Path, targets: &[&Target]) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    fs::write(folder.join("安装说明.txt"), INSTALLING.replace("{version}", nianbao::VERSION).replace('\n', "\r\n"))?;
    let licences = folder.join("licences");
    fs::create_dir_all(&licences)?;
    fs::write(licences.join("crates.txt"), crates(targets)?)?;
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(project::root().join(name), licences.join(format!("nianbao-{name}.txt")))?;
    }
    for entry in fs::read_dir(project::root().join("fonts/licences"))? {
        let path = entry?.path();
        fs::copy(&path, licences.join(path.file_name().context("a name")?))?;
    }
    Ok(())
}

/// The licences of all crates in the programs: each text once, with the crates that have it.
fn crates(targets: &[&Target]) -> Result<String> {
    let mut found: BTreeMap<String, Value> = BTreeMap::new();
    for target in targets {
        found.extend(linked("nianbao", target.triple)?);
    }
    found.extend(linked("nianbao-page", wasm::TARGET)?);
    let mut list = String::new();
    let mut texts: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (name, package) in &found {
        let licence = package["license"].as_str().with_context(|| format!("{name} names no licence"))?;
        let authors: Vec<&str> =
            package["authors"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        list += &format!("{name}: {licence}");
        list += &if authors.is_empty() { "\n".to_owned() } else { format!(" ({})\n", authors.join(", ")) };
        let manifest = Path::new(package["manifest_path"].as_str().context("a manifest")?);
        for text in texts_beside(manifest)? {
            texts.entry(text).or_default().insert(name);
        }
    }
    let mut out = format!("Crates in the programs\n\n{list}\n{RUNTIME}");
    for (text, names) in &texts {
        let names: Vec<&str> = names.iter().copied().collect();
        out += &format!("\n{}\n{}\n\n{}\n", "=".repeat(72), names.join(", "), text.trim());
    }
    Ok(out)
}

/// Texts of the licences and notices beside a manifest.
fn texts_beside(manifest: &Path) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(manifest.parent().context("a folder")?)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().to_uppercase()).unwrap_or_default();
        let names_licence =
            ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"].iter().any(|w| name.starts_with(w));
        if names_licence && path.is_file() {
            texts.push(String::from_utf8_lossy(&fs::read(&path)?).replace('\r', ""));
        }
    }
    Ok(texts)
}

/// The crates of others that are linked into a package of this workspace for a target, by name and version.
fn linked(root: &str, triple: &str) -> Result<BTreeMap<String, Value>> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--features",
            "nianbao/page",
            "--filter-platform",
            triple,
        ])
        .current_dir(project::root())
        .output()
        .context("cargo could not be started")?;
    ensure!(output.status.success(), "cargo metadata failed\n{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let by_id = |list: &'static str, of: &Value| -> BTreeMap<String, Value> {
        let all = of[list].as_array().into_iter().flatten();
        all.filter_map(|item| Some((item["id"].as_str()?.to_owned(), item.clone()))).collect()
    };
    let (packages, nodes) = (by_id("packages", &metadata), by_id("nodes", &metadata["resolve"]));
    let own = packages.values().find(|package| package["name"] == root).context("the package itself")?;
    let (mut seen, mut next) = (BTreeSet::new(), vec![own["id"].as_str().context("an id")?.to_owned()]);
    while let Some(id) = next.pop() {
        if !seen.insert(id.clone()) {
            continue;
        }
        for edge in nodes.get(&id).and_then(|node| node["deps"].as_array()).into_iter().flatten() {
            // What only builds or tests is in no program.
            let kinds = edge["dep_kinds"].as_array();
            if kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null())) {
                next.extend(edge["pkg"].as_str().map(str::to_owned));
            }
        }
    }
    let of_others = seen.iter().filter_map(|id| packages.get(id)).filter(|package| !package["source"].is_null());
    let named =
        of_others.map(|package| (format!("{} {}", text(&package["name"]), text(&package["version"])), package.clone()));
    Ok(named.collect())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Writes the checksum of every file of a folder, as `sha256sum -c` reads them.
pub fn sums(folder: &Path) -> Result<()> {
    let mut paths = Vec::new();
    project::walk(folder, &mut paths)?;
    let mut lines = String::new();
    for path in paths {
        let digest = Sha256::digest(fs::read(&path)?);
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        lines += &format!("{hex}  {}\n", path.strip_prefix(folder)?.display());
    }
    fs::write(folder.join("SHA256SUMS"), lines)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_of_the_program_are_listed_and_tools_are_not() {
        let linked = linked("nianbao", "x86_64-unknown-linux-gnu").unwrap();
        let has = |name: &str| linked.keys().any(|crates| crates.starts_with(&format!("{name} ")));
        assert!(has("krilla") && has("calamine") && !has("proptest") && !has("nianbao"), "{:?}", linked.keys());
    }

    #[test]
    fn checksums_name_every_file() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "").unwrap();
        sums(folder.path()).unwrap();
        let lines = fs::read_to_string(folder.path().join("SHA256SUMS")).unwrap();
        assert_eq!(lines, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n");
    }
}
