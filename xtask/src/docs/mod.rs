//! `cargo xtask docs`: the pictures of the manual, each made from actual output of the program.
//!
//! Takes the sources of the samples and the binary; writes `samples/pictures/*.png` and, beside them, digests: of the output
//! that each picture was made from, of the picture itself, and of the code that draws. `--check` makes those outputs again,
//! without an office suite or a browser, and fails if a picture is missing, is named nowhere, has other bytes, or was made
//! from other outputs or by other code. Never draws anything by hand.

mod book;
mod render;
mod stage;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest as _, Sha256};

use crate::fonts::hex;
use crate::project;
use book::{Digest, Digests};
use render::{How, Studio};

/// One picture.
#[derive(Debug)]
pub struct Picture {
    /// Its file name, without `.png`.
    pub name: &'static str,
    /// Path of the output that it shows, relative to the stage.
    pub source: &'static str,
    pub how: How,
}

const fn picture(name: &'static str, source: &'static str, how: How) -> Picture {
    Picture { name, source, how }
}

/// All pictures. Pages of a workbook are identified by words on them, because a row that grows shifts all later pages.
const PICTURES: &[Picture] = &[
    picture("page-start", stage::PAGE, How::Page { given: None, width: 1100, height: 620 }),
    picture("page-report", stage::PAGE, How::Page { given: Some("报告.xlsx"), width: 1400, height: 1150 }),
    picture("page-folder", "office/网页.txt", How::Page { given: Some("各单位"), width: 1100, height: 900 }),
    picture("template-cover", stage::TEMPLATE, How::Sheet("单位名称")),
    picture("template-table", stage::TEMPLATE, How::Sheet("二、主动公开政府信息情况")),
    picture("filled-text", stage::SPOILED, How::Upper("一、总体情况", 772)),
    picture("filled-table", stage::SPOILED, How::Sheet("三、收到和处理政府信息公开申请情况")),
    picture("check-terminal", "clerk/check.txt", How::Terminal),
    picture("findings-page", "clerk/检查结果.html", How::Web { width: 1000, height: 2400 }),
    picture("marked-list", "clerk/标注.xlsx", How::Sheet("怎么办")),
    picture("marked-table", "clerk/标注.xlsx", How::Sheet("三、收到和处理政府信息公开申请情况")),
    picture("convert-terminal", "mended/convert.txt", How::Terminal),
    picture("pdf-pages", stage::PDF, How::Pages(&[1, 3])),
    picture("docx-pages", stage::DOCX, How::Pages(&[1, 3])),
    picture("web-desktop", stage::HTML, How::Web { width: 1100, height: 854 }),
    picture("web-phone", stage::HTML, How::Web { width: 390, height: 842 }),
    picture("folder-terminal", "office/check.txt", How::Terminal),
    picture("run-summary", "office/输出/汇总.xlsx", How::Sheet("问题代码")),
    picture("aggregate-sources", "office/汇总.xlsx", How::Sheet("填报单位")),
    picture("publish-terminal", "office/publish.txt", How::Terminal),
    picture("publish-index", "office/公布/index.html", How::Web { width: 1000, height: 600 }),
];

/// Makes all pictures, or checks that those in the repository are up to date.
pub fn run(check: bool) -> Result<()> {
    if !check {
        render::programs()?;
    }
    let folder = project::root().join(book::FOLDER);
    let temporary = tempfile::tempdir()?;
    let stage = temporary.path().join("stage");
    stage::set(&project::binary()?, &stage)?;
    if check {
        let mut faults = book::faults(&folder, &PICTURES.iter().map(|p| p.name).collect::<Vec<_>>())?;
        faults.extend(book::stale(&book::recorded(&folder)?, &digests(&stage, &folder)?, PICTURES));
        faults.iter().for_each(|fault| println!("FAULT {fault}"));
        ensure!(
            faults.is_empty(),
            "{} faults; run `cargo xtask docs`, look at the pictures and check them in with their record",
            faults.len()
        );
        println!("{} pictures, each made from the outputs of today and named in a manual", PICTURES.len());
        return Ok(());
    }
    fs::create_dir_all(&folder)?;
    let studio = Studio::open(&temporary.path().join("studio"))?;
    for p in PICTURES {
        let target = folder.join(format!("{}.png", p.name));
        studio.take(&stage.join(p.source), &p.how, &target).with_context(|| format!("{} of {}", p.name, p.source))?;
        println!("{} {} bytes, from {}", project::shown(&target), fs::metadata(&target)?.len(), p.source);
    }
    book::record(&folder, PICTURES, &digests(&stage, &folder)?)
}

/// Returns the digests of the code that draws, of each picture's source, and of each picture that exists.
fn digests(stage: &Path, folder: &Path) -> Result<Digests> {
    let sha256 = |bytes: &[u8]| hex(&Sha256::digest(bytes));
    let one = |p: &Picture| {
        let source = fs::read(stage.join(p.source)).with_context(|| format!("{} was not made", p.source))?;
        let picture = fs::read(folder.join(format!("{}.png", p.name))).map_or(String::new(), |bytes| sha256(&bytes));
        Ok((p.name.to_owned(), Digest { source: sha256(&source), picture }))
    };
    let drawing = [render::CODE.concat(), format!("{PICTURES:?}")].concat();
    Ok(Digests { drawing: sha256(drawing.as_bytes()), pictures: PICTURES.iter().map(one).collect::<Result<_>>()? })
}

/// Parses the words after `docs`.
pub fn parse(words: &[&str]) -> Result<bool> {
    match words {
        [] => Ok(false),
        ["--check"] => Ok(true),
        [other, ..] => bail!("`{other}` is not known to docs"),
    }
}
