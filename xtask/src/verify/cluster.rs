//! Runs the GNU parallel command under `samples/cluster/`: its shards, merged, must equal one run, byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::project;

/// Runs the script over the samples with `binary` on the path and compares the result with a run of one process.
pub fn run(binary: &Path) -> Result<()> {
    ensure!(
        Command::new("parallel").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok(),
        "GNU parallel is not installed (Debian's package is called parallel)"
    );
    let folder = tempfile::tempdir()?;
    let (input, whole, parts) =
        (project::root().join("samples"), folder.path().join("whole"), folder.path().join("parts"));
    let one = Command::new(binary).arg("convert").arg(&input).arg("-o").arg(&whole).stdin(Stdio::null()).output()?;
    let mut path = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>();
    path.insert(0, binary.parent().context("the binary has a folder")?.to_owned());
    let many = Command::new("sh")
        .arg(project::root().join("samples/cluster/parallel.sh"))
        .args([&input, &parts])
        .env("PATH", std::env::join_paths(path)?)
        .stdin(Stdio::null())
        .output()?;
    let stderr = String::from_utf8_lossy(&many.stderr);
    ensure!(
        many.status.code() == one.status.code(),
        "the parts ended with {}, one run with {}\n{stderr}",
        many.status,
        one.status
    );
    let (whole, parts) = (files(&whole)?, files(&parts)?);
    ensure!(whole.len() > 3, "one run wrote {} files", whole.len());
    for (name, bytes) in &whole {
        ensure!(parts.get(name) == Some(bytes), "{} differs between one run and its parts", name.display());
    }
    ensure!(parts.len() == whole.len(), "the parts wrote {} files, one run {}", parts.len(), whole.len());
    println!("ok    samples/cluster/parallel.sh: {} files, as one run writes them", whole.len());
    Ok(())
}

/// Returns the files below a folder, without the manifests of the shards and the records of times.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut paths = Vec::new();
    project::walk(folder, &mut paths)?;
    let own = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with("manifest-") || name.starts_with("运行记录")
    };
    paths.into_iter().filter(|p| !own(p)).map(|p| Ok((p.strip_prefix(folder)?.to_owned(), fs::read(&p)?))).collect()
}
