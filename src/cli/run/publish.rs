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
use crate::cli::inputs::Input;
use crate::cli::lock::Lock;
use crate::cli::outcome::{Doing, Done, Made, RunOutcome};
use crate::cli::output;
use crate::cli::plan::PublishPlan;
use crate::cli::regular_file;
use crate::cli::{Exit, Stop, print};
use crate::digest::sha256;
use crate::judge::{clear_for_publication, compare_years, judge, refuse_collisions, stem};
use crate::model::{Code, Finding, Whole, finding};
use crate::pipeline::produce;
use crate::publish::{Entry, MOST_MANIFEST, PackageFile, Produce, REFUSED, index, is_index, publish_by, standing};

/// Most bytes of an index page that are read to detect whether this program wrote it.
const HEAD: u64 = 1024;
/// Name of the index page.
const INDEX: &str = "index.html";

struct Run<'a> {
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
    let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
    let pool = pool(plan.jobs)?;
    let page = job.folder.join(INDEX);
    let own = index_of_ours(&page);
    if own == Some(false) {
        let message = format!("{} 不是公布时写的目录页，没有覆盖，请换一个输出文件夹", page.display());
        return Err(Stop { exit: Exit::Unwritten, message });
    }
    let told = |e: std::io::Error| unwritten(format!("无法写入 {}：{}", job.folder.display(), output::reason(&e)));
    let open = Folder::create(&job.folder).map_err(told)?;
    let lock = Lock::alone(&open).map_err(unwritten)?;
    let spool = Spool::new(&plan.engine.setting().options.forms, Some((IN_MEMORY, open.clone())), true);
    let inputs = plan.inputs.all.iter().filter_map(|i| i.path.canonicalize().ok()).collect();
    let run = Run { job, folder: open.clone(), inputs, spool, produce };
    warm(&job.formats, &plan.engine);
    let reads = all(plan, &pool, &interrupt, &run);
    let asked = || interrupt.asked();
    // A run that was interrupted before all inputs were read publishes nothing.
    let Some(mut reads) = reads else {
        let (took, asked) = (begun.elapsed(), asked());
        let outcome = RunOutcome { took, asked, ..RunOutcome::of(Doing::Publishing, plan) };
        print::all(&outcome, &[])?;
        return Ok((outcome.exit(&[]), Vec::new()));
    };
    let hint = "请先核对两份的单位和年度，填错的改正，重复的只保留一份；要都公布，就分几次公布到不同的文件夹";
    let mut records: Vec<&mut Record> = reads.iter_mut().map(|r| &mut r.record).collect();
    refuse_collisions(&mut records, hint, |r| PathBuf::from(stem(r)));
    // Findings from the comparison between years block publication like any others.
    let mut notes = compare_years(&plan.aliases, reads.iter_mut().map(|r| &mut r.record));
    reads.iter_mut().for_each(|r| judge(&mut r.record, plan.strict));
    let published = output::settling(&open, || {
        each(&pool, &interrupt, "公布", reads, |read| {
            let begun = Instant::now();
            let before = read.took;
            Done { record: run.one(read), made: Made::New, took: before + begun.elapsed() }
        })
    });
    open.settle();
    let done: Vec<Done> = published.into_iter().flatten().collect();
    // Everything in the folder is handed on with it, so the index also lists packages of earlier runs.
    let standing = packages(&open);
    // A run that was interrupted has not processed all inputs, so packages and waivers that it did not use are not reported.
    let whole = asked().is_none();
    if whole {
        notes.extend(earlier(&done, &standing));
    }
    let mut summary = None;
    if !standing.is_empty() {
        match output::write_one_in(&open, INDEX, index(&standing).as_bytes()) {
            Ok(()) => summary = Some(page),
            // The packages exist nevertheless and must be reported.
            Err(message) => notes.push(finding(Code::W401, message)),
        }
    }
    // The packages of this index were moved away, so it is removed.
    if standing.is_empty() && own == Some(true) {
        let _ = open.remove_file(INDEX);
    }
    let unlisted = summary.is_none() && !standing.is_empty();
    drop(lock);
    let unused = job.waivers.unused().filter(|_| whole).map(|told| finding(Code::B901, told));
    let unused: Vec<Finding> = unused.collect();
    let wasted = !unused.is_empty();
    notes.extend(unused);
    let (folder, took, asked) = (Some(job.folder.as_path()), begun.elapsed(), asked());
    let outcome = RunOutcome { folder, summary, notes, took, asked, ..RunOutcome::of(Doing::Publishing, plan) };
    print::all(&outcome, &done)?;
    let exit = outcome.exit(&done);
    let exit = if unlisted { exit.max(Exit::Unwritten) } else { exit };
    Ok((if wasted { exit.max(Exit::Findings) } else { exit }, done))
}

impl Run<'_> {
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
            Err(f) if f.code == REFUSED => {
                record.add_finding(&f);
                judge(&mut record, plan.strict);
            }
            Err(f) => record.fail(&f),
        }
        record
    }

    fn write(&self, record: &Record, slip: &Slip) -> Result<Vec<OutputFile>, Box<Finding>> {
        let unwritten = |message: String| Box::new(finding(Code::W401, message));
        let lost = |e: std::io::Error| unwritten(format!("输出文件夹里的临时文件读不回来：{}", output::reason(&e)));
        let waited = self.spool.get(slip).map_err(lost)?;
        let name = stem(record);
        let zip = format!("{name}.zip");
        self.spares_inputs(&name, &zip)?;
        let engine = &self.job.plan.engine;
        let made = publish_by(waited.whole(), &self.job.formats, &name, engine, self.produce)?;
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

    /// Returns an error if a package would overwrite an input.
    fn spares_inputs(&self, name: &str, zip: &str) -> Result<(), Box<Finding>> {
        let Ok(folder) = self.job.folder.canonicalize() else { return Ok(()) };
        for target in [folder.join(name), folder.join(zip)] {
            if let Some(input) = self.inputs.range(target.clone()..).next().filter(|input| input.starts_with(&target)) {
                let message = format!("公布到 {} 会覆盖输入的 {}，没有写", target.display(), input.display());
                return Err(Box::new(finding(Code::W402, message).hint("请换一个输出文件夹")));
            }
        }
        Ok(())
    }
}

/// The packages in a folder, sorted by name. A package without its zip is incomplete and omitted.
fn packages(folder: &Folder) -> Vec<Entry> {
    let package = |name: &str| {
        let within = folder.existing(Path::new(name)).ok()?;
        let mut manifest = Vec::new();
        within.file("manifest.json").ok()?.take(MOST_MANIFEST).read_to_end(&mut manifest).ok()?;
        standing(name, &manifest, |file| within.is(EntryKind::File, file))
    };
    let names = folder.entries().unwrap_or_default().into_iter().filter(|(_, kind)| *kind == EntryKind::Folder);
    let names = names.filter_map(|(name, _)| name.into_string().ok());
    names.filter(|n| folder.is(EntryKind::File, format!("{n}.zip"))).filter_map(|n| package(&n)).collect()
}

/// Whether the file with the name of the index was written by this program; `None` if there is no such file.
fn index_of_ours(page: &Path) -> Option<bool> {
    let kind = fs::symlink_metadata(page).ok()?;
    let mut head = Vec::new();
    let file = regular_file::open(page).ok().flatten();
    Some(kind.is_file() && file?.take(HEAD).read_to_end(&mut head).is_ok() && is_index(&head))
}

/// The finding on packages of earlier runs that are in the same folder.
fn earlier(done: &[Done], standing: &[Entry]) -> Option<Finding> {
    let made: BTreeSet<&str> = done.iter().flat_map(|d| &d.record.outputs).map(|o| o.path.as_str()).collect();
    let old: Vec<&str> =
        standing.iter().map(|e| e.name.as_str()).filter(|n| !made.contains(&*format!("{n}.zip"))).collect();
    let first = old.iter().take(3).copied().collect::<Vec<_>>().join("、");
    let more = if old.len() > 3 { " 等" } else { "" };
    let message = format!("输出文件夹里还有以前公布的 {} 份，这次没有重新生成：{first}{more}", old.len());
    let hint = "仍要公布的不用管，它们也在 index.html 里；过时的或者这次没有通过的，请连同压缩包移走，再公布一次";
    (!old.is_empty()).then(|| finding(Code::W403, message).hint(hint))
}

impl Writes for Run<'_> {
    /// Returns nothing to reuse: every package is produced and proved again.
    fn before(&self, _: &Input, _: &str) -> Option<Record> {
        None
    }

    fn keep(&self, whole: Whole<'_>) -> std::io::Result<Slip> {
        self.spool.put(whole)
    }
}

#[cfg(test)]
mod tests;
