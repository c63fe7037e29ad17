//! The second pass of `convert`: determines names, writes the files and the books of the run.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::journal::{Books, Journal};
use super::read::{Next, Writes};
use super::spool::{self, Slip, Spool};
use super::written::{self, Written};
use super::{Interrupt, Read, each, table};
use crate::batch::{Header, Manifest, OutputFile, Record, write_summary};
use crate::cli::folder::Folder;
use crate::cli::inputs::InputFile;
use crate::cli::io_error::{cause, unwritable};
use crate::cli::lock::Lock;
use crate::cli::outcome::{Done, Made};
use crate::cli::output::{self, FileContent, write_all};
use crate::cli::plan::ConvertPlan;
use crate::cli::real_path::real_path;
use crate::cli::{Exit, Stop};
use crate::digest::{sha256, sha256_of};
use crate::judge::{conclude, refuse_collisions, stem};
use crate::model::{Code, Finding, Whole, finding};
use crate::pipeline::{Format, produce};

/// A converting run.
pub struct ConvertRun<'a> {
    job: &'a ConvertPlan,
    /// Kept only by a run over several inputs, or by a shard.
    books: Option<OpenBooks>,
    /// Real paths of all inputs, which are never overwritten.
    inputs: BTreeSet<PathBuf>,
    /// Reports that were read and are to be written.
    spool: Spool,
    /// Outputs of earlier runs, read when a file is in the way for the first time.
    written: OnceLock<Written>,
}

/// What a run with books keeps open until its end.
struct OpenBooks {
    folder: Folder,
    books: Books,
    journal: Journal,
    _lock: Lock,
}

/// Result of a run.
pub struct Finished {
    pub done: Vec<Done>,
    pub summary: Option<PathBuf>,
    /// Findings on the run as a whole.
    pub notes: Vec<Finding>,
}

/// A report with its place: the folder below the output folder, and the name without extension.
struct Target<'a> {
    below: &'a Path,
    stem: String,
}

impl<'a> ConvertRun<'a> {
    pub fn new(job: &'a ConvertPlan) -> Result<ConvertRun<'a>, Stop> {
        let inputs: BTreeSet<PathBuf> = job.plan.inputs.all.iter().filter_map(|i| real_path(&i.path).ok()).collect();
        let books = if job.plan.inputs.many || job.shard.is_some() {
            let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
            let books = Books::of(job.shard, job.formats.contains(&Format::Csv));
            let is_input = |p: &PathBuf| real_path(p).is_ok_and(|p| inputs.contains(&p));
            if let Some(path) = books.all().map(|name| job.folder.join(name)).find(is_input) {
                return Err(unwritten(format!("{} 是输入，不能用来写结果，请换一个输出文件夹", path.display())));
            }
            let (folder, lock) = held(&job.folder).map_err(unwritten)?;
            let journal = Journal::open(&folder, &books)?;
            Some(OpenBooks { folder, books, journal, _lock: lock })
        } else {
            None
        };
        // With a single input the output folder may not exist yet.
        let beyond = books.as_ref().map(|kept| (spool::IN_MEMORY, kept.folder.clone()));
        let trace = job.formats.iter().any(|f| f.needs().findings);
        let spool = Spool::new(&job.plan.engine.setting().options.forms, beyond, trace);
        Ok(ConvertRun { job, books, inputs, spool, written: OnceLock::new() })
    }

    /// Writes the files of the reports and the books of the run.
    pub fn finish(
        self,
        mut reads: Vec<Read>,
        pool: &rayon::ThreadPool,
        interrupt: &Interrupt,
    ) -> Result<Finished, Stop> {
        let plan = &self.job.plan;
        let inputs_sha256 = sha256_of(
            reads
                .iter()
                .flat_map(|r| [r.record.file.as_bytes(), r.record.sha256.as_deref().unwrap_or_default().as_bytes()]),
        );
        let all = reads.len();
        let hint = "请先核对两份的单位和年度，填错的改正；要都转换，就分放在不同的子文件夹里，用上一级文件夹作输入";
        let mut records: Vec<&mut Record> = reads.iter_mut().map(|r| &mut r.record).collect();
        refuse_collisions(&mut records, hint, |r| plan.inputs.all[r.input - 1].below.join(stem(r)));
        let group =
            |r: &'_ Record| r.agency.as_deref().map_or(r.file.clone(), |a| plan.aliases.canonical(a).to_owned());
        let mine = |r: &Record| self.job.shard.is_none_or(|s| s.holds(&group(r)));
        let mut others: Vec<Record> = Vec::new();
        let mut own: Vec<Read> = Vec::new();
        for read in reads {
            if mine(&read.record) { own.push(read) } else { others.push(read.record) }
        }
        let work = || {
            each(pool, interrupt, "转换", own, |read| {
                let begun = Instant::now();
                let (before, input) = (read.took, &plan.inputs.all[read.record.input - 1]);
                let mut done = self.one(input, read);
                done.took = before + begun.elapsed();
                done
            })
        };
        let done = match &self.books {
            Some(kept) => {
                // Removes what killed runs left in subfolders; taking the lock has cleared the top folder.
                let inputs = &plan.inputs.all;
                let folders: BTreeSet<&Path> = inputs.iter().map(|i| i.below.as_path()).collect();
                folders.into_iter().filter_map(|f| kept.folder.existing(f).ok()).for_each(|f| output::sweep(&f));
                output::settling(&kept.folder, work)
            }
            None => work(),
        };
        if interrupt.asked().is_some() {
            // The journal is kept: the next run continues from it.
            return Ok(Finished { done: done.into_iter().flatten().collect(), summary: None, notes: Vec::new() });
        }
        let mut done: Vec<Done> = done.into_iter().flatten().collect();
        // Each shard compares all inputs, so that the shards together report the same as a single run.
        let all_records = done.iter_mut().map(|d| &mut d.record).chain(&mut others);
        let mut notes = conclude(&plan.aliases, plan.strict, all_records);
        notes.extend(self.left_over(&done));
        let summary = self.close(&done, all, inputs_sha256)?;
        Ok(Finished { done, summary, notes })
    }

    /// The finding on outputs of earlier runs that still exist but belong to no input of this run, because the input was removed
    /// or renamed or fails now. Nothing else reports that they are out of date.
    fn left_over(&self, done: &[Done]) -> Option<Finding> {
        let journal = &self.books.as_ref()?.journal;
        // Those of a report that was not written because of them are reported already.
        let is_held = |r: &&Record| r.findings.iter().any(|f| f.code == Code::W405);
        let held = done.iter().map(|d| &d.record).filter(is_held).filter_map(|r| journal.before(&r.file));
        let records = done.iter().map(|d| &d.record).chain(held);
        let own: BTreeSet<&str> = records.flat_map(|r| &r.outputs).map(|o| o.path.as_str()).collect();
        let earlier: BTreeSet<&str> = journal.outputs().map(|o| o.path.as_str()).filter(|p| !own.contains(p)).collect();
        let left: Vec<&str> = earlier.into_iter().filter(|p| self.job.folder.join(p).is_file()).collect();
        let first = left.first()?;
        let message = format!("输出文件夹里有 {} 个以前生成的文件，这次的输入不再对应它们，如 {first}", left.len());
        Some(finding(Code::W403, message).hint("请核对：不再需要的请删去，不要当作最新结果公布"))
    }

    /// Writes the files of one input; its record contains them, or the reason why there are none.
    fn one(&self, input: &InputFile, read: Read) -> Done {
        let Read { mut record, next, .. } = read;
        let mut made = Made::New;
        match next {
            Next::Nothing => {}
            // Refused, because another input has the same output name.
            _ if !record.is_understood() => {}
            Next::UpToDate => made = Made::Kept,
            Next::Write(slip) => match self.write(&input.below, &mut record, &slip) {
                Ok(how) => made = how,
                Err(f) => record.fail(&f),
            },
        }
        Done { record, made, took: Duration::ZERO }
    }

    /// Whether the outputs in an earlier record exist unchanged, at the paths that this run would use.
    fn is_up_to_date(&self, folder: &Folder, target: &Target<'_>, record: &Record) -> bool {
        let wanted =
            self.job.formats.iter().map(|f| shown(&target.below.join(format!("{}.{}", target.stem, f.ending()))));
        record.outputs.len() == self.job.formats.len()
            && wanted.zip(&record.outputs).all(|(path, output)| {
                path == output.path
                    && folder.read_below(Path::new(&output.path)).is_ok_and(|b| sha256(&b) == output.sha256)
            })
    }

    /// Writes the files of a report and lists them in its record.
    fn write(&self, below: &Path, record: &mut Record, slip: &Slip) -> Result<Made, Box<Finding>> {
        let target = Target { below, stem: stem(record) };
        let lost =
            |e: std::io::Error| Box::new(finding(Code::W401, format!("输出文件夹里的临时文件读不回来：{}", cause(&e))));
        let waited = self.spool.get(slip).map_err(lost)?;
        let files =
            produce(waited.whole(), &self.job.formats, &self.job.plan.engine).map_err(|e| Box::new(e.finding()))?;
        let name = |f: Format| format!("{}.{}", target.stem, f.ending());
        let place = self.job.folder.join(target.below);
        let is_input = |p: &PathBuf| real_path(p).is_ok_and(|p| self.inputs.contains(&p));
        if let Some(path) = files.iter().map(|(f, _)| place.join(name(*f))).find(is_input) {
            let message = format!("输出 {} 会覆盖输入的文件，没有写", path.display());
            return Err(Box::new(finding(Code::W402, message).hint("请换一个输出文件夹")));
        }
        let unwritten = |message: String| Box::new(finding(Code::W401, message));
        let failed = |e: std::io::Error| unwritten(unwritable(&place, &e));
        // With a single input the folder is opened only here.
        let lone = if self.books.is_none() { Some(held(&self.job.folder).map_err(unwritten)?) } else { None };
        let top = self.books.as_ref().map(|kept| &kept.folder).or(lone.as_ref().map(|(folder, _)| folder));
        let top = top.ok_or_else(|| failed(std::io::ErrorKind::NotFound.into()))?;
        let folder = top.below(target.below).map_err(failed)?;
        let named: Vec<(String, FileContent<'_>)> =
            files.iter().map(|(f, bytes)| (name(*f), FileContent::Bytes(bytes.as_slice()))).collect();
        let there = |(name, _): &(String, FileContent<'_>)| !folder.kind(name).is_ok_and(|k| k.is_none());
        let made = if named.iter().any(there) { Made::Replaced } else { Made::New };
        let outputs: Vec<OutputFile> = files
            .iter()
            .map(|(format, bytes)| OutputFile {
                format: format.name().to_owned(),
                path: shown(&target.below.join(name(*format))),
                bytes: bytes.len(),
                sha256: sha256(bytes),
            })
            .collect();
        if made == Made::Replaced && !self.job.force {
            let known = self.written.get_or_init(|| Written::read(top));
            let mut kept = Vec::new();
            for ((format, bytes), output) in files.iter().zip(&outputs) {
                let name = name(*format);
                let obstacle = known.obstacle(&folder, &name, &output.path, bytes).map_err(failed)?;
                kept.extend(obstacle.map(|why| format!("{}（{}）", place.join(name).display(), why.meaning())));
            }
            if !kept.is_empty() {
                let message = format!("没有换成新的：{}", kept.join("、"));
                let hint = "自己改过、还要用的，先移到别处；不要了的，删掉它（或者加 --force），再做一次";
                return Err(Box::new(finding(Code::W405, message).hint(hint)));
            }
        }
        record.outputs = outputs;
        match &self.books {
            Some(kept) => kept.journal.note(record),
            None => written::remember(top, &record.outputs).map_err(failed)?,
        }
        // With books, a lost file is detected by the digest in its record; without books nothing detects it, so the disk is
        // flushed at once.
        let write = if self.books.is_some() { output::write_all_of_many } else { write_all };
        write(&folder, &named).map_err(unwritten)?;
        Ok(made)
    }

    /// Writes the books of the run, which removes the journal.
    fn close(self, done: &[Done], inputs: usize, inputs_sha256: String) -> Result<Option<PathBuf>, Stop> {
        let Some(OpenBooks { folder, books, journal, _lock }) = self.books else { return Ok(None) };
        if done.iter().all(|d| d.record.sha256.is_none()) && self.job.shard.is_none() {
            // No file was read: there is nothing to record.
            journal.close();
            return Ok(None);
        }
        let plan = &self.job.plan;
        let header = Header {
            manifest: Header::LAYOUT,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            forms: plan.engine.setting().options.forms.iter().map(|f| (f.id.clone(), f.digest.clone())).collect(),
            key: sha256_of([plan.key.as_bytes(), plan.aliases_digest.as_bytes()]),
            inputs,
            inputs_sha256,
            shard: self.job.shard,
        };
        folder.settle();
        let records: Vec<&Record> = done.iter().map(|d| &d.record).collect();
        close_books(&folder, &books, journal, (&header, &records), Some(times(done)))?;
        Ok(books.summary.map(|name| folder.path().join(name)))
    }
}

impl Writes for ConvertRun<'_> {
    fn before(&self, input: &InputFile, digest: &str) -> Option<Record> {
        let kept = self.books.as_ref().filter(|_| !self.job.force)?;
        let known = kept.journal.before(&input.file())?;
        let same = known.key == self.job.plan.key
            && known.sha256.as_deref() == Some(digest)
            && known.is_understood()
            && known.facts.is_some();
        let target = Target { below: &input.below, stem: stem(known) };
        (same && self.is_up_to_date(&kept.folder, &target, known)).then(|| known.clone())
    }

    fn keep(&self, whole: Whole<'_>) -> std::io::Result<Slip> {
        self.spool.put(whole)
    }
}

/// Opens or creates the output folder and locks it, shared with other converting runs.
fn held(path: &Path) -> Result<(Folder, Lock), String> {
    let folder = Folder::create(path).map_err(|e| unwritable(path, &e))?;
    let lock = Lock::shared(&folder)?;
    Ok((folder, lock))
}

/// Writes the books of a finished run, all or none, then removes its journal. Opening a journal refuses a folder with files of
/// others under the names of the books; as this takes an open journal, every writer of books has passed that check.
pub fn close_books(
    folder: &Folder,
    books: &Books,
    journal: Journal,
    (header, records): (&Header, &[&Record]),
    times: Option<Vec<u8>>,
) -> Result<(), Stop> {
    let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    if let Some(name) = &books.summary {
        let path = folder.path().join(name);
        let summary = write_summary(header, records);
        files.push((name.clone(), summary.map_err(|e| unwritten(format!("{} 写不成：{e}", path.display())))?));
    }
    files.extend(times.map(|t| (books.times.clone(), t)));
    let listed: BTreeSet<&str> = records.iter().flat_map(|r| &r.outputs).map(|o| o.path.as_str()).collect();
    let is_there = |o: &&OutputFile| folder.path().join(&o.path).is_file();
    let forgotten: Vec<OutputFile> =
        journal.outputs().filter(|o| !listed.contains(&*o.path)).filter(is_there).cloned().collect();
    written::remember(folder, &forgotten).map_err(|e| unwritten(unwritable(folder.path(), &e)))?;
    files.push((books.manifest.clone(), Manifest::write_records(header, records.iter().copied())));
    let values = |to: &mut dyn Write| table::write(folder, records, to);
    let mut all: Vec<(String, FileContent<'_>)> =
        files.iter().map(|(name, b)| (name.clone(), FileContent::Bytes(b.as_slice()))).collect();
    let table = books.table.as_ref().filter(|_| table::has_values(records));
    all.splice(0..0, table.map(|name| (name.clone(), FileContent::Made(&values))));
    write_all(folder, &all).map_err(unwritten)?;
    journal.close();
    Ok(())
}

/// The time each input took, as JSON lines: the only output that differs between two runs over the same inputs, hence a separate
/// file.
fn times(done: &[Done]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Line<'a> {
        input: usize,
        file: &'a str,
        milliseconds: f64,
        /// Whether the outputs of an earlier run were kept.
        kept: bool,
    }
    let mut out = Vec::new();
    for d in done {
        let milliseconds = (d.took.as_secs_f64() * 1e5).round() / 100.0;
        let line = Line { input: d.record.input, file: &d.record.file, milliseconds, kept: d.made == Made::Kept };
        // Strings and numbers only: this cannot fail.
        out.extend(serde_json::to_vec(&line).unwrap_or_default());
        out.push(b'\n');
    }
    out
}

/// A path below the output folder as it is written in a manifest, the same on every system.
fn shown(path: &Path) -> String {
    path.iter().map(|p| p.to_string_lossy()).collect::<Vec<_>>().join("/")
}
