//! The page: one HTML file with engine, faces and scripts inside, which opens by double click.
//!
//! Takes the engine (`nianbao_page.wasm`, built from `engine/`) and the files of the faces, gives the file: the same parts give the
//! same bytes. The scripts beside this file do the work in the browser; here they are only joined. The page requests nothing: its
//! policy allows its own script by digest, and no address.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libdeflater::{CompressionLvl, Compressor};
use sha2::{Digest, Sha256};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
/// Scripts of the page, each after those that it imports.
const SCRIPTS: [(&str, &str); 15] = [
    ("dom.mjs", include_str!("dom.mjs")),
    ("hand-over.mjs", include_str!("hand-over.mjs")),
    ("unpack.mjs", include_str!("unpack.mjs")),
    ("memory.mjs", include_str!("memory.mjs")),
    ("workers.mjs", include_str!("workers.mjs")),
    ("reading.mjs", include_str!("reading.mjs")),
    ("inputs.mjs", include_str!("inputs.mjs")),
    ("run.mjs", include_str!("run.mjs")),
    ("findings.mjs", include_str!("findings.mjs")),
    ("tables.mjs", include_str!("tables.mjs")),
    ("texts.mjs", include_str!("texts.mjs")),
    ("report.mjs", include_str!("report.mjs")),
    ("sum.mjs", include_str!("sum.mjs")),
    ("overview.mjs", include_str!("overview.mjs")),
    ("main.mjs", include_str!("main.mjs")),
];
/// Scripts of a Worker.
const WORKER: [(&str, &str); 3] = [
    ("reading.mjs", include_str!("reading.mjs")),
    ("engine.mjs", include_str!("engine.mjs")),
    ("worker.mjs", include_str!("worker.mjs")),
];

/// Effort of the compression, from 1 to 12: more takes seconds and saves little.
const EFFORT: i32 = 8;

/// A part that the page carries, compressed.
#[derive(Debug, Clone)]
pub struct Part {
    gzip: Vec<u8>,
}

impl Part {
    /// Compresses a part.
    pub fn new(bytes: &[u8]) -> Part {
        // The levels are constants, and the buffer is as large as the worst case: neither can fail.
        let mut compressor = Compressor::new(CompressionLvl::new(EFFORT).unwrap_or_default());
        let mut gzip = vec![0; compressor.gzip_compress_bound(bytes.len())];
        let length = compressor.gzip_compress(bytes, &mut gzip).unwrap_or_default();
        gzip.truncate(length);
        Part { gzip }
    }

    /// A part that is gzip already.
    pub fn of_gzip(gzip: &[u8]) -> Part {
        Part { gzip: gzip.to_owned() }
    }

    /// The part as gzip.
    pub fn gzip(&self) -> &[u8] {
        &self.gzip
    }

    fn encoded(&self) -> String {
        STANDARD.encode(&self.gzip)
    }
}

/// The page with this engine and the built-in faces except that of rare characters: a report that needs it is refused, and is for
/// the program.
pub fn page(engine: &Part) -> String {
    let faces: Vec<_> = crate::layout::built_in_faces().map(|(name, bytes)| (name, Part::new(bytes))).collect();
    page_with(engine, &faces)
}

/// The page with this engine and these faces, each with the name of its file.
pub fn page_with(engine: &Part, faces: &[(&str, Part)]) -> String {
    let script = joined(&SCRIPTS);
    let policy = format!(
        "default-src 'none'; script-src '{}' 'wasm-unsafe-eval'; style-src '{}'; worker-src blob:; connect-src data:; \
        frame-src blob:; base-uri 'none'; form-action 'none'",
        digest(&script),
        digest(STYLE)
    );
    let face = |(name, part): &(&str, Part)| {
        format!("<script type=\"text/plain\" data-face=\"{name}\">{}</script>\n", part.encoded())
    };
    let carried = format!("<script type=\"text/plain\" id=\"engine\">{}</script>\n", engine.encoded());
    let parts: String = std::iter::once(carried).chain(faces.iter().map(face)).collect();
    // The parts are by far the longest and have no mark of a place in them, so they come last.
    PAGE.replace("{policy}", &policy)
        .replace("{style}", STYLE)
        .replace("{worker}", &joined(&WORKER))
        .replace("{script}", &script)
        .replace("{parts}", &parts)
}

/// Modules as one script: without their imports, which come before, and without the word that exports.
fn joined(modules: &[(&str, &str)]) -> String {
    let line = |line: &&str| !line.starts_with("import ");
    let own = |(name, text): &(&str, &str)| {
        let lines: Vec<&str> = text.lines().filter(line).map(|l| l.strip_prefix("export ").unwrap_or(l)).collect();
        format!("// {name}\n{}\n", lines.join("\n"))
    };
    modules.iter().map(own).collect()
}

/// The source expression of a text in a Content-Security-Policy.
fn digest(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_import_comes_before_and_no_name_is_given_twice() {
        for modules in [&SCRIPTS[..], &WORKER] {
            let mut before = BTreeSet::new();
            let mut names = BTreeSet::new();
            for (name, text) in modules {
                for import in text.lines().filter_map(|l| l.strip_prefix("import ")) {
                    let from = import.rsplit_once("\"./").and_then(|(_, file)| file.strip_suffix("\";"));
                    assert!(from.is_some_and(|from| before.contains(from)), "{name}: {import}");
                }
                before.insert(*name);
                let words = ["function ", "async function ", "class ", "const ", "let "];
                for line in text.lines().map(|l| l.strip_prefix("export ").unwrap_or(l)) {
                    let Some(rest) = words.iter().find_map(|w| line.strip_prefix(w)) else { continue };
                    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                    assert!(names.insert(&rest[..end]), "{name}: {} has two meanings", &rest[..end]);
                }
            }
        }
    }

    #[test]
    fn the_page_has_all_its_parts_and_asks_for_nothing() {
        let page = page_with(&Part::new(b"engine"), &[("a.ttf", Part::new(b"face"))]);
        for place in ["{policy}", "{style}", "{worker}", "{script}", "{parts}"] {
            assert!(!page.contains(place), "{place}");
        }
        assert!(page.contains("data-face=\"a.ttf\"") && page.contains("id=\"engine\""));
        for outside in ["http:", "https:", "src=\"", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
        // Nothing ends a script early, and the policy names exactly what is in the page.
        assert_eq!(page.matches("</script>").count(), 4);
        for (open, close, text) in
            [("<style>", "</style>", STYLE.to_owned()), ("<script type=\"module\">", "</script>", joined(&SCRIPTS))]
        {
            let own = page.split_once(open).and_then(|(_, rest)| rest.split_once(close)).map(|(own, _)| own);
            assert_eq!(own, Some(text.as_str()));
            assert!(page.contains(&digest(&text)));
        }
    }

    #[test]
    fn a_part_is_gzip_and_comes_back() {
        use std::io::Read as _;
        let text = "某局".repeat(1000);
        let gzip = Part::new(text.as_bytes()).gzip;
        let mut back = String::new();
        flate2::read::GzDecoder::new(gzip.as_slice()).read_to_string(&mut back).unwrap();
        assert_eq!(back, text);
    }
}
