//! `cargo xtask fonts`: checks `fonts/README.md` against the files beside it.
//!
//! Takes the tables of the README; prints one line per claim and fails if any claim is wrong: digests, licences, embedding
//! rights, coverage. A character counts as covered if its glyph draws something. Never writes a file.

mod readme;
mod sets;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;

use anyhow::{Context, Result, ensure};
use sha2::{Digest as _, Sha256};
use skrifa::instance::{LocationRef, Size};
use skrifa::raw::TableProvider as _;
use skrifa::{FontRef, MetadataProvider as _};

use crate::project;
use readme::{Claim, Coverage, Readme};

/// Runs every check, then fails if any of them failed: it is quicker to fix all faults at once than one after the other.
pub fn run() -> Result<()> {
    let folder = project::root().join("fonts");
    let readme = Readme::parse(&fs::read_to_string(folder.join("README.md")).context("fonts/README.md")?)?;
    let mut checks = Checks::default();

    let faces = names(&folder, |name| name.ends_with(".ttf") || name.ends_with(".ttf.zst"))?;
    let listed: BTreeSet<String> = readme.digests.iter().map(|digest| digest.file.clone()).collect();
    checks.same("faces with a digest", &faces, &listed);
    let sourced: BTreeSet<String> = readme.origins.iter().flat_map(|origin| origin.faces.clone()).collect();
    checks.same("faces with an origin", &faces, &sourced);
    let licences = names(&folder.join("licences"), |_| true)?.iter().map(|name| format!("licences/{name}")).collect();
    let named = readme.origins.iter().map(|origin| origin.licence.clone()).collect();
    checks.same("licences", &licences, &named);

    let mut fonts = BTreeMap::new();
    for digest in &readme.digests {
        let Ok(bytes) = fs::read(folder.join(&digest.file)) else { continue }; // missing: reported above
        let found = hex(&Sha256::digest(&bytes));
        checks.that(found == digest.sha256, format!("{}: SHA-256 {found}", digest.file));
        let data = unpacked(&digest.file, bytes).with_context(|| digest.file.clone())?;
        let rights = FontRef::new(&data).and_then(|font| font.os2()).map(|os2| os2.fs_type());
        let rights = rights.with_context(|| digest.file.clone())?;
        checks.that(rights == 0, format!("{}: fsType {rights}, 0 is free to embed", digest.file));
        fonts.insert(digest.file.clone(), data);
    }
    for row in &readme.coverage {
        checks.covers(row, &fonts)?;
    }
    checks.end()
}

/// Number of checks made, and of those that failed.
#[derive(Default)]
struct Checks {
    done: usize,
    faults: usize,
}

impl Checks {
    fn that(&mut self, holds: bool, what: String) {
        self.done += 1;
        self.faults += usize::from(!holds);
        println!("{} {what}", if holds { "ok   " } else { "FAULT" });
    }

    fn same(&mut self, what: &str, files: &BTreeSet<String>, claimed: &BTreeSet<String>) {
        let mut line = format!("{what}: {}", files.len());
        for name in files.difference(claimed) {
            let _ = write!(line, "; the README does not name {name}");
        }
        for name in claimed.difference(files) {
            let _ = write!(line, "; there is no {name}");
        }
        self.that(files == claimed, line);
    }

    fn covers(&mut self, row: &Coverage, fonts: &BTreeMap<String, Vec<u8>>) -> Result<()> {
        let set = sets::named(&row.set)?;
        let mut missing = set.clone();
        for face in &row.faces {
            let data =
                fonts.get(face).with_context(|| format!("the coverage table names {face}, which has no digest"))?;
            let drawn = drawn(&FontRef::new(data)?, &missing);
            missing = &missing - &drawn;
        }
        let found = set.len() - missing.len();
        let holds = match row.claim {
            Claim::All => missing.is_empty() && !set.is_empty(),
            Claim::Drawn { drawn, of } => (found, set.len()) == (drawn, of),
        };
        let mut line = format!("{}: {}, draws {found} of {}", row.faces.join(" + "), row.set, set.len());
        if !holds {
            let some: String = missing.iter().take(20).collect();
            let _ = write!(line, "; claimed {}; not drawn: {some}", row.claim);
        }
        self.that(holds, line);
        Ok(())
    }

    fn end(self) -> Result<()> {
        ensure!(self.faults == 0, "{} of {} claims in fonts/README.md do not hold", self.faults, self.done);
        println!("{} claims in fonts/README.md hold", self.done);
        Ok(())
    }
}

/// Returns the characters of `wanted` that have a glyph with an outline; a space needs no outline.
fn drawn(font: &FontRef<'_>, wanted: &sets::Set) -> sets::Set {
    let (charmap, metrics) = (font.charmap(), font.glyph_metrics(Size::unscaled(), LocationRef::default()));
    let draws = |character: char| {
        let Some(glyph) = charmap.map(character) else { return false };
        let inked = metrics.bounds(glyph).is_some_and(|bounds| bounds.x_max > bounds.x_min);
        glyph.to_u32() != 0 && (inked || character.is_whitespace())
    };
    wanted.iter().copied().filter(|&character| draws(character)).collect()
}

/// Returns the names of the files in a folder for which `pass` is true, in order.
fn names(folder: &std::path::Path, pass: impl Fn(&str) -> bool) -> Result<BTreeSet<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", project::shown(folder)))?;
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    Ok(names.collect::<Result<Vec<_>>>()?.into_iter().filter(|name| pass(name)).collect())
}

fn unpacked(name: &str, bytes: Vec<u8>) -> Result<Vec<u8>> {
    if !name.ends_with(".zst") {
        return Ok(bytes);
    }
    let mut data = Vec::new();
    ruzstd::decoding::StreamingDecoder::new(bytes.as_slice())?.read_to_end(&mut data)?;
    Ok(data)
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_as_sha256sum_prints_it() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hex(&Sha256::digest(b"")), empty);
    }

    #[test]
    fn a_face_draws_what_it_holds_and_no_more() {
        let data = fs::read(project::root().join("fonts/ReportLatin-Regular.ttf")).unwrap();
        let wanted = sets::Set::from(['A', ' ', '府']);
        assert_eq!(drawn(&FontRef::new(&data).unwrap(), &wanted), sets::Set::from(['A', ' ']));
    }

    #[test]
    fn a_name_on_one_side_only_is_a_fault() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let mut checks = Checks::default();
        checks.same("faces", &set(&["A", "B"]), &set(&["A", "B"]));
        assert_eq!(checks.faults, 0);
        checks.same("faces", &set(&["A", "B"]), &set(&["A"]));
        checks.same("faces", &set(&["A"]), &set(&["A", "B"]));
        assert_eq!((checks.faults, checks.done), (2, 3));
        assert!(checks.end().is_err());
    }
}
