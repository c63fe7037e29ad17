//! `nianbao page`: writes the page for the browser, and opens it if asked.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::args::PageArgs;
use super::{Exit, Stop, output, terminal};
use crate::page::{Part, page};

/// The engine, as gzip: programs that are handed out carry it.
#[cfg(feature = "page")]
const ENGINE: Option<&[u8]> = Some(include_bytes!(env!("NIANBAO_ENGINE")));
#[cfg(not(feature = "page"))]
const ENGINE: Option<&[u8]> = None;

/// Name of the page if none is given.
const PAGE: &str = "年报.html";

pub fn run(args: &PageArgs) -> Result<Exit, Stop> {
    let Some(engine) = ENGINE else {
        let message = "这个程序是自己编译的，里面没有网页；请用发布的程序，或者在源代码里运行 cargo xtask page";
        return Err(Stop { exit: Exit::Unwritten, message: message.to_owned() });
    };
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(PAGE));
    if path.extension().is_none_or(|e| !e.eq_ignore_ascii_case("html")) {
        return Err(Stop::usage(format!("{} 应当以 .html 结尾", path.display())));
    }
    let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
    if path.exists() && !args.force {
        return Err(unwritten(format!("{} 已经存在，要覆盖请加 --force", path.display())));
    }
    output::write_one(&path, page(&Part::of_gzip(engine)).as_bytes()).map_err(unwritten)?;
    terminal::line(&format!("已生成 {}，用浏览器打开，把工作簿拖进去", path.display()));
    if args.open && !open(&path) {
        terminal::complaint("没有能自动打开网页的程序，请双击上面的文件");
    }
    Ok(Exit::Good)
}

/// Opens a file with the program that the system has for it; returns whether one was started.
fn open(path: &Path) -> bool {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut command = if cfg!(windows) {
        let mut command = Command::new("rundll32.exe");
        command.arg("url.dll,FileProtocolHandler");
        command
    } else {
        Command::new(if cfg!(target_os = "macos") { "open" } else { "xdg-open" })
    };
    command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().is_ok()
}
