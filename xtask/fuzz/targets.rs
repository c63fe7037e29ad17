//! The targets: readers of external bytes.

use std::fs;
use std::io::{Cursor, Write as _};
use std::sync::LazyLock;

use anyhow::Result;
use fastrand::Rng;
use nianbao::engine::Engine;
use nianbao::form::Form;
use nianbao::import::Limits;
use nianbao::import::container;
use nianbao::model::Code;
use nianbao::pipeline::{Format, examine_bytes, produce};
use nianbao::publish::Waivers;
use nianbao::series::Aliases;
use nianbao::site::Site;
use nianbao::style::Style;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::words;
use crate::mutants::spoil;
use crate::project;

/// A reader of external bytes.
pub struct Target {
    pub name: &'static str,
    /// Returns valid inputs.
    pub seeds: fn() -> Result<Vec<Vec<u8>>>,
    /// Makes a damaged input from a valid one.
    pub spoil: fn(&[u8], &mut Rng) -> Result<Vec<u8>>,
    /// Reads an input; returns an error only for a fault of the program, not of the input.
    pub run: fn(&[u8]) -> Result<(), String>,
}

pub const TARGETS: [Target; 8] = [
    Target {
        name: "xlsx",
        seeds: || books("xlsx"),
        spoil: |b, rng| Ok(spoil::spoiled(b, "xlsx", rng)?.0),
        run: examined,
    },
    Target { name: "xls", seeds: || books("xls"), spoil: |b, rng| Ok(spoil::spoiled(b, "xls", rng)?.0), run: examined },
    Target {
        name: "xlsb",
        seeds: || books("xlsb"),
        spoil: |b, rng| Ok(spoil::spoiled(b, "xlsb", rng)?.0),
        run: examined,
    },
    Target { name: "ods", seeds: || books("ods"), spoil: |b, rng| Ok(spoil::spoiled(b, "ods", rng)?.0), run: examined },
    Target { name: "json", seeds: reports, spoil: |b, rng| Ok(words::spoiled(b, rng)), run: examined },
    Target { name: "toml", seeds: tables, spoil: |b, rng| Ok(words::spoiled(b, rng)), run: parsed },
    Target { name: "zip", seeds: archives, spoil: |b, rng| Ok(words::spoiled(b, rng)), run: unpacked },
    Target { name: "eml", seeds: mails, spoil: |b, rng| Ok(words::spoiled(b, rng)), run: unpacked },
];

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::default);

/// Returns the samples with a file extension.
fn books(ending: &str) -> Result<Vec<Vec<u8>>> {
    let mut paths = Vec::new();
    project::walk(&project::root().join("samples"), &mut paths)?;
    paths.sort();
    paths.retain(|p| p.extension().is_some_and(|e| e == ending));
    paths.iter().map(|p| Ok(fs::read(p)?)).collect()
}

/// Returns the samples as JSON.
fn reports() -> Result<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    for book in books("xlsx")? {
        let examined = examine_bytes("x.xlsx", &book, &ENGINE);
        if let Some(whole) = examined.whole() {
            all.extend(produce(whole, &[Format::Json], &ENGINE)?.into_iter().map(|(_, json)| json));
        }
    }
    Ok(all)
}

/// Returns files that users write: forms, site tags, and a style, waivers and aliases.
fn tables() -> Result<Vec<Vec<u8>>> {
    let mut paths = Vec::new();
    project::walk(&project::root().join("samples"), &mut paths)?;
    project::walk(&project::root().join("src/form"), &mut paths)?;
    paths.sort();
    paths.retain(|p| p.extension().is_some_and(|e| e == "toml"));
    let mut all: Vec<Vec<u8>> = paths.iter().map(fs::read).collect::<Result<_, _>>()?;
    let waiver = "[[waiver]]\nagency = \"某局\"\nyear = 2024\ncode = \"K301\"\nsheet = \"表三\"\ncell = \"D27\"\nwho = \"李四\"\n\
        date = \"2025-01-20\"\nreason = \"上年已公布\"\n";
    let style = "[page]\ntop = 37\n[size]\nbody = 16\n[face]\nbody = \"NotoSerifSC-Regular.ttf\"\n";
    all.extend([waiver, style, "\"某局\" = [\"某某局\", \"某局（本级）\"]\n"].map(|t| t.as_bytes().to_vec()));
    Ok(all)
}

/// Returns mails with a report, a workbook and a mail.
fn mails() -> Result<Vec<Vec<u8>>> {
    let mail = |parts: &[(&str, &[u8])]| {
        let fields = "From: a@b.cn\r\nTo: c@d.cn\r\nDate: x\r\nContent-Type: multipart/mixed; boundary=\"=_x\"\r\n\r\n";
        let mut mail = fields.as_bytes().to_vec();
        for (fields, content) in parts {
            mail.extend_from_slice(format!("--=_x\r\n{fields}\r\n\r\n").as_bytes());
            mail.extend_from_slice(&[*content, b"\r\n"].concat());
        }
        [&mail, b"--=_x--\r\n".as_slice()].concat()
    };
    let word = "Content-Type: application/octet-stream; name=\"=?gb2312?B?xOqxqC54bHN4?=\"";
    let percent = "Content-Type: application/json\r\nContent-Disposition: attachment; filename*=GBK''%C4%EA%B1%A8.json";
    let quoted = "Content-Type: application/json\r\nContent-Transfer-Encoding: quoted-printable";
    let letters = "Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64";
    let mut all = Vec::new();
    for (book, json) in books("xlsx")?.into_iter().zip(reports()?.into_iter().cycle()) {
        all.push(mail(&[(word, &book), (percent, &json), (quoted, b"{=22a=22: 1}"), (letters, b"UEsFBgAAAAAAAAAA")]));
    }
    let inner = all.first().cloned().unwrap_or_default();
    let inner = String::from_utf8_lossy(&inner).replace("=_x", "=_y");
    all.push(mail(&[("Content-Type: message/rfc822", inner.as_bytes())]));
    Ok(all)
}

/// Returns archives with the samples, a mail, and an archive.
fn archives() -> Result<Vec<Vec<u8>>> {
    let zip = |files: &[(&str, &[u8])]| -> Result<Vec<u8>> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            zip.start_file(*name, SimpleFileOptions::default())?;
            zip.write_all(content)?;
        }
        Ok(zip.finish()?.into_inner())
    };
    let (books, mails) = (books("xls")?, mails()?);
    let inner = zip(&books.iter().map(|b| ("甲/年报.xls", b.as_slice())).take(1).collect::<Vec<_>>())?;
    let outer = mails.iter().map(|m| zip(&[("来信.eml", m), ("乡镇.zip", &inner), ("__MACOSX/._a", b"x")]));
    outer.collect()
}

/// Reads a container and all that is in it, and compares two readings of each member.
fn unpacked(bytes: &[u8]) -> Result<(), String> {
    let limits = Limits::default();
    for member in container::members(bytes, &limits).unwrap_or_default() {
        let read = || container::member(bytes, &member.place, &limits);
        if read() != read() {
            return Err(format!("{} is read in two ways", member.path));
        }
        if member.path.is_empty() || member.path.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err("a path that leads elsewhere".to_owned());
        }
    }
    Ok(())
}

fn examined(bytes: &[u8]) -> Result<(), String> {
    let examined = examine_bytes("x.xlsx", bytes, &ENGINE);
    let fault = examined.findings.iter().find(|f| f.code == Code::X901);
    fault.map_or(Ok(()), |f| Err(f.message.clone()))
}

/// Reads a text as every kind of table, whether it is one or not.
fn parsed(bytes: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(bytes);
    let messages = [
        Form::parse(&text).err().map(|e| e.to_string()),
        Style::parse(&text).err().map(|e| e.to_string()),
        Site::parse(&text).err().map(|e| e.to_string()),
        Waivers::parse(&text).err(),
        Aliases::parse(&text).err().map(|e| e.to_string()),
    ];
    // A form that parses must be usable for reading and writing.
    if let Ok(form) = Form::parse(&text) {
        let blank = nianbao::model::Report::blank(form.into());
        let document = nianbao::compose::compose(&blank);
        if document.blocks.len() > 1_000_000 {
            return Err("a form with a million blocks".to_owned());
        }
    }
    match messages.iter().flatten().find(|m| m.trim().is_empty()) {
        Some(_) => Err("an error without a message".to_owned()),
        None => Ok(()),
    }
}
