//! The zip package of a workbook, its parts inflated once under the limits.
//!
//! Takes the bytes of a zip, gives the parts that matter by name. Sizes are counted while parts are inflated; the sizes that the
//! package states are not trusted.

use std::collections::BTreeMap;
use std::io::Cursor;

use zip::ZipArchive;
use zip::result::ZipError;

use super::{ImportError, Limits, xml};
use crate::inflate::{EntryError, entry};

/// Parts of a workbook by name.
pub(super) struct Package<T> {
    pub parts: BTreeMap<String, T>,
}

/// The XML parts of a workbook. A fault in a part is only reported when that part is requested.
pub(super) type TextPackage = Package<Result<String, ImportError>>;

/// Inflates the parts that matter.
pub(super) fn open(bytes: &[u8], limits: &Limits) -> Result<TextPackage, ImportError> {
    Ok(inflated(bytes, limits, matters)?.decoded())
}

/// What a part is, in Chinese messages.
pub(super) fn part_label(name: &str) -> String {
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

/// Inflates the parts whose lower-case names are `wanted`.
pub(super) fn inflated(
    bytes: &[u8],
    limits: &Limits,
    wanted: impl Fn(&str) -> bool,
) -> Result<Package<Vec<u8>>, ImportError> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(zip_error)?;
    if zip.len() > limits.parts {
        return Err(limits.parts_error());
    }
    // Of two entries with one name, the archive keeps the last, but its directory counts both.
    if stated_entries(bytes).is_some_and(|n| n != zip.len()) {
        return Err(ImportError::Damaged("压缩包里有同名的部件".to_owned()));
    }
    let mut parts = BTreeMap::new();
    let mut left = limits.inflated_bytes;
    for index in 0..zip.len() {
        let file = zip.by_index_raw(index).map_err(zip_error)?;
        // One spelling per part, as in the lookup by name: of two names that differ only in case or slashes, one would escape the
        // checks.
        let name = file.name().map_err(zip_error)?.replace('\\', "/").to_ascii_lowercase();
        if !wanted(&name) {
            continue;
        }
        let data = entry(bytes, &file, left).map_err(|e| match e {
            EntryError::Encrypted => ImportError::Encrypted,
            EntryError::Method => zip_error(ZipError::CompressionMethodNotSupported(0)),
            EntryError::Large => limits.inflated_error(),
            EntryError::Damaged => {
                ImportError::Damaged(format!("压缩包里的{}读不出来，可能没有拷贝完整", part_label(&name)))
            }
        })?;
        left -= data.len() as u64;
        if parts.insert(name.clone(), data).is_some() {
            return Err(ImportError::Damaged(format!("压缩包里有两个同名的部件，是{}", part_label(&name))));
        }
    }
    Ok(Package { parts })
}

/// Number of entries that the directory of a zip states; `None` if it is too large for the plain format.
fn stated_entries(bytes: &[u8]) -> Option<usize> {
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

/// Whether a part is needed, by its lower-case name: only parts with values, spans, hidden state and text are; pictures, macros,
/// themes and properties are never inflated.
fn matters(name: &str) -> bool {
    if is_drawing(name) {
        return true;
    }
    let kind = name.ends_with(".xml") || name.ends_with(".rels");
    let other =
        ["docprops/", "customxml/", "xl/theme/", "xl/drawings/", "xl/charts/", "xl/media/", "xl/externallinks/"];
    kind && !other.iter().any(|o| name.starts_with(o))
}

/// Whether a part is a drawing.
pub(super) fn is_drawing(name: &str) -> bool {
    name.starts_with("xl/drawings/") && name.ends_with(".xml")
}

impl<T> Package<T> {
    /// Returns a part by name, ignoring case; names in relationships may be percent-encoded.
    pub fn part(&self, name: &str) -> Option<&T> {
        let name = name.trim_start_matches('/').to_ascii_lowercase();
        self.parts.get(&name).or_else(|| self.parts.get(&percent_decoded(&name)?.to_ascii_lowercase()))
    }
}

/// The percent-decoded name; `None` if it contains no code or an invalid one.
pub(super) fn percent_decoded(name: &str) -> Option<String> {
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

impl Package<Vec<u8>> {
    /// Decodes the parts, all of which must be XML.
    pub fn decoded(self) -> TextPackage {
        let text = |(name, data): (String, Vec<u8>)| {
            let text = xml::text(data, &part_label(&name));
            (name, text)
        };
        Package { parts: self.parts.into_iter().map(text).collect() }
    }
}

impl TextPackage {
    /// Returns the text of a part; `None` if there is no such part.
    pub fn text(&self, name: &str) -> Result<Option<&str>, ImportError> {
        match self.part(name) {
            Some(Ok(text)) => Ok(Some(text)),
            Some(Err(e)) => Err(e.clone()),
            None => Ok(None),
        }
    }
}
