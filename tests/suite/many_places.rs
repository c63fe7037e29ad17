//! A workbook whose faults have very many places: a finding names the first and counts the others, in every format.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::{Book, SAMPLE, sample};
use serde_json::Value;

/// Number of cells outside all tables and sections.
const STRAY: usize = 300_000;
/// Number of places that a finding keeps besides its own.
const KEPT: usize = 250;

/// Writes the sample with numbers below the content of a sheet, `columns` per row.
fn strewn(path: &Path, columns: usize) {
    let name = |column: usize| -> String {
        let letter = |n: usize| char::from(b'A' + u8::try_from(n).unwrap());
        match column {
            0..26 => letter(column).to_string(),
            _ => [letter(column / 26 - 1), letter(column % 26)].iter().collect(),
        }
    };
    let names: Vec<String> = (0..columns).map(name).collect();
    let mut rows = String::new();
    for row in 1000..1000 + STRAY / columns {
        rows.push_str(&format!("<row r=\"{row}\">"));
        names.iter().for_each(|column| rows.push_str(&format!("<c r=\"{column}{row}\"><v>{row}</v></c>")));
        rows.push_str("</row>");
    }
    let mut book = Book::open(&sample(SAMPLE));
    book.replace("六、其他事项", "</sheetData>", &format!("{rows}</sheetData>"));
    book.save(path);
}

/// Runs the program with a limit of 256 MB for its data (on Linux); its fonts, which are part of the program file, do not count.
fn within_256_mb(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nianbao"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Pid, Resource, Rlimit, prlimit};
        let most = Rlimit { current: Some(256 << 20), maximum: Some(256 << 20) };
        prlimit(Some(Pid::from_child(&child)), Resource::Data, most).unwrap();
    }
    child.wait_with_output().unwrap()
}

/// The finding about the stray numbers among those of a record.
fn stray(record: &Value) -> &Value {
    let all = record["findings"].as_array().unwrap();
    let found: Vec<&Value> = all.iter().filter(|f| f["code"] == "N111").collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0]
}

#[test]
fn three_hundred_thousand_stray_numbers_cost_little_in_every_format() {
    for columns in [1, 600] {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
        let input = at("甲.xlsx");
        strewn(Path::new(&input), columns);
        let count = format!("等 {STRAY} 处不在官方表格之内");
        let rest = format!("另有 {} 处", STRAY - KEPT - 1);
        let check = |more: &[&str]| {
            let run = within_256_mb(&[&["check", &input, "--jobs", "1"], more].concat());
            assert_eq!(run.status.code(), Some(0), "{more:?}: {}", crate::support::stderr(&run));
            crate::support::stdout(&run)
        };
        assert!(check(&[]).contains(&count));
        for (format, name) in [("html", "页.html"), ("sarif", "甲.sarif"), ("junit", "甲.xml"), ("json", "甲.jsonl")]
        {
            let file = at(name);
            check(&["--format", format, "-o", &file]);
            let text = fs::read_to_string(&file).unwrap();
            assert!(text.len() < 200_000, "{format}: {} bytes", text.len());
            assert!(text.contains(&count), "{format}");
            match format {
                "html" | "sarif" => assert!(text.contains(&rest), "{format}"),
                "json" => {
                    let record: Value = serde_json::from_str(&text).unwrap();
                    let found = stray(&record);
                    assert_eq!(found["more"], STRAY - KEPT - 1);
                    assert_eq!(found["related"].as_array().unwrap().len(), KEPT);
                }
                _ => {}
            }
        }
        let marked = at("标记.xlsx");
        check(&["--mark", &marked]);
        let bytes = fs::read(&marked).unwrap();
        let book = nianbao::import::read_bytes("a.xlsx", &bytes, &nianbao::import::Limits::default()).unwrap();
        let shown = format!("{book:?}");
        assert!(shown.contains(&rest) && shown.contains("其余见原来的工作簿"));
    }
}

#[test]
fn what_is_written_of_very_many_places_is_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("各单位");
    fs::create_dir(&folder).unwrap();
    strewn(&folder.join("甲.xlsx"), 600);
    let out = dir.path().join("输出");
    let (input, to) = (folder.to_str().unwrap(), out.to_str().unwrap());
    let run = within_256_mb(&["convert", input, "-o", to, "--to", "json", "--jobs", "1"]);
    assert_eq!(run.status.code(), Some(0), "{}", crate::support::stderr(&run));
    let json =
        fs::read_dir(&out).unwrap().map(|e| e.unwrap().path()).find(|p| p.extension().is_some_and(|e| e == "json"));
    let json = json.unwrap();
    assert!(fs::metadata(&json).unwrap().len() < 400_000);
    let written: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!(stray(&written)["more"], STRAY - KEPT - 1);
    let manifest = fs::read_to_string(out.join("manifest.jsonl")).unwrap();
    assert!(manifest.contains(&format!("\"more\":{}", STRAY - KEPT - 1)), "{manifest}");
    // The finding read from the JSON is the same as that of the workbook.
    let again = within_256_mb(&["check", json.to_str().unwrap(), "--format", "json"]);
    let record: Value = serde_json::from_str(&crate::support::stdout(&again)).unwrap();
    let of = |f: &Value| ["message", "related", "more"].map(|name| f[name].clone());
    assert_eq!(of(stray(&record)), of(stray(&written)));
    let published = dir.path().join("公布");
    let run = within_256_mb(&["publish", input, "-o", published.to_str().unwrap(), "--jobs", "1"]);
    assert_eq!(run.status.code(), Some(0), "{}{}", crate::support::stdout(&run), crate::support::stderr(&run));
}

#[test]
fn very_many_faulty_cells_outside_the_tables_are_one_finding_of_each_kind() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("甲.xlsx");
    let mut rows = String::new();
    for row in 1000..21_000 {
        rows.push_str(&format!(
            "<row r=\"{row}\"><c r=\"B{row}\" t=\"e\"><v>#REF!</v></c><c r=\"C{row}\"><f>1+1</f></c></row>"
        ));
    }
    let mut book = Book::open(&sample(SAMPLE));
    book.replace("六、其他事项", "</sheetData>", &format!("{rows}</sheetData>"));
    book.save(&file);
    let run = within_256_mb(&["check", file.to_str().unwrap(), "--format", "json"]);
    assert_eq!(run.status.code(), Some(3), "{}", crate::support::stderr(&run));
    let record: Value = serde_json::from_str(&crate::support::stdout(&run)).unwrap();
    for code in ["N208", "N209"] {
        let found: Vec<&Value> = record["findings"].as_array().unwrap().iter().filter(|f| f["code"] == code).collect();
        assert_eq!((found.len(), &found[0]["more"]), (1, &Value::from(20_000 - 1 - KEPT)), "{code}");
        assert!(found[0]["message"].as_str().unwrap().contains("等 20000 处"), "{:?}", found[0]);
    }
}

#[test]
fn a_report_whose_json_could_not_be_read_again_is_refused_in_words() {
    use nianbao::cli::reading::examine;
    use nianbao::engine::Engine;
    use nianbao::import::Limits;
    use nianbao::pipeline::{Format, Setting, produce};
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("甲.xlsx");
    let text = |words: usize, times: usize| {
        let mut rows = String::new();
        for row in 100..100 + times {
            let words = "公开,".repeat(words / 3);
            rows.push_str(&format!(
                "<row r=\"{row}\"><c r=\"A{row}\" t=\"inlineStr\"><is><t>{words}</t></is></c></row>"
            ));
        }
        let mut book = Book::open(&sample(SAMPLE));
        book.replace("六、其他事项", "</sheetData>", &format!("{rows}</sheetData>"));
        book.save(&file);
        examine(&file, &Engine::default())
    };
    for (words, times, says) in [(3_000, 400, "正文超过上限 100 万字"), (210_000, 1, "一段文字超过上限 20 万字")]
    {
        let refused = text(words, times);
        assert!(refused.report.is_none(), "{says}");
        let found: Vec<&str> =
            refused.findings.iter().map(|f| f.message.as_str()).filter(|m| m.contains(says)).collect();
        assert_eq!(found.len(), 1, "{says}");
    }
    // A text just below the limits is written and read again.
    let whole = text(150_000, 6);
    let engine = Engine::default();
    let files = produce(whole.whole().unwrap(), &[Format::Json], &engine).unwrap();
    assert!(nianbao::pipeline::examine_bytes("x.json", &files[0].1, &engine).report.is_some());
    // A JSON above the size limit for reading is refused, whatever its content.
    let limits = Limits { file_bytes: 1 << 20, ..Limits::default() };
    let small = Engine::new(Setting { limits, ..Setting::default() });
    let message = produce(whole.whole().unwrap(), &[Format::Json], &small).unwrap_err().to_string();
    assert!(message.contains("超过再读入的上限 1 MB") && !message.contains("内部错误"), "{message}");
}
