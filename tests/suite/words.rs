//! Every word of the input is contained in every text output, or a finding reports that it was omitted.
//!
//! Inputs are read with calamine and outputs with the readers of this test, independently of the program's own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::generated::{Made, any_report, config};
use crate::support::{Book, nianbao, parts, sample, stdout};
use calamine::{Data, Reader as _, Sheets, open_workbook_auto};
use nianbao::export::template;
use nianbao::form::{self, GridContent, labels};
use proptest::prelude::*;
use serde_json::Value;

/// Letters and digits only: marks, spaces and widths are normalised, which is reported separately.
fn letters(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfkc().filter(|c| c.is_alphanumeric()).collect()
}

/// Labels of the forms and the standard workbook, reduced to letters.
fn furniture() -> BTreeSet<String> {
    let mut all: BTreeSet<String> = labels().furniture().into_iter().map(letters).collect();
    for field in labels().cover.fields() {
        all.extend(std::iter::once(&field.label).chain(&field.variants).map(|l| letters(l)));
    }
    for form in form::built_in() {
        all.extend(
            form.sections.iter().flat_map(|s| std::iter::once(&s.heading).chain(&s.variants)).map(|h| letters(h)),
        );
        for table in &form.tables {
            let grid = table.grid();
            let cells = grid.iter().filter(|g| !matches!(g.content, GridContent::Value(_)));
            all.extend(cells.filter_map(|g| g.content.label()).map(letters));
        }
    }
    all
}

/// A line of the input with its sheet and cell.
struct Line {
    sheet: String,
    cell: String,
    words: String,
}

/// The lines of all sheets except those of instructions and data.
fn input(path: &Path) -> Vec<Line> {
    let mut book: Sheets<_> = open_workbook_auto(path).unwrap();
    let mut lines = Vec::new();
    for name in book.sheet_names() {
        if [&labels().guide.sheet, &labels().data.sheet].contains(&&name) {
            continue;
        }
        let range = book.worksheet_range(&name).unwrap();
        let (top, left) = range.start().unwrap_or((0, 0));
        for (row, column, data) in range.used_cells() {
            let Data::String(text) = data else { continue };
            let at = nianbao::model::Address { row: top + row as u32, column: left + column as u32 };
            let words = text.split(['\n', '\r']).map(letters).filter(|w| !w.is_empty());
            lines.extend(words.map(|words| Line { sheet: name.clone(), cell: at.to_string(), words }));
        }
    }
    lines
}

fn without_tags(markup: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in markup.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&")];
    named.iter().fold(out, |text, (from, to)| text.replace(from, to))
}

/// The letters of a text output, read according to its format.
fn output(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let part = |name: &str| {
        let found = parts(&bytes).into_iter().find(|(n, _)| n == name);
        String::from_utf8(found.unwrap().1).unwrap()
    };
    letters(&match path.extension().and_then(|e| e.to_str()) {
        Some("docx") => without_tags(&part("word/document.xml")),
        // A text that looks like an escape sequence has its first character escaped.
        Some("xlsx") => without_tags(&part("xl/sharedStrings.xml")).replace("_x005F_", "_"),
        Some("html") => without_tags(&String::from_utf8(bytes).unwrap()),
        Some("json") => {
            let json: Value = serde_json::from_slice(&bytes).unwrap();
            // Origins are not part of the report's text.
            let parts = ["cover", "preface", "sections"].map(|name| texts(&json[name]));
            // A value with the unit that is written in its cell.
            let tables = json["tables"].as_array().unwrap().iter().flat_map(|t| t["values"].as_array().unwrap());
            let values = tables.map(|v| [&v["value"], &v["unit"]].map(|x| x.as_str().unwrap_or_default()).concat());
            parts.concat() + &values.collect::<String>()
        }
        other => panic!("{other:?}"),
    })
}

fn texts(json: &Value) -> String {
    match json {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(texts).collect(),
        Value::Object(members) => {
            let own = members.iter().filter(|(name, _)| !name.ends_with("origin") && *name != "key");
            own.map(|(_, value)| texts(value)).collect()
        }
        _ => String::new(),
    }
}

/// Checks one workbook; returns how many of its lines are in the outputs.
fn check(path: &Path, known: &BTreeSet<String>) -> usize {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("输出");
    let args = ["--to", "docx,xlsx,html,fragment,json", "--format", "json"].map(std::ffi::OsStr::new);
    let run = nianbao(&[&["convert".as_ref(), path.as_os_str(), "-o".as_ref(), out.as_os_str()][..], &args].concat());
    let line: Value = serde_json::from_str(&stdout(&run)).unwrap();
    let outputs: Vec<(PathBuf, String)> =
        crate::support::files(&out).iter().map(|f| out.join(f)).map(|f| (f.clone(), output(&f))).collect();
    assert_eq!(outputs.len(), 5, "{}: {line:#}", path.display());
    let reported = |line: &Line, all: &Value| {
        all.as_array().unwrap().iter().any(|f| {
            let place = |p: &Value| p["sheet"] == line.sheet.as_str() && p["cell"] == line.cell.as_str();
            let sheet = f["sheet"] == line.sheet.as_str() && f["cell"].is_null();
            (place(f) || sheet || f["related"].as_array().unwrap().iter().any(place)) && f["code"] != "N105"
        })
    };
    let mut published = 0;
    for own in input(path).iter().filter(|l| !known.contains(&l.words)) {
        let missing: Vec<_> = outputs.iter().filter(|(_, words)| !words.contains(&own.words)).collect();
        // Lines that every output contains are counted.
        published += usize::from(missing.is_empty());
        if !missing.is_empty() {
            let names: Vec<_> = missing.iter().map(|(f, _)| f.file_name().unwrap()).collect();
            let Line { sheet, cell, words } = own;
            assert!(
                reported(own, &line["findings"]),
                "{}: “{words}” in {sheet}!{cell} is not in {names:?}",
                path.display()
            );
        }
    }
    published
}

#[test]
fn every_word_of_the_samples_and_the_archive_is_accounted_for() {
    let known = furniture();
    let samples = fs::read_dir(sample("")).unwrap().chain(fs::read_dir(sample("archive")).unwrap());
    let mut paths: Vec<PathBuf> = samples.map(|e| e.unwrap().path()).collect();
    let readable = |p: &PathBuf| {
        let ending = p.extension().and_then(|e| e.to_str()).unwrap_or_default().to_owned();
        // calamine detects the format from the file extension.
        ["xlsx", "xlsm", "xlsb", "xls", "ods"].contains(&ending.as_str()) && !p.to_string_lossy().contains("模板")
    };
    paths.retain(readable);
    paths.sort();
    assert!(paths.len() >= 8, "{paths:?}");
    for path in paths {
        let published = check(&path, &known);
        assert!(published > 5, "{}: {published}", path.display());
    }
}

proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn every_word_of_generated_reports_is_accounted_for(Made(report) in any_report()) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("报告.xlsx");
        fs::write(&path, template::write(&report.form, Some(&report)).unwrap()).unwrap();
        let words = report.preface.len() + report.sections.iter().map(|s| s.paragraphs().count()).sum::<usize>();
        prop_assert!(check(&path, &furniture()) >= words);
    }
}

#[test]
fn words_that_are_left_out_are_reported() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("报告.xlsx");
    let mut book = Book::open(&sample("云泽市住房和城乡建设局-2023.xlsx"));
    book.text("封面", "C2", "这里请办公室再看一遍");
    book.text("一、总体情况", "C3", "数字还没有核对");
    book.text("五、问题与改进", "B3", "这段请李科长把关");
    book.save(&path);
    let known = furniture();
    assert!(check(&path, &known) > 5);
    let run = nianbao(&["check".as_ref(), path.as_os_str()]);
    let text = stdout(&run);
    for words in ["这里请办公室再看一遍", "数字还没有核对", "这段请李科长把关"] {
        assert!(text.contains(words), "{text}");
    }
}
