//! Form files: their format, and the checks that turn them into a [`Form`].
//!
//! Takes the text of a form file, returns a [`Form`] or the first fault. Never reads a file.

mod claim;
mod raw;
mod relation;
mod table;

use super::{Claims, Form, Section, Table, layout};
use crate::digest::sha256;
use crate::toml_error::sentence;
use raw::{RawForm, RawSection};

/// Why a form file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// Not valid TOML, or an unknown, missing or mistyped key. Contains a Chinese clause with the line.
    #[error("表样文件{0}")]
    Syntax(String),
    /// Valid TOML that does not describe a form. Contains a Chinese sentence about the first fault.
    #[error("表样文件有误：{0}")]
    Meaning(String),
}

fn wrong(text: impl Into<String>) -> FormError {
    FormError::Meaning(text.into())
}

pub(super) fn parse(text: &str) -> Result<Form, FormError> {
    let raw: RawForm = toml::from_str(text).map_err(|e| FormError::Syntax(sentence(&e, text)))?;
    let tables = raw.table.into_iter().map(table::table).collect::<Result<Vec<_>, _>>()?;
    let sections = raw.section.into_iter().map(|s| section(s, &tables)).collect::<Result<Vec<_>, _>>()?;
    check_sections(&sections, &tables, raw.free_headings)?;
    let relations = raw.relation.iter().map(|r| relation::relation(r, &tables)).collect::<Result<_, _>>()?;
    let series = raw.series.iter().map(|s| relation::series(s, &tables)).collect::<Result<_, _>>()?;
    let claims = raw.claims.iter().map(|c| claim::claim(c, &tables)).collect::<Result<_, _>>()?;
    let required = raw.required.into_iter().map(|r| claim::required(r, &sections)).collect::<Result<_, _>>()?;
    check_digests(&raw.former_digests)?;
    Ok(Form {
        structure: layout::structure(&sections, &tables),
        wording: layout::wording(&raw.notice, &sections, &tables),
        former_digests: raw.former_digests,
        id: raw.id,
        notice: raw.notice,
        digest: sha256(text.as_bytes()),
        first_year: raw.first_year,
        last_year: raw.last_year,
        free_headings: raw.free_headings,
        guide: raw.guide,
        sections,
        tables,
        relations,
        series,
        claims: Claims::new(claims),
        required,
    })
}

/// The table with this key, and its index.
fn with_key<'t>(tables: &'t [Table], key: &str) -> Result<(usize, &'t Table), FormError> {
    let found = tables.iter().enumerate().find(|(_, t)| t.key == key);
    found.ok_or_else(|| wrong(format!("没有键为 {key} 的表")))
}

fn section(raw: RawSection, tables: &[Table]) -> Result<Section, FormError> {
    let table = raw.table.as_deref().map(|key| with_key(tables, key)).transpose()?;
    Ok(Section {
        table: table.map(|(index, _)| index),
        key: raw.key,
        heading: raw.heading,
        variants: raw.variants,
        sheet: raw.sheet,
        subheadings: raw.subheadings,
    })
}

/// Fails unless each table belongs to one section, and there is a section for text without a table if headings are free.
fn check_sections(sections: &[Section], tables: &[Table], free_headings: bool) -> Result<(), FormError> {
    if sections.is_empty() || tables.is_empty() {
        return Err(wrong("至少要有一个部分和一张表"));
    }
    if free_headings && sections.iter().all(|s| s.table.is_some()) {
        return Err(wrong("标题不固定的表样要有一个没有表的部分，用来放正文"));
    }
    for (i, t) in tables.iter().enumerate() {
        if sections.iter().filter(|s| s.table == Some(i)).count() != 1 {
            return Err(wrong(format!("{} 应当正好属于一个部分", t.name)));
        }
    }
    Ok(())
}

/// Fails unless each is a SHA-256 in lower-case hexadecimal.
fn check_digests(digests: &[String]) -> Result<(), FormError> {
    let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    match digests.iter().find(|d| d.len() != 64 || !d.bytes().all(digit)) {
        Some(other) => Err(wrong(format!("former_digests 里的“{other}”不是 64 位的 SHA-256"))),
        None => Ok(()),
    }
}
