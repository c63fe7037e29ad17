//! Writers of the files to publish, one per format. A writer takes a `Document`, `Pages`, a `Report` or an `Aggregate`; it
//! never reads an input workbook.

pub mod aggregate;
mod cache;
pub mod csv;
mod deflate;
pub mod docx;
pub mod html;
pub mod json;
mod long;
pub(crate) mod package;
pub mod pdf;
mod sheet;
pub mod template;
pub mod xlsx;

pub use cache::Cache;

/// Why an output could not be written: a fault of this program, or a report that the format cannot represent. The message is
/// shown to users.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// A writer failed.
    #[error("生成 {format} 失败：{reason}")]
    Writer {
        /// The file format, e.g. `DOCX`.
        format: &'static str,
        /// What went wrong, in Chinese where the user can change it.
        reason: String,
    },
}
