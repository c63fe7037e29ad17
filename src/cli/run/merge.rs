//! `nianbao merge-manifests`: merges the shards of a run, after checking that nothing is missing and nothing occurs twice.

use std::path::Path;
use std::time::Duration;

use super::convert::close_books;
use super::journal::{Books, Journal};
use super::table;
use crate::batch::{self, Manifest, Record};
use crate::cli::args::MergeArgs;
use crate::cli::folder::Folder;
use crate::cli::io_error::{cause, unwritable};
use crate::cli::lock::Lock;
use crate::cli::outcome::{Done, Made};
use crate::cli::regular_file::{self, Unread};
use crate::cli::{Exit, Stop, destination, exit, print};
use crate::digest::sha256;

/// Largest manifest that is read, in bytes: enough for some hundred thousand reports.
const MOST: u64 = 1 << 30;

pub fn merge(args: &MergeArgs) -> Result<Exit, Stop> {
    let unread = |message: String| Stop { exit: Exit::Unread, message };
    destination::refuse_file(&args.output, "merge-manifests", "输出")?;
    let mut parts = Vec::with_capacity(args.manifests.len());
    for path in &args.manifests {
        let name = path.display();
        let bytes = regular_file::read(path, MOST).map_err(|why| {
            unread(match why {
                Unread::Io(e) => format!("{name} 读不了：{}", cause(&e)),
                Unread::TooLarge => {
                    format!("{name} 超过 {} MB，不像是 nianbao convert 写出的，请核对文件名", MOST >> 20)
                }
                Unread::NotAFile if path.is_dir() => format!("{name} 是文件夹，请写里面的 manifest 文件"),
                Unread::NotAFile => format!("{name} 不是文件，请核对文件名"),
            })
        })?;
        let not_text = |_| unread(format!("{name} 不是文本，请使用 nianbao convert 写出的 manifest 文件"));
        let text = String::from_utf8(bytes).map_err(not_text)?;
        let manifest = Manifest::parse(&text).map_err(|e| unread(format!("{} {e}", path.display())))?;
        parts.push((path.display().to_string(), manifest));
    }
    let merged = batch::merge(parts).map_err(|(file, e)| unread(file.map_or(e.to_string(), |f| format!("{f} {e}"))))?;
    prove(&args.output, &merged.records)?;
    let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
    let folder = Folder::create(&args.output).map_err(|e| unwritten(unwritable(&args.output, &e)))?;
    let _lock = Lock::alone(&folder).map_err(unwritten)?;
    let records: Vec<&Record> = merged.records.iter().collect();
    let books = Books::of(None, table::has_values(&records));
    let journal = Journal::open(&folder, &books)?;
    close_books(&folder, &books, journal, (&merged.header, &records), None)?;
    let done = |record| Done { record, made: Made::New, took: Duration::ZERO };
    let done: Vec<Done> = merged.records.into_iter().map(done).collect();
    print::merged(&args.output, &args.manifests, &done);
    Ok(done.iter().map(|d| exit::of_record(&d.record)).max().unwrap_or(Exit::Good))
}

/// Checks that every output of the shards exists, with the digest in its record.
fn prove(folder: &Path, records: &[Record]) -> Result<(), Stop> {
    let open = Folder::open(folder);
    let read = |path: &str| open.as_ref().ok()?.read_below(Path::new(path)).ok();
    let wrong = |o: &&batch::OutputFile| read(&o.path).is_none_or(|b| sha256(&b) != o.sha256);
    let mut wrong = records.iter().flat_map(|r| &r.outputs).filter(wrong);
    let Some(first) = wrong.next() else { return Ok(()) };
    let message = format!(
        "{} 里有 {} 个输出缺少或与记录不同，第一个是 {}，请把各分片的输出都拷贝到这里，或重新运行那一片",
        folder.display(),
        wrong.count() + 1,
        first.path
    );
    Err(Stop { exit: Exit::Unread, message })
}
