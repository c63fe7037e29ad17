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

/// Folder of all inputs, and of those that are different reports: one report is not published twice.
const ALL: &str = "各单位";
const EACH_ONCE: &str = "样例";

/// Runs that are compared: arguments beside the output.
fn runs() -> [Vec<String>; 3] {
    let formats = Format::ALL.map(Format::name).join(",");
    let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
    [
        words(&["convert", "--to", &formats, ALL]),
        words(&["publish", EACH_ONCE]),
        words(&["check", "--second-reader", ALL]),
    ]
}

impl Expected {
    pub fn of(native: &Path) -> Result<Expected> {
        let inputs = tempfile::tempdir()?;
        // The same report in several formats has the same names of outputs.
        for (number, path) in wasm::inputs()?.iter().enumerate() {
            let name = path.file_name().context("a name")?;
            let folder = inputs.path().join(ALL).join(number.to_string());
            fs::create_dir_all(&folder)?;
            fs::copy(path, folder.join(name))?;
            if path.parent() == Some(&project::root().join("samples")) {
                fs::create_dir_all(inputs.path().join(EACH_ONCE))?;
                fs::copy(path, inputs.path().join(EACH_ONCE).join(name))?;
            }
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
            let differs = lines.lines().zip(other_lines.lines()).find(|(one, other)| one != other);
            ensure!(*lines == other_lines, "{what} printed other lines, the first of them {differs:?}");
            same += files.len();
        }
        println!("{}: {same} files are the same bytes, {:.1} s", target.triple, begun.elapsed().as_secs_f64());
        Ok(())
    }
}

/// Runs a program over all inputs, in their folder.
fn made(mut program: Command, words: &[String], inputs: &Path) -> Result<Made> {
    let out = tempfile::tempdir_in(inputs)?;
    program.args(words).current_dir(inputs);
    if words[0] != "check" {
        program.arg("-o").arg(out.path().file_name().context("a name")?);
    }
    let output = program.output().with_context(|| format!("{program:?} could not be started"))?;
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let end = output.status.code();
    let complaints = String::from_utf8_lossy(&output.stderr);
    ensure!(matches!(end, Some(0 | 1)), "{program:?} ended with {end:?}\n{lines}{complaints}");
    let mut paths = Vec::new();
    project::walk(out.path(), &mut paths)?;
    let mut files = BTreeMap::new();
    for path in paths {
        let name = path.strip_prefix(out.path())?.to_owned();
        let mut bytes = fs::read(&path)?;
        match name.to_str() {
            // One says when the run was, the other names inputs in a compressed sheet.
            Some("运行记录.jsonl" | "汇总.xlsx") => continue,
            // Inputs have the paths of their system, of which the first line has a digest.
            Some("manifest.jsonl") => {
                let text = String::from_utf8(bytes)?.replace(r"\\", "/");
                bytes = text.lines().skip(1).collect::<Vec<_>>().join("\n").into_bytes();
            }
            _ => {}
        }
        files.insert(name, bytes);
    }
    let shown = out.path().file_name().context("a name")?.to_string_lossy().into_owned();
    // The line with the number of reports has the time of the run.
    let lines = lines.lines().filter(|line| !line.starts_with("共 ")).collect::<Vec<_>>().join("\n");
    Ok((files, lines.replace('\\', "/").replace(&shown, "输出")))
}
