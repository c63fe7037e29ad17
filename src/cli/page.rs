//! `nianbao page`: writes the page for the browser, and opens it if asked.

use std::path::PathBuf;

use super::args::PageArgs;
use super::{Exit, Stop, browser, destination, output, standard, terminal};
use crate::page::{Part, page};

/// The engine, as gzip: programs that are handed out carry it.
#[cfg(feature = "page")]
const ENGINE: Option<&[u8]> = Some(include_bytes!(env!("NIANBAO_ENGINE")));
#[cfg(not(feature = "page"))]
const ENGINE: Option<&[u8]> = None;

/// Name of the page if none is given.
const PAGE: &str = "年报.html";

pub fn run(args: &PageArgs) -> Result<Exit, Stop> {
    let Some(text) = built_in() else {
        let message = "这个程序是自己编译的，里面没有网页；请用发布的程序，或者在源代码里运行 cargo xtask page";
        return Err(Stop { exit: Exit::Unwritten, message: message.to_owned() });
    };
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(PAGE));
    let unwritten = |message: String| Stop { exit: Exit::Unwritten, message };
    destination::refuse_folder(&path, PAGE)?;
    if standard::is_dash(&path) {
        if args.open {
            return Err(Stop::usage("--open 要打开写好的文件，请在 -o 后面写文件名"));
        }
        // Text, but far too much of it for a screen.
        standard::take_output(Some(PAGE))?;
        terminal::result(text.as_bytes()).map_err(unwritten)?;
        return Ok(Exit::Good);
    }
    if path.extension().is_none_or(|e| !e.eq_ignore_ascii_case("html")) {
        return Err(Stop::usage(format!("{} 应当以 .html 结尾", path.display())));
    }
    if path.exists() && !args.force {
        return Err(unwritten(format!("{} 已经存在，要覆盖请加 --force", path.display())));
    }
    output::write_one(&path, text.as_bytes()).map_err(unwritten)?;
    terminal::info(&format!("已生成 {}，用浏览器打开，把工作簿拖进去", path.display()));
    if args.open && !browser::open(&path) {
        terminal::complaint("没有能自动打开网页的程序，请双击上面的文件");
    }
    Ok(Exit::Good)
}

/// The page, if this program carries its engine.
pub fn built_in() -> Option<String> {
    ENGINE.map(|engine| page(&Part::of_gzip(engine)))
}
