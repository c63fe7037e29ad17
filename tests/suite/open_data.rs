//! Open data: JSON validated against its schema and read again, CSV read by an independent reader, both also in runs over
//! many reports.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::generated::{Made, any_report, config, difference};
use crate::support::{Book, SAMPLE, files, nianbao, sample, stderr, stdout};
use nianbao::cli::reading::examine;
use nianbao::engine::Engine;
use nianbao::export::{csv, json, template};
use nianbao::form::{self, labels};
use nianbao::model::{Code, Origins, Report, Severity, Value, Whole};
use nianbao::pipeline::{Examined, Format, examine_bytes, produce};
use proptest::prelude::*;
use serde_json::Value as Json;

fn read(bytes: &[u8]) -> Examined {
    examine_bytes("x.json", bytes, &Engine::default())
}

fn written(examined: &Examined) -> Vec<u8> {
    json::write(examined.whole().unwrap())
}

fn agrees(bytes: &[u8]) {
    let (text, schema) = (std::str::from_utf8(bytes).unwrap(), serde_json::from_str(&json::schema()).unwrap());
    assert!(text.ends_with("}\n") && !text.contains('\r'));
    assert_eq!(crate::support::schema::disagreement(&schema, &serde_json::from_str(text).unwrap()), None);
}

/// Checks that the JSON of a report is read as the same report, and that all its output files have the same bytes.
fn comes_back(examined: &Examined, formats: &[Format]) {
    let bytes = written(examined);
    agrees(&bytes);
    let again = read(&bytes);
    assert_eq!(again.findings, examined.findings);
    assert_eq!(again.origins, examined.origins);
    let (a, b) = (examined.report.as_ref().unwrap(), again.report.as_ref().unwrap());
    assert!(a == b, "{}", difference(a, b).unwrap());
    let known = |e: &Examined| (e.agency.clone(), e.year, e.edition.clone());
    assert_eq!(known(&again), known(examined));
    let files = |e: &Examined| produce(e.whole().unwrap(), formats, &Engine::default()).unwrap();
    for ((format, one), (_, other)) in files(examined).into_iter().zip(files(&again)) {
        assert!(one == other, "{format:?}");
    }
}

fn samples() -> Vec<PathBuf> {
    let folders = [sample(""), sample("archive")];
    let all = folders.iter().flat_map(|f| files(f).into_iter().map(|n| f.join(n)));
    all.filter(|p| p.extension().is_some() && !p.to_string_lossy().contains("模板"))
        .filter(|p| p.extension().unwrap() != "json")
        .collect()
}

#[test]
fn every_sample_comes_back_from_its_json() {
    let mut read = 0;
    for path in samples() {
        let examined = examine(&path, &Engine::default());
        // Files that are not workbooks, such as the TOML files, contain no report.
        if examined.report.is_some() {
            comes_back(&examined, &Format::ALL);
            read += 1;
        }
    }
    assert!(read >= 5, "{read}");
}

/// A workbook with much to report: blanks, units, marks, sums that do not balance, a year outside the edition.
#[test]
fn what_was_found_in_a_workbook_comes_back_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.xlsx");
    let mut book = Book::open(&sample(SAMPLE));
    book.text("封面", "B3", "2020");
    book.text("封面", "B4", "");
    book.text("二、主动公开", "B4", "３件");
    book.text("三、依申请公开", "D6", "/");
    book.text("三、依申请公开", "D7", "7");
    book.text("六、其他事项", "A3", "本年度收取信息处理费0元,无其他 事项\u{200b}。");
    book.text("六、其他事项", "A4", "⼀般𠮷");
    book.save(&path);
    let examined = examine(&path, &Engine::default());
    let codes: Vec<_> = examined.findings.iter().map(|f| f.code.name()).collect();
    for code in ["N101", "N103", "N104", "N105", "N110", "P602"] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
    assert!(codes.iter().any(|c| c.starts_with('K')), "{codes:?}");
    comes_back(&examined, &Format::ALL);
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn generated_reports_come_back_from_their_json(Made(report) in any_report()) {
        // First from a workbook, with origins, then directly, without origins.
        let book = template::write(&report.form, Some(&report)).unwrap();
        let engine = Engine::default();
        let examined = examine_bytes("x.xlsx", &book, &engine);
        comes_back(&examined, &[Format::Xlsx, Format::Json, Format::Csv]);
        let (findings, origins) = (&[], &Origins::default());
        let bytes = json::write(Whole { report: &report, origins, findings });
        agrees(&bytes);
        let again = read(&bytes);
        let again = again.report.as_ref().unwrap();
        prop_assert!(*again == report, "{}", difference(again, &report).unwrap());
        values_read_back(&report);
    }
}

proptest! {
    #![proptest_config(config(4))]

    #[test]
    fn generated_reports_give_the_same_files_from_their_json(Made(report) in any_report()) {
        let book = template::write(&report.form, Some(&report)).unwrap();
        let examined = examine_bytes("x.xlsx", &book, &Engine::default());
        comes_back(&examined, &Format::ALL);
    }
}

/// Returns numbers and marks that have a special meaning somewhere in a report.
fn spoilers() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "null",
        "-1",
        "1e400",
        "18446744073709551615",
        "18446744073709551616",
        "\"\"",
        "\"79228162514264337593543950335\"",
        "[]",
        "{}",
        "true",
        "\"\\ud800\"",
        "\"\\u0000\"",
        "{\"sheet\":\"\",\"written\":\"\"}",
        ",",
        "]",
        "}",
        "\u{feff}",
    ])
}

proptest! {
    #![proptest_config(config(400))]

    /// Whatever replaces a value, the result is an error message or a report, never an internal fault.
    #[test]
    fn a_json_that_was_spoiled_anywhere_does_no_harm(at in 0usize..10_000, with in spoilers()) {
        use std::sync::LazyLock;
        static GOOD: LazyLock<String> = LazyLock::new(|| {
            String::from_utf8(written(&examine(&sample(SAMPLE), &Engine::default()))).unwrap()
        });
        // A value ends at a comma, a bracket or the end of the line.
        let starts: Vec<usize> = GOOD.match_indices("\":").map(|(i, _)| i + 2).collect();
        let start = starts[at % starts.len()];
        let end = start + GOOD[start..].find([',', '}', '\n']).unwrap();
        let examined = read(format!("{}{with}{}", &GOOD[..start], &GOOD[end..]).as_bytes());
        prop_assert!(examined.findings.iter().all(|f| f.code != Code::X901), "{with} at {start}");
        prop_assert!(examined.report.is_some() || examined.findings.len() == 1);
        if examined.report.is_some() {
            let files = produce(examined.whole().unwrap(), &[Format::Xlsx, Format::Json, Format::Csv], &Engine::default());
            prop_assert!(files.is_ok());
        }
    }
}

// ---- CSV ----

/// Parses CSV into rows of fields, according to RFC 4180.
fn rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let (mut chars, mut quoted) = (text.chars().peekable(), false);
    while let Some(c) = chars.next() {
        let row = rows.last_mut().unwrap();
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => row.last_mut().unwrap().push(chars.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\r' if !quoted => {
                assert_eq!(chars.next(), Some('\n'));
                rows.push(vec![String::new()]);
            }
            '\n' if !quoted => panic!("a bare line feed"),
            c => row.last_mut().unwrap().push(c),
        }
    }
    assert!(!quoted && rows.pop() == Some(vec![String::new()]), "the last line does not end");
    rows
}

/// Checks that the CSV of a report contains each of its values unchanged.
fn values_read_back(report: &Report) {
    let bytes = csv::write(report);
    let text = std::str::from_utf8(&bytes).unwrap().strip_prefix('\u{feff}').unwrap();
    let rows = rows(text);
    assert_eq!(rows[0], labels().data.csv);
    let values: Vec<&Value> = report.tables.iter().flatten().collect();
    assert_eq!(rows.len(), values.len() + 1);
    for (row, value) in rows[1..].iter().zip(values) {
        let agency = &report.cover.agency;
        assert_eq!(row.len(), 7);
        assert_eq!(row[0].strip_prefix('\'').unwrap_or(&row[0]), agency);
        assert!(!row[0].starts_with(['=', '+', '-', '@']));
        assert_eq!(row[1], report.cover.year.to_string());
        let number = match value {
            Value::Blank | Value::NotApplicable => value.to_string(),
            _ => value.number().to_string(),
        };
        assert_eq!(row[5], number);
        assert!(value.unit().is_none_or(|u| u.word() == row[6]));
    }
}

// ---- hostile JSON ----

/// Checks that the JSON of the sample is refused with these words after a change.
fn refused(change: impl FnOnce(&mut Json), says: &str) {
    let mut json: Json = serde_json::from_slice(&written(&examine(&sample(SAMPLE), &Engine::default()))).unwrap();
    change(&mut json);
    let examined = read(&serde_json::to_vec(&json).unwrap());
    assert!(examined.report.is_none(), "{says}");
    let [told] = &examined.findings[..] else { panic!("{:?}", examined.findings) };
    assert_eq!((told.code, told.severity), (Code::N211, Severity::Error));
    assert!(told.message.contains(says), "{says}: {}", told.message);
}

#[test]
fn what_is_no_report_of_its_form_is_refused_where_it_is_wrong() {
    refused(|j| j["version"] = 2.into(), "JSON 的 version 是 2");
    let editions = form::built_in().iter().map(|f| f.id.as_str()).collect::<Vec<_>>().join("、");
    let unknown = format!("edition.id 是“2031”，没有这一版表样，可以是 {editions}");
    refused(|j| j["edition"]["id"] = "2031".into(), &unknown);
    refused(|j| j["edition"]["id"] = "2019".into(), "edition.digest 不是这里的 2019 版表样");
    refused(|j| j["edition"]["digest"] = "0".repeat(64).into(), "edition.digest");
    refused(|j| _ = j.as_object_mut().unwrap().remove("tables"), "JSON 的 tables 缺少");
    refused(|j| j["extra"] = 1.into(), "extra 不是这里的项目名");
    refused(|j| j["cover"] = 1.into(), "cover 应当是对象");
    refused(|j| j["cover"]["agency"] = "".into(), "cover.agency 是空的");
    refused(|j| j["cover"]["agency"] = "甲\n乙".into(), "cover.agency 里有换行");
    refused(|j| j["cover"]["agency"] = "甲\u{202e}乙".into(), "U+202E");
    refused(|j| j["cover"]["year"] = 24.into(), "cover.year 不是四位年份");
    refused(|j| j["cover"]["year"] = "2024".into(), "cover.year 应当是整数");
    refused(|j| j["cover"]["year"] = 2023.into(), "cover.year 是 2023，标题写的是 2024");
    refused(|j| j["sections"][1]["key"] = "x".into(), "sections[1].key 是“x”，表样里没有");
    refused(|j| j["sections"][1] = j["sections"][0].clone(), "写了两次");
    refused(|j| _ = j["sections"].as_array_mut().unwrap().remove(3), "sections 里缺少");
    refused(|j| j["sections"][0]["heading"] = "概况".into(), "sections[0].heading 与表样的");
    refused(|j| j["sections"][0]["after"] = j["sections"][0]["before"].clone(), "sections[0].after 应当是空的");
    refused(|j| j["sections"][0]["before"][0]["level"] = 1.into(), "before[0].level 应当是 0、2 或 3");
    refused(|j| j["sections"][0]["before"][0]["level"] = (-1).into(), "before[0].level");
    refused(|j| j["sections"][0]["before"][0]["text"] = "甲\u{0}".into(), "U+0000");
    refused(|j| j["sections"][0]["before"][0]["text"] = "⼀".into(), "U+2F00");
    refused(|j| j["tables"][1]["key"] = "x".into(), "tables[1].key 是“x”");
    refused(|j| j["tables"][1]["name"] = "表九".into(), "tables[1].name 与表样的“表三”不同");
    let value = |j: &mut Json, name: &str, to: Json| j["tables"][1]["values"][3][name] = to;
    refused(|j| value(j, "value", "12".into()), "tables[1].values[3].value 应当是整数，不加引号（表三“");
    refused(|j| value(j, "value", (-1).into()), "应当是 0 或正整数");
    refused(|j| value(j, "value", 1.5.into()), "应当是整数");
    refused(|j| value(j, "value", Json::Null), "应当是整数");
    refused(|j| value(j, "value", 1_000_000_000_000_000u64.into()), "values[3].value 超过 15 位");
    refused(|j| value(j, "value", 9_007_199_254_740_993u64.into()), "表格程序不能准确保存，请核对后改正（表三“");
    refused(|j| value(j, "value", 1e30.into()), "应当是整数");
    refused(|j| value(j, "kind", "amount".into()), "kind 应当是 count（件数）");
    refused(|j| value(j, "kind", "blank".into()), "应当是 null");
    refused(|j| value(j, "unit", "万元".into()), "unit 应当是null");
    refused(|j| value(j, "row", "x.y".into()), "x.y");
    refused(|j| value(j, "row_path", Json::Array(vec!["甲".into()])), "row_path 与表样的");
    refused(|j| j["tables"][1]["values"][3] = j["tables"][1]["values"][4].clone(), "写了两次");
    refused(|j| _ = j["tables"][1]["values"].as_array_mut().unwrap().remove(7), "tables[1].values 缺少表三“");
    let money = |j: &Json| {
        let all = j["tables"][0]["values"].as_array().unwrap();
        all.iter().position(|v| v["kind"] == "amount").unwrap()
    };
    for wrong in [Json::from(1.5), "1e3".into(), "-1".into(), "1,000".into(), "9".repeat(40).into(), "0.".into()] {
        refused(
            |j| {
                let i = money(j);
                j["tables"][0]["values"][i]["value"] = wrong;
            },
            "value 应当是",
        );
    }
    refused(
        |j| {
            let i = money(j);
            j["tables"][0]["values"][i]["unit"] = "元".into();
        },
        "unit 应当是“万元”",
    );
    refused(|j| j["tables"][1]["values"][3]["origin"]["cell"] = "三".into(), "origin.cell 不是单元格地址");
    refused(|j| j["findings"] = serde_json::json!([1]), "findings[0] 应当是对象");
}

#[test]
fn a_number_changed_by_hand_is_the_number_and_no_cell_is_blamed_for_it() {
    let examined = examine(&sample(SAMPLE), &Engine::default());
    assert!(examined.findings.iter().all(|f| f.severity == Severity::Note), "{:?}", examined.findings);
    let mut json: Json = serde_json::from_slice(&written(&examined)).unwrap();
    let old = json["tables"][1]["values"][0].clone();
    json["tables"][1]["values"][0]["value"] = 987_654.into();
    json["sections"][0]["before"][1]["text"] = "改过的一段。".into();
    // Findings stated in the file are not trusted.
    json["findings"] = serde_json::json!([
        { "code": "K301", "severity": "error", "stage": "reading", "message": "伪造", "related": [] },
        { "code": "N107", "severity": "note", "stage": "report", "message": "伪造", "related": [] },
        { "code": "N211", "severity": "note", "stage": "reading", "message": "伪造", "related": [] },
        { "code": "N999", "severity": "error", "stage": "reading", "message": "伪造", "related": [] },
        { "code": "N105", "severity": "error", "stage": "reading", "message": "读时改了标点", "related": [] },
    ]);
    let again = read(&serde_json::to_vec(&json).unwrap());
    let report = again.report.as_ref().unwrap();
    assert_eq!(report.tables[1][0], Value::Count(987_654));
    let messages: Vec<&str> = again.findings.iter().map(|f| f.message.as_str()).collect();
    assert!(!messages.iter().any(|m| m.contains("伪造")), "{messages:?}");
    assert!(
        again.findings.iter().any(|f| f.code.name().starts_with('K') && f.severity == Severity::Error),
        "{messages:?}"
    );
    let repeated = again.findings.iter().find(|f| f.code == Code::N105).unwrap();
    assert_eq!(repeated.severity, Severity::Note);
    let cell = old["origin"]["cell"].as_str().unwrap();
    let edited: Vec<_> = again.findings.iter().filter(|f| f.code == Code::N116).collect();
    assert_eq!(edited.len(), 2, "{messages:?}");
    assert!(edited[0].message.contains("987654") && edited[0].message.contains(cell), "{}", edited[0].message);
    assert!(edited[0].message.contains(&format!("{cell} 读到的是")), "{}", edited[0].message);
    assert!(edited[1].message.contains("sections[0].before[1]"), "{}", edited[1].message);
    // An edited JSON is not skipped beside its workbook; an unedited one is.
    assert!(!again.is_own && read(&written(&examined)).is_own);
    // The changes are reported once; after that, the JSON has no origins for them.
    let text = String::from_utf8(written(&again)).unwrap();
    let now: Json = serde_json::from_str(&text).unwrap();
    assert!(now["tables"][1]["values"][0].get("origin").is_none());
    comes_back(&again, &Format::ALL);
}

#[test]
fn money_is_told_to_the_last_digit() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.xlsx");
    let form = form::built_in()[0].clone();
    let slot = (0..form.tables[0].slot_count()).find(|s| form.tables[0].kind(*s).0 == form::ValueKind::Amount).unwrap();
    let whole = examine(&sample(SAMPLE), &Engine::default());
    let at = nianbao::model::Place::Value { table: 0, slot };
    let source = whole.origins.source(at).unwrap().clone();
    for (text, value) in [("-0", "0"), ("0.00", "0.00"), ("160.59640", "160.59640"), ("0.1234元", "0.00001234")] {
        let mut book = Book::open(&sample(SAMPLE));
        book.text(&source.sheet, &source.cell.unwrap().to_string(), text);
        book.save(&path);
        let examined = examine(&path, &Engine::default());
        let json: Json = serde_json::from_slice(&written(&examined)).unwrap();
        assert_eq!(json["tables"][0]["values"][slot]["value"], value, "{text}");
        comes_back(&examined, &[Format::Xlsx, Format::Json, Format::Csv]);
    }
}

#[test]
fn blanks_in_a_json_are_settled_as_in_a_workbook() {
    let report = Report { cover: some_cover(), ..Report::blank(form::built_in()[0].clone()) };
    let bytes = json::write(Whole { report: &report, origins: &Origins::default(), findings: &[] });
    agrees(&bytes);
    assert!(std::str::from_utf8(&bytes).unwrap().contains("\"kind\":\"blank\",\"unit\":null,\"value\":null"));
    let examined = read(&bytes);
    assert!(examined.findings.iter().any(|f| f.code == Code::N101));
    assert!(examined.report.as_ref().unwrap().tables.iter().flatten().all(|v| *v != Value::Blank));
    comes_back(&examined, &[Format::Json]);
}

fn some_cover() -> nianbao::model::Cover {
    let title = nianbao::compose::made_title("某局", 2024);
    nianbao::model::Cover { agency: "某局".into(), year: 2024, title, ..Default::default() }
}

/// Members in any order, a byte order mark, spaces and Windows line ends: the same report.
#[test]
fn the_way_a_json_is_laid_out_says_nothing() {
    let examined = examine(&sample(SAMPLE), &Engine::default());
    let bytes = written(&examined);
    // Sorted by name, on one line.
    let sorted = serde_json::to_vec(&serde_json::from_slice::<Json>(&bytes).unwrap()).unwrap();
    let windows = format!("\u{feff}{}", String::from_utf8(bytes.clone()).unwrap().replace('\n', "\r\n"));
    for other in [&sorted[..], windows.as_bytes()] {
        assert!(written(&read(other)) == bytes);
    }
    // Truncated anywhere, it is a damaged report and causes no panic.
    for cut in (200..bytes.len() - 2).step_by(997) {
        let examined = read(&bytes[..cut]);
        assert_eq!(examined.findings.len(), 1);
        assert!(examined.findings[0].message.contains("JSON 报告"), "{}", examined.findings[0].message);
    }
}

#[test]
fn the_schema_that_is_kept_is_the_one_that_holds() {
    let kept = fs::read_to_string(sample("report.schema.json")).unwrap();
    assert!(kept == json::schema(), "run `cargo xtask schema`");
}

// ---- the program ----

fn convert(inputs: &[&Path], out: &Path, more: &[&str]) -> std::process::Output {
    let mut args = vec!["convert".as_ref(), "-o".as_ref(), out.as_os_str()];
    args.extend(inputs.iter().map(|i| i.as_os_str()));
    args.extend(more.iter().map(std::ffi::OsStr::new));
    nianbao(&args)
}

/// Returns the outputs of one format, without the tables of the whole run.
fn with_ending(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let own = |name: &String| name.ends_with(ending) && !name.starts_with(&labels().data.run);
    files(folder).into_iter().filter(own).map(|n| folder.join(n)).collect()
}

#[test]
fn a_folder_of_json_gives_what_the_folder_of_workbooks_gave() {
    let dir = tempfile::tempdir().unwrap();
    let (first, second) = (dir.path().join("一"), dir.path().join("二"));
    let run = convert(&[&sample("archive")], &first, &["--to", "pdf,docx,xlsx,json,csv"]);
    assert_eq!(run.status.code(), Some(0), "{}{}", stdout(&run), stderr(&run));
    let json = dir.path().join("报告");
    fs::create_dir(&json).unwrap();
    // The format is detected from the content, not from the file name.
    for (i, path) in with_ending(&first, ".json").iter().enumerate() {
        fs::copy(path, json.join(if i == 0 { "没有扩展名".to_owned() } else { format!("{i}.json") })).unwrap();
    }
    let count = files(&json).len();
    assert!(count >= 6);
    fs::write(json.join("别的.json"), "{\"a\":[1,2]}").unwrap();
    fs::copy(first.join("manifest.jsonl"), json.join("manifest.jsonl")).unwrap();
    fs::copy(first.join("数据.csv"), json.join("数据.csv")).unwrap();
    fs::copy(with_ending(&first, ".csv").remove(0), json.join("甲.csv")).unwrap();
    let run = convert(&[&json], &second, &["--to", "pdf,docx,xlsx,json,csv", "--format", "json"]);
    assert_eq!(run.status.code(), Some(0), "{}{}", stdout(&run), stderr(&run));
    assert_eq!(stdout(&run).matches("\"skipped\"").count(), 4, "{}", stdout(&run));
    for ending in [".pdf", ".docx", ".json", ".csv"] {
        let (a, b) = (with_ending(&first, ending), with_ending(&second, ending));
        assert_eq!(a.len(), count, "{ending}");
        for (a, b) in a.iter().zip(&b) {
            assert!(a.file_name() == b.file_name() && fs::read(a).unwrap() == fs::read(b).unwrap(), "{}", a.display());
        }
    }
    // The files contain nothing about the machine.
    for path in with_ending(&first, ".json") {
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(env!("CARGO_MANIFEST_DIR")) && !text.contains("archive"), "{}", path.display());
    }
}

#[test]
fn a_spoiled_report_in_a_folder_is_a_failure_and_not_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("入"), dir.path().join("出"));
    convert(&[&sample(SAMPLE)], &input, &["--to", "json"]);
    let path = with_ending(&input, ".json").remove(0);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\"cover\": {", "\"cover\": ", 1)).unwrap();
    let run = convert(&[&input], &out, &[]);
    assert_eq!(run.status.code(), Some(3), "{}", stdout(&run));
    assert!(stdout(&run).contains("不合 JSON 的写法") && stdout(&run).contains("I101"), "{}", stdout(&run));
    // A file that the user names explicitly must be a report.
    fs::write(dir.path().join("别的.json"), "{}").unwrap();
    let csv = dir.path().join("数据.csv");
    fs::write(&csv, csv::head()).unwrap();
    for (path, says) in [(dir.path().join("别的.json"), "这是 JSON 文件"), (csv, "nianbao 写出的 CSV")] {
        let run = nianbao(&["check".as_ref(), path.as_os_str()]);
        assert_eq!(run.status.code(), Some(3));
        assert!(stdout(&run).contains(says), "{}", stdout(&run));
    }
}

#[test]
fn the_table_of_a_run_is_the_tables_of_its_reports() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("入");
    fs::create_dir(&input).unwrap();
    for (i, year) in [2022, 2023, 2024].iter().enumerate() {
        let mut book = Book::open(&sample(SAMPLE));
        book.text("封面", "B2", &format!("第{i}局"));
        book.text("封面", "B3", &year.to_string());
        book.text("封面", "B4", "");
        book.save(&input.join(format!("{i}.xlsx")));
    }
    let (whole, parts) = (dir.path().join("整"), dir.path().join("分"));
    convert(&[&input], &whole, &["--to", "csv,json"]);
    let table = fs::read(whole.join("数据.csv")).unwrap();
    let mut joined = csv::head().into_bytes();
    for path in with_ending(&whole, ".csv") {
        joined.extend(&fs::read(path).unwrap()[csv::head().len()..]);
    }
    assert!(table == joined && rows(std::str::from_utf8(&table).unwrap()).len() > 600);
    // Again with nothing to do, and in shards that are merged.
    fs::remove_file(whole.join("数据.csv")).unwrap();
    let again = convert(&[&input], &whole, &["--to", "csv,json"]);
    assert!(stdout(&again).contains("其中 3 份没有变化"), "{}", stdout(&again));
    assert!(fs::read(whole.join("数据.csv")).unwrap() == table);
    for shard in ["1/2", "2/2"] {
        convert(&[&input], &parts, &["--to", "csv,json", "--shard", shard]);
    }
    assert!(!parts.join("数据.csv").exists());
    let manifests = [1, 2].map(|i| parts.join(format!("manifest-{i}-of-2.jsonl")));
    let [a, b] = manifests.each_ref();
    let run = nianbao(&["merge-manifests".as_ref(), a.as_os_str(), b.as_os_str(), "-o".as_ref(), parts.as_os_str()]);
    assert_eq!(run.status.code(), Some(0), "{}{}", stdout(&run), stderr(&run));
    assert!(fs::read(parts.join("数据.csv")).unwrap() == table);
    // Without CSV there is no table of the run.
    let other = dir.path().join("另");
    convert(&[&input], &other, &["--to", "json"]);
    assert!(!other.join("数据.csv").exists());
}

/// If the cell of a text is unknown, the part of the report is named.
#[test]
fn a_finding_without_a_cell_names_the_part_of_the_report() {
    let mut json: Json = serde_json::from_slice(&written(&examine(&sample(SAMPLE), &Engine::default()))).unwrap();
    let section = &mut json["sections"][5];
    section.as_object_mut().unwrap().remove("origin");
    section["before"] = serde_json::json!([{ "level": 0, "text": "手机13812345678，未收取信息处理费。" }]);
    let found = read(&serde_json::to_vec(&json).unwrap()).findings;
    let told = found.iter().find(|f| f.code == Code::P601).unwrap();
    assert!(told.message.starts_with("“六、其他事项”第 1 段有手机号码"), "{}", told.message);
}

/// The rest of a file name is the sender's own matter: only the title in it is disclosed.
#[test]
fn a_title_from_the_name_of_a_file_comes_back_and_the_name_is_not_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("03-老城区科学技术局2024年政府信息公开工作年度报告.xlsx");
    let mut book = Book::open(&sample(SAMPLE));
    for cell in ["B2", "B3", "B4"] {
        book.cell("封面", cell, "", "");
    }
    book.save(&path);
    let examined = examine(&path, &Engine::default());
    let json = written(&examined);
    let text = String::from_utf8(json.clone()).unwrap();
    assert!(text.contains("标题取自文件名") && !text.contains("03-"), "{text}");
    assert_eq!(written(&read(&json)), json);
}
