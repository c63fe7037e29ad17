//! Parts → package.
//!
//! Takes the parts of `docx-rs`, finishes those that a report needs, adds core properties and the font table, and packs
//! them: deflated, in a fixed order, with the date that a zip has when it has none.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::rc::Rc;

use docx_rs::XMLDocx;
use quick_xml::escape::escape;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::finish::{self, Notes};
use super::text;
use crate::export::ExportError;
use crate::model::Document;
use crate::style::Style;

/// Parts that `docx-rs` always writes and a report has no use for; nothing may point at them.
pub(super) const PARTS_LEFT_OUT: &[&str] = &[
    "docProps/app.xml",
    "docProps/custom.xml",
    "comments.xml",
    "commentsExtended.xml",
    "numbering.xml",
    "footnotes.xml",
    "webSettings.xml",
];

/// Other names of the faces that offices have: where one is missing, Word takes the other before it guesses.
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
pub(super) fn pack(parts: XMLDocx, doc: &Document, style: &Style, notes: &Notes) -> Result<Vec<u8>, ExportError> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, part) in [
        ("[Content_Types].xml", &parts.content_type),
        ("_rels/.rels", &parts.rels),
        ("word/document.xml", &parts.document),
        ("word/_rels/document.xml.rels", &parts.document_rels),
        ("word/styles.xml", &parts.styles),
        ("word/settings.xml", &parts.settings),
    ] {
        files.push((name.to_owned(), finish::finish(part, notes)?));
    }
    for (index, footer) in parts.footers.iter().enumerate() {
        files.push((format!("word/footer{}.xml", index + 1), finish::finish(footer, notes)?));
    }
    files.push(("word/fontTable.xml".to_owned(), fonts(style).into_bytes()));
    files.push(("docProps/core.xml".to_owned(), core(doc).into_bytes()));
    zipped(&files).map_err(|e| ExportError::Writer { format: "DOCX", reason: format!("打包失败：{e}") })
}

fn zipped(files: &[(String, Vec<u8>)]) -> zip::result::ZipResult<Vec<u8>> {
    let size = files.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
    let mut zip = ZipWriter::new(Cursor::new(Vec::with_capacity(size / 8 + 4096)));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(EFFORT))
        .last_modified_time(DateTime::default());
    for (name, bytes) in files {
        if OWN_PARTS.contains(&name.as_str()) {
            zip.start_file(name.as_str(), options)?;
            zip.write_all(bytes)?;
        } else {
            let packed = shared(name, bytes, options)?;
            zip.raw_copy_file(ZipArchive::new(Cursor::new(&packed[..]))?.by_index(0)?)?;
        }
    }
    Ok(zip.finish()?.into_inner())
}

/// Of 9 that deflate may take: the usual 6 takes a third longer for 8 % fewer bytes.
const EFFORT: i64 = 4;

/// Parts that differ from report to report.
const OWN_PARTS: &[&str] = &["word/document.xml", "docProps/core.xml"];

/// Most parts a thread keeps packed; one style has about eight, and a few of `styles.xml`.
const MOST_SHARED: usize = 64;

/// Packages of one part, by the part's name and content.
type Packed = BTreeMap<(String, Vec<u8>), Rc<[u8]>>;

thread_local! {
    /// Parts that follow from the style, each in a package of its own. To deflate such a small part
    /// is mostly to set up a compressor.
    static SHARED: RefCell<Packed> = const { RefCell::new(BTreeMap::new()) };
}

/// A package of one part, as packed the last time it was asked for.
fn shared(name: &str, bytes: &[u8], options: SimpleFileOptions) -> zip::result::ZipResult<Rc<[u8]>> {
    let key = (name.to_owned(), bytes.to_vec());
    if let Some(packed) = SHARED.with_borrow(|known| known.get(&key).cloned()) {
        return Ok(packed);
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, options)?;
    zip.write_all(bytes)?;
    let packed: Rc<[u8]> = zip.finish()?.into_inner().into();
    SHARED.with_borrow_mut(|known| {
        if known.len() >= MOST_SHARED {
            known.clear();
        }
        known.insert(key, packed.clone());
    });
    Ok(packed)
}

/// Title, agency and language; no date and no person.
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

/// The faces that the styles name.
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
        // 0x86 is the charset of GB 2312: without it Word may take a Latin face for a missing Chinese one.
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
