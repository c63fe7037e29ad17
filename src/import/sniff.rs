//! The format of a file, detected from its content, never from its name.
//!
//! Takes bytes, gives the [`FileKind`] of a workbook, or an error that says what the file is instead. It never reads cells itself.

use std::io::Cursor;

use quick_xml::events::Event;
use serde::{Deserialize, Serialize};
use zip::ZipArchive;

use super::package::{self, zip_error};
use super::{ImportError, Limits, directory, xml};
use crate::form::labels;

/// A format of workbooks that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum FileKind {
    /// Office Open XML (ECMA-376), also with macros, and templates.
    Xlsx,
    /// Excel 97 to 2003, also .et.
    Xls,
    /// An Office Open XML package with binary parts (specification MS-XLSB).
    Xlsb,
    /// OpenDocument, also templates.
    Ods,
}

impl FileKind {
    /// All formats.
    pub const ALL: [FileKind; 4] = [FileKind::Xlsx, FileKind::Xls, FileKind::Xlsb, FileKind::Ods];

    /// The usual extensions of its files, in lower case and without the dot. They never decide what a file is.
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            FileKind::Xlsx => &["xlsx", "xlsm", "xltx", "xltm"],
            FileKind::Xls => &["xls", "xlt", "et", "ett"],
            FileKind::Xlsb => &["xlsb"],
            FileKind::Ods => &["ods", "ots"],
        }
    }

    /// Its name in Chinese messages; a name that begins with a dot is preceded by a space.
    pub const fn name(self) -> &'static str {
        match self {
            FileKind::Xlsx => " .xlsx 工作簿",
            FileKind::Xls => " .xls（或 .et）工作簿",
            FileKind::Xlsb => " .xlsb 工作簿",
            FileKind::Ods => " .ods 表格",
        }
    }

    /// Whether its reader, or a library that it uses, may abort the process on a file that states false sizes.
    pub const fn may_abort(self) -> bool {
        !matches!(self, FileKind::Xlsx)
    }
}

/// First bytes of files that people mistake for workbooks or keep next to them.
const KNOWN: [(&[u8], &str); 9] = [
    (b"%PDF", "这是 PDF 文件"),
    (b"\x89PNG", "这是图片"),
    (b"\xFF\xD8\xFF", "这是图片"),
    (b"GIF8", "这是图片"),
    (b"BM", "这是图片"),
    (b"II*\0", "这是图片"),
    (b"MM\0*", "这是图片"),
    (b"{\\rtf", "这是 RTF 文档"),
    (b"RIFF", "这是图片或音像文件"),
];

/// First bytes of archives that are not opened; they may hold reports.
const ARCHIVES: [(&[u8], &str); 4] = [
    (b"Rar!\x1A\x07", "这是 .rar 压缩包，不能直接打开"),
    (b"7z\xBC\xAF\x27\x1C", "这是 .7z 压缩包，不能直接打开"),
    (b"\x1F\x8B\x08", "这是 .gz 压缩包，不能直接打开"),
    (b"\xFD7zXZ\0", "这是 .xz 压缩包，不能直接打开"),
];

/// First bytes of attachments as Outlook packs them for itself (specification MS-OXTNEF).
const OUTLOOK: &[u8] = b"\x78\x9F\x3E\x22";

/// Returns the format of a workbook.
///
/// # Errors
/// If the bytes are not a workbook in a supported format; the error names their format if it is known.
pub fn kind(bytes: &[u8], limits: &Limits) -> Result<FileKind, ImportError> {
    if bytes.is_empty() {
        return Err(ImportError::Empty);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zipped(bytes, limits);
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        return compound(bytes);
    }
    // BIFF streams without a container: Excel 2 to 4.
    if matches!(bytes, [0x09, 0x00 | 0x02 | 0x04 | 0x08, 4..=16, 0, ..]) {
        return Err(ImportError::Format("这是 Excel 95 或更早的 .xls 旧格式".into()));
    }
    if let Some((_, what)) = ARCHIVES.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Err(ImportError::Archive((*what).into()));
    }
    if bytes.starts_with(OUTLOOK) {
        return Err(ImportError::Mail("这是 Outlook 打包的附件（winmail.dat），不能直接打开".into()));
    }
    // A text may begin with the same two letters, so a start of two bytes only counts if the file is not text.
    let is_known = |start: &[u8]| bytes.starts_with(start) && (start.len() > 2 || !is_plain(bytes));
    if let Some((_, what)) = KNOWN.iter().find(|(start, _)| is_known(start)) {
        return Err(ImportError::NotAWorkbook((*what).into()));
    }
    Err(text_kind(bytes))
}

/// Detects the format of a zip from the names of its entries.
fn zipped(bytes: &[u8], limits: &Limits) -> Result<FileKind, ImportError> {
    let zip = ZipArchive::new(Cursor::new(bytes)).map_err(zip_error)?;
    if zip.len() > limits.parts {
        return Err(limits.parts_error());
    }
    let names = zip.file_names().map(|n| n.map(|n| n.replace('\\', "/").to_ascii_lowercase()));
    let names = names.collect::<Result<Vec<_>, _>>().map_err(zip_error)?;
    let has = |start: &str| names.iter().any(|n| n.starts_with(start));
    let is_there = |name: &str| names.iter().any(|n| n == name);
    match (is_there("xl/workbook.xml"), is_there("xl/workbook.bin")) {
        (true, false) => return Ok(FileKind::Xlsx),
        (false, true) => return Ok(FileKind::Xlsb),
        // Parts may have any name: the package's relationships decide which one is the workbook.
        _ => {
            if let Some(kind) = by_relationships(bytes, limits) {
                return Ok(kind);
            }
        }
    }
    if is_there("xl/workbook.bin") {
        return Ok(FileKind::Xlsb);
    }
    if has("xl/") || names.iter().any(|n| n.ends_with("workbook.xml")) {
        return Ok(FileKind::Xlsx);
    }
    // The kind of OpenDocument is checked when the file is opened.
    if names.iter().any(|n| n == "content.xml") {
        return Ok(FileKind::Ods);
    }
    Err(if has("word/") {
        ImportError::NotAWorkbook("这是 Word 文档".into())
    } else if has("ppt/") {
        ImportError::NotAWorkbook("这是演示文稿".into())
    } else if has("ofd.xml") {
        ImportError::NotAWorkbook("这是 OFD 文件".into())
    } else if has("index/") && names.iter().any(|n| n.ends_with(".iwa")) {
        ImportError::Format("这是苹果的 iWork 文件".into())
    } else {
        ImportError::NotAWorkbook("这是压缩包".into())
    })
}

/// Returns the format of the workbook that is the package's main part; `None` if that part is missing or not a workbook.
fn by_relationships(bytes: &[u8], limits: &Limits) -> Option<FileKind> {
    const LISTING: &str = "_rels/.rels";
    let mut listing = package::inflated(bytes, limits, |name| name == LISTING).ok()?;
    let listing = xml::text(listing.parts.remove(LISTING)?, "").ok()?;
    let root = directory::relationships(&listing, "").ok()?;
    let main = directory::main_target(&root).ok()??.to_ascii_lowercase();
    let package = package::inflated(bytes, limits, |name| name == main).ok()?;
    let part = package.part(&main)?;
    // The first record of a binary workbook.
    if part.starts_with(&[0x83, 0x01]) {
        return Some(FileKind::Xlsb);
    }
    let text = xml::text(part.clone(), "").ok()?;
    let mut reader = quick_xml::Reader::from_str(&text);
    loop {
        match reader.read_event().ok()? {
            Event::Start(e) => return (e.local_name().as_ref() == "workbook").then_some(FileKind::Xlsx),
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// Detects the format of a compound file from the names of its streams, wherever its directory is located.
fn compound(bytes: &[u8]) -> Result<FileKind, ImportError> {
    let has = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        // A directory entry: 64 bytes of name, then the length of the name in bytes with its terminator. Case is ignored.
        bytes
            .chunks_exact(128)
            .any(|e| e[..name.len()].eq_ignore_ascii_case(&name) && e[64..66] == (name.len() as u16).to_le_bytes())
    };
    if has("Workbook") || has("Book") {
        // The stream may be embedded in a Word document; the reader detects the format of the file itself.
        return Ok(FileKind::Xls);
    }
    Err(if has("EncryptedPackage") {
        ImportError::Encrypted
    } else if is_cut(bytes) {
        ImportError::damaged("文件的目录在文件末尾之后，可能没有拷贝完整")
    } else {
        other_compound(has)
    })
}

/// Whether a compound file ends before the sector in which its directory begins.
fn is_cut(bytes: &[u8]) -> bool {
    let field = |at: usize| bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
    // Sectors have 512 or 4096 bytes; they are counted after the header, which takes the first.
    let (Some(shift @ (9 | 12)), Some(directory)) = (bytes.get(30), field(48)) else { return false };
    (u64::from(directory) + 2) << shift > bytes.len() as u64
}

/// Returns the error for a compound file without a workbook, which names its format according to its streams.
pub(super) fn other_compound(has: impl Fn(&str) -> bool) -> ImportError {
    if has("__properties_version1.0") {
        return ImportError::Mail("这是 Outlook 的 .msg 邮件，不能直接打开".into());
    }
    let streams = [("WordDocument", "这是旧格式的 Word 文档"), ("PowerPoint Document", "这是旧格式的演示文稿")];
    let what = streams.into_iter().find(|(name, _)| has(name)).map_or("这是别的程序的文件", |(_, what)| what);
    ImportError::NotAWorkbook(what.into())
}

fn text_kind(bytes: &[u8]) -> ImportError {
    let head = &bytes[..bytes.len().min(4096)];
    let units = |unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = head[2..].chunks_exact(2).map(|c| unit([c[0], c[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    let text = match head {
        [0xFF, 0xFE, ..] => units(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => units(u16::from_be_bytes),
        _ if is_plain(bytes) => String::from_utf8_lossy(head).into_owned(),
        _ => return ImportError::NotAWorkbook("这是别的程序的文件".into()),
    };
    let lower = text.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    if lower.starts_with("<!doctype html") || lower.contains("<html") || lower.starts_with("<table") {
        // Some systems export tables as web pages with the extension .xls; their head may be long.
        return ImportError::Format("这是网页（HTML）".into());
    }
    if lower.starts_with("<?xml") {
        return if lower.contains("schemas-microsoft-com:office:spreadsheet") {
            ImportError::Format("这是 Excel 2003 的 XML 表格".into())
        } else if lower.contains("opendocument.spreadsheet") {
            ImportError::Format("这是 .fods 表格".into())
        } else {
            ImportError::NotAWorkbook("这是 XML 文件".into())
        };
    }
    if text.trim_start_matches('\u{feff}').starts_with(&labels().data.csv_head()) {
        return ImportError::OwnTable;
    }
    if is_table(&lower) {
        ImportError::Format("这是文本（CSV）文件".into())
    } else {
        ImportError::NotAWorkbook("这是文本文件".into())
    }
}

/// Whether bytes are text in some eight-bit encoding.
fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().take(4096).all(|b| *b >= 0x20 || b"\t\r\n".contains(b))
}

/// Whether the first lines have columns: one separator, equally often in each line.
fn is_table(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).take(3).collect();
    // The last of several lines may be truncated.
    let whole = &lines[..lines.len().min(2)];
    ['\t', ',', ';'].into_iter().any(|c| {
        let counts: Vec<usize> = whole.iter().map(|l| l.matches(c).count()).collect();
        counts.len() == 2 && counts[0] > 0 && counts[0] == counts[1]
    })
}
