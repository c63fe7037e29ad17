//! A user's own form: the example under `samples/` reads a province's statistics table with two columns of values.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{nianbao, sample, stdout};
use rust_xlsxwriter::{Workbook, Worksheet};
use serde_json::Value;

const ROWS: [(&str, &str); 15] = [
    ("主动公开政府信息数", "条"),
    ("其中：1.政府网站公开数", "条"),
    ("2.政府公报公开数", "条"),
    ("3.其他方式公开数", "条"),
    ("收到公开申请总数", "件"),
    ("其中：1.当面申请数", "件"),
    ("2.信函、传真申请数", "件"),
    ("3.网上申请数", "件"),
    ("答复申请总数", "件"),
    ("其中：1.同意公开答复数", "件"),
    ("2.部分公开答复数", "件"),
    ("3.不同意公开答复数", "件"),
    ("行政复议数", "件"),
    ("行政诉讼数", "件"),
    ("收取费用", "元"),
];
const YEAR: [u32; 15] = [90, 70, 5, 15, 6, 1, 2, 3, 6, 4, 1, 1, 0, 0, 12];

fn workbook(folder: &Path, total_of_requests: u32) -> PathBuf {
    let mut sheet = Worksheet::new();
    sheet.write(0, 0, "某县水务局2013年政府信息公开工作年度报告").unwrap();
    sheet.write(1, 0, "一、概述").unwrap();
    sheet.write(2, 0, "本年度工作平稳。").unwrap();
    sheet.write(4, 0, "政府信息公开工作情况统计表").unwrap();
    for (column, head) in ["指标名称", "计量单位", "年度", "历年累计"].into_iter().enumerate() {
        sheet.write(5, column as u16, head).unwrap();
    }
    for (i, ((label, unit), year)) in ROWS.iter().zip(YEAR).enumerate() {
        let row = 6 + i as u32;
        let total = if i == 4 { total_of_requests } else { year * 3 };
        sheet.write(row, 0, *label).unwrap().write(row, 1, *unit).unwrap();
        sheet.write(row, 2, year).unwrap().write(row, 3, total).unwrap();
    }
    let mut book = Workbook::new();
    book.push_worksheet(sheet);
    let path = folder.join("水务局.xlsx");
    book.save(&path).unwrap();
    path
}

fn run(path: &Path, form: bool) -> Value {
    let mut args: Vec<std::ffi::OsString> = vec!["check".into(), path.into(), "--format".into(), "json".into()];
    if form {
        args.extend(["--form".into(), sample("地方表样.toml").into()]);
    }
    serde_json::from_str(stdout(&nianbao(&args)).lines().next().unwrap()).unwrap()
}

fn codes(line: &Value) -> Vec<&str> {
    line["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect()
}

#[test]
fn the_table_of_a_province_is_read_by_the_example() {
    let dir = tempfile::tempdir().unwrap();
    let path = workbook(dir.path(), 18);
    let line = run(&path, true);
    assert_eq!(codes(&line), [""; 0], "{line:#}");
    assert_eq!((line["agency"].as_str(), line["edition"].as_str()), (Some("某县水务局"), Some("省统计表")));
    let out = dir.path().join("输出");
    let args =
        ["--form".into(), sample("地方表样.toml").into_os_string(), "--to".into(), "json,pdf,docx,xlsx,html".into()];
    let args: Vec<std::ffi::OsString> = args.to_vec();
    let run = nianbao(&[&["convert".into(), path.into(), "-o".into(), out.clone().into()][..], &args].concat());
    assert_eq!(run.status.code(), Some(0), "{}", stdout(&run));
    let json = fs::read(out.join("某县水务局2013年政府信息公开工作年度报告.json")).unwrap();
    let json: Value = serde_json::from_slice(&json).unwrap();
    let values = json["tables"][0]["values"].as_array().unwrap();
    let number = |v: &Value| v["value"].as_u64().or_else(|| v["value"].as_str().unwrap().parse().ok()).unwrap();
    let read: Vec<u64> = values.iter().map(number).collect();
    let expected: Vec<u64> = YEAR.iter().flat_map(|y| [u64::from(*y), u64::from(*y) * 3]).collect();
    assert_eq!(read, expected);
}

#[test]
fn its_relations_are_checked() {
    let dir = tempfile::tempdir().unwrap();
    let line = run(&workbook(dir.path(), 5), true);
    // The total is less than the number of the year, and it is not the sum of its parts.
    assert_eq!(codes(&line), ["K306", "K306"], "{line:#}");
}

#[test]
fn without_the_form_the_message_says_that_one_can_be_given() {
    let dir = tempfile::tempdir().unwrap();
    let line = run(&workbook(dir.path(), 18), false);
    let first = &line["findings"][0];
    assert_eq!(first["code"], "N206", "{line:#}");
    assert!(first["hint"].as_str().unwrap().contains("--form"), "{first:#}");
    assert_eq!((line["agency"].as_str(), line["year"].as_u64()), (Some("某县水务局"), Some(2013)));
}

#[test]
fn two_forms_with_one_id_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = workbook(dir.path(), 18);
    let text = fs::read_to_string(sample("地方表样.toml")).unwrap();
    let form = |name: &str, id: &str| {
        let file = dir.path().join(name);
        fs::write(&file, text.replacen("id = \"省统计表\"", &format!("id = \"{id}\""), 1)).unwrap();
        file
    };
    let (first, second, official) = (form("甲.toml", "省统计表"), form("乙.toml", "省统计表"), form("丙.toml", "2021"));
    let check = |forms: &[&Path]| {
        let forms = forms.iter().flat_map(|f| ["--form".as_ref(), f.as_os_str()]);
        nianbao(&["check".as_ref(), path.as_os_str()].into_iter().chain(forms).collect::<Vec<_>>())
    };
    for (forms, says) in [
        (&[first.as_path(), &second][..], &["甲.toml", "乙.toml", "“省统计表”"][..]),
        (&[&first, &first], &["甲.toml", "“省统计表”"]),
        (&[&first, &official], &["丙.toml", "2021 版"]),
    ] {
        let run = check(forms);
        let told = crate::support::stderr(&run);
        assert_eq!(run.status.code(), Some(2), "{told}");
        assert!(says.iter().all(|s| told.contains(s)), "{told}");
    }
    let other = form("丁.toml", "另一张");
    assert_ne!(check(&[&first, &other]).status.code(), Some(2));
}

#[test]
fn its_template_is_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("模板.xlsx");
    let form = sample("地方表样.toml");
    let edition = ["template".as_ref(), "--edition".as_ref(), "省统计表".as_ref(), "--form".as_ref(), form.as_os_str()];
    let run = nianbao(&[&edition[..], &["-o".as_ref(), path.as_os_str()]].concat());
    assert_eq!(run.status.code(), Some(0), "{}", crate::support::stderr(&run));
    let line = self::run(&path, true);
    assert!(!codes(&line).iter().any(|c| ["N206", "N203", "N202"].contains(c)), "{line:#}");
}
