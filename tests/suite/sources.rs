//! Rules for the sources: no official label occurs outside `src/form`, not even in a comment, and no code that makes a file
//! uses properties of the machine.

use std::collections::{BTreeMap, BTreeSet};
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
    // A label counts with or without its number; short everyday words do not count.
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

/// Names through which a clock, a time zone, a language or a name of the machine would get into a file.
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
    // Only the command line uses place and time of a run; a build script is no part of a program.
    let outside = ["cli", "main.rs", "page/engine/build.rs"].map(|name| root.join(name));
    files.retain(|f| !outside.iter().any(|o| f.starts_with(o)));
    for folder in ["import", "export", "publish", "layout", "compose", "normalize", "proof", "pipeline.rs"] {
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

/// Each workbook that is written has an explicit date, because its writer would otherwise use the clock.
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
    "page",
    "cli",
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
        for used in used(code, &["crate::".to_owned()]) {
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

/// Returns the names of the modules that a file uses from a folder, in `use` declarations and in paths.
fn used(code: &str, prefixes: &[String]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for prefix in prefixes {
        for (at, _) in code.match_indices(prefix.as_str()) {
            let rest = &code[at + prefix.len()..];
            let listed = rest.strip_prefix('{').and_then(|r| r.split_once("};")).map_or(rest, |(list, _)| list);
            let single = !rest.starts_with('{');
            for part in listed.split(',').take(if single { 1 } else { usize::MAX }) {
                let is_name = |c: &char| c.is_ascii_lowercase() || *c == '_';
                names.insert(part.trim_start().chars().take_while(is_name).collect());
            }
        }
    }
    names
}

/// Returns a module that uses itself through the modules it uses, if there is one.
fn circle(arrows: &BTreeMap<String, BTreeSet<String>>) -> Option<String> {
    let reached = |from: &String| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(module) = open.pop() {
            open.extend(arrows.get(module).into_iter().flatten().filter(|next| seen.insert((*next).clone())));
        }
        seen
    };
    arrows.keys().find(|module| reached(module).contains(*module)).cloned()
}

/// Modules of one folder do not use each other in a circle, directly or through other modules.
#[test]
fn no_modules_of_a_folder_use_each_other_in_a_circle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let folders: BTreeSet<&Path> = files.iter().filter_map(|f| f.parent()).filter(|f| *f != root).collect();
    let mut circles = Vec::new();
    let mut count = 0;
    for folder in folders.into_iter().filter(|f| f.join("mod.rs").is_file()) {
        let path =
            folder.strip_prefix(&root).unwrap().iter().map(|p| p.to_str().unwrap()).collect::<Vec<_>>().join("::");
        let within = files.iter().filter(|f| f.starts_with(folder) && f.extension().is_some_and(|e| e == "rs"));
        let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in within.filter(|f| !f.ends_with("mod.rs") || f.parent() != Some(folder)) {
            let below = file.strip_prefix(folder).unwrap().with_extension("");
            let own = below.iter().next().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(file).unwrap();
            let code: String = text
                .split("#[cfg(test)]\nmod tests")
                .next()
                .unwrap()
                .lines()
                .filter(|l| !l.trim_start().starts_with("//"))
                .collect::<Vec<_>>()
                .join("\n");
            if below.iter().any(|p| p == "tests") {
                continue;
            }
            let up = "super::".repeat(below.iter().count() - usize::from(file.ends_with("mod.rs")));
            arrows.entry(own.clone()).or_default().extend(used(&code, &[up, format!("crate::{path}::")]));
        }
        let modules: BTreeSet<String> = arrows.keys().cloned().collect();
        for (own, uses) in &mut arrows {
            uses.retain(|used| used != own && modules.contains(used));
            count += uses.len();
        }
        circles.extend(circle(&arrows).map(|module| format!("{path}::{module}")));
    }
    assert!(count > 150, "{count}");
    assert_eq!(circles, [""; 0]);
    let of = |name: &str, uses: &[&str]| (name.to_owned(), uses.iter().map(|u| (*u).to_owned()).collect());
    assert!(circle(&[of("a", &["b"]), of("b", &["c"]), of("c", &["a"])].into()).is_some());
    assert!(circle(&[of("a", &["b", "c"]), of("b", &["c"]), of("c", &[])].into()).is_none());
}
