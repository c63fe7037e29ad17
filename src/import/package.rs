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
use super::{ImportError, Limits, markup, xml};
use crate::inflate::{EntryError, entry};

/// Parts of a workbook by name.
pub(super) struct Package<T> {
    pub parts: BTreeMap<String, T>,
}

/// The XML parts of a workbook. A fault in a part is only reported when that part is requested.
pub(super) type TextPackage = Package<Result<String, ImportError>>;

/// Inflates the parts that matter.
pub(super) fn open(bytes: &[u8], limits: &Limits) -> Result<TextPackage, ImportError> {
    let package = inflated(bytes, limits, matters)?;
    let text = |(name, data): (String, Vec<u8>)| {
        let text = xml::text(data, &in_words(&name));
        (name, text)
    };
    Ok(Package { parts: package.parts.into_iter().map(text).collect() })
}

/// The name of a part in messages.
pub(super) fn in_words(name: &str) -> String {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let number: String = file.chars().filter(char::is_ascii_digit).take(6).collect();
    let is_in = |word: &str| folder.ends_with(word);
    let what = match file.split('.').next().unwrap_or_default() {
        _ if file.ends_with(".rels") => "部件之间的关系",
        _ if is_in("worksheets") => return format!("工作表部件{number}"),
        _ if is_in("drawings") => return format!("绘图部件{number}"),
        "workbook" => "工作簿目录",
        "sharedstrings" => "共享文字",
        "styles" => "样式",
        "content" => "表格内容",
        _ => "一个部件",
    };
    what.to_owned()
}

/// Inflates the parts that are wanted by their lower-case names.
pub(super) fn inflated(
    bytes: &[u8],
    limits: &Limits,
    wanted: impl Fn(&str) -> bool,
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
            EntryError::Damaged => {
                ImportError::Damaged(format!("压缩包里的{}读不出来，可能没有拷贝完整", in_words(&name)))
            }
        })?;
        left -= data.len() as u64;
        if parts.insert(name.clone(), data).is_some() {
            return Err(ImportError::Damaged(format!("压缩包里有两个同名的部件，是{}", in_words(&name))));
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
    /// A part by name, ignoring case; names in relationships may be percent-encoded.
    pub fn part(&self, name: &str) -> Option<&T> {
        let name = name.trim_start_matches('/').to_ascii_lowercase();
        self.parts.get(&name).or_else(|| self.parts.get(&unescaped_address(&name)?.to_ascii_lowercase()))
    }
}

/// The percent-decoded name; `None` if it contains no code or an invalid one.
pub(super) fn unescaped_address(name: &str) -> Option<String> {
    let mut parts = name.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    let before = bytes.len();
    for part in parts {
        let code = part.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok())?;
        bytes.push(code);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok().filter(|n| n.len() > before)
}

impl TextPackage {
    /// The text of a part; `None` where there is no such part.
    pub fn text(&self, name: &str) -> Result<Option<&str>, ImportError> {
        match self.part(name) {
            Some(Ok(text)) => Ok(Some(text)),
            Some(Err(e)) => Err(e.clone()),
            None => Ok(None),
        }
    }
}

/// A package for calamine: uncompressed, and without counts that may be false.
pub(super) struct Rewritten<'a> {
    limits: &'a Limits,
    zip: ZipWriter<Cursor<Vec<u8>>>,
    worksheets: usize,
}

/// The name of a worksheet in the rewritten package.
pub(super) fn sheet_name(index: usize) -> String {
    format!("s{index}")
}

impl<'a> Rewritten<'a> {
    pub fn new(limits: &'a Limits) -> Rewritten<'a> {
        Rewritten { limits, zip: ZipWriter::new(Cursor::new(Vec::new())), worksheets: 0 }
    }

    pub fn strings(&mut self, xml: &str) -> Result<(), ImportError> {
        // calamine would join alternatives of which only one is shown.
        if xml.contains("AlternateContent") {
            return Err(ImportError::Damaged("共享文字里有并列的两种写法".to_owned()));
        }
        self.put("xl/sharedStrings.xml", &markup::consumed(xml, |_, _| true)?)
    }

    pub fn styles(&mut self, xml: &str) -> Result<(), ImportError> {
        let keeps = |around: &[String], name: &str| match around {
            [] => true,
            [_] => matches!(name, "numFmts" | "cellXfs"),
            [_, within] => (within == "numFmts" && name == "numFmt") || (within == "cellXfs" && name == "xf"),
            _ => false,
        };
        self.put("xl/styles.xml", &markup::consumed(xml, keeps)?)
    }

    pub fn worksheet(&mut self, xml: &str) -> Result<(), ImportError> {
        self.worksheets += 1;
        self.put(&format!("xl/s{}.xml", self.worksheets - 1), xml)
    }

    fn put(&mut self, name: &str, xml: &str) -> Result<(), ImportError> {
        // Its reader takes memory for every tag of some parts.
        if memchr::memchr_iter(b'<', xml.as_bytes()).count() / TAGS > self.limits.cells {
            return Err(self.limits.cells_error());
        }
        self.start(name)?;
        self.zip.write_all(&marked(without_counts(xml.as_bytes())?)).map_err(|_| unwritable())
    }

    fn start(&mut self, name: &str) -> Result<(), ImportError> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.zip.start_file(name, options).map_err(|_| unwritable())
    }

    /// The bytes of the package, with the directory of its worksheets.
    pub fn finish(mut self, is_1904: bool) -> Result<Vec<u8>, ImportError> {
        let relation = |id: &str, kind: &str, target: &str| {
            let kind = format!("http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}");
            format!("<Relationship Id=\"{id}\" Type=\"{kind}\" Target=\"{target}\"/>")
        };
        let names: Vec<_> = (0..self.worksheets).map(sheet_name).collect();
        let listed: String =
            names.iter().map(|n| format!("<sheet name=\"{n}\" sheetId=\"1\" r:id=\"{n}\"/>")).collect();
        let targets: String = names.iter().map(|n| relation(n, "worksheet", &format!("{n}.xml"))).collect();
        for (name, xml) in [
            (
                "_rels/.rels",
                format!("<Relationships>{}</Relationships>", relation("r", "officeDocument", "xl/workbook.xml")),
            ),
            ("xl/_rels/workbook.xml.rels", format!("<Relationships>{targets}</Relationships>")),
            (
                "xl/workbook.xml",
                format!("<workbook><workbookPr date1904=\"{is_1904}\"/><sheets>{listed}</sheets></workbook>"),
            ),
        ] {
            self.start(name)?;
            self.zip.write_all(xml.as_bytes()).map_err(|_| unwritable())?;
        }
        Ok(self.zip.finish().map_err(|_| unwritable())?.into_inner())
    }
}

/// An error while writing a package to memory, which is not expected.
fn unwritable() -> ImportError {
    ImportError::Damaged("内部结构不合规范".to_owned())
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
            Err(_) => return Err(xml::ill_formed()),
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
