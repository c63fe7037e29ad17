//! The journal of a run: a file in the output folder with one line per input, kept until the manifest is written.
//!
//! A killed run leaves its journal behind, and the next run continues from it. The file is locked during its run.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::Mutex;

use crate::batch::{Manifest, OutputFile, Record, Shard};
use crate::cli::folder::{ATTEMPTS, Folder, unsteady};
use crate::cli::io_error::unwritable;
use crate::cli::{Exit, Stop};
use crate::form::labels;

/// First part of the names of journals.
const JOURNAL: &str = ".nianbao-journal";

/// Names of the files in which a run records its results, all in its output folder.
#[derive(Debug, Clone)]
pub struct Books {
    pub manifest: String,
    pub times: String,
    pub summary: Option<String>,
    /// CSV with the values of all reports.
    pub table: Option<String>,
    journal: String,
}

impl Books {
    /// The books of a run or shard. `values`: whether it writes a CSV of each report.
    pub fn of(shard: Option<Shard>, values: bool) -> Books {
        let part = shard.map_or(String::new(), |s| format!("-{}-of-{}", s.index, s.count));
        Books {
            manifest: format!("manifest{part}.jsonl"),
            times: format!("运行记录{part}.jsonl"),
            // A single shard cannot sum up the whole run.
            summary: shard.is_none().then(|| "汇总.xlsx".to_owned()),
            table: (values && shard.is_none()).then(|| format!("{}.csv", labels().data.run)),
            journal: format!("{JOURNAL}{part}.jsonl"),
        }
    }

    /// The books that are written at the end of a run.
    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.summary.iter().chain(&self.table).chain([&self.times, &self.manifest])
    }
}

/// Whether a file of this name lists outputs: the manifest or the journal of a run or of a shard.
pub fn lists_outputs(name: &str) -> bool {
    (name.starts_with("manifest") || name.starts_with(JOURNAL)) && name.ends_with(".jsonl")
}

/// The journal of the current run.
pub struct Journal {
    file: Mutex<File>,
    folder: Folder,
    name: String,
    /// Records of the inputs that earlier runs finished, by input path.
    before: BTreeMap<String, Record>,
}

impl Journal {
    /// Opens the journal of an output folder, and reads the records that earlier runs left there.
    pub fn open(folder: &Folder, books: &Books) -> Result<Journal, Stop> {
        let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
        let place = folder.path().display();
        let failed = |e: std::io::Error| unwritten(unwritable(folder.path(), &e));
        let manifest = read(folder, &books.manifest).map_err(failed)?;
        let killed = folder.kind(&books.journal).map_err(failed)?.is_some();
        if manifest.is_none() && !killed {
            // A file with one of these names may not have been written by this program.
            if let Some(name) = books.all().find(|name| !folder.kind(name).is_ok_and(|k| k.is_none())) {
                return Err(unwritten(format!(
                    "{} 已经存在，旁边却没有能读懂的 {}，不能确定是本程序写的，请移走它或换一个输出文件夹",
                    folder.path().join(name).display(),
                    books.manifest
                )));
            }
        }
        let mut file = None;
        for _ in 0..ATTEMPTS {
            let opened = folder.own(&books.journal).map_err(failed)?;
            match opened.try_lock() {
                // Some network file systems have no locks; the user must then avoid two runs in one folder.
                Ok(()) | Err(TryLockError::Error(_)) => {}
                Err(TryLockError::WouldBlock) => {
                    let message = format!("另一个 nianbao 正在往 {place} 里写，请等它做完，或换一个输出文件夹");
                    return Err(unwritten(message));
                }
            }
            // A run that ended between the two calls removed the file.
            if folder.has(&opened, &books.journal) {
                file = Some(opened);
                break;
            }
        }
        let mut file = file.ok_or_else(|| failed(unsteady()))?;
        let mut lines = Vec::new();
        file.read_to_end(&mut lines).map_err(failed)?;
        let mut before: BTreeMap<String, Record> =
            manifest.into_iter().flat_map(|m| m.records).map(|r| (r.file.clone(), r)).collect();
        // The last line may be cut off; its input is then processed again.
        let records = String::from_utf8_lossy(&lines);
        before
            .extend(records.lines().filter_map(|l| serde_json::from_str(l).ok()).map(|r: Record| (r.file.clone(), r)));
        if !lines.is_empty() && !lines.ends_with(b"\n") {
            file.seek(SeekFrom::End(0)).and_then(|_| file.write_all(b"\n")).map_err(failed)?;
        }
        Ok(Journal { file: Mutex::new(file), folder: folder.clone(), name: books.journal.clone(), before })
    }

    /// Files that earlier runs wrote.
    pub fn outputs(&self) -> impl Iterator<Item = &OutputFile> {
        self.before.values().flat_map(|r| &r.outputs)
    }

    /// The record of an input from an earlier run.
    pub fn before(&self, file: &str) -> Option<&Record> {
        self.before.get(file)
    }

    /// Records the outputs of an input, before they get their final names: a run that continues from here compares their digests.
    /// Errors are ignored: they only cause the next run to process this input again.
    pub fn note(&self, record: &Record) {
        let Ok(mut line) = serde_json::to_vec(record) else { return };
        line.push(b'\n');
        if let Ok(mut file) = self.file.lock() {
            let _ = file.write_all(&line);
        }
    }

    /// Removes the journal at the end of a run.
    pub fn close(self) {
        drop(self.file);
        let _ = self.folder.remove_file(&self.name);
    }
}

/// Reads a manifest that this program wrote; `None` if there is none, or the file is something else.
fn read(folder: &Folder, name: &str) -> std::io::Result<Option<Manifest>> {
    if folder.kind(name)?.is_none() {
        return Ok(None);
    }
    let text = String::from_utf8(folder.read(name)?);
    Ok(text.ok().and_then(|text| Manifest::parse(&text).ok()))
}
