//! What a file is, by its first bytes; its name is not asked.

use super::ImportError;

/// Accepts the start of a zip (what is in it is judged when it is opened); names everything else it knows.
pub(super) fn require_xlsx(bytes: &[u8]) -> Result<(), ImportError> {
    if bytes.is_empty() {
        return Err(ImportError::Empty);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Ok(());
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        let encrypted: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let wrapped = bytes.windows(encrypted.len()).any(|w| w == encrypted);
        return Err(if wrapped {
            ImportError::Encrypted
        } else {
            ImportError::Format("这是 .xls（或 .et）旧格式")
        });
    }
    // BIFF streams without a container: Excel 2 to 4.
    if matches!(bytes, [0x09, 0x00 | 0x02 | 0x04 | 0x08, ..]) {
        return Err(ImportError::Format("这是 .xls 旧格式"));
    }
    if bytes.starts_with(b"%PDF") {
        return Err(ImportError::NotAWorkbook("这是 PDF 文件"));
    }
    Err(text_kind(bytes))
}

fn text_kind(bytes: &[u8]) -> ImportError {
    let head = &bytes[..bytes.len().min(4096)];
    let lower = String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    if lower.starts_with("<!doctype html") || lower.contains("<html") || lower.starts_with("<table") {
        return ImportError::Format("这是网页（HTML）");
    }
    if lower.starts_with("<?xml") {
        return ImportError::Format("这是 XML 文件");
    }
    if lower.starts_with("{\\rtf") {
        return ImportError::NotAWorkbook("这是 RTF 文档");
    }
    let text = !head.contains(&0) && head.iter().filter(|b| **b < 0x20 && !b"\t\r\n".contains(b)).count() == 0;
    if text {
        ImportError::Format("这是文本（CSV）文件")
    } else {
        ImportError::NotAWorkbook("这是别的程序的文件")
    }
}
