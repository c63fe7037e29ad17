//! Any workbook → sheets of cells with their text, kind, spans and hidden state.
//!
//! Takes bytes, gives a [`Workbook`], or a [`Json`] where they are a report that this program wrote as such. It is the only module that knows a file format or calamine and the only one that
//! meets hostile bytes: content is sniffed, never the extension trusted, and every size is capped before anything is
//! allocated for it. The older formats are read in a child process besides (see [`Isolation`]). It understands nothing
//! of what the cells say.

mod biff;
mod boxes;
mod child;
mod directory;
mod error;
mod formats;
mod isolate;
mod json;
mod limits;
mod markup;
mod ods;
mod ods_styles;
mod package;
mod plain;
mod scan;
mod sheet_scan;
mod sheet_xml;
mod sheets;
mod sniff;
mod wire;
mod workbook;
mod worksheet;
mod xls;
mod xls_stream;
mod xlsb;
mod xlsx;
mod xml;

use std::path::Path;

use crate::regular_file::{self, Unread};

pub use child::serve;
pub use error::ImportError;
pub use isolate::{CHILD_COMMAND, Isolation};
pub use json::Json;
pub use limits::Limits;
pub use workbook::{Cell, Content, MARKED, Sheet, Shown, Skipped, Span, Workbook};

/// Reads a workbook file.
pub fn read(path: &Path, limits: &Limits) -> Result<Workbook, ImportError> {
    let bytes = load(path, limits)?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    read_bytes(&name, &bytes, limits)
}

/// The bytes of a file, at most `limits.file_bytes`.
pub fn load(path: &Path, limits: &Limits) -> Result<Vec<u8>, ImportError> {
    let io = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound => ImportError::NotFound,
        std::io::ErrorKind::PermissionDenied => ImportError::Denied,
        _ => ImportError::Io(error::system_reason(&e).to_owned()),
    };
    regular_file::read(path, limits.file_bytes).map_err(|why| match why {
        Unread::NotAFile => ImportError::NotAFile,
        Unread::TooLarge => limits.file_error(),
        Unread::Io(e) => io(e),
    })
}

/// What an input holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Workbook(Workbook),
    /// A report as JSON.
    Report(Json),
}

/// Reads a workbook, or a report as JSON, from memory; `name` is as in [`read_bytes`].
pub fn read_input(name: &str, bytes: &[u8], limits: &Limits) -> Result<Input, ImportError> {
    if json::is_object(bytes) && bytes.len() as u64 <= limits.file_bytes {
        return json::read(bytes, limits).map(Input::Report);
    }
    read_bytes(name, bytes, limits).map(Input::Workbook)
}

/// Reads a workbook from memory; `name` is its file name, kept for titles that stand nowhere else.
pub fn read_bytes(name: &str, bytes: &[u8], limits: &Limits) -> Result<Workbook, ImportError> {
    if bytes.len() as u64 > limits.file_bytes {
        return Err(limits.file_error());
    }
    let kind = sniff::kind(bytes, limits)?;
    let sheets = if kind.is_isolated() { isolate::read(kind, bytes, limits)? } else { kind.read(bytes, limits)? };
    Ok(Workbook { name: name.to_owned(), sheets })
}

#[cfg(test)]
mod tests;
