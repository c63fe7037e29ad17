//! Input files → their content. The only place where the command line opens an input.
//!
//! Takes a path or bytes, gives a workbook or a report. Formats whose readers may abort the process are read in a child process
//! (see [`super::apart`]).

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::apart::{self, Helpers, Isolation};
use super::io_error;
use super::regular_file::{self, Unread};
use crate::engine::Engine;
use crate::feedback;
use crate::import::{self, ImportError, Input, Limits, Sheet, Workbook};
use crate::layout::{FaceFile, MOST_FACE_BYTES};
use crate::model::{Code, finding};
use crate::pipeline::{Examined, examine_bytes, refused};

/// The bytes of a file, at most `limits.file_bytes`.
pub fn load(path: &Path, limits: &Limits) -> Result<Vec<u8>, ImportError> {
    load_up_to(path, limits.file_bytes, || limits.file_error())
}

/// The bytes of a file, at most `most`; `large` gives the error for a larger one.
pub fn load_up_to(path: &Path, most: u64, large: impl FnOnce() -> ImportError) -> Result<Vec<u8>, ImportError> {
    regular_file::read(path, most).map_err(|why| match why {
        Unread::NotAFile => ImportError::NotAFile,
        Unread::TooLarge => large(),
        Unread::Io(e) if e.kind() == ErrorKind::NotFound => ImportError::NotFound,
        Unread::Io(e) if e.kind() == ErrorKind::PermissionDenied => ImportError::Denied,
        Unread::Io(e) if io_error::is_in_use(&e) => ImportError::InUse,
        Unread::Io(e) => ImportError::Io(io_error::short_cause(&e).to_owned()),
    })
}

/// Reads a workbook, or a report as JSON. A format whose reader may abort is refused without isolation.
pub fn read(name: &str, bytes: &[u8], limits: &Limits, isolation: Option<&Isolation>) -> Result<Input, ImportError> {
    if import::is_json(bytes, limits) {
        return import::read_input(name, bytes, limits);
    }
    workbook(name, bytes, limits, isolation).map(Input::Workbook)
}

/// As [`read`], for workbooks only.
pub fn workbook(
    name: &str,
    bytes: &[u8],
    limits: &Limits,
    isolation: Option<&Isolation>,
) -> Result<Workbook, ImportError> {
    if bytes.len() as u64 > limits.file_bytes {
        return Err(limits.file_error());
    }
    let kind = import::kind(bytes, limits)?;
    let sheets = match isolation {
        _ if !kind.may_abort() => kind.read(bytes, limits)?,
        Some(isolation) => apart::read(kind, bytes, limits, isolation)?,
        None => return Err(ImportError::NotIsolated(kind.name().into())),
    };
    Ok(Workbook { name: name.to_owned(), sheets })
}

/// Reads the sheets of a workbook with the second reader, in a child process.
pub fn second(bytes: &[u8], limits: &Limits, helpers: Option<&Helpers>) -> Result<Vec<Sheet>, ImportError> {
    let kind = import::kind(bytes, limits)?;
    let helpers = helpers.ok_or_else(|| ImportError::NotIsolated(kind.name().into()))?;
    helpers.read_second(kind, bytes, limits)
}

/// The file name of a path; a title may be read from it.
pub fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Reads and checks a file, all in this process.
pub fn examine(path: &Path, engine: &Engine) -> Examined {
    match load(path, &engine.setting().limits) {
        Ok(bytes) => examine_bytes(&file_name(path), &bytes, engine),
        Err(e) => refused(finding(Code::I101, e.to_string())),
    }
}

/// Largest file that is taken for a marked copy, in bytes.
const MOST_MARKED: u64 = 256 << 20;

/// Whether a file is a marked copy that was written by this program and not edited since.
pub fn is_unedited_mark(path: &Path) -> bool {
    // A link may lead to a file of another folder.
    fs::symlink_metadata(path).is_ok_and(|m| m.is_file())
        && regular_file::read(path, MOST_MARKED).is_ok_and(|bytes| feedback::is_unedited_mark(&bytes))
}

/// Reads a font file that a style names.
pub fn face_file(path: &Path) -> FaceFile {
    let bytes = regular_file::read(path, MOST_FACE_BYTES).map_err(|why| match why {
        Unread::NotAFile if path.is_dir() => "是文件夹，请写字体文件".to_owned(),
        Unread::NotAFile => "不是普通文件，请写字体文件".to_owned(),
        Unread::TooLarge => format!("文件超过 {} MB", MOST_FACE_BYTES >> 20),
        Unread::Io(e) if e.kind() == ErrorKind::NotFound => {
            "文件不存在，请检查路径（相对于样式文件所在的文件夹）".to_owned()
        }
        Unread::Io(e) if e.kind() == ErrorKind::PermissionDenied => "没有权限，请检查文件权限".to_owned(),
        Unread::Io(e) => io_error::number(&e),
    });
    FaceFile { path: path.display().to_string(), bytes }
}
