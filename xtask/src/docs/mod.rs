//! `cargo xtask docs`: the pictures of the manual, each made from what the program really wrote.
//!
//! Takes the sources of the samples and the binary; gives `samples/pictures/*.png` and, beside them, the digest of the
//! output that each was made from. `--check` makes those outputs again, without an office suite or a browser, and fails
//! where a picture is missing, is named nowhere, or was made from other bytes. Never draws anything by hand.

mod book;
mod render;
mod stage;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest as _, Sha256};

use crate::fonts::hex;
use crate::project;
use render::{How, Studio};

/// One picture.
#[derive(Debug)]
pub struct Picture {
    /// Its file, without `.png`.
    pub name: &'static str,
    /// The output it shows, below the stage.
    pub source: &'static str,
    pub how: How,
}

const fn picture(name: &'static str, source: &'static str, how: How) -> Picture {
    Picture { name, source, how }
}

/// All pictures. Pages are those that the office suite makes of a workbook: a sheet each, but for the longest.
const PICTURES: &[Picture] = &[
    picture("template-cover", stage::TEMPLATE, How::Sheets(&[1])),
    picture("template-table", stage::TEMPLATE, How::Sheets(&[3])),
    picture("filled-text", stage::SPOILED, How::Upper(2, 772)),
    picture("filled-table", stage::SPOILED, How::Sheets(&[4])),
    picture("check-terminal", "clerk/check.txt", How::Terminal),
    picture("findings-page", "clerk/检查结果.html", How::Web { width: 1000, height: 2400 }),
    picture("marked-list", "clerk/标注.xlsx", How::Sheets(&[1])),
    picture("marked-table", "clerk/标注.xlsx", How::Sheets(&[5])),
    picture("convert-terminal", "mended/convert.txt", How::Terminal),
    picture("pdf-pages", stage::PDF, How::Pages(&[1, 3])),
    picture("docx-pages", stage::DOCX, How::Pages(&[1, 3])),
    picture("web-desktop", stage::HTML, How::Web { width: 1100, height: 854 }),
    picture("web-phone", stage::HTML, How::Web { width: 390, height: 842 }),
    picture("folder-terminal", "office/check.txt", How::Terminal),
    picture("run-summary", "office/输出/汇总.xlsx", How::Sheets(&[1])),
    picture("aggregate-sources", "office/汇总.xlsx", How::Sheets(&[9])),
    picture("publish-terminal", "office/publish.txt", How::Terminal),
    picture("publish-index", "office/公布/index.html", How::Web { width: 1000, height: 600 }),
];

/// Makes all pictures, or checks that those checked in show what would be shown.
pub fn run(check: bool) -> Result<()> {
    if !check {
        render::programs()?;
    }
    let folder = project::root().join(book::FOLDER);
    let temporary = tempfile::tempdir()?;
    let stage = temporary.path().join("stage");
    stage::set(&project::binary()?, &stage)?;
    let digests = digests(&stage)?;
    if check {
        let mut faults = book::faults(&folder, &PICTURES.iter().map(|p| p.name).collect::<Vec<_>>())?;
        let recorded = book::recorded(&folder)?;
        for p in PICTURES {
            if recorded.get(p.name) != digests.get(p.name) {
                faults.push(format!("{}.png is stale: {} is another now", p.name, p.source));
            }
        }
        faults.iter().for_each(|fault| println!("FAULT {fault}"));
        ensure!(faults.is_empty(), "{} faults; after a change of outputs run `cargo xtask docs`", faults.len());
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
    book::record(&folder, PICTURES, &digests)
}

/// The digest of each picture's source.
fn digests(stage: &Path) -> Result<BTreeMap<String, String>> {
    let one = |p: &Picture| {
        let bytes = fs::read(stage.join(p.source)).with_context(|| format!("{} was not made", p.source))?;
        Ok((p.name.to_owned(), hex(&Sha256::digest(bytes))))
    };
    PICTURES.iter().map(one).collect()
}

/// Parses the words after `docs`.
pub fn parse(words: &[&str]) -> Result<bool> {
    match words {
        [] => Ok(false),
        ["--check"] => Ok(true),
        [other, ..] => bail!("`{other}` is not known to docs"),
    }
}
