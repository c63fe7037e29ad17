//! What the host can offer before there is a report: editions with their blank templates, formats, and the meaning of each code.

use nianbao::export::template;
use nianbao::feedback::page::MOST_DRAWN;
use nianbao::form;
use nianbao::pipeline::Format;
use nianbao::rules;
use serde::Serialize;

use crate::limits;
use crate::wire::{Answer, WORKBOOK};

#[derive(Serialize)]
struct About {
    version: &'static str,
    largest: Largest,
    /// Most reports that the page of findings draws.
    most_drawn: usize,
    editions: Vec<Edition>,
    formats: Vec<FormatRow>,
    rules: Vec<Meaning>,
}

/// Most bytes of a workbook or report, of an archive or a mail, and of all files that are packed into one zip.
#[derive(Serialize)]
struct Largest {
    file: u64,
    container: u64,
    bundle: u64,
}

#[derive(Serialize)]
struct Edition {
    id: String,
    notice: String,
    first_year: u16,
    last_year: Option<u16>,
}

#[derive(Serialize)]
struct FormatRow {
    name: &'static str,
    word: &'static str,
}

/// What `explain` says about a code.
#[derive(Serialize)]
struct Meaning {
    code: String,
    title: &'static str,
    /// Whether a finding of it prevents publication although it is no error.
    blocks: bool,
    meaning: &'static str,
    formula: Option<&'static str>,
    basis: &'static str,
    example: &'static str,
}

pub fn about() -> Result<Answer, String> {
    let edition = |f: &std::sync::Arc<form::Form>| Edition {
        id: f.id.clone(),
        notice: f.notice.clone(),
        first_year: f.first_year,
        last_year: f.last_year,
    };
    let meaning = |r: &'static rules::Rule| Meaning {
        code: r.code.to_string(),
        title: &r.title,
        blocks: r.blocks,
        meaning: &r.meaning,
        formula: r.formula.as_deref(),
        basis: &r.basis,
        example: &r.example,
    };
    let limits = limits();
    Answer::of(About {
        version: nianbao::VERSION,
        largest: Largest { file: limits.file_bytes, container: limits.container_bytes, bundle: limits.unpacked_bytes },
        most_drawn: MOST_DRAWN,
        editions: form::built_in().iter().map(edition).collect(),
        formats: Format::ALL.map(|f| FormatRow { name: f.name(), word: f.word() }).into(),
        rules: rules::all().iter().map(meaning).collect(),
    })
}

pub fn template(edition: &str) -> Result<Answer, String> {
    let form = form::built_in().iter().find(|f| f.id == edition).ok_or_else(|| format!("没有 {edition} 版表样"))?;
    let workbook = template::write(form, None).map_err(|e| e.to_string())?;
    Ok(Answer::default().with(template::file_name(form), WORKBOOK, workbook))
}
