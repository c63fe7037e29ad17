//! `-`: standard input as an input, standard output as the place of the one result.
//!
//! Takes paths as typed, gives what was piped. It never waits at a keyboard, never reads more than the limit of a file, and never
//! sends bytes that are no text to a screen.

use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use super::{Stop, io_error, terminal};
use crate::import::{ImportError, Limits};

/// How standard input is called in findings and records.
pub const INPUT: &str = "标准输入";

/// Whether a path as typed means standard input or standard output.
pub fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Refuses to wait at a keyboard, and to read standard input twice.
pub fn check(typed: &[PathBuf]) -> Result<(), Stop> {
    match typed.iter().filter(|p| is_dash(p)).count() {
        1 if io::stdin().is_terminal() => {
            let message =
                "输入写成 - 时从标准输入读工作簿，现在标准输入是键盘：请把 - 换成文件名，或者在命令最后写 < 报告.xlsx";
            Err(Stop::usage(message))
        }
        0 | 1 => Ok(()),
        _ => Err(Stop::usage("输入里的 -（标准输入）只能写一次")),
    }
}

/// Reads standard input, up to the limit of a file.
pub fn read(limits: &Limits) -> Result<Vec<u8>, ImportError> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(limits.file_bytes.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|e| ImportError::Io(io_error::short_cause(&e).to_owned()))?;
    if bytes.len() as u64 > limits.file_bytes { Err(limits.file_error()) } else { Ok(bytes) }
}

/// Gives standard output to the one result of a run; everything else that is printed goes to standard error. Bytes that a screen
/// cannot show come with `file`, an example of a name for them.
pub fn take_output(file: Option<&str>) -> Result<(), Stop> {
    if let Some(file) = file
        && io::stdout().is_terminal()
    {
        let message = format!("这种文件不能显示在屏幕上，请把 - 换成文件名，如 {file}，或者在命令最后写 > {file}");
        return Err(Stop::usage(message));
    }
    terminal::take_stdout();
    Ok(())
}
