//! Chores of the project, run as `cargo xtask COMMAND`: one command per file.
//!
//! Takes the repository it was built in; prints lines on standard output and exits with a code other than 0 on any fault. The
//! only files under version control that it changes are the codes, the samples, the schema and the pictures, when asked to
//! make them. It never runs as part of the library or the command line.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore reports to the engineer who ran it")]

mod archive;
mod bench;
mod by_hand;
mod cache;
mod dist;
mod docs;
mod faults;
mod fonts;
#[path = "../fuzz/mod.rs"]
mod fuzz;
mod generate;
mod mutants;
mod page;
mod project;
mod rules;
mod samples;
mod schema;
mod toolchain;
mod validators;
mod verify;
mod wasm;
mod xlsb;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask COMMAND
  faults [--reports N] [--faults N] [--seed S]
                               generated reports, some spoiled: fails unless each fault is found and none is invented
  fonts                        digests, licences and coverage as fonts/README.md claims them
  rules [--check]              src/rules/code.rs, the codes of the catalogue as a type, made or compared with what would be made
  samples [--check]            the workbooks under samples/, made or compared with what would be made
  schema [--check]             samples/report.schema.json, made or compared with what would be made
  archive                      the samples in other formats under samples/archive/, made anew
  docs [--check]               the pictures of the manual under samples/pictures/, made from real outputs with LibreOffice, chromium,
                               poppler and Pillow, or held against what would be shown now (needs none of them)
  generate [--reports N] [--seed S] FOLDER
                               workbooks of agencies that do not exist: every edition, several layouts, figures that balance
  fuzz [--seconds N] [--seed S]
                               the readers of workbooks, JSON and TOML on spoiled inputs, and on inputs that grow: fails on a
                               panic, an internal fault, or time that grows with the square
  mutants [--mutants N] [--seed S] [--keep FOLDER]
                               spoiled copies of the samples: fails on a crash, a hang, or a number that differs from the
                               second reader without a finding; --keep copies the failing ones
  verify [--reports N] [--seed S]
                               the samples, or generated reports, converted and published: every file checked by the
                               validators in ../shared/checks, packages by sums and zip, none with a trace of the machine
  wasm                         the engine for a WebAssembly host: built, and compared with the native one by Node
  page [--check] [-o FILE]     the page for the browser, to target/page/年报.html; --check drives it in chromium: files dropped, chosen
                               and saved, the same bytes as the program's, nothing requested, no violation of axe, pictures
                               to target/page
  dist [--target NAME] [-o FOLDER]
                               what is handed out, to dist/: programs for Windows and Linux on three kinds of processors, each run
                               over the samples; packages, the page, the manual, licences, checksums. Names the tools it lacks
  bench [--runs N] [--reports N] [--seed S] [--json FILE] [--long] [--page] [--peers]
        [--against REV] [WORKBOOK]
                               time and memory: one report cold, generated reports at 1 and 2 threads, each stage; JSON to
                               target/bench.json. --long: memory over 5000 reports. --page: the page in
                               chromium. --peers: LibreOffice, typst, genpdf.
                               --against: this program and that of a commit in turns, and nothing else";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["docs", rest @ ..] => docs::run(docs::parse(rest)?),
        ["faults", rest @ ..] => faults::run(&faults::Plan::parse(rest)?),
        ["fonts"] => fonts::run(),
        ["rules", rest @ ..] => rules::run(rules::parse(rest)?),
        ["samples", rest @ ..] => samples::run(samples::parse(rest)?),
        ["schema", rest @ ..] => schema::run(schema::parse(rest)?),
        ["archive"] => archive::run(),
        ["wasm"] => wasm::run(),
        ["page", rest @ ..] => page::run(&page::Plan::parse(rest)?),
        ["dist", rest @ ..] => dist::run(&dist::Plan::parse(rest)?),
        ["fuzz", rest @ ..] => fuzz::run(&fuzz::Plan::parse(rest)?),
        ["mutants", rest @ ..] => mutants::run(&mutants::Plan::parse(rest)?),
        ["generate", rest @ ..] => generate::run(&generate::Plan::parse(rest)?),
        ["verify", rest @ ..] => verify::run(&verify::Plan::parse(rest)?),
        ["bench", rest @ ..] => bench::run(&bench::Plan::parse(rest)?),
        [] | ["help" | "-h" | "--help"] => {
            println!("{HELP}");
            Ok(())
        }
        [other, ..] => bail!("`{other}` is no command, or was given too much\n{HELP}"),
    }
}
