//! `publish`: writes packages for a portal, each proved equal to its input, or nothing.
//!
//! The first pass is that of `convert`. Every finding that blocks publication must be waived. Produced files are read back and
//! compared before any file gets its final name.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::read::{Next, Writes, all};
use super::spool::{IN_MEMORY, Slip, Spool};
use super::{Interrupt, Read, each, pool, warm};
use crate::batch::{OutputFile, Record};
use crate::cli::folder::{EntryKind, Folder};
use crate::cli::inputs::InputFile;
use crate::cli::io_error::{cause, unwritable};
use crate::cli::lock::Lock;
use crate::cli::outcome::{Doing, Done, Made, RunOutcome};
use crate::cli::output;
use crate::cli::plan::{Plan, PublishPlan};
use crate::cli::real_path::real_path;
use crate::cli::regular_file;
use crate::cli::{Exit, Stop, print};
use crate::digest::sha256;
use crate::judge::{clear_for_publication, conclude, refuse_collisions, stem};
use crate::model::{Code, Finding, Whole, finding};
use crate::pipeline::produce;
use crate::publish::{
    IndexEntry, MOST_MANIFEST, PackageFile, Produce, index, index_entry, is_index, packaged, publish_by,
};

/// Most bytes of an index page that are read to detect whether this program wrote it.
const HEAD: u64 = 1024;
/// Name of the index page.
const INDEX: &str = "index.html";
/// Name of the file of sums in a package.
const SUMS: &str = "SHA256SUMS";

struct PublishRun<'a> {
    job: &'a PublishPlan,
    folder: Folder,
    /// Real paths of all inputs, which are never overwritten.
    inputs: BTreeSet<PathBuf>,
    spool: Spool,
    produce: &'a Produce,
}

/// Publishes every input for which nothing blocks publication.
pub fn publish(job: &PublishPlan) -> Result<Exit, Stop> {
    publish_with(job, &produce).map(|(exit, _)| exit)
}

/// The same with other writers; also returns the outcome of each input.
fn publish_with(job: &PublishPlan, produce: &Produce) -> Result<(Exit, Vec<Done>), Stop> {
    let (plan, begun, interrupt) = (&job.plan, Instant::now(), Interrupt::watch());
    let pool = pool(plan.jobs)?;
    let had_index = replaceable_index(job)?;
    let (run, lock) = PublishRun::begin(job, produce)?;
    warm(&job.formats, &plan.engine);
    // A run that was interrupted before all inputs were read publishes nothing.
    let Some(mut reads) = all(plan, &pool, &interrupt, &run) else {
        let (took, asked) = (begun.elapsed(), interrupt.asked());
        let outcome = RunOutcome { took, asked, ..RunOutcome::empty(Doing::Publishing, plan) };
        print::all(&outcome, &[])?;
        return Ok((outcome.exit(&[]), Vec::new()));
    };
    let mut notes = judge_together(plan, &mut reads);
    let done = run.packages(reads, &pool, &interrupt);
    // Everything in the folder is handed on with it, so the index also lists packages of earlier runs.
    let listed = packages_in(&run.folder);
    // A run that was interrupted has not processed all inputs, so packages and waivers that it did not use are not reported.
    let complete = interrupt.asked().is_none();
    if complete {
        notes.extend(earlier(&done, &listed));
    }
    let index = run.write_index(&listed, had_index);
    drop(lock);
    let mut least = Exit::Good;
    let summary = index.unwrap_or_else(|unwritten| {
        // The packages exist nevertheless and must be reported.
        notes.push(*unwritten);
        least = Exit::Unwritten;
        None
    });
    let unused: Vec<Finding> = if complete { unused_waivers(job).collect() } else { Vec::new() };
    if !unused.is_empty() {
        least = least.max(Exit::Findings);
    }
    notes.extend(unused);
    let (folder, took, asked) = (Some(job.folder.as_path()), begun.elapsed(), interrupt.asked());
    let outcome = RunOutcome { folder, summary, notes, took, asked, ..RunOutcome::empty(Doing::Publishing, plan) };
    print::all(&outcome, &done)?;
    Ok((outcome.exit(&done).max(least), done))
}

/// Whether the folder has an index page of an earlier run; an error if a page of that name was not written by this program.
fn replaceable_index(job: &PublishPlan) -> Result<bool, Stop> {
    let page = job.folder.join(INDEX);
    match is_own_index(&page) {
        Some(false) => {
            let message = format!("{} 不是公布时写的目录页，没有覆盖，请换一个输出文件夹", page.display());
            Err(Stop { exit: Exit::Unwritten, message })
        }
        own => Ok(own.is_some()),
    }
}

/// Makes the decisions that depend on all inputs together: equal names, comparison between years, status. Returns the findings on
/// the run as a whole.
fn judge_together(plan: &Plan, reads: &mut [Read]) -> Vec<Finding> {
    let hint = "请先核对两份的单位和年度，填错的改正，重复的只保留一份；要都公布，就分几次公布到不同的文件夹";
    let mut records: Vec<&mut Record> = reads.iter_mut().map(|r| &mut r.record).collect();
    refuse_collisions(&mut records, hint, |r| PathBuf::from(stem(r)));
    // Findings from the comparison between years block publication like any others.
    conclude(&plan.aliases, plan.strict, reads.iter_mut().map(|r| &mut r.record))
}

fn unused_waivers(job: &PublishPlan) -> impl Iterator<Item = Finding> {
    job.waivers.unused().map(|message| finding(Code::B901, message))
}

impl<'a> PublishRun<'a> {
    /// Opens or creates the output folder and locks it.
    fn begin(job: &'a PublishPlan, produce: &'a Produce) -> Result<(PublishRun<'a>, Lock), Stop> {
        let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
        let folder = Folder::create(&job.folder).map_err(|e| unwritten(unwritable(&job.folder, &e)))?;
        let lock = Lock::alone(&folder).map_err(unwritten)?;
        let forms = &job.plan.engine.setting().options.forms;
        let spool = Spool::new(forms, Some((IN_MEMORY, folder.clone())), true);
        let inputs = job.plan.inputs.all.iter().filter_map(|i| real_path(&i.path).ok()).collect();
        Ok((PublishRun { job, folder, inputs, spool, produce }, lock))
    }

    /// Publishes every input that may be published; all packages are on disk when this returns.
    fn packages(&self, reads: Vec<Read>, pool: &rayon::ThreadPool, interrupt: &Interrupt) -> Vec<Done> {
        let published = output::settling(&self.folder, || {
            each(pool, interrupt, "公布", reads, |read| {
                let begun = Instant::now();
                let before = read.took;
                Done { record: self.one(read), made: Made::New, took: before + begun.elapsed() }
            })
        });
        self.folder.settle();
        published.into_iter().flatten().collect()
    }

    /// Writes the index page of these packages and returns its path; without packages an index of an earlier run is removed,
    /// because its packages were moved away.
    fn write_index(&self, packages: &[IndexEntry], had_index: bool) -> Result<Option<PathBuf>, Box<Finding>> {
        if packages.is_empty() {
            if had_index {
                let _ = self.folder.remove_file(INDEX);
            }
            return Ok(None);
        }
        output::write_one_in(&self.folder, INDEX, index(packages).as_bytes())
            .map_err(|message| Box::new(finding(Code::W401, message)))?;
        Ok(Some(self.job.folder.join(INDEX)))
    }

    /// Publishes one input; returns its record, with the outputs or the reason why there are none.
    fn one(&self, read: Read) -> Record {
        let Read { mut record, next, .. } = read;
        let Next::Write(slip) = next else { return record };
        let plan = &self.job.plan;
        if !clear_for_publication(&mut record, &self.job.waivers, &plan.engine, plan.strict) {
            return record;
        }
        match self.write(&record, &slip) {
            Ok(outputs) => record.outputs = outputs,
            Err(f) => record.fail(&f),
        }
        record
    }

    fn write(&self, record: &Record, slip: &Slip) -> Result<Vec<OutputFile>, Box<Finding>> {
        let unwritten = |message: String| Box::new(finding(Code::W401, message));
        let lost = |e: std::io::Error| unwritten(format!("输出文件夹里的临时文件读不回来：{}", cause(&e)));
        let waited = self.spool.get(slip).map_err(lost)?;
        let name = stem(record);
        let zip = format!("{name}.zip");
        self.spares_inputs(&name, &zip)?;
        self.spares_others(&name, record)?;
        let engine = &self.job.plan.engine;
        let made = publish_by(waited.whole(), &self.job.formats, &name, engine, self.produce)?;
        self.spares_edits(&name, &made.files)?;
        let within: Vec<(&str, &[u8])> = made.files.iter().map(|f| (f.name.as_str(), f.bytes.as_slice())).collect();
        output::write_folder(&self.folder, &name, &within, (&zip, &made.zip)).map_err(unwritten)?;
        let output = |format: &str, path: String, bytes: &[u8], sha256: String| OutputFile {
            format: format.to_owned(),
            path,
            bytes: bytes.len(),
            sha256,
        };
        let of_file = |f: &PackageFile| output(f.format, format!("{name}/{}", f.name), &f.bytes, f.sha256.clone());
        let mut outputs: Vec<OutputFile> = made.files.iter().map(of_file).collect();
        outputs.push(output("zip", zip, &made.zip, sha256(&made.zip)));
        Ok(outputs)
    }

    /// Returns an error if a package would replace that of another report: different agencies can give the same file name.
    fn spares_others(&self, name: &str, record: &Record) -> Result<(), Box<Finding>> {
        let Some((agency, year)) = manifest_of(&self.folder, name).and_then(|m| packaged(&m)) else { return Ok(()) };
        let own = (record.agency.as_deref().unwrap_or_default(), record.year.unwrap_or_default());
        if own == (agency.as_str(), year) {
            return Ok(());
        }
        let there = self.job.folder.join(name);
        let message = format!(
            "{} 里已经有“{agency}”{year} 年的，与“{}”{} 年得出同样的文件名，没有写",
            there.display(),
            own.0,
            own.1
        );
        let hint = "请核对两份的单位和年度；都要公布的，换一个输出文件夹，旧的填错了的，请连同压缩包移走，再公布一次";
        Err(Box::new(finding(Code::W402, message).hint(hint)))
    }

    /// Returns an error if files of the package that is to be replaced are not as the program wrote them: they differ from the new
    /// ones and from the sums beside them.
    fn spares_edits(&self, name: &str, files: &[PackageFile]) -> Result<(), Box<Finding>> {
        let Ok(there) = self.folder.existing(Path::new(name)) else { return Ok(()) };
        let sums = there.read(SUMS).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        let is_edited = |f: &&PackageFile| {
            let is_known = |digest: &str| {
                digest == f.sha256 || sums.lines().any(|line| line.split_once("  ") == Some((digest, f.name.as_str())))
            };
            f.name != SUMS && there.read(&f.name).is_ok_and(|bytes| !is_known(&sha256(&bytes)))
        };
        let edited: Vec<&str> = files.iter().filter(is_edited).map(|f| f.name.as_str()).collect();
        if edited.is_empty() {
            return Ok(());
        }
        let place = self.job.folder.join(name);
        let message = format!("{} 里有改动过的文件，没有换成新的：{}", place.display(), edited.join("、"));
        let hint = "要留下改动的，把它另存到别处；然后把这个文件夹连同压缩包移走，再公布一次";
        Err(Box::new(finding(Code::W405, message).hint(hint)))
    }

    /// Returns an error if a package would overwrite an input.
    fn spares_inputs(&self, name: &str, zip: &str) -> Result<(), Box<Finding>> {
        let Ok(folder) = real_path(&self.job.folder) else { return Ok(()) };
        for name in [name, zip] {
            let target = folder.join(name);
            if let Some(input) = self.inputs.range(target.clone()..).next().filter(|input| input.starts_with(&target)) {
                let typed = |i: &&InputFile| real_path(&i.path).is_ok_and(|real| real == *input);
                let input = self.job.plan.inputs.all.iter().find(typed).map_or(input, |i| &i.path);
                let target = self.job.folder.join(name);
                let message = format!("公布到 {} 会覆盖输入的 {}，没有写", target.display(), input.display());
                return Err(Box::new(finding(Code::W402, message).hint("请换一个输出文件夹")));
            }
        }
        Ok(())
    }
}

/// The manifest of the package with this name; `None` if there is none.
fn manifest_of(folder: &Folder, name: &str) -> Option<Vec<u8>> {
    let mut manifest = Vec::new();
    let file = folder.existing(Path::new(name)).ok()?.file("manifest.json").ok()?;
    file.take(MOST_MANIFEST).read_to_end(&mut manifest).ok()?;
    Some(manifest)
}

/// The packages in a folder, sorted by name. A package without its zip is incomplete and omitted.
fn packages_in(folder: &Folder) -> Vec<IndexEntry> {
    let package = |name: &str| {
        let within = folder.existing(Path::new(name)).ok()?;
        index_entry(name, &manifest_of(folder, name)?, |file| within.is(EntryKind::File, file))
    };
    let names = folder.entries().unwrap_or_default().into_iter().filter(|(_, kind)| *kind == EntryKind::Folder);
    let names = names.filter_map(|(name, _)| name.into_string().ok());
    names.filter(|n| folder.is(EntryKind::File, format!("{n}.zip"))).filter_map(|n| package(&n)).collect()
}

/// Whether the file with the name of the index was written by this program; `None` if there is no such file.
fn is_own_index(page: &Path) -> Option<bool> {
    let kind = fs::symlink_metadata(page).ok()?;
    let mut head = Vec::new();
    let file = regular_file::open(page).ok().flatten();
    Some(kind.is_file() && file?.take(HEAD).read_to_end(&mut head).is_ok() && is_index(&head))
}

/// The finding on packages of earlier runs that are in the same folder.
fn earlier(done: &[Done], listed: &[IndexEntry]) -> Option<Finding> {
    let made: BTreeSet<&str> = done.iter().flat_map(|d| &d.record.outputs).map(|o| o.path.as_str()).collect();
    let old: Vec<&str> =
        listed.iter().map(|e| e.name.as_str()).filter(|n| !made.contains(&*format!("{n}.zip"))).collect();
    let first = old.iter().take(3).copied().collect::<Vec<_>>().join("、");
    let more = if old.len() > 3 { " 等" } else { "" };
    let message = format!("输出文件夹里还有以前公布的 {} 份，这次没有重新生成：{first}{more}", old.len());
    let hint = "仍要公布的不用管，它们也在 index.html 里；过时的或者这次没有通过的，请连同压缩包移走，再公布一次";
    (!old.is_empty()).then(|| finding(Code::W403, message).hint(hint))
}

impl Writes for PublishRun<'_> {
    /// Returns nothing to reuse: every package is produced and proved again.
    fn before(&self, _: &InputFile, _: &str) -> Option<Record> {
        None
    }

    fn keep(&self, whole: Whole<'_>) -> std::io::Result<Slip> {
        self.spool.put(whole)
    }
}

#[cfg(test)]
mod tests;
