//! Parts of `docx-rs` → package.
//!
//! Takes the parts of `docx-rs`, finishes those that a report needs, adds core properties and the font table, and packs them in
//! a fixed order. The properties never contain a date or a person.

use docx_rs::XMLDocx;
use quick_xml::escape::escape;

use super::finish::{self, Notes};
use super::text;
use crate::export::ExportError;
use crate::export::package::{Packer, Part, PartKind};
use crate::model::Document;
use crate::style::Style;

/// Other names of the fonts that offices have: if a font is missing, Word tries the other name before it guesses.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("方正小标宋简体", "FZXiaoBiaoSong-B05S"),
    ("方正小标宋_GBK", "FZXiaoBiaoSong-B05"),
    ("仿宋_GB2312", "仿宋"),
    ("仿宋", "FangSong"),
    ("楷体_GB2312", "楷体"),
    ("楷体", "KaiTi"),
    ("黑体", "SimHei"),
    ("宋体", "SimSun"),
];

/// Finishes and packs the parts.
pub(super) fn pack(
    parts: XMLDocx,
    doc: &Document,
    style: &Style,
    notes: &Notes,
    packer: &Packer,
) -> Result<Vec<u8>, ExportError> {
    let mut files: Vec<Part<'_>> = Vec::new();
    let mut add = |name: &str, bytes: Vec<u8>| {
        files.push(Part {
            name: name.to_owned(),
            bytes: bytes.into(),
            kind: if OWN_PARTS.contains(&name) { PartKind::Own } else { PartKind::Shared },
        });
    };
    for (name, part) in [
        ("[Content_Types].xml", &parts.content_type),
        ("_rels/.rels", &parts.rels),
        ("word/document.xml", &parts.document),
        ("word/_rels/document.xml.rels", &parts.document_rels),
        ("word/styles.xml", &parts.styles),
        ("word/settings.xml", &parts.settings),
    ] {
        add(name, finish::finish(part, notes)?);
    }
    for (index, footer) in parts.footers.iter().enumerate() {
        add(&format!("word/footer{}.xml", index + 1), finish::finish(footer, notes)?);
    }
    add("word/fontTable.xml", fonts(style).into_bytes());
    add("docProps/core.xml", core(doc).into_bytes());
    packer.pack(&files, "DOCX")
}

/// Parts that differ from report to report.
const OWN_PARTS: &[&str] = &["word/document.xml", "docProps/core.xml"];

/// Core properties: title, agency and language; no date and no person.
fn core(doc: &Document) -> String {
    let mut xml = String::from(concat!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
        r#"<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties""#,
        r#" xmlns:dc="http://purl.org/dc/elements/1.1/">"#,
    ));
    for (name, value) in [("title", doc.title_text().as_str()), ("creator", &doc.agency), ("language", doc.language)] {
        let value = text::line(value);
        if !value.is_empty() {
            xml.push_str(&format!("<dc:{name}>{}</dc:{name}>", escape(value.as_str())));
        }
    }
    xml.push_str("</cp:coreProperties>");
    xml
}

/// The font table: the fonts that the styles name.
fn fonts(style: &Style) -> String {
    let mut xml = String::from(concat!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
        r#"<w:fonts xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">"#,
    ));
    let mut seen: Vec<String> = Vec::new();
    for (role, name) in style.docx.roles() {
        let name = text::line(name);
        if name.is_empty() || seen.contains(&name) {
            continue;
        }
        let other = OTHER_NAMES.iter().find(|(known, _)| *known == name);
        let other = other.map_or(String::new(), |(_, other)| format!(r#"<w:altName w:val="{other}"/>"#));
        // 0x86 is the charset of GB 2312: without it Word may replace a missing Chinese font by a Latin one.
        let charset = if role == "latin" { "00" } else { "86" };
        let family = if role == "heading1" { "swiss" } else { "roman" };
        xml.push_str(&format!(
            r#"<w:font w:name="{}">{other}<w:charset w:val="{charset}"/><w:family w:val="{family}"/></w:font>"#,
            escape(name.as_str()),
        ));
        seen.push(name);
    }
    xml.push_str("</w:fonts>");
    xml
}
