//! The zip package of an .xlsx, inflated once under the limits and rewritten so that its reader cannot be misled.
//!
//! calamine trusts what a package says of itself: a `uniqueCount` reserves memory for that many strings, a row number
//! is computed without regard to overflow. An allocation failure aborts the process and cannot be caught, so every part
//! is inflated here first, counted as it comes, and handed over in a package of our own.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use memchr::memmem;
use quick_xml::Reader;
use quick_xml::events::Event;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::boxes::is_drawing;
use super::formats::marks;
use super::sheet_xml::attribute;
use super::{ImportError, Limits};
use crate::inflate::{EntryError, entry};

/// Parts of a workbook by name.
pub(super) struct Package<T> {
    pub parts: BTreeMap<String, T>,
}

/// The XML parts of a workbook.
pub(super) type TextPackage = Package<String>;

/// Inflates the parts that matter.
pub(super) fn open(bytes: &[u8], limits: &Limits) -> Result<TextPackage, ImportError> {
    let package = inflated(bytes, limits, matters)?;
    // Another encoding would be read by calamine but not by the checks here; office programs write UTF-8.
    let text = |(name, data): (String, Vec<u8>)| match String::from_utf8(data) {
        // The mark of the encoding is no text.
        Ok(text) => Ok((name, text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))),
        Err(_) => Err(ImportError::Damaged(format!("{name} 不是 UTF-8 编码"))),
    };
    Ok(Package { parts: package.parts.into_iter().map(text).collect::<Result<_, _>>()? })
}

/// Inflates the parts that are wanted by their lower-case names.
pub(super) fn inflated(
    bytes: &[u8],
    limits: &Limits,
    wanted: fn(&str) -> bool,
) -> Result<Package<Vec<u8>>, ImportError> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(zip_error)?;
    if zip.len() > limits.parts {
        return Err(limits.parts_error());
    }
    // The archive keeps the last of two entries of one name, its directory counts both.
    if listed(bytes).is_some_and(|n| n != zip.len()) {
        return Err(ImportError::Damaged("压缩包里有同名的部件".to_owned()));
    }
    let mut parts = BTreeMap::new();
    let mut left = limits.inflated_bytes;
    for index in 0..zip.len() {
        let file = zip.by_index_raw(index).map_err(zip_error)?;
        // One spelling a part, as its reader looks it up: two that differ by case or slash would hide one from the checks.
        let name = file.name().map_err(zip_error)?.replace('\\', "/").to_ascii_lowercase();
        if !wanted(&name) {
            continue;
        }
        let data = entry(bytes, &file, left).map_err(|e| match e {
            EntryError::Encrypted => ImportError::Encrypted,
            EntryError::Method => zip_error(ZipError::CompressionMethodNotSupported(0)),
            EntryError::Large => limits.inflated_error(),
            EntryError::Damaged => ImportError::Damaged(format!("压缩包里的 {name} 读不出来，可能没有拷贝完整")),
        })?;
        left -= data.len() as u64;
        if parts.insert(name.clone(), data).is_some() {
            return Err(ImportError::Damaged(format!("压缩包里有两个 {name}")));
        }
    }
    Ok(Package { parts })
}

/// Number of entries the directory of a zip states; `None` for one too large for the plain format.
fn listed(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).rposition(|w| w == b"PK\x05\x06")?;
    let count = u16::from_le_bytes(bytes.get(end + 10..end + 12)?.try_into().ok()?);
    (count != u16::MAX).then_some(usize::from(count))
}

pub(super) fn zip_error(e: ZipError) -> ImportError {
    match e {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => ImportError::Encrypted,
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            ImportError::Damaged("压缩方式不受支持".to_owned())
        }
        ZipError::Io(e) => ImportError::Damaged(e.to_string()),
        _ => ImportError::Damaged("压缩包读不出来，可能没有拷贝完整".to_owned()),
    }
}

/// By its lower-case name: only what values, spans, hidden state and words need; pictures, macros, themes and properties are
/// never inflated.
fn matters(name: &str) -> bool {
    if is_drawing(name) {
        return true;
    }
    let kind = name.ends_with(".xml") || name.ends_with(".rels");
    let other =
        ["docprops/", "customxml/", "xl/theme/", "xl/drawings/", "xl/charts/", "xl/media/", "xl/externallinks/"];
    kind && !other.iter().any(|o| name.starts_with(o))
}

impl<T> Package<T> {
    /// A part by name, whatever its case.
    pub fn part(&self, name: &str) -> Option<&T> {
        self.parts.get(&name.trim_start_matches('/').to_ascii_lowercase())
    }
}

impl TextPackage {
    /// The same package, stored uncompressed, with counts that lie removed.
    pub fn rewritten(self, limits: &Limits) -> Result<Vec<u8>, ImportError> {
        let damaged = |e: ZipError| ImportError::Damaged(e.to_string());
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for (name, data) in self.parts.into_iter().filter(|(name, _)| !is_drawing(name)) {
            // Its reader takes memory for every tag of some parts.
            if memchr::memchr_iter(b'<', data.as_bytes()).count() / TAGS > limits.cells {
                return Err(limits.cells_error());
            }
            // Its reader joins what only one of is shown.
            if name.ends_with("sharedstrings.xml") && data.contains("AlternateContent") {
                return Err(ImportError::Damaged("共享文字里有并列的两种写法".to_owned()));
            }
            out.start_file(name, options).map_err(damaged)?;
            out.write_all(&marked(without_counts(data.as_bytes())?))
                .map_err(|e| ImportError::Damaged(e.to_string()))?;
        }
        Ok(out.finish().map_err(damaged)?.into_inner())
    }
}

/// More tags than a cell or a string has.
const TAGS: usize = 16;

/// Drops the attributes of a shared-strings table, the only element whose counts calamine believes.
fn without_counts(data: &[u8]) -> Result<Cow<'_, [u8]>, ImportError> {
    // No other part says `uniqueCount`; most need not be parsed.
    if memmem::find(data, COUNT).is_none() {
        return Ok(Cow::Borrowed(data));
    }
    let mut reader = Reader::from_reader(data);
    loop {
        let before = reader.buffer_position() as usize;
        let (element, end) = match reader.read_event() {
            Ok(Event::Start(e)) => (e, ">"),
            Ok(Event::Empty(e)) => (e, "/>"),
            Ok(Event::Eof) => return Ok(Cow::Borrowed(data)),
            // calamine is more lenient and might find a table behind the fault.
            Err(e) => return Err(ImportError::Damaged(e.to_string())),
            Ok(_) => continue,
        };
        if element.local_name().as_ref() == "sst" {
            let after = reader.buffer_position() as usize;
            let name_spaces = element.attributes().flatten().filter(|a| a.key.as_ref().starts_with("xmlns"));
            let keep: String = name_spaces.map(|a| format!(" {}=\"{}\"", a.key.as_ref(), a.value.as_ref())).collect();
            let root = format!("<{}{keep}{end}", element.name().as_ref());
            return Ok(Cow::Owned([&data[..before], root.as_bytes(), &data[after..]].concat()));
        }
    }
}

const COUNT: &[u8] = b"uniqueCount";

/// Puts [`super::MARKED`] before the text of rich-text runs that are raised, lowered or struck out, however their elements are
/// written. calamine joins runs without their looks, and a footnote's ¹ behind a 4 must not become 41.
fn marked(data: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let looks = ["vertAlign", "strike"];
    if !looks.iter().any(|l| memmem::find(&data, l.as_bytes()).is_some()) {
        return data;
    }
    let mut reader = Reader::from_reader(&data[..]);
    let (mut out, mut copied) = (Vec::with_capacity(data.len() + 64), 0);
    // Whether the run that is open marks its words.
    let mut marks_words = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(e)) => match e.local_name().as_ref() {
                "r" | "si" | "is" => marks_words = false,
                "t" if marks_words => {
                    let at = reader.buffer_position() as usize;
                    out.extend_from_slice(&data[copied..at]);
                    out.extend_from_slice(MARK.as_bytes());
                    copied = at;
                }
                name => marks_words |= marks(name, attribute(&e, "val").as_deref()),
            },
            Ok(Event::Empty(e)) => marks_words |= marks(e.local_name().as_ref(), attribute(&e, "val").as_deref()),
            Ok(Event::End(e)) if e.local_name().as_ref() == "r" => marks_words = false,
            // What cannot be read is told by whoever reads it.
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    out.extend_from_slice(&data[copied..]);
    Cow::Owned(out)
}

const MARK: &str = "\u{fffc}";
