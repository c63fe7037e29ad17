//! Requests about one file: its record and tables, its report in formats, its package, its marked copy.

use nianbao::batch::Record;
use nianbao::digest::sha256;
use nianbao::engine::Engine;
use nianbao::feedback::{DrawnSection, DrawnTable, mark as marked, tables, texts};
use nianbao::import::{self, ImportError, Input, Limits, container};
use nianbao::judge::{Judged, clear_for_publication, stem, unread};
use nianbao::pipeline::{Examined, Format, examine_read, produce};
use nianbao::publish::{Waivers, publish};
use serde::Serialize;

use crate::containers;
use crate::several::{Concluded, Wanting, concluded, parsed_waivers};
use crate::wire::{Answer, Received, WORKBOOK};

const ZIP: &str = "application/zip";

/// A file as it was understood.
#[derive(Serialize)]
struct Seen {
    record: Record,
    /// The tables of its report, or of the part of a refused report that could be read.
    tables: Vec<DrawnTable>,
    /// The texts of the same.
    texts: Vec<DrawnSection>,
    /// Whether the file has cells that can be marked.
    is_workbook: bool,
    /// What is concluded if the file is the whole run.
    alone: Concluded,
}

/// What a file holds: a report, or further files if it is an archive or a mail.
pub fn examine(file: &Received<'_>, engine: &Engine) -> Result<Answer, String> {
    if container::kind(file.bytes).is_some() {
        return containers::unpack(file, engine);
    }
    let (examined, record) = read(file, engine);
    let report = examined.report.as_ref().or(examined.partial.as_ref());
    let (origins, findings) = (&examined.origins, &record.findings);
    let tables = report.map_or_else(Vec::new, |r| tables(r, origins, findings));
    let texts = report.map_or_else(Vec::new, |r| texts(r, origins, findings));
    let alone = concluded(vec![record.clone()], &Wanting::default(), engine)?;
    let is_workbook = import::kind(file.bytes, &engine.setting().limits).is_ok();
    Answer::of(Seen { record, tables, texts, is_workbook, alone })
}

pub fn produced(file: &Received<'_>, formats: &[Format], engine: &Engine) -> Result<Answer, String> {
    let (examined, record) = read(file, engine);
    let Some(whole) = examined.whole() else { return Err(record.reason().to_owned()) };
    let files = produce(whole, formats, engine).map_err(|e| e.to_string())?;
    let name = stem(&record);
    Ok(files.into_iter().fold(Answer::default(), |a, (format, bytes)| a.with_format(&name, format, bytes)))
}

/// The package, with the files of its folder first and its zip last, or the record that says why there is none.
pub fn package(
    file: &Received<'_>,
    mut record: Record,
    waivers: Option<&str>,
    engine: &Engine,
) -> Result<Answer, String> {
    same_file(&record, file)?;
    let waivers = waivers.map_or_else(|| Ok(Waivers::default()), parsed_waivers)?;
    // What is published was read twice; the record has the findings of the first reading only.
    let examined = examined(file, engine, true);
    for found in &examined.findings {
        if !record.findings.contains(found) {
            record.add_finding(found);
        }
    }
    if clear_for_publication(&mut record, &waivers, engine, false)
        && let Some(whole) = examined.whole()
    {
        match publish(whole, &Format::ALL, &stem(&record), engine) {
            Ok(package) => {
                let folder = package.name.clone();
                let mut answer = Answer::of(&record)?;
                for file in package.files {
                    answer = answer.with(format!("{folder}/{}", file.name), "application/octet-stream", file.bytes);
                }
                return Ok(answer.with(format!("{folder}.zip"), ZIP, package.zip));
            }
            Err(unpublished) => record.fail(&unpublished),
        }
    }
    Answer::of(&record)
}

/// A report that exists.
const SAMPLE: &[u8] = include_bytes!("../../../samples/老城区科学技术局-2024.xlsx");

pub fn rehearse(engine: &Engine) -> Result<Answer, String> {
    let sample = Received { name: "样例.xlsx".to_owned(), bytes: SAMPLE };
    examine(&sample, engine)?;
    produced(&sample, &[Format::Pdf], engine)?;
    Ok(Answer::default())
}

/// A host must not give the record of one file with another: its permission would be the other's.
fn same_file(record: &Record, file: &Received<'_>) -> Result<(), String> {
    if record.sha256.as_deref() == Some(sha256(file.bytes).as_str()) {
        return Ok(());
    }
    Err(format!("{} 与检查的时候不是同一份，请再放一次", file.name))
}

pub fn mark(file: &Received<'_>, record: &Record, engine: &Engine) -> Result<Answer, String> {
    same_file(record, file)?;
    let limits = &engine.setting().limits;
    let Ok(Input::Workbook(workbook)) = import::read_input(&file.name, file.bytes, limits) else {
        return Err("不是能读的工作簿，没有格子可以标".to_owned());
    };
    let bytes = marked(&workbook, &record.findings).map_err(|_| "标不成：工作簿里有 Excel 放不下的内容")?;
    let name = file.name.rsplit('/').next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    Ok(Answer::default().with(format!("{stem}-标注.xlsx"), WORKBOOK, bytes))
}

/// Reads and checks a file; returns its record too.
pub fn read(file: &Received<'_>, engine: &Engine) -> (Examined, Record) {
    let examined = examined(file, engine, false);
    let judged = Judged { input: 1, file: file.name.clone(), sha256: Some(sha256(file.bytes)), key: "", strict: false };
    let record = judged.record(&examined, engine);
    (examined, record)
}

fn examined(file: &Received<'_>, engine: &Engine, second: bool) -> Examined {
    let limits: &Limits = &engine.setting().limits;
    let name = file.name.rsplit('/').next().unwrap_or_default();
    // What may be an archive and is none is given although it is too large.
    let is_large = file.bytes.len() as u64 > limits.file_bytes;
    let read = || if is_large { Err(limits.file_error()) } else { import::read_input(name, file.bytes, limits) };
    let again = || import::kind(file.bytes, limits).and_then(|kind| import::read_second(kind, file.bytes, limits));
    // What a folder holds beside workbooks was not meant.
    let typed = !file.name.contains('/');
    let wanted = typed || import::named_as_workbook(name);
    examine_read(read, second.then_some(again), engine, |e: &ImportError| unread(e, wanted, typed), true)
}
