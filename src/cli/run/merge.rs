//! `nianbao merge-manifests`: the parts of a run joined, after proof that nothing is missing and nothing is there twice.

use std::path::Path;
use std::time::Duration;

use super::convert::close_books;
use super::{Books, Done, Made, table};
use crate::batch::{self, Manifest, Record};
use crate::cli::args::MergeArgs;
use crate::cli::output::reason;
use crate::cli::{Exit, Stop, print};
use crate::digest::sha256;

pub fn merge(args: &MergeArgs) -> Result<Exit, Stop> {
    let unread = |message: String| Stop { exit: Exit::Unread, message };
    let mut parts = Vec::with_capacity(args.manifests.len());
    for path in &args.manifests {
        let text =
            std::fs::read_to_string(path).map_err(|e| unread(format!("{} 读不了：{}", path.display(), reason(&e))))?;
        let manifest = Manifest::parse(&text).map_err(|e| unread(format!("{} {e}", path.display())))?;
        parts.push((path.display().to_string(), manifest));
    }
    let merged = batch::merge(parts).map_err(|(file, e)| unread(file.map_or(e.to_string(), |f| format!("{f} {e}"))))?;
    prove(&args.output, &merged.records)?;
    let records: Vec<&Record> = merged.records.iter().collect();
    let books = Books::of(&args.output, None, table::has_values(&records));
    close_books(&args.output, &books, (&merged.header, &records), None)?;
    let done = |record| Done { record, made: Made::New, took: Duration::ZERO };
    let done: Vec<Done> = merged.records.into_iter().map(done).collect();
    Ok(print::merged(&args.output, &args.manifests, &done))
}

/// Every file a part wrote is there, with the content that the part noted.
fn prove(folder: &Path, records: &[Record]) -> Result<(), Stop> {
    let wrong = |o: &&batch::OutputFile| !std::fs::read(folder.join(&o.path)).is_ok_and(|b| sha256(&b) == o.sha256);
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
