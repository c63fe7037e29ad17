//! An output → a picture of it, as its reader sees it.
//!
//! Takes a file that the program wrote and a way to show it; LibreOffice, chromium, poppler and Pillow do the drawing. Chinese
//! faces come from `fonts/` under the names that offices have, so that a picture does not depend on what is installed.
//! Never changes the output itself: a workbook is shown from a copy that prints its row numbers and column letters.

use std::cell::OnceCell;
use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::{page, project};

/// How an output is shown.
#[derive(Debug)]
pub enum How {
    /// The first page of a workbook that has these words, with row numbers and column letters.
    Sheet(&'static str),
    /// The upper part of such a page, this many pixels of it.
    Upper(&'static str, u32),
    /// Pages of a PDF or DOCX side by side.
    Pages(&'static [u32]),
    /// The top of a web page in a window of this size.
    Web { width: u32, height: u32 },
    /// The top of the page for the browser in a window of this size, once a file or folder beside the source was dropped on it, or
    /// nothing.
    Page { given: Option<&'static str>, width: u32, height: u32 },
    /// A text as a terminal shows it.
    Terminal,
}

/// Programs that draw, each with the Debian package that has it.
const PROGRAMS: [(&str, &[&str], &str); 4] = [
    ("soffice", &["--version"], "libreoffice-calc and libreoffice-writer"),
    ("chromium", &["--version"], "chromium"),
    ("pdftoppm", &["-v"], "poppler-utils"),
    ("python3", &["-c", "import PIL"], "python3-pil"),
];
/// The face of the terminal, whose ideographs are twice as wide as its letters.
const MONOSPACE: &str = "Noto Sans Mono CJK SC";
/// Names that workbooks and documents ask for, and the faces under `fonts/` that stand for them.
const FACES: [(&str, &str); 7] = [
    ("宋体", "Noto Serif SC"),
    ("SimSun", "Noto Serif SC"),
    ("方正小标宋简体", "Noto Serif SC"),
    ("黑体", "Noto Sans SC"),
    ("仿宋_GB2312", "FandolFang"),
    ("楷体_GB2312", "FandolKai"),
    ("Times New Roman", "ReportLatin"),
];
/// Dots to the inch of pages, and the widest picture in pixels.
const DENSITY: &str = "140";
const WIDEST: &str = "1200";
/// Characters of half width in a line of the terminal, and the pixels they need.
const COLUMNS: u32 = 100;
const TERMINAL: u32 = 8 * COLUMNS + 60;

/// The code that draws: other code may draw the same output otherwise.
pub const CODE: [&str; 3] =
    [include_str!("render.rs"), include_str!("picture.py"), include_str!("../page/picture.mjs")];

/// Says which package is missing.
pub fn programs() -> Result<()> {
    for (program, arguments, package) in PROGRAMS {
        let run = Command::new(program).args(arguments).stdin(Stdio::null()).output();
        ensure!(run.is_ok_and(|output| output.status.success()), "{program} does not run: install {package}");
    }
    let faces = Command::new("fc-list").arg(MONOSPACE).stdin(Stdio::null()).output();
    ensure!(faces.is_ok_and(|output| !output.stdout.is_empty()), "no face “{MONOSPACE}”: install fonts-noto-cjk");
    Ok(())
}

/// Where pictures are taken; what it needs lies in a folder of its own.
pub struct Studio {
    folder: PathBuf,
    /// The page, made when it is first shown.
    page: OnceCell<PathBuf>,
}

impl Studio {
    pub fn open(folder: &Path) -> Result<Studio> {
        fs::create_dir_all(folder)?;
        let fonts = project::root().join("fonts");
        let aliases: String = FACES
            .iter()
            .map(|(name, face)| {
                format!("<match target=\"pattern\"><test name=\"family\"><string>{name}</string></test><edit name=\"family\" mode=\"assign\" binding=\"same\"><string>{face}</string></edit></match>\n")
            })
            .collect();
        let configuration = format!(
            "<?xml version=\"1.0\"?>\n<!DOCTYPE fontconfig SYSTEM \"fonts.dtd\">\n<fontconfig>\n<include ignore_missing=\"yes\">/etc/fonts/fonts.conf</include>\n<dir>{}</dir>\n{aliases}</fontconfig>\n",
            fonts.display()
        );
        fs::write(folder.join("fonts.conf"), configuration)?;
        fs::write(folder.join("picture.py"), CODE[1])?;
        Ok(Studio { folder: folder.to_owned(), page: OnceCell::new() })
    }

    /// Takes one picture.
    pub fn take(&self, source: &Path, how: &How, target: &Path) -> Result<()> {
        let shots = match how {
            How::Sheet(words) => self.page_with(&self.printed(&self.on_the_screen(source)?)?, words, &[])?,
            How::Upper(words, height) => {
                let height = height.to_string();
                self.page_with(&self.printed(&self.on_the_screen(source)?)?, words, &["-H", &height])?
            }
            How::Pages(pages) if source.extension().is_some_and(|e| e == "pdf") => self.pages(source, pages, &[])?,
            How::Pages(pages) => self.pages(&self.printed(source)?, pages, &[])?,
            How::Web { width, height } => vec![self.window(source, *width, *height)?],
            How::Page { given, width, height } => {
                let given = given.map(|name| source.with_file_name(name));
                vec![self.driven(given.as_deref(), *width, *height)?]
            }
            How::Terminal => {
                let page = self.folder.join("terminal.html");
                fs::write(&page, terminal(&fs::read_to_string(source)?))?;
                vec![self.window(&page, TERMINAL, 1600)?]
            }
        };
        // Paper keeps some of its margins.
        let margin = if matches!(how, How::Pages(_)) { "56" } else { "14" };
        self.run("python3", |c| c.arg(self.folder.join("picture.py")).arg(target).args([WIDEST, margin]).args(&shots))
    }

    /// A copy of a workbook that prints what a reader has on the screen.
    fn on_the_screen(&self, workbook: &Path) -> Result<PathBuf> {
        let copy = self.folder.join("sheets.xlsx");
        fs::write(&copy, with_headings(&fs::read(workbook)?)?)?;
        Ok(copy)
    }

    /// What the office suite prints.
    fn printed(&self, source: &Path) -> Result<PathBuf> {
        let profile = format!("-env:UserInstallation=file://{}", self.folder.join("office").display());
        let printed = self.folder.join(source.with_extension("pdf").file_name().context("a source without a name")?);
        self.run("soffice", |c| {
            let words = ["--headless", "--norestore", "--convert-to", "pdf", "--outdir"];
            c.arg(profile).args(words).arg(&self.folder).arg(source)
        })?;
        ensure!(printed.is_file(), "LibreOffice printed nothing");
        Ok(printed)
    }

    /// The first page that has these words, whatever breaks their lines.
    fn page_with(&self, pdf: &Path, words: &str, cut: &[&str]) -> Result<Vec<PathBuf>> {
        let text = self.folder.join("pages.txt");
        self.run("pdftotext", |c| c.args(["-enc", "UTF-8"]).arg(pdf).arg(&text))?;
        let text = fs::read_to_string(&text)?;
        let close = |page: &str| page.split_whitespace().collect::<String>();
        let page = text.split('\u{c}').position(|page| close(page).contains(words));
        let page = page.with_context(|| format!("no page has the words {words}"))?;
        self.pages(pdf, &[u32::try_from(page)? + 1], cut)
    }

    fn pages(&self, pdf: &Path, pages: &[u32], cut: &[&str]) -> Result<Vec<PathBuf>> {
        let one = |page: &u32| {
            let shot = self.folder.join(format!("page-{page}"));
            let number = page.to_string();
            self.run("pdftoppm", |c| {
                c.args(["-png", "-singlefile", "-r", DENSITY, "-f", &number, "-l", &number])
                    .args(cut)
                    .arg(pdf)
                    .arg(&shot)
            })?;
            Ok(shot.with_extension("png"))
        };
        pages.iter().map(one).collect()
    }

    /// A web page as a browser shows it. A frame holds it, since no window of a browser is as narrow as a phone.
    fn window(&self, page: &Path, width: u32, height: u32) -> Result<PathBuf> {
        let (frame, shot) = (self.folder.join("frame.html"), self.folder.join("window.png"));
        let style = "body{margin:0;background:#fff}iframe{border:0}";
        let html = format!(
            "<!DOCTYPE html><meta charset=\"utf-8\"><style>{style}</style><iframe src=\"file://{}\" width=\"{width}\" height=\"{height}\"></iframe>",
            page.display()
        );
        fs::write(&frame, html)?;
        self.run("chromium", |c| {
            c.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
            c.args([
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
            ]);
            c.arg(format!("--user-data-dir={}", self.folder.join("browser").display()));
            c.arg(format!("--window-size={},{}", width.max(800), height + 100))
                .arg(format!("--screenshot={}", shot.display()));
            c.arg(format!("file://{}", frame.display()))
        })?;
        Ok(shot)
    }

    /// The page in a window.
    fn driven(&self, given: Option<&Path>, width: u32, height: u32) -> Result<PathBuf> {
        let page = match self.page.get() {
            Some(page) => page,
            None => {
                let path = self.folder.join("page.html");
                page::made(&path)?;
                self.page.get_or_init(|| path)
            }
        };
        let (script, shot) = (project::root().join("xtask/src/page/picture.mjs"), self.folder.join("driven.png"));
        let libraries = page::libraries()?;
        self.run("node", |c| {
            c.arg(script).args([page, &shot]).args([width.to_string(), height.to_string()]).args(given);
            c.env("NODE_PATH", libraries)
        })?;
        Ok(shot)
    }

    fn run(&self, program: &str, arguments: impl FnOnce(&mut Command) -> &mut Command) -> Result<()> {
        let mut command = Command::new(program);
        command.env("FONTCONFIG_FILE", self.folder.join("fonts.conf")).stdin(Stdio::null());
        let output = arguments(&mut command).output().with_context(|| format!("{program} could not be started"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("{program} ({})\n{}{said}", output.status, String::from_utf8_lossy(&output.stdout));
        }
        Ok(())
    }
}

/// A workbook that prints the letters and numbers a reader has before them on the screen.
fn with_headings(workbook: &[u8]) -> Result<Vec<u8>> {
    let mut zip = ZipArchive::new(Cursor::new(workbook))?;
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..zip.len() {
        let mut part = zip.by_index(index)?;
        let name = part.name()?.into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes)?;
        if name.starts_with("xl/worksheets/sheet") {
            bytes = headed(&String::from_utf8(bytes)?).into_bytes();
        }
        out.start_file(name, SimpleFileOptions::default())?;
        out.write_all(&bytes)?;
    }
    Ok(out.finish()?.into_inner())
}

fn headed(sheet: &str) -> String {
    if sheet.contains("<printOptions ") {
        sheet.replacen("<printOptions ", "<printOptions headings=\"1\" ", 1)
    } else {
        sheet.replacen("<pageMargins", "<printOptions headings=\"1\"/><pageMargins", 1)
    }
}

fn terminal(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let style = format!(
        "html{{background:#fff}}pre{{margin:0;padding:0;width:{COLUMNS}ch;font:16px/1.45 '{MONOSPACE}';white-space:pre-wrap;overflow-wrap:anywhere;color:#1b1b1b}}"
    );
    format!("<!DOCTYPE html><meta charset=\"utf-8\"><style>{style}</style><pre>{text}</pre>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_prints_its_headings_whether_it_has_options_or_not() {
        let with = headed("<a/><printOptions horizontalCentered=\"1\"/><pageMargins left=\"1\"/>");
        assert_eq!(with, "<a/><printOptions headings=\"1\" horizontalCentered=\"1\"/><pageMargins left=\"1\"/>");
        assert_eq!(headed("<pageMargins left=\"1\"/>"), "<printOptions headings=\"1\"/><pageMargins left=\"1\"/>");
    }

    #[test]
    fn what_a_terminal_prints_is_no_markup() {
        assert!(terminal("nianbao check <输入> & 别的").contains("nianbao check &lt;输入> &amp; 别的"));
    }
}
