//! Limits on the size of a workbook, so that reading a hostile one costs little.

use serde::{Deserialize, Serialize};

use super::ImportError;

/// Upper limits of one workbook. Sizes in bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Limits {
    pub file_bytes: u64,
    /// For all parts that are read, inflated, and also for the text of all cells together.
    pub inflated_bytes: u64,
    pub parts: usize,
    pub cells: usize,
    pub sheets: usize,
    pub text_bytes: usize,
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
        }
    }
}

impl Limits {
    /// The error of a file that is too large.
    pub fn file_error(&self) -> ImportError {
        ImportError::TooLarge { what: "文件大小".into(), limit: megabytes(self.file_bytes) }
    }

    /// The error of a file whose content is too large.
    pub fn inflated_error(&self) -> ImportError {
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

    pub(super) fn text_error(&self) -> ImportError {
        ImportError::TooLarge { what: "一个单元格的文字".into(), limit: megabytes(self.text_bytes as u64) }
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes >> 20)
}
