//! What a cold process costs for one report, whole and by what it is asked for.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::cost::{Run, in_turn, timed};

/// A part of the work: its name, the command, and the formats asked for.
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

/// Runs one process into a folder of its own, so that no run finds the files of the one before.
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
    // 1 is a report with findings, which is written all the same.
    ensure!(matches!(code, Some(0 | 1)), "nianbao {command} failed ({code:?})");
    let written = fs::read_dir(folder.path())?.count();
    let wanted = match command {
        "convert" => formats.split(',').count(),
        "template" => 1,
        _ => 0,
    };
    ensure!(written == wanted, "nianbao {command} wrote {written} files and not {wanted}");
    Ok(run)
}
