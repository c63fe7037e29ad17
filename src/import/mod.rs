//! Any workbook → sheets of cells with their text, kind, spans and hidden state.
//!
//! Takes bytes and limits, gives a [`Workbook`], or a [`Json`] for a report in the JSON format of this program; [`container`] gives
//! the files in archives and mails. The only module
//! that knows file formats or calamine and that handles hostile bytes: the format is detected from the content, never from the
//! extension, and every size is capped before anything is allocated. A reader of an older format may still abort the process
//! ([`FileKind::may_abort`]); a caller can run it in a separate process. It never interprets the content of cells.

mod attributes;
mod biff;
mod boxes;
mod conditional;
pub mod container;
mod contents;
mod directory;
mod error;
mod formats;
mod json;
mod limits;
mod markup;
mod ods;
mod ods_styles;
mod ods_text;
mod ods_value;
mod ods_xml;
mod package;
mod scan;
mod second;
mod serial;
mod sheet_scan;
mod sheet_xml;
mod sheets;
mod sniff;
mod strings;
mod workbook;
mod worksheet;
mod xls;
mod xls_stream;
mod xlsb;
mod xlsx;
mod xml;

pub use error::ImportError;
pub use json::Json;
pub use limits::Limits;
pub use second::read_second;
pub use sheets::admitted;
pub use sniff::{FileKind, kind};
pub use workbook::{Cell, Content, FormatEffect, MARKED, Sheet, Skipped, Span, Workbook};

impl FileKind {
    /// Reads all sheets of a workbook in this format, in the workbook's order.
    ///
    /// Sheets that are not worksheets but may have content are included, without cells. The format is
    /// not checked again; see [`kind`]. `limits.file_bytes` must be checked by the caller.
    ///
    /// # Errors
    /// If the file is damaged, encrypted or exceeds a limit.
    pub fn read(self, bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
        match self {
            FileKind::Xlsx => xlsx::sheets(&package::open(bytes, limits)?, limits),
            FileKind::Xls => xls::sheets(bytes, limits),
            FileKind::Xlsb => xlsb::sheets(bytes, limits),
            FileKind::Ods => ods::sheets(bytes, limits),
        }
    }
}

/// Content of an input.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Input {
    /// A workbook in any of the formats of [`FileKind`].
    Workbook(Workbook),
    /// A report as JSON.
    Report(Json),
}

/// Whether a file is named as a workbook, or as a table in text that was saved instead of one: if it cannot be read, that is a
/// failure. Any other file that is not a workbook by its content is skipped.
pub fn named_as_workbook(name: &str) -> bool {
    const TEXT_TABLE: &str = "csv";
    let Some((_, ending)) = name.rsplit_once('.') else { return false };
    let mut endings = FileKind::ALL.into_iter().flat_map(FileKind::endings).chain([&TEXT_TABLE]);
    endings.any(|known| ending.eq_ignore_ascii_case(known))
}

/// Whether bytes are read as JSON: they begin like an object and are at most `limits.file_bytes` long.
pub fn is_json(bytes: &[u8], limits: &Limits) -> bool {
    json::is_object(bytes) && bytes.len() as u64 <= limits.file_bytes
}

/// Reads a workbook, or a report as JSON, from memory; `name` is as in [`read_bytes`].
///
/// # Errors
/// As [`read_bytes`]; a JSON object without the format member of a report is [`ImportError::NotAWorkbook`], a damaged report
/// [`ImportError::Report`].
pub fn read_input(name: &str, bytes: &[u8], limits: &Limits) -> Result<Input, ImportError> {
    if is_json(bytes, limits) {
        return json::read(bytes, limits).map(Input::Report);
    }
    read_bytes(name, bytes, limits).map(Input::Workbook)
}

/// Reads a workbook from memory; `name` is its file name, kept because a title may occur nowhere else.
///
/// # Errors
/// If the bytes are not a workbook in a supported format, are damaged or encrypted, or exceed a limit.
pub fn read_bytes(name: &str, bytes: &[u8], limits: &Limits) -> Result<Workbook, ImportError> {
    if bytes.len() as u64 > limits.file_bytes {
        return Err(limits.file_error());
    }
    let sheets = kind(bytes, limits)?.read(bytes, limits)?;
    Ok(Workbook { name: name.to_owned(), sheets })
}

#[cfg(test)]
mod tests;
