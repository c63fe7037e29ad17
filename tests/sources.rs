//! What holds for the sources themselves: no official label stands outside `src/form`, not even in a comment, and nothing
//! that makes a file looks at the machine.

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

/// What would let a clock, a zone, a language, or a name of the machine into a file.
const MACHINE: [&str; 11] = [
    "SystemTime",
    "Instant",
    "UtcDateTime::now",
    "Local::now",
    "chrono::",
    "std::env",
    "env::var",
    "current_dir",
    "temp_dir",
    "tempfile",
    "hostname",
];

#[test]
fn nothing_that_makes_a_file_looks_at_the_machine() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    // The command line alone knows where and when it runs; inputs that are read apart are read in a process of their own.
    let outside = ["cli", "import", "main.rs"].map(|name| root.join(name));
    files.retain(|f| !outside.iter().any(|o| f.starts_with(o)));
    for folder in ["export", "publish", "layout", "compose", "normalize", "proof", "pipeline.rs"] {
        assert!(files.iter().any(|f| f.starts_with(root.join(folder))), "{folder}");
    }
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let lines = code.lines().filter(|l| !l.trim_start().starts_with("//"));
        let looks = lines.flat_map(|l| MACHINE.iter().filter(move |word| l.contains(**word)));
        found.extend(looks.map(|word| format!("{}: {word}", file.strip_prefix(&root).unwrap().display())));
    }
    assert_eq!(found, [""; 0], "{found:#?}");
}

/// Each workbook that is written says its date: its writer would take that of the clock.
#[test]
fn every_workbook_is_given_its_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut books = 0;
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        if code.contains("DocProperties::new()") {
            books += 1;
            let (made, dated) =
                (code.matches("DocProperties::new()").count(), code.matches("set_creation_datetime").count());
            assert_eq!(made, dated, "{}", file.display());
        }
    }
    assert!(books >= 3);
}

/// The modules of the library in the order of ARCHITECTURE.md: each uses only those before it.
const ORDER: [&str; 28] = [
    "rules",
    "digest",
    "toml_error",
    "inflate",
    "form",
    "model",
    "fault",
    "style",
    "site",
    "import",
    "normalize",
    "check",
    "series",
    "aggregate",
    "compose",
    "layout",
    "export",
    "proof",
    "setting",
    "formats",
    "batch",
    "engine",
    "feedback",
    "pipeline",
    "publish",
    "judge",
    "cli",
    "page",
];

#[test]
fn arrows_between_modules_run_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let (mut against, mut arrows) = (BTreeSet::new(), 0);
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "rs")) {
        let below = file.strip_prefix(&root).unwrap().with_extension("");
        let own = below.iter().next().unwrap().to_str().unwrap();
        let Some(place) = ORDER.iter().position(|m| *m == own) else {
            assert!(["lib", "main"].contains(&own), "{own} has no place in the order");
            continue;
        };
        let text = fs::read_to_string(file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        for used in code.split("crate::").skip(1) {
            let used: String = used.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            let Some(other) = ORDER.iter().position(|m| *m == used) else { continue };
            arrows += 1;
            if other > place {
                against.insert(format!("{own} uses {used}"));
            }
        }
    }
    assert!(arrows > 200, "{arrows}");
    assert!(against.is_empty(), "{against:#?}");
}
