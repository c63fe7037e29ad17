//! Limits on the size of workbooks, archives and mails, so that reading a hostile one costs little.

use serde::{Deserialize, Serialize};

use super::ImportError;

/// Upper limits of one file, so that a hostile one costs little. A file above a limit is refused with
/// [`ImportError::TooLarge`]; nothing is truncated.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Limits {
    /// Size of the file in bytes. Default: 32 MiB.
    pub file_bytes: u64,
    /// Bytes of all parts that are read, inflated, and also of the text (UTF-8) of all cells together. Default: 96 MiB.
    pub inflated_bytes: u64,
    /// Number of entries of a zip package. Default: 4096.
    pub parts: usize,
    /// Number of cells of all sheets together, empty ones included if the file lists them. Also the limit, each on its own, for
    /// merged ranges, ranges of hidden rows or columns, shared strings, and the values of a JSON report. Default: 1,000,000.
    pub cells: usize,
    /// Number of sheets, hidden ones included. Default: 64.
    pub sheets: usize,
    /// Bytes (UTF-8) of the text of one cell, or of one text of a JSON report. Default: 1 MiB.
    pub text_bytes: usize,
    /// Size in bytes of an archive or a mail. Default: 256 MiB.
    pub container_bytes: u64,
    /// Bytes of all files in an archive or a mail together, inflated; those larger than `file_bytes` are not read and do not
    /// count. Default: 1 GiB.
    pub unpacked_bytes: u64,
    /// Number of files in an archive or a mail, those of containers within it included. Default: 10,000.
    pub members: usize,
    /// Number of containers that lie in each other, the outermost included. Default: 4.
    pub nesting: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            file_bytes: 32 << 20,
            inflated_bytes: 96 << 20,
            parts: 4096,
            cells: 1_000_000,
            sheets: 64,
            text_bytes: 1 << 20,
            container_bytes: 256 << 20,
            unpacked_bytes: 1 << 30,
            members: 10_000,
            nesting: 4,
        }
    }
}

impl Limits {
    /// The error for a file larger than [`Limits::file_bytes`].
    pub fn file_error(&self) -> ImportError {
        ImportError::TooLarge { what: "文件大小".into(), limit: megabytes(self.file_bytes) }
    }

    /// The error for content larger than [`Limits::inflated_bytes`].
    pub(crate) fn inflated_error(&self) -> ImportError {
        ImportError::TooLarge { what: "解压后的内容".into(), limit: megabytes(self.inflated_bytes) }
    }

    pub(super) fn parts_error(&self) -> ImportError {
        ImportError::TooLarge { what: "压缩包内的文件数".into(), limit: format!("{} 个", self.parts) }
    }

    pub(super) fn cells_error(&self) -> ImportError {
        ImportError::TooLarge { what: "单元格总数".into(), limit: format!("{} 个", self.cells) }
    }

    pub(super) fn sheets_error(&self) -> ImportError {
        ImportError::TooLarge { what: "工作表数".into(), limit: format!("{} 张", self.sheets) }
    }

    /// The error for an archive or a mail larger than [`Limits::container_bytes`].
    pub(crate) fn container_error(&self) -> ImportError {
        ImportError::TooManyFiles { what: "压缩包或邮件的大小".into(), limit: megabytes(self.container_bytes) }
    }

    pub(super) fn unpacked_error(&self) -> ImportError {
        ImportError::TooManyFiles { what: "解压后的文件合计".into(), limit: megabytes(self.unpacked_bytes) }
    }

    pub(super) fn members_error(&self) -> ImportError {
        ImportError::TooManyFiles { what: "里面的文件数".into(), limit: format!("{} 个", self.members) }
    }

    pub(super) fn text_error(&self) -> ImportError {
        ImportError::TooLarge { what: "一个单元格的文字".into(), limit: megabytes(self.text_bytes as u64) }
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes >> 20)
}
