//! `publish`: packages for a portal, each proved equal to its input, or nothing.
//!
//! The first pass is that of `convert`. Whatever finding stands in the way must be waived; what is produced is read back and
//! compared before anything gets its name.

use std::path::PathBuf;
use std::time::Instant;

use super::convert::{refuse_collisions, stem};
use super::read::{Next, Writes, all, judge};
use super::spool::{IN_MEMORY, Slip, Spool};
use super::{Done, Interrupt, Made, Read, across, each, pool};
use crate::batch::{Item, OutputFile, Record};
use crate::cli::args::Output;
use crate::cli::inputs::Input;
use crate::cli::output;
use crate::cli::plan::PublishPlan;
use crate::cli::{Exit, Stop, print};
use crate::digest::sha256;
use crate::model::{Finding, Severity, Whole};
use crate::pipeline::{self, Format, ProduceError, Setting, produce};
use crate::proof::prove;
use crate::publish::{Entry, PackageFile, index, package};
use crate::rules::finding;

/// A warning that stands in the way of publishing all the same: personal data.
const PERSONAL: &str = "P601";
/// The page over the run.
const INDEX: &str = "index.html";

/// How the files of a report are made: as [`produce`] does, but for tests.
type Produce = dyn Fn(Whole<'_>, &[Format], &Setting) -> Result<Vec<(Format, Vec<u8>)>, ProduceError> + Sync;

struct Run<'a> {
    job: &'a PublishPlan,
    spool: Spool,
    produce: &'a Produce,
}

/// Publishes every input that nothing stands in the way of.
pub fn publish(job: &PublishPlan) -> Result<Exit, Stop> {
    publish_by(job, &produce).map(|(exit, _)| exit)
}

/// The same with other writers; gives what was told of each input as well.
fn publish_by(job: &PublishPlan, produce: &Produce) -> Result<(Exit, Vec<Done>), Stop> {
    let (plan, begun, interrupt) = (&job.plan, Instant::now(), Interrupt::watch());
    let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
    let pool = pool(plan.jobs)?;
    let folder = output::own_folder(&job.folder).map_err(unwritten)?;
    let spool = Spool::new(&plan.setting.options.forms, &job.folder, IN_MEMORY, true);
    let run = Run { job, spool, produce };
    pipeline::warm(&job.formats, &plan.setting);
    let reads = all(plan, &pool, &interrupt, &run);
    let stopped = |done: Vec<Done>| {
        let (took, asked) = (begun.elapsed(), interrupt.asked());
        let (folder, summary, notes, file, sections) = (None, None, Vec::new(), None, Vec::new());
        let told = print::Told { plan, folder, summary, notes, file, sections, took, asked };
        Ok((print::all(&told, &done)?, done))
    };
    let Some(mut reads) = reads.into_iter().collect::<Option<Vec<Read>>>() else { return stopped(Vec::new()) };
    refuse_collisions(&mut reads, |r| PathBuf::from(stem(r)));
    // Findings between the years stand in the way like any other.
    let mut notes = across::tell(plan, reads.iter_mut().map(|r| &mut r.record));
    reads.iter_mut().for_each(|r| judge(&mut r.record, plan.strict));
    let published = output::settling(&job.folder, || {
        each(&pool, &interrupt, "公布", reads, |read| {
            let begun = Instant::now();
            let before = read.took;
            let (record, entry) = run.one(read);
            (Done { record, made: Made::New, took: before + begun.elapsed() }, entry)
        })
    });
    output::settle(&job.folder);
    let (done, entries): (Vec<Done>, Vec<Option<Entry>>) = published.into_iter().flatten().unzip();
    if interrupt.asked().is_some() {
        return stopped(done);
    }
    let entries: Vec<Entry> = entries.into_iter().flatten().collect();
    let mut summary = None;
    if !entries.is_empty() {
        let page = job.folder.join(INDEX);
        output::write_all(&job.folder, &[(page.clone(), index(&entries).as_bytes())]).map_err(unwritten)?;
        summary = Some(page);
    }
    drop(folder);
    let unused: Vec<Finding> = job.waivers.unused().map(|told| finding("B901", told)).collect();
    let wasted = !unused.is_empty();
    if plan.format == Output::Json {
        // An object is a report: what concerns none stands beside them.
        unused.iter().for_each(|f| print::complaint(&f.message));
    }
    notes.extend(unused);
    let took = begun.elapsed();
    let folder = Some(job.folder.as_path());
    let (file, sections) = (None, Vec::new());
    let told = print::Told { plan, folder, summary, notes, file, sections, took, asked: None };
    let exit = print::all(&told, &done)?;
    Ok((if wasted { exit.max(Exit::Findings) } else { exit }, done))
}

impl Run<'_> {
    /// One input: its package, or why there is none.
    fn one(&self, read: Read) -> (Record, Option<Entry>) {
        let Read { mut record, next, .. } = read;
        let Next::Write(slip) = next else { return (record, None) };
        if !record.is_understood() {
            return (record, None);
        }
        self.waive(&mut record);
        if let Some(refused) = refused(&record) {
            record.tell(&refused);
            judge(&mut record, self.job.plan.strict);
            return (record, None);
        }
        match self.write(&record, &slip) {
            Ok((outputs, entry)) => {
                record.outputs = outputs;
                (record, Some(entry))
            }
            Err(f) => {
                record.fail(&f);
                (record, None)
            }
        }
    }

    /// Notes who answers for what stands in the way.
    fn waive(&self, record: &mut Record) {
        let agency = record.agency.as_deref().unwrap_or_default();
        let year = record.year.unwrap_or_default();
        // Every finding is asked for, so that no waiver of this report counts as unused.
        for item in record.findings.iter_mut().filter(|item| stands(item)) {
            item.waived = self.job.waivers.covering(agency, year, item);
        }
    }

    fn write(&self, record: &Record, slip: &Slip) -> Result<(Vec<OutputFile>, Entry), Box<Finding>> {
        let unwritten = |message: String| Box::new(finding("W401", message));
        let internal = |message: String| Box::new(finding("X901", message));
        let lost = |e: std::io::Error| unwritten(format!("输出文件夹里的临时文件读不回来：{}", output::reason(&e)));
        let waited = self.spool.get(slip).map_err(lost)?;
        let whole = waited.whole();
        let setting = &self.job.plan.setting;
        let files = (self.produce)(whole, &self.job.formats, setting).map_err(|e| match e {
            ProduceError::Internal => internal(e.to_string()),
            e => unwritten(e.to_string()),
        })?;
        let compared = prove(whole.report, &files, setting).map_err(|e| Box::new(finding("W404", e.to_string())))?;
        let words: Vec<&str> = files.iter().map(|(f, _)| word(*f)).collect();
        let name = stem(record);
        let made = package(&name, whole.report, files, &compared).map_err(|e| unwritten(e.to_string()))?;
        let within: Vec<(&str, &[u8])> = made.files.iter().map(|f| (f.name.as_str(), f.bytes.as_slice())).collect();
        output::write_folder(&self.job.folder, &name, &within).map_err(unwritten)?;
        let zip = self.job.folder.join(format!("{name}.zip"));
        output::write_all_of_many(&self.job.folder, &[(zip, made.zip.as_slice())]).map_err(unwritten)?;
        let output = |path: String, bytes: &[u8], sha256: String| OutputFile {
            format: path.rsplit_once('.').map_or("", |(_, e)| e).to_owned(),
            path,
            bytes: bytes.len(),
            sha256,
        };
        let of_file = |f: &PackageFile| output(format!("{name}/{}", f.name), &f.bytes, f.sha256.clone());
        let mut outputs: Vec<OutputFile> = made.files.iter().map(of_file).collect();
        outputs.push(output(format!("{name}.zip"), &made.zip, sha256(&made.zip)));
        let files = made.files.iter().map(|f| f.name.clone()).zip(words.iter().map(|w| (*w).to_owned()));
        let cover = &whole.report.cover;
        let entry = Entry {
            agency: cover.agency.clone(),
            year: cover.year,
            title: cover.title.clone(),
            name,
            files: files.collect(),
        };
        Ok((outputs, entry))
    }
}

/// Whether a finding stands in the way of publishing.
fn stands(item: &Item) -> bool {
    item.severity == Severity::Error || item.code == PERSONAL
}

/// Why a report may not be published.
fn refused(record: &Record) -> Option<Finding> {
    let standing: Vec<&Item> = record.findings.iter().filter(|f| stands(f) && f.waived.is_none()).collect();
    let first = standing.first()?;
    let message = format!("没有公布：有 {} 处问题必须先改正，如 {}", standing.len(), first.code);
    let hint = "请改正工作簿；确有理由照原样公布的，写进豁免文件（--waivers）";
    Some(finding("B902", message).hint(hint))
}

/// What a reader calls a format.
fn word(format: Format) -> &'static str {
    match format {
        Format::Pdf => "PDF",
        Format::Docx => "Word",
        Format::Xlsx => "Excel",
        Format::Html => "网页",
        Format::Fragment => "网页片段",
        Format::Json => "JSON",
        Format::Csv => "CSV",
    }
}

impl Writes for Run<'_> {
    /// What is published is made and proved anew.
    fn before(&self, _: &Input, _: &str) -> Option<Record> {
        None
    }

    fn keep(&self, whole: Whole<'_>) -> std::io::Result<Slip> {
        self.spool.put(whole)
    }
}

#[cfg(test)]
mod tests;
