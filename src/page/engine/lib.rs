//! The core for a WebAssembly host: a page in the browser, or Node.
//!
//! A host writes a request into memory that `take` gives, calls `answer`, reads the answer and returns it with `give_back`.
//! Requests and answers are a line of JSON and then the bytes of files, one after the other (see [`wire`]). The first request gives
//! the files of the faces; nothing else is kept between requests but the engine and its caches. It decides nothing about a report:
//! that is the core's. A fault of this program traps, upon which the host reads what it was (`fault`) and ends the instance.

mod about;
mod containers;
#[cfg(target_family = "wasm")]
mod host;
mod one;
mod several;
mod wire;

use std::sync::OnceLock;

use nianbao::batch::Record;
use nianbao::engine::Engine;
use nianbao::import::Limits;
use nianbao::layout::{FaceFile, Faces};
use nianbao::pipeline::{Format, Setting};
use serde::Deserialize;
use wire::{Answer, Received};

/// What a host asks for.
#[derive(Debug, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Ask {
    /// Takes the files of the faces, under their names; once, before anything about a report.
    Faces,
    /// Editions, formats and rules.
    About,
    /// Reads a report of its own and makes a PDF of it, so that the first one of a person finds everything compiled and unpacked.
    Rehearse,
    /// The blank template of an edition.
    Template { edition: String },
    /// Whether the file, of which only the beginning is sent, may be an archive or a mail.
    MayUnpack,
    /// Record and tables of the file; of an archive or a mail the files in it, and a record for each that cannot be read.
    Examine,
    /// The report in these formats.
    Produce { formats: Vec<String> },
    /// The report proved and packed for publication, if its record allows that; the record is that of the whole run.
    Package { record: Box<Record>, waivers: Option<String> },
    /// The workbook with the findings of its record marked.
    Mark { record: Box<Record> },
    /// The records of a run judged together, and the state of the units of a list.
    Conclude {
        records: Vec<Record>,
        #[serde(flatten)]
        wanting: several::Wanting,
    },
    /// The sum of the reports of a year, in the name of an agency; the files are those of the records, in their order.
    Sum {
        records: Vec<Record>,
        #[serde(flatten)]
        wanting: several::Wanting,
        year: Option<u16>,
        #[serde(default)]
        agency: String,
    },
    /// A page of all findings; the files are those of the records, in their order.
    FindingsPage { records: Vec<Record> },
    /// One zip of the files of packages, with an index page.
    Bundle,
}

static ENGINE: OnceLock<Engine> = OnceLock::new();

/// Answers a request.
pub fn answered(request: &[u8]) -> Vec<u8> {
    wire::parsed(request).and_then(|(ask, files)| answer(ask, &files)).unwrap_or_else(Answer::fault).to_bytes()
}

fn answer(ask: Ask, files: &[Received<'_>]) -> Result<Answer, String> {
    match ask {
        Ask::Faces => faces(files),
        Ask::About => about::about(),
        Ask::Rehearse => one::rehearse(engine()?),
        Ask::Template { edition } => about::template(&edition),
        Ask::MayUnpack => containers::may_unpack(only(files)?),
        Ask::Examine => one::examine(only(files)?, engine()?),
        Ask::Produce { formats } => one::produced(only(files)?, &named(&formats)?, engine()?),
        Ask::Package { record, waivers } => one::package(only(files)?, *record, waivers.as_deref(), engine()?),
        Ask::Mark { record } => one::mark(only(files)?, &record, engine()?),
        Ask::Conclude { records, wanting } => several::conclude(records, &wanting, engine()?),
        Ask::Sum { records, wanting, year, agency } => {
            several::sum(records, &wanting, files, year, agency.trim(), engine()?)
        }
        Ask::FindingsPage { records } => several::findings_page(&records, files, engine()?),
        Ask::Bundle => several::bundle(files, engine()?),
    }
}

/// What the memory of an instance (1 GiB) holds, with the copies that a request and its answer need.
fn limits() -> Limits {
    Limits { container_bytes: 128 << 20, unpacked_bytes: 256 << 20, ..Limits::default() }
}

fn faces(files: &[Received<'_>]) -> Result<Answer, String> {
    let file = |name: &str| {
        let bytes = files.iter().find(|f| f.name == name).map(|f| f.bytes.to_vec());
        FaceFile { path: name.to_owned(), bytes: bytes.ok_or_else(|| "没有这个文件".to_owned()) }
    };
    let style = nianbao::style::Style::default();
    let faces = Faces::new(&style, file).map_err(|e| e.to_string())?;
    let mut setting = Setting::with_faces(faces);
    setting.limits = limits();
    ENGINE.set(Engine::new(setting)).map_err(|_| "字体已经给过了")?;
    Ok(Answer::default())
}

fn engine() -> Result<&'static Engine, String> {
    ENGINE.get().ok_or_else(|| "还没有给字体".to_owned())
}

fn only<'a, 'f>(files: &'a [Received<'f>]) -> Result<&'a Received<'f>, String> {
    match files {
        [file] => Ok(file),
        _ => Err(format!("这个请求要带 1 个文件，不是 {} 个", files.len())),
    }
}

fn named(formats: &[String]) -> Result<Vec<Format>, String> {
    formats.iter().map(|f| Format::named(f).ok_or_else(|| format!("没有 {f} 这种格式"))).collect()
}

#[cfg(test)]
mod tests;
