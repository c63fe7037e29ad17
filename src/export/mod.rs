//! Files to publish, one writer a format. A writer sees a `Document`, `Pages` or a `Report`, never a workbook or another writer.

pub mod aggregate;
pub mod csv;
mod deflate;
pub mod docx;
pub mod html;
pub mod json;
mod long;
pub mod package;
pub mod pdf;
mod sheet;
pub mod template;
pub mod xlsx;

/// Why an output could not be made. These are faults of this program or of a report that cannot be printed; the
/// message is for the user all the same.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("生成 {format} 失败：{reason}")]
    Writer { format: &'static str, reason: String },
}
