//! `cargo xtask dist`: everything that is handed out: a program for each kind of machine, the page, the manual, packages for
//! Debian and RPM systems, licences, notes on installing, checksums.
//!
//! Takes the repository and the tools of `target.rs`; builds the engine and the programs (see `cache`), runs each program over all samples against the native one, and writes `dist/`. What lacks its tools is named and left out, unless it was asked for. Changes nothing under version control.

mod build;
mod manual;
mod packages;
mod papers;
mod target;
mod trial;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use nianbao::page::{Part, page};

use crate::{project, wasm};
use target::Target;

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    /// Names of targets; all that can be built if none is given.
    targets: Vec<String>,
    output: PathBuf,
}

impl Plan {
    pub fn parse(args: &[&str]) -> Result<Plan> {
        let mut plan = Plan { targets: Vec::new(), output: project::root().join("dist") };
        let mut args = args.iter();
        while let Some(&arg) = args.next() {
            match arg {
                "--target" => plan.targets.push((*args.next().context("--target wants a name")?).to_owned()),
                "-o" => plan.output = args.next().context("-o wants a folder")?.into(),
                _ => bail!("dist does not know what `{arg}` is for"),
            }
        }
        Ok(plan)
    }
}

pub fn run(plan: &Plan) -> Result<()> {
    let (targets, left_out) = chosen(plan)?;
    ensure!(is_ours(&plan.output), "{} has files of others; choose another folder", plan.output.display());
    let below = project::root().join("target/dist");
    fs::create_dir_all(&below)?;
    let native = project::binary()?;
    let engine = fs::read(wasm::built()?)?;
    let engine = Part::new(&engine);
    let packed = below.join("engine.gz");
    fs::write(&packed, engine.gzip())?;
    let papers = below.join("papers");
    papers::write(&papers, &targets)?;
    manual::write(&papers.join("使用手册.html"))?;
    let shell = packages::Shell::of(&native, &below)?;
    let expected = trial::Expected::of(&native)?;
    let mut programs = Vec::new();
    for target in &targets {
        let program = build::program(target, &packed)?;
        expected.compare(target, &program)?;
        programs.push(program);
    }
    // Made anew when all is built, so that nothing of an earlier version stays in it.
    if plan.output.exists() {
        fs::remove_dir_all(&plan.output)?;
    }
    fs::create_dir_all(&plan.output)?;
    for (target, program) in targets.iter().zip(programs) {
        let folder = plan.output.join(target.folder);
        fs::create_dir_all(&folder)?;
        fs::copy(&program, folder.join(target.program))?;
        packages::write(target, &program, &shell, &plan.output)?;
    }
    fs::write(plan.output.join("年报.html"), page(&engine))?;
    copy(&papers, &plan.output)?;
    papers::sums(&plan.output)?;
    list(&plan.output)?;
    for (target, why) in &left_out {
        println!("left out: {}: {}", target.triple, why.join("; "));
    }
    Ok(())
}

/// Whether a folder may be made anew: it is not there, empty, or was written by this chore.
fn is_ours(folder: &Path) -> bool {
    let is_empty = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    is_empty || (folder.join("SHA256SUMS").is_file() && folder.join("licences").is_dir())
}

/// A target that is not built, and what it lacks.
type LeftOut = (&'static Target, Vec<String>);

/// The targets to build, and those that are left out with the reasons.
fn chosen(plan: &Plan) -> Result<(Vec<&'static Target>, Vec<LeftOut>)> {
    if plan.targets.is_empty() {
        let all = target::ALL.iter().map(|target| (target, target.missing()));
        let (ready, not): (Vec<_>, Vec<_>) = all.partition(|(_, missing)| missing.is_empty());
        ensure!(!ready.is_empty(), "no target can be built: {not:?}");
        return Ok((ready.into_iter().map(|(target, _)| target).collect(), not));
    }
    let mut targets = Vec::new();
    for name in &plan.targets {
        let target = target::named(name)?;
        let missing = target.missing();
        ensure!(missing.is_empty(), "{}: {}", target.triple, missing.join("; "));
        targets.push(target);
    }
    Ok((targets, Vec::new()))
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut paths = Vec::new();
    project::walk(from, &mut paths)?;
    for path in paths {
        let copy = to.join(path.strip_prefix(from)?);
        fs::create_dir_all(copy.parent().context("a folder")?)?;
        fs::copy(&path, &copy)?;
    }
    Ok(())
}

/// Prints what was written, with sizes.
fn list(folder: &Path) -> Result<()> {
    let mut paths = Vec::new();
    project::walk(folder, &mut paths)?;
    for path in paths {
        let megabytes = fs::metadata(&path)?.len() as f64 / 1e6;
        println!("{megabytes:>8.2} MB  {}", path.strip_prefix(folder)?.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_read() {
        let plan = Plan::parse(&["--target", "linux-x86_64", "-o", "d"]).unwrap();
        let expected = Plan { targets: vec!["linux-x86_64".into()], output: "d".into() };
        assert_eq!(plan, expected);
        assert!(Plan::parse(&[]).unwrap().targets.is_empty());
        for wrong in [&["--target"][..], &["linux-x86_64"], &["-o"]] {
            assert!(Plan::parse(wrong).is_err(), "{wrong:?}");
        }
        let unknown = Plan { targets: vec!["sparc".into()], ..plan };
        assert!(chosen(&unknown).unwrap_err().to_string().contains("sparc"));
    }

    #[test]
    fn a_folder_of_others_is_not_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        assert!(is_ours(folder.path()) && is_ours(&folder.path().join("none")));
        fs::write(folder.path().join("SHA256SUMS"), "").unwrap();
        assert!(!is_ours(folder.path()) && !is_ours(project::root()));
        fs::create_dir(folder.path().join("licences")).unwrap();
        assert!(is_ours(folder.path()));
    }

    #[test]
    fn targets_differ_in_all_that_names_them() {
        for names in [|t: &Target| t.triple, |t: &Target| t.folder] {
            let all: std::collections::BTreeSet<_> = target::ALL.iter().map(names).collect();
            assert_eq!(all.len(), target::ALL.len());
            assert!(all.iter().all(|name| target::named(name).is_ok()));
        }
    }
}
