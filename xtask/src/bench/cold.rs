//! The cost of a cold process for one report, for all formats together and for each separately.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::cost::{Run, in_turn, timed};

/// Parts of the work: name, command, and requested formats.
const PARTS: [(&str, &str, &str); 6] = [
    ("convert, all three", "convert", "pdf,docx,xlsx"),
    ("convert, pdf", "convert", "pdf"),
    ("convert, docx", "convert", "docx"),
    ("convert, xlsx", "convert", "xlsx"),
    ("check", "check", ""),
    ("template", "template", ""),
];

pub fn measure(binary: &Path, workbook: &Path, runs: usize) -> Result<Value> {
    println!("{:<24} {:>9} {:>9} {:>9} {:>9} {:>9}", "one report, cold", "min ms", "median", "max", "cpu", "peak MB");
    let costs = in_turn(&PARTS, runs, |(_, command, formats)| one(binary, command, formats, workbook))?;
    let parts = PARTS.iter().zip(&costs).map(|((name, ..), cost)| {
        println!("{name:<24} {cost}");
        cost.json(name)
    });
    Ok(json!(parts.collect::<Vec<_>>()))
}

/// Runs one process with a new output folder, so that no run finds the files of the previous one.
pub fn one(binary: &Path, command: &str, formats: &str, workbook: &Path) -> Result<Run> {
    let folder = tempfile::tempdir()?;
    let mut process = Command::new(binary);
    process.arg(command);
    match command {
        "convert" => process.arg(workbook).arg("-o").arg(folder.path()).args(["--to", formats]),
        "template" => process.arg("-o").arg(folder.path().join("template.xlsx")),
        _ => process.arg(workbook),
    };
    let (run, code) = timed(&mut process)?;
    // Exit code 1 means that the report has findings; it is written all the same.
    ensure!(matches!(code, Some(0 | 1)), "nianbao {command} failed ({code:?})");
    // The record of what was written is no output.
    let is_output = |e: &std::io::Result<fs::DirEntry>| {
        e.as_ref().is_ok_and(|e| !e.file_name().to_string_lossy().starts_with(".nianbao-"))
    };
    let written = fs::read_dir(folder.path())?.filter(is_output).count();
    let wanted = match command {
        "convert" => formats.split(',').count(),
        "template" => 1,
        _ => 0,
    };
    ensure!(written == wanted, "nianbao {command} wrote {written} files and not {wanted}");
    Ok(run)
}
