//! Writes `src/rules/code.rs`, the codes of the catalogue as a type; `--check` writes nothing and fails if that file is
//! stale.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result, bail, ensure};
use nianbao::form;
use serde::Deserialize;

use crate::project::{root, shown};

#[derive(Deserialize)]
struct Catalogue {
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    code: String,
    title: String,
}

pub fn run(check: bool) -> Result<()> {
    let path = root().join("src/rules/code.rs");
    let catalogue = root().join("src/form/rules.toml");
    let text = fs::read_to_string(&catalogue).with_context(|| shown(&catalogue))?;
    let Catalogue { rule } = toml::from_str(&text).with_context(|| shown(&catalogue))?;
    let source = source(&rule)?;
    if check {
        let stale = fs::read_to_string(&path).ok().as_ref() != Some(&source);
        ensure!(!stale, "stale, run `cargo xtask rules`: {}", shown(&path));
    } else {
        fs::write(&path, &source).with_context(|| shown(&path))?;
    }
    println!("{} {} codes", shown(&path), rule.len());
    Ok(())
}

fn source(rules: &[Rule]) -> Result<String> {
    let labels = official_labels();
    let mut variants = String::new();
    for Rule { code, title } in rules {
        let letter = code.starts_with(|c: char| c.is_ascii_uppercase());
        let number = code.get(1..).is_some_and(|n| n.len() == 3 && n.bytes().all(|b| b.is_ascii_digit()));
        ensure!(letter && number, "`{code}` is no code: a letter and three digits");
        // No official label is written outside `src/form`, not even in a comment.
        if labels.iter().any(|label| title.contains(label)) {
            writeln!(variants, "    /// Its title contains a label of the form: see [`Code::rule`].")?;
        } else {
            writeln!(variants, "    /// {title}")?;
        }
        writeln!(variants, "    {code},")?;
    }
    let (count, codes) = (rules.len(), rules.iter().map(|r| &r.code));
    let all: String = codes.clone().map(|code| format!("    Code::{code},\n")).collect();
    let names: String = codes.map(|code| format!("    \"{code}\",\n")).collect();
    Ok(format!(
        "//! The codes of the catalogue. Made by `cargo xtask rules` from `src/form/rules.toml`, in its order.\n\n\
         /// What kind of finding it is, e.g. `K301`. Each code is documented by the title of its rule.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]\n\
         #[non_exhaustive]\n\
         pub enum Code {{\n{variants}}}\n\n\
         #[rustfmt::skip]\n\
         pub(super) const ALL: [Code; {count}] = [\n{all}];\n\n\
         #[rustfmt::skip]\n\
         pub(super) const NAMES: [&str; {count}] = [\n{names}];\n"
    ))
}

/// The labels of all editions without their numbers; short everyday words do not count. The same as in `tests/suite/sources.rs`.
fn official_labels() -> BTreeSet<String> {
    let mut labels = BTreeSet::new();
    for form in form::built_in() {
        for section in &form.sections {
            labels.extend([&section.heading, &section.sheet].into_iter().chain(&section.subheadings));
        }
        for block in form.tables.iter().flat_map(|t| &t.blocks) {
            labels.extend(block.title.iter().chain(&block.corner));
            labels.extend(block.rows.walk().into_iter().chain(block.columns.walk()).map(|n| &n.label));
        }
    }
    let without_number =
        |l: &String| l.trim_start_matches(|c: char| "（）一二三四五六七八0123456789.、".contains(c)).to_owned();
    labels.into_iter().map(without_number).filter(|l| l.chars().count() >= 3).collect()
}

/// Parses the words after `rules`.
pub fn parse(words: &[&str]) -> Result<bool> {
    match words {
        [] => Ok(false),
        ["--check"] => Ok(true),
        [other, ..] => bail!("`{other}` is not known to rules"),
    }
}
