//! Errors of reading a file. Each message is one sentence that gives the reason and says what to do about it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Why a file cannot be read. The message is in Chinese and says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ImportError {
    /// There is no file under the path.
    #[error("文件不存在，请检查路径")]
    NotFound,
    /// The file system denies access.
    #[error("没有权限读取，请检查文件权限")]
    Denied,
    /// Another program has the file open and lets nobody else read it.
    #[error("文件正开着，请先在 Excel 或 WPS 里关闭")]
    InUse,
    /// Another error of the file system; contains its reason in Chinese.
    #[error("读取失败（{0}），请检查磁盘或重新拷贝")]
    Io(String),
    /// The path is a folder, a device or another special file.
    #[error("不是普通文件，请给出工作簿文件或文件夹")]
    NotAFile,
    /// The file has no bytes.
    #[error("文件是空的（0 字节），请重新导出")]
    Empty,
    /// A table in a format that is not supported; contains the name of the format, as a Chinese clause.
    #[error("{0}，这种格式不能直接读取，请在 Excel 或 WPS 中另存为 .xlsx")]
    Format(Cow<'static, str>),
    /// Not a table at all; contains what the file is instead, as a Chinese clause.
    #[error("{0}，不是工作簿，请给出填好的工作簿")]
    NotAWorkbook(Cow<'static, str>),
    /// A table that this program wrote for other programs and does not read itself.
    #[error("这是 nianbao 写出的 CSV 数据，不能读回，请给出工作簿或 .json 报告")]
    OwnTable,
    /// A summary that this program wrote for the person responsible for the run.
    #[error("这是 nianbao 写出的一览表，不是报告，请给出工作簿或 .json 报告")]
    OwnSummary,
    /// The template of this program, not filled in.
    #[error("这是没有填写的标准模板，不是报告")]
    BlankTemplate,
    /// A damaged report in JSON; contains the line and the fault in Chinese.
    #[error("JSON 报告{0}，请改正，或重新生成")]
    Report(String),
    /// The workbook is encrypted with a password.
    #[error("文件有打开密码，请在 Excel 或 WPS 中去掉密码后另存（.xls 的“保护工作簿”也会加密，也要取消）")]
    Encrypted,
    /// The file is truncated or does not conform to its format; contains the reason in Chinese.
    #[error("文件不完整或已损坏（{0}），请用 Excel 或 WPS 打开后另存，或重新拷贝")]
    Damaged(String),
    /// The file exceeds one of the [`Limits`](super::Limits).
    #[error("{what}超过上限 {limit}，不像是一份年度报告，请删去无关内容后另存")]
    TooLarge {
        /// The quantity that is limited, in Chinese.
        what: Cow<'static, str>,
        /// The limit with its unit.
        limit: String,
    },
    /// An archive or a mail exceeds one of the [`Limits`](super::Limits).
    #[error("{what}超过上限 {limit}，请分成几个，或解压到文件夹再给出文件夹")]
    TooManyFiles {
        /// The quantity that is limited, in Chinese.
        what: Cow<'static, str>,
        /// The limit with its unit.
        limit: String,
    },
    /// An archive, or a file in one, that cannot be read; contains the reason as a Chinese clause.
    #[error("{0}，请解压后给出里面的工作簿，或重新打包成 .zip")]
    Archive(Cow<'static, str>),
    /// An archive, or a file in one, that is locked with a password.
    #[error("压缩包加了密码，请解压后给出里面的工作簿，或不加密码重新打包")]
    Locked,
    /// A mail, or an attachment, that cannot be read; contains the reason as a Chinese clause.
    #[error("{0}，请在邮件程序里另存为 .eml，或把附件另存出来")]
    Mail(Cow<'static, str>),
    /// An archive or a mail without a workbook; contains that as a Chinese clause.
    #[error("{0}，请核对")]
    NoWorkbook(Cow<'static, str>),
    /// A format that is only read in a separate process, but the caller offered none; contains the name of the format.
    #[error("{0}只能由 nianbao 程序另开进程读取，这里没有，请在 Excel 或 WPS 中另存为 .xlsx")]
    NotIsolated(Cow<'static, str>),
    /// The child process for reading could not be started; contains the reason in Chinese.
    #[error("读取程序启动不了（{0}），请稍后再试，或在 Excel 或 WPS 中另存为 .xlsx")]
    NotStarted(String),
    /// The child process ran out of memory; contains its limit with the unit, as `2048 MB`.
    #[error("读取时内存超过上限 {0}，文件可能已损坏，请用 Excel 或 WPS 打开后另存为 .xlsx")]
    OutOfMemory(String),
    /// The child process exceeded its time limit; contains the limit in seconds.
    #[error("读取超过 {0} 秒，已经停止，文件可能已损坏，请用 Excel 或 WPS 打开后另存为 .xlsx")]
    TimedOut(u64),
    /// The child was ended by the system or another program; the reason is not known.
    #[error(
        "读取程序被系统或别的程序结束了，不能确定原因（也许是内存不足），请再试一次，或在 Excel 或 WPS 中另存为 .xlsx"
    )]
    Killed,
    /// The child process ended without an answer, or sent something else than one.
    #[error("读取程序意外停止，文件可能已损坏，请用 Excel 或 WPS 打开后另存为 .xlsx")]
    Crashed,
}

impl ImportError {
    /// Whether the file is not a spreadsheet at all (a picture, a PDF, a letter), rather than a spreadsheet that cannot be read.
    pub fn is_no_workbook(&self) -> bool {
        matches!(self, ImportError::NotAWorkbook(_))
    }

    /// Whether the content of the file identifies it as a report, so that it counts as one regardless of its name.
    pub fn is_report(&self) -> bool {
        matches!(self, ImportError::Report(_))
    }

    /// Whether the reading did not come to an end, for a reason that need not be in the file: a child that could not be started, was
    /// killed, stopped, or took too long.
    pub fn is_unfinished(&self) -> bool {
        use ImportError::{Crashed, Killed, NotIsolated, NotStarted, OutOfMemory, TimedOut};
        matches!(self, Crashed | Killed | NotIsolated(_) | NotStarted(_) | OutOfMemory(_) | TimedOut(_))
    }

    /// Whether the file may contain a report that cannot be reached, so that it is never ignored: an archive or a mail that is
    /// damaged, locked or of a kind that is not opened.
    pub fn is_submission(&self) -> bool {
        matches!(
            self,
            ImportError::Archive(_) | ImportError::Locked | ImportError::Mail(_) | ImportError::TooManyFiles { .. }
        )
    }

    /// Whether this program wrote the file next to its reports.
    pub fn is_own_book(&self) -> bool {
        matches!(self, ImportError::OwnTable | ImportError::OwnSummary)
    }

    pub(super) fn damaged(reason: &str) -> ImportError {
        ImportError::Damaged(reason.to_owned())
    }

    /// The error for a fault in the container of an old format. Its reason is in Chinese because the library's message is in
    /// English.
    pub(super) fn container(e: &std::io::Error) -> ImportError {
        ImportError::damaged(match e.kind() {
            std::io::ErrorKind::UnexpectedEof => "文件提前结束，可能没有拷贝完整",
            _ => "文件的内部目录不合规范",
        })
    }
}

/// A cell in a notation that programs read differently, or not at all.
pub(super) fn odd_cell() -> ImportError {
    ImportError::Damaged("单元格的写法不合规范".to_owned())
}
