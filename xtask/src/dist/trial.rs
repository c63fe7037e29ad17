//! A program that was built for another machine, run on this one over all samples and compared with the native one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use nianbao::pipeline::Format;

use super::target::Target;
use crate::{project, wasm};

/// The files of a run by their path, and the lines it printed.
type Made = (BTreeMap<PathBuf, Vec<u8>>, String);

/// What the native program makes of all samples.
pub struct Expected {
    inputs: tempfile::TempDir,
    runs: Vec<Made>,
}

/// Runs that are compared: arguments beside inputs and output.
fn runs() -> [Vec<String>; 3] {
    let all = Format::ALL.map(Format::name).join(",");
    let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
    [words(&["convert", "--to", &all]), words(&["publish"]), words(&["check", "--second-reader"])]
}

impl Expected {
    pub fn of(native: &Path) -> Result<Expected> {
        let inputs = tempfile::tempdir()?;
        fs::create_dir(inputs.path().join("各单位"))?;
        for path in wasm::inputs()? {
            fs::copy(&path, inputs.path().join("各单位").join(path.file_name().context("a name")?))?;
        }
        let all = runs();
        let made = all.iter().map(|words| made(Command::new(native), words, inputs.path()));
        Ok(Expected { runs: made.collect::<Result<_>>()?, inputs })
    }

    /// Runs a program and compares; says how many files are the same and how long it took.
    pub fn compare(&self, target: &Target, program: &Path) -> Result<()> {
        let home = project::root().join("target/dist");
        let (begun, mut same) = (Instant::now(), 0);
        for (words, (files, lines)) in runs().iter().zip(&self.runs) {
            let (others, other_lines) = made(target.run(program, &home), words, self.inputs.path())?;
            let what = format!("{} {}", target.triple, words.join(" "));
            let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
            ensure!(names(files) == names(&others), "{what}: {:?} instead of {:?}", names(&others), names(files));
            for (name, bytes) in files {
                ensure!(others[name] == *bytes, "{what}: {} differs", name.display());
            }
            ensure!(*lines == other_lines, "{what} printed\n{other_lines}\ninstead of\n{lines}");
            same += files.len();
        }
        println!("{}: {same} files are the same bytes, {:.1} s", target.triple, begun.elapsed().as_secs_f64());
        Ok(())
    }
}

/// Runs a program over all inputs, in their folder.
fn made(mut program: Command, words: &[String], inputs: &Path) -> Result<Made> {
    let out = tempfile::tempdir_in(inputs)?;
    program.args(words).arg("各单位").current_dir(inputs);
    if words[0] != "check" {
        program.arg("-o").arg(out.path().file_name().context("a name")?);
    }
    let output = program.output().with_context(|| format!("{program:?} could not be started"))?;
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let end = output.status.code();
    ensure!(matches!(end, Some(0 | 1)), "{program:?} ended with {end:?}\n{}", String::from_utf8_lossy(&output.stderr));
    let mut paths = Vec::new();
    project::walk(out.path(), &mut paths)?;
    let mut files = BTreeMap::new();
    for path in paths {
        let name = path.strip_prefix(out.path())?.to_owned();
        // It tells when the run was.
        if name.file_name().is_some_and(|name| name != "运行记录.jsonl") {
            files.insert(name, fs::read(&path)?);
        }
    }
    let shown = out.path().file_name().context("a name")?.to_string_lossy().into_owned();
    Ok((files, lines.replace('\\', "/").replace(&shown, "输出")))
}
