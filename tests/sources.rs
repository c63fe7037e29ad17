//! The form is data: no official label stands outside `src/form`, not even in a comment.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use nianbao::form;

fn sources(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            if name != "tests" {
                sources(&path, all);
            }
        } else if name != "tests.rs" {
            all.push(path);
        }
    }
}

#[test]
fn no_official_label_stands_outside_the_form() {
    let mut labels = BTreeSet::new();
    for form in form::built_in() {
        for section in &form.sections {
            labels.extend([section.heading.clone(), section.sheet.clone()]);
            labels.extend(section.subheadings.iter().cloned());
        }
        for block in form.tables.iter().flat_map(|t| &t.blocks) {
            labels.extend(block.title.iter().chain(&block.corner).cloned());
            let nodes = block.rows.walk().into_iter().chain(block.columns.walk());
            labels.extend(nodes.map(|n| n.label.clone()));
        }
    }
    // With or without its number a label is a label; words of everyday use are not.
    let bare = |l: &String| l.trim_start_matches(|c: char| "（）一二三四五六七八0123456789.、".contains(c)).to_owned();
    let labels: BTreeSet<String> = labels.iter().map(bare).filter(|l| l.chars().count() >= 3).collect();
    assert!(labels.len() > 50);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.retain(|f| !f.starts_with(root.join("form")));
    assert!(files.len() > 40);
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let here = labels.iter().filter(|l| code.contains(l.as_str()));
        found.extend(here.map(|l| format!("{}: {l}", file.strip_prefix(&root).unwrap().display())));
    }
    assert_eq!(found, [""; 0], "{found:#?}");
}
