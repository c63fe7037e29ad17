//! `tests/cases/*.toml`: each file is named after a problem and contains a sample, changes to it, and the expected findings.

use std::fs;
use std::path::Path;

use crate::support::{Book, SAMPLE, files, nianbao, sample, stdout};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The sample to change.
    base: Option<String>,
    #[serde(default)]
    edit: Vec<Edit>,
    /// The expected exit code of `convert`.
    exit: i32,
    /// All findings of severity error or warning, in order: code, then sheet!cell or `-`.
    findings: Vec<String>,
    /// Words that the first message must contain.
    #[serde(default)]
    says: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    sheet: String,
    cell: String,
    text: Option<String>,
    /// The runs of a rich text, as XML.
    rich: Option<String>,
    number: Option<String>,
    /// A formula; if `number` is given, it is the cached result.
    formula: Option<String>,
    error: Option<String>,
}

fn run(path: &Path) {
    let case: Case = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap_or_else(|e| panic!("{path:?}: {e}"));
    let name = path.file_stem().unwrap().to_str().unwrap();
    let mut book = Book::open(&sample(case.base.as_deref().unwrap_or(SAMPLE)));
    for e in &case.edit {
        if let Some(text) = &e.text {
            book.text(&e.sheet, &e.cell, text);
            continue;
        }
        if let Some(rich) = &e.rich {
            book.cell(&e.sheet, &e.cell, " t=\"inlineStr\"", &format!("<is>{rich}</is>"));
            continue;
        }
        let formula = e.formula.as_ref().map_or(String::new(), |f| format!("<f>{f}</f>"));
        let (kind, value) = match (&e.error, &e.number) {
            (Some(error), _) => (" t=\"e\"", format!("<v>{error}</v>")),
            (None, Some(number)) => ("", format!("<v>{number}</v>")),
            (None, None) => ("", String::new()),
        };
        book.cell(&e.sheet, &e.cell, kind, &format!("{formula}{value}"));
    }
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("输入.xlsx"), dir.path().join("输出"));
    book.save(&input);
    let run = nianbao(&[
        "convert".as_ref(),
        input.as_os_str(),
        "-o".as_ref(),
        out.as_os_str(),
        "--format".as_ref(),
        "json".as_ref(),
    ]);
    let json: serde_json::Value = serde_json::from_str(&stdout(&run)).unwrap();
    let told: Vec<&serde_json::Value> =
        json["findings"].as_array().unwrap().iter().filter(|f| f["severity"] != "note").collect();
    let place = |f: &serde_json::Value| match (f["sheet"].as_str(), f["cell"].as_str()) {
        (Some(sheet), Some(cell)) => format!("{sheet}!{cell}"),
        (Some(sheet), None) => sheet.to_owned(),
        _ => "-".to_owned(),
    };
    let found: Vec<String> = told.iter().map(|f| format!("{} {}", f["code"].as_str().unwrap(), place(f))).collect();
    assert_eq!(found, case.findings, "{name}: {told:#?}");
    assert_eq!(run.status.code(), Some(case.exit), "{name}");
    for words in &case.says {
        let message = told[0]["message"].as_str().unwrap();
        assert!(message.contains(words.as_str()), "{name}: {message}");
    }
    let written = files(&out).len();
    assert_eq!(written, if case.exit >= 3 { 0 } else { 3 }, "{name}: {:?}", files(&out));
}

#[test]
fn every_case_gives_its_findings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    cases.retain(|p| p.extension().is_some_and(|e| e == "toml"));
    cases.sort();
    assert!(cases.len() >= 10, "{cases:?}");
    for case in cases {
        run(&case);
    }
}
