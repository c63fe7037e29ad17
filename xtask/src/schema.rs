//! Writes the schema of a report as JSON under `samples/`; `--check` writes nothing and fails if it is stale.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use nianbao::export::json;

use crate::project::{root, shown};

pub fn run(check: bool) -> Result<()> {
    let path = root().join("samples/report.schema.json");
    let schema = json::schema();
    if check {
        let stale = fs::read_to_string(&path).ok().as_ref() != Some(&schema);
        ensure!(!stale, "stale, run `cargo xtask schema`: {}", shown(&path));
    } else {
        fs::write(&path, &schema).with_context(|| shown(&path))?;
    }
    println!("{} {} bytes", shown(&path), schema.len());
    Ok(())
}

/// Parses the words after `schema`.
pub fn parse(words: &[&str]) -> Result<bool> {
    match words {
        [] => Ok(false),
        ["--check"] => Ok(true),
        [other, ..] => bail!("`{other}` is not known to schema"),
    }
}
