//! Other ways to produce the same PDF, on the same reports in the same run: LibreOffice from the workbooks, typst and genpdf
//! from their content.
//!
//! A peer that is not available is reported in one line and omitted. Programs installed for the comparison are located in
//! `target/peers`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use nianbao::compose::compose;
use nianbao::model::{Block, Document, Table};
use serde_json::{Value, json};

use super::cost::{Cost, Run, against, in_turn, timed};
use crate::generate::Draft;
use crate::project;

/// Number of reports in the batch.
const REPORTS: u64 = 50;
/// Number of measured rounds: for one report, and for the batch.
const COLD: usize = 5;
const BATCH: usize = 2;
/// Required factor by which LibreOffice is slower: for one report, and for the batch.
const COLD_DEMAND: f64 = 50.0;
const BATCH_DEMAND: f64 = 8.0;

/// One way to produce a PDF.
enum Peer {
    /// The release binary with these formats and threads.
    Nianbao {
        binary: PathBuf,
        formats: &'static str,
        jobs: usize,
    },
    LibreOffice {
        profile: PathBuf,
    },
    /// The Python interpreter of an environment with the typst wheel.
    Typst {
        python: PathBuf,
    },
    /// The program in `xtask/peers/genpdf`.
    Genpdf {
        binary: PathBuf,
    },
}

impl Peer {
    fn name(&self) -> String {
        match self {
            Peer::Nianbao { formats, jobs, .. } => format!("nianbao {formats} ×{jobs}"),
            Peer::LibreOffice { .. } => "LibreOffice pdf".to_owned(),
            Peer::Typst { .. } => "typst pdf".to_owned(),
            Peer::Genpdf { .. } => "genpdf pdf".to_owned(),
        }
    }

    /// Makes a PDF of each report of a set in one process; fails if any is missing.
    fn run(&self, set: &Set) -> Result<Run> {
        let out = tempfile::tempdir()?;
        let files = |extension: &str| {
            let files = set.names.iter().map(|n| set.folder.path().join(n).with_extension(extension));
            files.collect::<Vec<PathBuf>>()
        };
        let mut command = match self {
            Peer::Nianbao { binary, formats, jobs } => {
                let mut c = Command::new(binary);
                c.arg("convert").args(files("xlsx")).arg("-o").arg(out.path()).args(["--to", formats]);
                if set.names.len() > 1 {
                    c.args(["--jobs", &jobs.to_string()]);
                }
                c
            }
            Peer::LibreOffice { profile } => {
                let mut c = Command::new("soffice");
                c.arg(format!("-env:UserInstallation=file://{}", profile.display()));
                c.args(["--headless", "--norestore", "--convert-to", "pdf", "--outdir"]);
                c.arg(out.path()).args(files("xlsx"));
                c
            }
            Peer::Typst { python } => {
                let mut c = Command::new(python);
                c.args(["-c", TYPST]).arg(project::root().join("fonts")).arg(out.path()).args(files("typ"));
                c
            }
            Peer::Genpdf { binary } => {
                let mut c = Command::new(binary);
                c.arg(project::root().join("fonts/NotoSerifSC-Regular.ttf")).arg(out.path()).args(files("json"));
                c
            }
        };
        let (run, code) = timed(&mut command)?;
        let pdf = |e: &fs::DirEntry| e.path().extension().is_some_and(|e| e == "pdf");
        let made = fs::read_dir(out.path())?.filter_map(Result::ok).filter(pdf).count();
        ensure!(made == set.names.len(), "{} made {made} of {} PDFs ({code:?})", self.name(), set.names.len());
        Ok(run)
    }
}

/// Python script that compiles each source with the fonts of a folder.
const TYPST: &str = "\
import sys, os, typst
fonts, out, *sources = sys.argv[1:]
for source in sources:
    name = os.path.splitext(os.path.basename(source))[0] + '.pdf'
    typst.compile(source, output=os.path.join(out, name), font_paths=[fonts], ignore_system_fonts=True)
";

/// The same reports as workbooks, as typst sources, and as JSON for the genpdf program.
struct Set {
    folder: tempfile::TempDir,
    names: Vec<String>,
}

impl Set {
    fn new(seed: u64, reports: u64) -> Result<Set> {
        let folder = tempfile::tempdir()?;
        let mut names = Vec::new();
        for number in 0..reports {
            let draft = Draft::new(seed, number)?;
            let path = folder.path().join(draft.file_name());
            fs::write(&path, draft.workbook()?)?;
            let document = compose(&draft.report);
            fs::write(path.with_extension("typ"), typst(&document))?;
            fs::write(path.with_extension("json"), serde_json::to_vec(&plain(&document))?)?;
            names.push(draft.file_name());
        }
        Ok(Set { folder, names })
    }
}

pub fn measure(binary: &Path, seed: u64) -> Result<Value> {
    let cache = project::root().join("target/peers");
    fs::create_dir_all(&cache)?;
    let profile = tempfile::tempdir()?;
    let nianbao = |formats, jobs| Peer::Nianbao { binary: binary.to_owned(), formats, jobs };
    let mut peers = vec![nianbao("pdf", 1), nianbao("pdf,docx,xlsx", 1), nianbao("pdf,docx,xlsx", 2)];
    println!("\npeers, {REPORTS} generated reports");
    let office = Peer::LibreOffice { profile: profile.path().to_owned() };
    let others = [
        ("LibreOffice", runs(Command::new("soffice").arg("--version")).map(|()| office)),
        ("typst", python(&cache).map(|python| Peer::Typst { python })),
        ("genpdf", genpdf(&cache).map(|binary| Peer::Genpdf { binary })),
    ];
    for (name, peer) in others {
        match peer {
            Ok(peer) => peers.push(peer),
            Err(error) => println!("{name} is left out: {error:#}"),
        }
    }
    let mut out = Vec::new();
    for (what, reports, rounds, demand) in
        [("one report, cold", 1, COLD, COLD_DEMAND), ("batch in one process", REPORTS, BATCH, BATCH_DEMAND)]
    {
        let set = Set::new(seed, reports)?;
        let costs = in_turn(&peers, rounds, |peer| peer.run(&set))?;
        out.push(table(what, reports, &peers, &costs, demand));
    }
    Ok(json!(out))
}

fn table(what: &str, reports: u64, peers: &[Peer], costs: &[Cost], demand: f64) -> Value {
    println!("\n{what:<26} {:>12} {:>12} {:>9} {:>12} {:>14}", "ms", "ms/report", "peak MB", "× pdf", "× all formats");
    let (pdf, all) = (costs[0].median, costs[1].median);
    let mut rows = Vec::new();
    for (peer, cost) in peers.iter().zip(costs) {
        let (name, each) = (peer.name(), cost.median / reports as f64);
        let (to_pdf, to_all) = (cost.median / pdf, cost.median / all);
        println!("{name:<26} {:>12.1} {each:>12.1} {:>9.1} {to_pdf:>12.1} {to_all:>14.1}", cost.median, cost.peak_mb);
        if matches!(peer, Peer::LibreOffice { .. }) {
            println!("{}", against("  as often as nianbao's time to pdf", to_pdf, "×", demand, false));
        }
        rows.push(json!({ "peer": name, "median_ms": cost.median, "peak_mb": cost.peak_mb, "ratio_pdf": to_pdf, "ratio_all": to_all }));
    }
    json!({ "what": what, "reports": reports, "peers": rows })
}

/// Runs a command without output; fails if the command fails.
fn runs(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().context("it could not be started")?;
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}", words.lines().last().unwrap_or("it failed without a word"));
    Ok(())
}

/// Returns the interpreter of an environment with the typst wheel, which is made on first use.
fn python(cache: &Path) -> Result<PathBuf> {
    let folder = cache.join("typst");
    let python = folder.join("bin/python");
    if runs(Command::new(&python).args(["-c", "import typst"])).is_err() {
        runs(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        runs(Command::new(&python).args(["-m", "pip", "install", "--quiet", "typst"]))?;
    }
    Ok(python)
}

/// Builds the genpdf program in its own workspace.
fn genpdf(cache: &Path) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--release", "--quiet"]).env("CARGO_TARGET_DIR", cache);
    runs(build.current_dir(project::root().join("xtask/peers/genpdf")))?;
    Ok(cache.join("release/peer-genpdf"))
}

/// Returns the document as a typst source: A4, the same faces and sizes, the tables with their spans.
fn typst(document: &Document) -> String {
    let mut out = String::from(
        "#set page(paper: \"a4\", margin: (x: 27mm, y: 36mm), numbering: \"1\")\n\
         #set text(font: (\"FandolFang R\", \"FandolFang\", \"Noto Serif SC\"), size: 16pt, lang: \"zh\")\n\
         #set par(first-line-indent: (amount: 2em, all: true), justify: true)\n",
    );
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    out.push_str(&format!("#align(center, text(size: 22pt, {}))\n\n", quoted(&document.title_text())));
    for block in &document.blocks {
        match block {
            Block::Heading { level, text } => out.push_str(&format!("#heading(level: {level}, {})\n\n", quoted(text))),
            Block::Paragraph { text } => out.push_str(&format!("#par({})\n\n", quoted(text))),
            Block::Table(table) => {
                let widths: Vec<String> = table.widths.iter().map(|w| format!("{w}fr")).collect();
                out.push_str(&format!("#[#set text(size: 9pt)\n#table(columns: ({},),\n", widths.join(", ")));
                for cell in table.rows.iter().flat_map(|r| &r.cells) {
                    out.push_str(&format!(
                        "table.cell(rowspan: {}, colspan: {}, {}),\n",
                        cell.row_span,
                        cell.column_span,
                        quoted(&cell.text)
                    ));
                }
                out.push_str(")]\n\n");
            }
        }
    }
    out
}

/// Returns the document as JSON for the genpdf program.
fn plain(document: &Document) -> Value {
    let blocks = document.blocks.iter().map(|block| match block {
        Block::Heading { text, .. } | Block::Paragraph { text } => json!({ "text": text }),
        Block::Table(table) => json!({ "table": cells(table) }),
    });
    json!({ "title": document.title_text(), "blocks": blocks.collect::<Vec<_>>() })
}

/// Returns a table without spans: the positions that a cell covers besides its first one are empty.
fn cells(table: &Table) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new(); table.widths.len()]; table.rows.len()];
    for (row, cells) in table.rows.iter().enumerate() {
        for cell in &cells.cells {
            rows[row][cell.column].clone_from(&cell.text);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_given_every_word_and_figure_of_the_report() {
        let draft = Draft::new(3, 1).unwrap();
        let document = compose(&draft.report);
        let (typst, plain) = (typst(&document), plain(&document).to_string());
        for block in &document.blocks {
            let texts = match block {
                Block::Heading { text, .. } | Block::Paragraph { text } => vec![text],
                Block::Table(table) => table.rows.iter().flat_map(|r| &r.cells).map(|c| &c.text).collect(),
            };
            for text in texts {
                assert!(typst.contains(text.as_str()) && plain.contains(text.as_str()), "{text}");
            }
        }
        let table = document.blocks.iter().find_map(|b| if let Block::Table(t) = b { Some(t) } else { None }).unwrap();
        assert!(cells(table).iter().all(|row| row.len() == table.widths.len()));
    }
}
