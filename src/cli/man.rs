//! `nianbao man`: manual pages of the program and of each command, from the descriptions of the options.
//!
//! Gives the main page on standard output, or all pages in a folder. Pages have no date: the same version gives the same bytes.

use std::io;

use clap::CommandFactory;
use clap_mangen::Man;

use super::args::{Cli, ManArgs};
use super::folder::Folder;
use super::io_error::unwritable;
use super::output::{self, FileContent};
use super::{Exit, Stop, terminal};

/// Headings that the library writes in English.
const HEADINGS: [(&str, &str); 6] = [
    ("NAME", "名称"),
    ("SYNOPSIS", "用法"),
    ("DESCRIPTION", "说明"),
    ("OPTIONS", "选项"),
    (EXAMPLES, "例子和退出码"),
    ("VERSION", "版本"),
];
/// The section whose lines are not filled.
const EXAMPLES: &str = "EXTRA";

pub fn run(args: &ManArgs) -> Result<Exit, Stop> {
    let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
    let failed = |e: io::Error| unwritten(format!("手册页写不成：{}", super::io_error::cause(&e)));
    let mut cli = Cli::command();
    cli.build();
    let Some(path) = &args.output else {
        let (_, page) = page(&cli).map_err(failed)?;
        terminal::result(page.as_bytes()).map_err(unwritten)?;
        return Ok(Exit::Good);
    };
    let commands = std::iter::once(&cli).chain(cli.get_subcommands());
    let pages = commands.map(page).collect::<io::Result<Vec<_>>>().map_err(failed)?;
    let folder = Folder::create(path).map_err(|e| unwritten(unwritable(path, &e)))?;
    let files: Vec<(String, FileContent<'_>)> =
        pages.iter().map(|(name, page)| (name.clone(), FileContent::Bytes(page.as_bytes()))).collect();
    output::write_all(&folder, &files).map_err(unwritten)?;
    terminal::info(&format!("已写出 {} 里的 {} 页手册", path.display(), files.len()));
    Ok(Exit::Good)
}

/// The page of a command, and the name of its file.
fn page(command: &clap::Command) -> io::Result<(String, String)> {
    let man = Man::new(command.clone()).source(concat!("nianbao ", env!("CARGO_PKG_VERSION"))).manual("nianbao 手册");
    let mut bytes = Vec::new();
    man.render(&mut bytes)?;
    let text = String::from_utf8(bytes).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))?;
    Ok((man.get_filename(), in_chinese(&text)))
}

/// Translates the headings, and keeps the lines of examples apart.
fn in_chinese(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    let mut is_example = false;
    for line in page.lines() {
        let Some(heading) = line.strip_prefix(".SH ") else {
            out.push_str(line);
            out.push('\n');
            continue;
        };
        if is_example {
            out.push_str(".fi\n");
        }
        is_example = heading == EXAMPLES;
        let chinese = HEADINGS.iter().find(|(english, _)| *english == heading).map_or(heading, |(_, chinese)| chinese);
        out.push_str(&format!(".SH {chinese}\n"));
        if is_example {
            out.push_str(".nf\n");
        }
    }
    if is_example {
        out.push_str(".fi\n");
    }
    out
}
