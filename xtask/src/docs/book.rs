//! The pictures on disk: which ones exist, which ones the manuals name, and what each was made from.
//!
//! Takes the folder of the pictures and the names that are expected in it; returns one sentence per fault.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Picture;
use crate::project;

/// The folder of the pictures.
pub const FOLDER: &str = "samples/pictures";
/// File in that folder that lists the digest of each picture's source.
const RECORD: &str = "sources.txt";
/// The texts that may show pictures. The first is the manual.
const TEXTS: [&str; 2] = ["README.zh-CN.md", "README.md"];

/// Reports pictures that are missing, that no code makes or that no text names, and names of pictures that do not exist.
pub fn faults(folder: &Path, wanted: &[&str]) -> Result<Vec<String>> {
    let mut lie = BTreeSet::new();
    for entry in fs::read_dir(folder).with_context(|| project::shown(folder))? {
        lie.insert(entry?.file_name().to_string_lossy().into_owned());
    }
    lie.remove(RECORD);
    let mut texts = Vec::new();
    for name in TEXTS {
        let text = fs::read_to_string(project::root().join(name)).with_context(|| name)?;
        texts.push((name, named(&text)));
    }
    Ok(compared(&wanted.iter().map(|name| format!("{name}.png")).collect(), &lie, &texts))
}

fn compared(wanted: &BTreeSet<String>, lie: &BTreeSet<String>, texts: &[(&str, BTreeSet<String>)]) -> Vec<String> {
    let mut out = Vec::new();
    out.extend(wanted.difference(lie).map(|name| format!("{FOLDER}/{name} is missing")));
    out.extend(lie.difference(wanted).map(|name| format!("{FOLDER}/{name} is made by nothing")));
    for (text, named) in texts {
        out.extend(named.difference(lie).map(|name| format!("{text} names {FOLDER}/{name}, which does not exist")));
    }
    let unnamed = lie.iter().filter(|name| !texts.iter().any(|(_, named)| named.contains(*name)));
    out.extend(unnamed.map(|name| format!("{FOLDER}/{name} is named by no text")));
    out
}

/// Returns the picture files in the folder that a text names.
fn named(text: &str) -> BTreeSet<String> {
    let start = format!("{FOLDER}/");
    let ends = |c: char| c.is_whitespace() || "()\"'<>[]".contains(c);
    let names = text.split(&start).skip(1).map(|rest| rest.split(ends).next().unwrap_or_default());
    // The text may also name the folder itself.
    names.filter(|name| name.ends_with(".png")).map(str::to_owned).collect()
}

/// Digests recorded when the pictures were made, or those that would be recorded now.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// Digest of the code that draws.
    pub drawing: String,
    /// By picture, digests of the output that it shows and of its own bytes.
    pub pictures: BTreeMap<String, Digest>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Digest {
    pub source: String,
    /// Empty if there is no picture.
    pub picture: String,
}

/// Name of the code that draws, in the record.
const DRAWING: &str = "drawing";

/// Returns the recorded digests, or empty ones if there is no record.
pub fn recorded(folder: &Path) -> Result<Digests> {
    match fs::read_to_string(folder.join(RECORD)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Digests::default()),
        other => Ok(read(&other.with_context(|| RECORD)?)),
    }
}

fn read(text: &str) -> Digests {
    let mut out = Digests::default();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match line.split("  ").collect::<Vec<_>>().as_slice() {
            [drawing, DRAWING] => out.drawing = (*drawing).to_owned(),
            [source, picture, file, _] => {
                let digest = Digest { source: (*source).to_owned(), picture: (*picture).to_owned() };
                out.pictures.insert(file.trim_end_matches(".png").to_owned(), digest);
            }
            // A line of another format records nothing, so its picture counts as stale.
            _ => {}
        }
    }
    out
}

/// Reports pictures that are not the recorded ones, and pictures that would be drawn differently now.
pub fn stale(recorded: &Digests, now: &Digests, pictures: &[Picture]) -> Vec<String> {
    let mut out = Vec::new();
    if recorded.drawing != now.drawing {
        out.push("all pictures are stale: the code that draws them is another now".to_owned());
    }
    for p in pictures {
        let digest = |all: &Digests| all.pictures.get(p.name).cloned().unwrap_or_default();
        let (then, now) = (digest(recorded), digest(now));
        if then.source != now.source {
            out.push(format!("{}.png is stale: {} is another now", p.name, p.source));
        }
        // A missing picture is reported separately.
        if !now.picture.is_empty() && then.picture != now.picture {
            out.push(format!("{}.png is not the picture that was made: its bytes are others", p.name));
        }
    }
    out
}

/// Records what the pictures were made from, and the digests of the pictures.
pub fn record(folder: &Path, pictures: &[Picture], digests: &Digests) -> Result<()> {
    fs::write(folder.join(RECORD), written(pictures, digests)?).with_context(|| RECORD)
}

fn written(pictures: &[Picture], digests: &Digests) -> Result<String> {
    let mut text = "# SHA-256 of the code that draws; then of the output that a picture shows and of the picture, the picture, the output.\n\
                    # Written by `cargo xtask docs`.\n"
        .to_owned();
    text.push_str(&format!("{}  {DRAWING}\n", digests.drawing));
    for p in pictures {
        let Digest { source, picture } = digests.pictures.get(p.name).context("a picture without a source")?;
        text.push_str(&format!("{source}  {picture}  {}.png  {}\n", p.name, p.source));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn names_are_found_in_markdown_and_in_html() {
        let text = "![a](samples/pictures/a.png) <img src=\"samples/pictures/b.png\" width=\"80\"> `samples/pictures/`, samples/pictures";
        assert_eq!(named(text), set(&["a.png", "b.png"]));
    }

    #[test]
    fn what_was_recorded_is_compared_and_an_older_record_is_stale() {
        use super::super::render::How;

        let pictures = [Picture { name: "a", source: "x/a.txt", how: How::Terminal }];
        let digests = |drawing: &str, source: &str, picture: &str| Digests {
            drawing: drawing.to_owned(),
            pictures: [("a".to_owned(), Digest { source: source.to_owned(), picture: picture.to_owned() })].into(),
        };
        let now = digests("d", "s", "p");
        let recorded = read(&written(&pictures, &now).unwrap());
        assert_eq!(recorded, now);
        assert_eq!(stale(&recorded, &now, &pictures), [""; 0]);
        for (other, says) in [
            (digests("D", "s", "p"), "code that draws"),
            (digests("d", "S", "p"), "x/a.txt is another"),
            (digests("d", "s", "P"), "not the picture that was made"),
        ] {
            let messages = stale(&recorded, &other, &pictures);
            assert!(messages.len() == 1 && messages[0].contains(says), "{messages:?}");
        }
        assert_eq!(stale(&recorded, &digests("d", "s", ""), &pictures), [""; 0]);
        assert_eq!(stale(&read("# old\ns  a.png  x/a.txt\n"), &now, &pictures).len(), 3);
    }

    #[test]
    fn each_fault_is_told_once() {
        let texts = [("T", set(&["a.png", "gone.png"]))];
        let messages = compared(&set(&["a.png", "b.png"]), &set(&["a.png", "old.png"]), &texts);
        let expected = [
            "samples/pictures/b.png is missing",
            "samples/pictures/old.png is made by nothing",
            "T names samples/pictures/gone.png, which does not exist",
            "samples/pictures/old.png is named by no text",
        ];
        assert_eq!(messages, expected);
        assert!(compared(&set(&["a.png"]), &set(&["a.png"]), &[("T", set(&["a.png"]))]).is_empty());
    }
}
