//! The pictures on disk: which there are, which the manuals name, and what each was made from.
//!
//! Takes the folder of the pictures and the names that there should be; gives what is amiss, one sentence a fault.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Picture;
use crate::project;

/// Where the pictures lie.
pub const FOLDER: &str = "samples/pictures";
/// Lists the digest of each picture's source, in that folder.
const RECORD: &str = "sources.txt";
/// The texts that may show them. The first is the manual.
const TEXTS: [&str; 2] = ["README.zh-CN.md", "README.md"];

/// Pictures that are missing, that nobody makes or that nobody names, and names of pictures that do not exist.
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

/// The files in the folder that a text names.
fn named(text: &str) -> BTreeSet<String> {
    let start = format!("{FOLDER}/");
    let ends = |c: char| c.is_whitespace() || "()\"'<>[]".contains(c);
    let names = text.split(&start).skip(1).map(|rest| rest.split(ends).next().unwrap_or_default());
    // The folder itself may be named too.
    names.filter(|name| name.ends_with(".png")).map(str::to_owned).collect()
}

/// The recorded digests by picture; none where nothing was recorded.
pub fn recorded(folder: &Path) -> Result<BTreeMap<String, String>> {
    let text = match fs::read_to_string(folder.join(RECORD)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        other => other.with_context(|| RECORD)?,
    };
    let mut out = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split("  ");
        let (Some(digest), Some(file)) = (words.next(), words.next()) else { continue };
        out.insert(file.trim_end_matches(".png").to_owned(), digest.to_owned());
    }
    Ok(out)
}

/// Records what the pictures were made from.
pub fn record(folder: &Path, pictures: &[Picture], digests: &BTreeMap<String, String>) -> Result<()> {
    let mut text =
        "# SHA-256 of the output that a picture shows, the picture, the output. Written by `cargo xtask docs`.\n"
            .to_owned();
    for p in pictures {
        let digest = digests.get(p.name).context("a picture without a source")?;
        text.push_str(&format!("{digest}  {}.png  {}\n", p.name, p.source));
    }
    fs::write(folder.join(RECORD), text).with_context(|| RECORD)
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
    fn each_fault_is_told_once() {
        let texts = [("T", set(&["a.png", "gone.png"]))];
        let told = compared(&set(&["a.png", "b.png"]), &set(&["a.png", "old.png"]), &texts);
        let expected = [
            "samples/pictures/b.png is missing",
            "samples/pictures/old.png is made by nothing",
            "T names samples/pictures/gone.png, which does not exist",
            "samples/pictures/old.png is named by no text",
        ];
        assert_eq!(told, expected);
        assert!(compared(&set(&["a.png"]), &set(&["a.png"]), &[("T", set(&["a.png"]))]).is_empty());
    }
}
