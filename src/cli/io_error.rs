//! Errors of the operating system in Chinese.
//!
//! Takes an error, returns words that follow the name of the file in a message. The system's own message is never quoted, because
//! it is not Chinese everywhere.

use std::io::{Error, ErrorKind};
use std::path::Path;

/// The message on a file or folder that cannot be written.
pub fn unwritable(path: &Path, e: &Error) -> String {
    format!("无法写入 {}：{}", path.display(), cause(e))
}

/// The message on a file or folder that exists and cannot be replaced. Windows denies the access if a program has it open.
pub fn irreplaceable(path: &Path, e: &Error) -> String {
    if cfg!(windows) && e.kind() == ErrorKind::PermissionDenied {
        return format!("无法写入 {}：{IN_USE}；没有打开的，请检查权限", path.display());
    }
    unwritable(path, e)
}

const IN_USE: &str = "文件正开着，请先在 Excel、WPS 或别的程序里关闭";

/// Whether another program keeps a file to itself (Windows).
pub fn is_in_use(e: &Error) -> bool {
    /// `ERROR_SHARING_VIOLATION` and `ERROR_LOCK_VIOLATION`; std has no kind for them.
    const VIOLATIONS: [i32; 2] = [32, 33];
    cfg!(windows) && e.raw_os_error().is_some_and(|code| VIOLATIONS.contains(&code))
}

/// The cause of an error, for most causes with what to do about it. The message of an error of the kind `InvalidData` is one of
/// this program and is returned unchanged.
pub fn cause(e: &Error) -> String {
    match e.kind() {
        _ if is_in_use(e) => IN_USE.to_owned(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "磁盘空间不足，请清理磁盘后重试".to_owned(),
        ErrorKind::FileTooLarge => "超过了系统允许的文件大小".to_owned(),
        ErrorKind::PermissionDenied => "没有权限，请换一个文件夹或检查权限".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "磁盘是只读的，请换一个文件夹".to_owned(),
        ErrorKind::NotFound => "路径不存在".to_owned(),
        ErrorKind::InvalidData => e.to_string(),
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            "路径中有一个同名文件，不是文件夹，请换一个文件夹".to_owned()
        }
        ErrorKind::InvalidFilename => "名字太长，或有系统不允许的字符，请换一个名字".to_owned(),
        _ => number(e),
    }
}

/// The cause of an error in reading an input, in a few words: the message around it says what to do.
pub fn short_cause(e: &Error) -> &'static str {
    match e.kind() {
        ErrorKind::NotFound => "找不到",
        ErrorKind::PermissionDenied => "没有权限",
        ErrorKind::TimedOut => "等待超时",
        ErrorKind::Interrupted => "被中断",
        ErrorKind::OutOfMemory => "内存不足",
        ErrorKind::ResourceBusy | ErrorKind::WouldBlock => "正被别的程序占用",
        ErrorKind::UnexpectedEof => "提前结束",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "磁盘已满",
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::NetworkDown => "网络断开",
        ErrorKind::StaleNetworkFileHandle | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => "网络断开",
        ErrorKind::IsADirectory | ErrorKind::NotADirectory => "路径不对",
        ErrorKind::InvalidFilename | ErrorKind::InvalidInput => "名称不合规定",
        _ => UNKNOWN,
    }
}

/// An error that this program has no text for: its number.
pub fn number(e: &Error) -> String {
    e.raw_os_error().map_or_else(|| UNKNOWN.to_owned(), |code| format!("系统错误 {code}"))
}

const UNKNOWN: &str = "系统没有说明原因";
