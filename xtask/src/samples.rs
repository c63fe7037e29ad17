//! Makes the workbooks under `samples/` from their sources under `xtask/samples/`, and the blank templates.
//!
//! The bytes are the same every time; `--check` writes nothing and fails if a workbook in the repository differs.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use nianbao::export::template;
use nianbao::form::{self, Form, ValueKind};
use nianbao::model::{Amount, Cover, Decimal, Origins, Paragraph, Report, Section, Value};
use nianbao::normalize::settle;
use serde::Deserialize;

use crate::by_hand::{Page, Words};
use crate::project::{root, shown};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    edition: String,
    layout: Layout,
    /// The folder below `samples/`, if any.
    #[serde(default)]
    folder: String,
    cover: SourceCover,
    section: Vec<SourceSection>,
    table: Vec<SourceTable>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Layout {
    /// The standard workbook, filled in.
    Standard,
    /// Everything on one sheet, as offices lay it out by hand; cells as written.
    OneSheet,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceCover {
    agency: String,
    year: u16,
    #[serde(default)]
    title: String,
    published: Option<String>,
    contact: Option<String>,
    index: Option<String>,
    #[serde(default)]
    preface: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceSection {
    /// One paragraph per line; `# ` marks a subheading. If the form's headings are free, the level is detected from the line
    /// itself.
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceTable {
    /// Value cells by row, block after block.
    rows: Vec<Vec<String>>,
}

/// Makes all samples, or checks that those in the repository are up to date.
pub fn run(check: bool) -> Result<()> {
    let mut stale = Vec::new();
    let wanted = all()?;
    for (path, bytes) in &wanted {
        if check {
            if fs::read(path).ok().as_ref() != Some(bytes) {
                stale.push(shown(path));
            }
        } else {
            fs::create_dir_all(path.parent().context("a sample without a folder")?)?;
            fs::write(path, bytes).with_context(|| shown(path))?;
        }
        println!("{} {} bytes", shown(path), bytes.len());
    }
    ensure!(stale.is_empty(), "stale, run `cargo xtask samples`: {}", stale.join(", "));
    Ok(())
}

fn all() -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let folder = root().join("samples");
    let mut out = Vec::new();
    for form in form::built_in() {
        out.push((folder.join(format!("标准模板-{}.xlsx", form.id)), template::write(form, None)?));
    }
    let mut sources: Vec<PathBuf> =
        fs::read_dir(root().join("xtask/samples"))?.map(|e| Ok(e?.path())).collect::<Result<_>>()?;
    sources.sort();
    for path in sources {
        let stem = path.file_stem().context("a source without a name")?.to_string_lossy().into_owned();
        let (below, bytes) = made(&fs::read_to_string(&path)?).with_context(|| shown(&path))?;
        out.push((folder.join(below).join(format!("{stem}.xlsx")), bytes));
    }
    Ok(out)
}

/// Returns the folder and the bytes of the sample that a source describes.
pub fn made(source: &str) -> Result<(String, Vec<u8>)> {
    let source: Source = toml::from_str(source)?;
    let form = form::edition(&source.edition).context("no such edition")?;
    ensure!(source.section.len() == form.sections.len(), "{} sections", source.section.len());
    ensure!(source.table.len() == form.tables.len(), "{} tables", source.table.len());
    for (table, rows) in form.tables.iter().zip(&source.table) {
        let shape: Vec<usize> = table.blocks.iter().flat_map(|b| vec![b.column_count(); b.row_count()]).collect();
        let given: Vec<usize> = rows.rows.iter().map(Vec::len).collect();
        ensure!(shape == given, "{}: rows of {given:?} cells, should be {shape:?}", table.name);
    }
    let bytes = match source.layout {
        Layout::Standard => template::write(&form, Some(&report(&source, &form)?))?,
        Layout::OneSheet => one_sheet(&source, &form)?,
    };
    Ok((source.folder, bytes))
}

fn report(source: &Source, form: &Arc<Form>) -> Result<Report> {
    let mut report = Report::blank(form.clone());
    let c = &source.cover;
    report.cover = Cover {
        agency: c.agency.clone(),
        year: c.year,
        title: c.title.clone(),
        published: c.published.clone(),
        contact: c.contact.clone(),
        index: c.index.clone(),
    };
    report.preface = c.preface.iter().map(Paragraph::body).collect();
    let paragraph = |line: &str| match line.strip_prefix("# ") {
        Some(heading) => Paragraph::heading(2, heading),
        None => Paragraph::body(line),
    };
    report.sections = source
        .section
        .iter()
        .map(|s| Section { before: s.text.lines().map(paragraph).collect(), after: Vec::new() })
        .collect();
    for (t, (table, cells)) in form.tables.iter().zip(&source.table).enumerate() {
        let flat = cells.rows.iter().flatten().enumerate();
        report.tables[t] = flat.map(|(slot, text)| value(text, table.kind(slot).0)).collect::<Result<_>>()?;
    }
    settle(&mut report, &Origins::default());
    Ok(report)
}

fn value(text: &str, kind: ValueKind) -> Result<Value> {
    if text.is_empty() {
        return Ok(Value::Blank);
    }
    Ok(match kind {
        ValueKind::Count => Value::Count(text.parse()?),
        ValueKind::Signed => Value::Signed(text.parse()?),
        ValueKind::Amount => Value::Amount(Amount { number: text.parse::<Decimal>()?, unit: None }),
    })
}

/// Lays out everything on one sheet, with the cells as written in the source.
fn one_sheet(source: &Source, form: &Form) -> Result<Vec<u8>> {
    let line = |text: &str| text.trim_start_matches("# ").to_owned();
    let sections: Vec<[Vec<String>; 2]> =
        source.section.iter().map(|s| [s.text.lines().map(line).collect(), Vec::new()]).collect();
    let tables: Vec<Vec<String>> = source.table.iter().map(|t| t.rows.concat()).collect();
    let cover = &source.cover;
    let (title, preface) = (&cover.title, &cover.preface);
    Page::new(form, &Words { title, facts: &[], preface, sections: &sections, tables: &tables }).write()
}

/// Parses the words after `samples`.
pub fn parse(words: &[&str]) -> Result<bool> {
    match words {
        [] => Ok(false),
        ["--check"] => Ok(true),
        [other, ..] => bail!("`{other}` is not known to samples"),
    }
}
