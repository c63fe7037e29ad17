//! Where the results of a run go: a folder, a file, or standard output.
//!
//! Takes paths as typed, gives checked places, or a sentence that says what to type. Writes nothing.

use std::path::{Path, PathBuf};

use super::args::{CheckArgs, Output};
use super::inputs::InputFiles;
use super::next::quoted;
use super::real_path::real_path;
use super::{Exit, Stop, reading, standard};
use crate::formats::Format;

/// Where the only file of a run is written.
pub enum OnePlace {
    File(PathBuf),
    Standard,
}

/// Where the only file is written, if the output is standard output or has the name of a file; `None` if it is a folder.
pub fn one_place(path: &Path, formats: &[Format]) -> Result<Option<OnePlace>, Stop> {
    let names = formats.iter().map(|f| f.name()).collect::<Vec<_>>().join(",");
    if standard::is_dash(path) {
        if let [_] = formats {
            return Ok(Some(OnePlace::Standard));
        }
        return Err(Stop::usage(format!(
            "-o - 只能输出一种格式，现在是 {names}，请用 --to 写一种，如 --to pdf，或者写文件夹名，如 -o 输出"
        )));
    }
    let named = named_formats(path);
    let Some(first) = named.first().filter(|_| !path.is_dir()) else { return Ok(None) };
    if let [one] = formats
        && named.contains(one)
    {
        return Ok(Some(OnePlace::File(path.to_owned())));
    }
    Err(Stop::usage(format!(
        "-o 的 {} 是一个 {} 文件的名字，要写的却是 {names}：只要这一种的，加 --to {}，要别的，-o 后面写文件夹名，如 -o 输出",
        path.display(),
        first.word(),
        first.name()
    )))
}

/// Where marked copies are written.
pub enum MarkTarget {
    /// One file, for the only input.
    File(PathBuf),
    /// A folder, for every input that has something to mark.
    Folder(PathBuf),
    /// Standard output, for the only input.
    Standard,
}

pub fn is_xlsx(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("xlsx"))
}

/// Where marked copies of these inputs are written, or why they cannot be.
pub fn mark(path: &Path, inputs: &InputFiles) -> Result<MarkTarget, Stop> {
    let name = path.display();
    let single = inputs.all.len() == 1;
    if standard::is_dash(path) {
        let message = "--mark - 只能用于一份报告，现在不只一份，请写文件夹名（如 --mark 标注）";
        return if single && !inputs.many { Ok(MarkTarget::Standard) } else { Err(Stop::usage(message)) };
    }
    if !is_xlsx(path) {
        if !inputs.many {
            return Err(Stop::usage(format!("--mark 后面的文件名要以 .xlsx 结尾，{name} 不是")));
        }
        if path.exists() && !path.is_dir() {
            return Err(Stop::usage(format!("--mark 的 {name} 是文件，不是文件夹，请换一个名字")));
        }
        return Ok(MarkTarget::Folder(path.to_owned()));
    }
    if !single {
        let message = "检查的不只一份，--mark 后面写文件夹名（如 --mark 标注），有问题的每份写一个标注工作簿";
        return Err(Stop::usage(message));
    }
    let real = real_path(path).ok();
    if real.is_some() && inputs.all.iter().any(|i| real_path(&i.path).ok() == real) {
        return Err(Stop::usage(format!("--mark 的 {name} 是输入的文件，请换一个名字")));
    }
    if std::fs::symlink_metadata(path).is_ok() && !reading::is_unedited_mark(path) {
        let message = format!("{name} 已经存在，不是程序写的标注工作簿或者改动过，没有覆盖，请换一个名字或先移走");
        return Err(Stop { exit: Exit::Unwritten, message });
    }
    Ok(MarkTarget::File(path.to_owned()))
}

/// Checks where the results of a check go; one of them may take standard output.
pub fn check_output(args: &CheckArgs) -> Result<(), Stop> {
    let format = args.input.format;
    if let Some(path) = &args.output {
        let (endings, file): (&[&str], &str) = match format {
            Output::Text => return Err(Stop::usage("-o 要和 --format html、json、sarif 或 junit 一起用")),
            Output::Html => (&["html", "htm"], "检查结果.html"),
            Output::Json => (&["jsonl", "json"], "结果.jsonl"),
            Output::Sarif => (&["sarif", "json"], "结果.sarif"),
            Output::Junit => (&["xml"], "结果.xml"),
        };
        refuse_folder(path, file)?;
        // Another extension is treated as a typing error: an existing file of that name may be a user's workbook.
        if !standard::is_dash(path)
            && !endings.iter().any(|known| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(known)))
        {
            let name = path.display();
            return Err(Stop::usage(format!("-o 的文件名 {name} 应以 .{} 结尾", endings.join(" 或 ."))));
        }
    }
    let is_dash = |path: &Option<PathBuf>| path.as_deref().is_some_and(standard::is_dash);
    match (is_dash(&args.output), is_dash(&args.mark)) {
        (true, true) => Err(Stop::usage("-o 和 --mark 不能都写 -：标准输出只放得下一个结果，请给其中一个写文件名")),
        (false, true) if format != Output::Text && args.output.is_none() => {
            Err(Stop::usage("--mark - 和 --format 的结果都要写到标准输出，请加 -o 和文件名"))
        }
        (false, true) => standard::take_output(Some("标注.xlsx")),
        (true, false) => standard::take_output(None),
        (false, false) => Ok(()),
    }
}

/// Refuses a folder where a file is to be written; `file` is an example of its name.
pub fn refuse_folder(path: &Path, file: &str) -> Result<(), Stop> {
    if standard::is_dash(path) || !path.is_dir() {
        return Ok(());
    }
    Err(Stop::usage(format!(
        "{} 是文件夹，-o 后面要写文件名，如 -o {}",
        path.display(),
        quoted(&path.join(file).display().to_string())
    )))
}

/// Refuses standard output, or the name of a file, where a folder is to be written.
pub fn refuse_file(path: &Path, command: &str, folder: &str) -> Result<(), Stop> {
    let name = path.display();
    if standard::is_dash(path) {
        return Err(Stop::usage(format!("{command} 写的不只一个文件，-o 后面要写文件夹名，如 -o {folder}")));
    }
    let is_file = is_zip(path) || !named_formats(path).is_empty();
    if is_file && !path.is_dir() {
        return Err(Stop::usage(format!(
            "-o 的 {name} 是文件名，{command} 写的不只一个文件，请写文件夹名，如 -o {folder}"
        )));
    }
    Ok(())
}

fn is_zip(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"))
}

/// Formats whose files have the extension of this path.
fn named_formats(path: &Path) -> Vec<Format> {
    let last = |f: &Format| f.ending().rsplit('.').next().unwrap_or_default();
    Format::ALL.into_iter().filter(|f| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(last(f)))).collect()
}
