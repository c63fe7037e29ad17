//! Files and folders dropped on the program: checked and converted beside the first of them, with a page of all findings.
//!
//! Takes paths, writes the output folder. Files there that this program did not write, or that were changed since, are never
//! replaced; a second drop of the same input replaces its outputs, and continues a run that was interrupted.

use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Parser;

use super::Origin;
use super::beside::Beside;
use crate::cli::args::{Cli, Command, ConvertArgs};
use crate::cli::next::PAGE;
use crate::cli::{Exit, Stop, browser, output, plan, regular_file, run, terminal};
use crate::feedback::page;

/// Converts the inputs, writes the page of findings, and opens it if a file manager started the program.
pub fn convert(inputs: &[PathBuf], origin: Origin) -> Result<Exit, Stop> {
    let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
    let beside = Beside::of(inputs)?;
    let shown = beside.path.join(PAGE);
    if is_foreign(&shown) {
        let message = format!("{} 不是本程序写的，没有覆盖，请先改名或移走", shown.display());
        return Err(unwritten(message));
    }
    let job = plan::converting_into_folder(&arguments(inputs, &beside.path)?)?;
    let exit = run::convert(&job)?;
    // An interrupted run has not read all inputs.
    let Some(text) = (if exit.is_interrupted() { None } else { run::findings_page(&job.plan)? }) else {
        return Ok(exit);
    };
    output::write_one(&shown, text.as_bytes()).map_err(unwritten)?;
    terminal::line(&format!("检查结果：{}", shown.display()));
    if origin == Origin::FileManager && !browser::open(&shown) {
        terminal::complaint("没有能自动打开网页的程序，请双击上面的文件");
    }
    Ok(exit)
}

/// The arguments of a converting run that takes every option's default.
fn arguments(inputs: &[PathBuf], folder: &Path) -> Result<ConvertArgs, Stop> {
    let words = ["nianbao".into(), "convert".into(), "-o".into(), folder.into(), "--".into()];
    let words = words.into_iter().chain(inputs.iter().map(OsString::from));
    match Cli::try_parse_from(words) {
        Ok(Cli { command: Command::Convert(args), .. }) => Ok(args),
        _ => Err(Stop::usage("文件名不能当作输入，请换一个名字")),
    }
}

/// Whether there is something under this name that is not a page of findings.
fn is_foreign(path: &Path) -> bool {
    let Ok(meta) = path.symlink_metadata() else { return false };
    let mut head = Vec::new();
    let mut read =
        || regular_file::open(path).ok().flatten()?.take(page::HEAD.len() as u64).read_to_end(&mut head).ok();
    !(meta.is_file() && read().is_some() && head == page::HEAD.as_bytes())
}
