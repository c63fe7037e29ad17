//! Any workbook → sheets of cells with their text, kind, spans and hidden state.
//!
//! Takes bytes, gives a [`Workbook`]. It is the only module that knows a file format or calamine and the only one that
//! meets hostile bytes: content is sniffed, never the extension trusted, and every size is capped before anything is
//! allocated for it. It understands nothing of what the cells say.

mod formats;
mod limits;
mod package;
mod sheet_xml;
mod sniff;
mod workbook;
mod xlsx;

use std::fs::File;
use std::io::Read;
use std::path::Path;

pub use limits::Limits;
pub use workbook::{Cell, Content, MARKED, Sheet, Shown, Span, Workbook};

/// Why a file cannot be read. Each message says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("文件不存在，请检查路径")]
    NotFound,
    #[error("没有权限读取，请检查文件权限")]
    Denied,
    #[error("读取失败（{0}），请检查磁盘或重新拷贝")]
    Io(String),
    #[error("不是普通文件，请给出工作簿文件或文件夹")]
    NotAFile,
    #[error("文件是空的（0 字节），请重新导出")]
    Empty,
    #[error("{0}，目前只读取 .xlsx（含 .xlsm）工作簿，请在 Excel 或 WPS 中另存为 .xlsx")]
    Format(&'static str),
    #[error("{0}，不是工作簿，请给出填好的 .xlsx 工作簿")]
    NotAWorkbook(&'static str),
    #[error("文件有打开密码，请在 Excel 或 WPS 中去掉密码后另存")]
    Encrypted,
    #[error("文件不完整或已损坏（{0}），请用 Excel 或 WPS 打开后另存，或重新拷贝")]
    Damaged(String),
    #[error("{what}超过上限 {limit}，不像是一份年度报告，请删去无关内容后另存")]
    TooLarge { what: &'static str, limit: String },
}

/// Loads a file, whatever it is, unless it is too large.
pub fn load(path: &Path, limits: &Limits) -> Result<Vec<u8>, ImportError> {
    let io = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound => ImportError::NotFound,
        std::io::ErrorKind::PermissionDenied => ImportError::Denied,
        _ => ImportError::Io(e.to_string()),
    };
    let meta = std::fs::metadata(path).map_err(io)?;
    // A pipe or a device might never end.
    if !meta.is_file() {
        return Err(ImportError::NotAFile);
    }
    if meta.len() > limits.file_bytes {
        return Err(limits.file_error());
    }
    let mut bytes = Vec::with_capacity(meta.len() as usize);
    // The file may grow between the two calls.
    File::open(path).map_err(io)?.take(limits.file_bytes + 1).read_to_end(&mut bytes).map_err(io)?;
    Ok(bytes)
}

/// Reads a workbook from memory; `name` is its file name, kept for titles that stand nowhere else.
pub fn read_bytes(name: &str, bytes: &[u8], limits: &Limits) -> Result<Workbook, ImportError> {
    if bytes.len() as u64 > limits.file_bytes {
        return Err(limits.file_error());
    }
    sniff::require_xlsx(bytes)?;
    let package = package::open(bytes, limits)?;
    let sheets = xlsx::sheets(package, limits)?;
    Ok(Workbook { name: name.to_owned(), sheets })
}

#[cfg(test)]
mod tests;
