//! `nianbao aggregate` from the user's point of view: what is summed, what is refused, what is written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::{Book, SAMPLE, files, nianbao, sample, stderr, stdout};
use nianbao::form::labels;
use nianbao::import::{Limits, read_bytes};
use nianbao::model::{Severity, Value};
use nianbao::normalize::{self, Options, normalize};
use serde_json::Value as Json;

/// The blank template of the form in which money has no unit.
const MONEY: &str = "标准模板-2019.xlsx";

/// Writes the report of a unit: a sample with another agency and with these cells changed.
fn unit(folder: &Path, file: &str, from: &str, agency: &str, cells: &[(&str, &str, &str)]) -> PathBuf {
    let mut book = Book::open(&sample(from));
    let cover = &labels().cover.sheet;
    book.text(cover, "B2", agency);
    book.text(cover, "B4", "");
    if from == MONEY {
        book.cell(cover, "B3", "", "<v>2020</v>");
    }
    for (sheet, cell, text) in cells {
        match text.parse::<f64>() {
            Ok(_) => book.cell(sheet, cell, "", &format!("<v>{text}</v>")),
            Err(_) => book.text(sheet, cell, text),
        }
    }
    fs::create_dir_all(folder).unwrap();
    let path = folder.join(file);
    book.save(&path);
    path
}

struct Run {
    out: PathBuf,
    run: Output,
}

/// Sums a folder into `汇总.xlsx` beside it.
fn aggregate(folder: &Path, more: &[&str]) -> Run {
    let out = folder.parent().unwrap().join("汇总.xlsx");
    let mut args = vec!["aggregate".as_ref(), folder.as_os_str(), "-o".as_ref(), out.as_os_str()];
    args.extend(more.iter().map(std::ffi::OsStr::new));
    Run { run: nianbao(&args), out }
}

impl Run {
    /// Checks that nothing is written, and that the output contains words that name the problem.
    fn refused(&self, code: i32, words: &[&str]) {
        let text = stdout(&self.run) + &stderr(&self.run);
        assert_eq!(self.run.status.code(), Some(code), "{text}");
        for w in words {
            assert!(text.contains(w), "{w}: {text}");
        }
        assert!(!self.out.exists());
    }
}

/// Returns the values of a workbook's tables, read like any other report.
fn tables(path: &Path) -> Vec<Vec<Value>> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let read = normalize(
        &read_bytes(name, &fs::read(path).unwrap(), &Limits::default()).unwrap(),
        &Options::default(),
        &normalize::Cache::default(),
    );
    let loud: Vec<_> = read.findings.iter().filter(|f| f.severity > Severity::Note).collect();
    assert!(loud.is_empty(), "{loud:?}");
    read.report.unwrap().tables
}

#[test]
fn units_are_summed_slot_by_slot_and_the_result_is_converted_as_any_report() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("各单位");
    let name = "云泽市住房和城乡建设局-2023.xlsx";
    let parts = ["甲局", "乙局", "丙局"].map(|n| unit(&folder, &format!("{n}.xlsx"), name, n, &[]));
    let Run { out, run } = aggregate(&folder, &["--agency", "云泽市人民政府"]);
    assert_eq!(run.status.code(), Some(0), "{}", stdout(&run));
    assert!(stdout(&run).contains("汇总了 3 个单位"), "{}", stdout(&run));
    let one = tables(&parts[0]);
    let (mut compared, sum) = (0, tables(&out));
    for (a, b) in one.iter().flatten().zip(sum.iter().flatten()) {
        assert_eq!(a.number() + a.number() + a.number(), b.number());
        compared += usize::from(!a.number().is_zero());
    }
    assert!(compared > 20, "{compared}");
    let converted = dir.path().join("公开");
    let args =
        ["convert".as_ref(), out.as_os_str(), "-o".as_ref(), converted.as_os_str(), "--to".as_ref(), "xlsx".as_ref()];
    let run = nianbao(&args);
    // Only the text remains to be written.
    assert_eq!(run.status.code(), Some(1), "{}", stdout(&run));
    assert!(stdout(&run).contains("没有内容") && !stdout(&run).contains("警告"), "{}", stdout(&run));
    assert_eq!(files(&converted), ["云泽市人民政府2023年政府信息公开工作年度报告.xlsx"]);
}

#[test]
fn a_sum_among_the_inputs_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("各单位");
    unit(&folder, "甲.xlsx", SAMPLE, "甲局", &[]);
    let Run { out, run } = aggregate(&folder, &["--agency", "某区"]);
    assert!(!stdout(&run).contains("A809"), "{}", stdout(&run));
    fs::rename(&out, folder.join("旧汇总.xlsx")).unwrap();
    let Run { run, .. } = aggregate(&folder, &[]);
    let text = stdout(&run);
    assert!(text.contains("某区（") && text.contains("旧汇总.xlsx）本身是汇总") && text.contains("A809"), "{text}");
}

#[test]
fn the_order_of_inputs_does_not_change_a_byte() {
    let dir = tempfile::tempdir().unwrap();
    let a = unit(dir.path(), "a.xlsx", SAMPLE, "甲局", &[]);
    let b = unit(dir.path(), "b.xlsx", SAMPLE, "乙局", &[("三、依申请公开", "D5", "3")]);
    let written = |inputs: [&Path; 2], name: &str| {
        let out = dir.path().join(name);
        nianbao(&["aggregate".as_ref(), inputs[0].as_os_str(), inputs[1].as_os_str(), "-o".as_ref(), out.as_os_str()]);
        fs::read(out).unwrap()
    };
    assert_eq!(written([&a, &b], "1.xlsx"), written([&b, &a], "2.xlsx"));
}

#[test]
fn money_is_converted_and_money_without_a_unit_is_refused_by_its_cell() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("各单位");
    let sheet = "二、主动公开";
    let cell = money_cell(&unit(dir.path(), "某.xlsx", MONEY, "某局", &[]));
    unit(&folder, "甲.xlsx", MONEY, "甲局", &[(sheet, &cell, "251000.01元")]);
    unit(&folder, "乙.xlsx", MONEY, "乙局", &[(sheet, &cell, "160.5964万元")]);
    let Run { out, run } = aggregate(&folder, &["--agency", "某县"]);
    assert!(out.exists(), "{}", stdout(&run));
    let money: Vec<String> = tables(&out)[0].iter().filter(|v| v.unit().is_some()).map(Value::to_string).collect();
    assert_eq!(money, ["185.696401万元"]);
    fs::remove_file(&out).unwrap();
    unit(&folder, "丙.xlsx", MONEY, "丙局", &[(sheet, &cell, "8040")]);
    aggregate(&folder, &[]).refused(3, &["A803", "丙.xlsx", &cell, "8040", "没有汇总"]);
}

/// Returns the cell of the amount of money for which the form names no unit.
fn money_cell(path: &Path) -> String {
    let read = normalize(
        &read_bytes("a.xlsx", &fs::read(path).unwrap(), &Limits::default()).unwrap(),
        &Options::default(),
        &normalize::Cache::default(),
    );
    let form = read.report.unwrap().form;
    let slot = (0..form.tables[0].slot_count())
        .find(|s| form.tables[0].kind(*s) == (nianbao::form::ValueKind::Amount, None))
        .unwrap();
    let place = nianbao::model::Place::Value { table: 0, slot };
    read.origins.source(place).unwrap().cell.unwrap().to_string()
}

#[test]
fn mixtures_and_doubles_are_refused_with_their_files() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("各单位");
    unit(&folder, "甲.xlsx", SAMPLE, "甲局", &[]);
    unit(&folder, "乙.xlsx", MONEY, "乙局", &[]);
    aggregate(&folder, &[]).refused(3, &["A801", "2020 年 1 份：乙局", "2024 年 1 份：甲局", "--year", "2019 版 1 份"]);
    let Run { out, run } = aggregate(&folder, &["--year", "2024"]);
    assert_eq!(run.status.code(), Some(0), "{}", stdout(&run));
    assert!(stdout(&run).contains("汇总了 1 个单位，1 份是其他年度的"), "{}", stdout(&run));
    fs::remove_file(&out).unwrap();
    aggregate(&folder, &["--year", "2022"]).refused(3, &["A808"]);
    unit(&folder, "丙.xlsx", SAMPLE, "甲办公室", &[]);
    let aliases = dir.path().join("别名.toml");
    fs::write(&aliases, "\"甲局\" = [\"甲办公室\", \"甲科\"]").unwrap();
    let with = ["--year", "2024", "--aliases", aliases.to_str().unwrap()];
    aggregate(&folder, &with).refused(3, &["A802", "甲.xlsx", "丙.xlsx", "“甲科”没有在报告里出现"]);
}

#[test]
fn troubles_are_listed_told_and_written_down() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("各单位");
    unit(&folder, "甲.xlsx", SAMPLE, "甲局", &[]);
    unit(&folder, "乙.xlsx", SAMPLE, "乙局", &[("三、依申请公开", "D5", "7")]);
    unit(&folder, "丙.xlsx", SAMPLE, "丙局", &[("三、依申请公开", "D5", "七")]);
    let list = dir.path().join("名单.txt");
    fs::write(&list, "\u{feff}# 应报单位\r\n甲局\r\n丁局\r\n").unwrap();
    let Run { out, run } = aggregate(&folder, &["--format", "json", "--expect", list.to_str().unwrap()]);
    assert_eq!(run.status.code(), Some(3), "{}", stdout(&run));
    let lines: Vec<Json> = stdout(&run).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 4);
    let last = &lines[3];
    assert_eq!(last["status"], "findings");
    assert_eq!(last["outputs"][0]["path"].as_str(), out.to_str());
    let codes: Vec<&str> = last["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    // The sum of 甲 and 乙 does not balance in the cells where 乙 does not.
    for code in ["K301", "K303", "A805", "A806"] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    // One report that was summed, and one that was refused but states its agency.
    let unlisted: Vec<&Json> = last["findings"].as_array().unwrap().iter().filter(|f| f["code"] == "A806").collect();
    for file in ["乙.xlsx", "丙.xlsx"] {
        let named = |f: &&Json| f["file"].as_str().unwrap().ends_with(file) && f.get("sheet").is_none();
        assert!(unlisted.iter().any(named), "{unlisted:?}");
    }
    let book = read_bytes("汇总.xlsx", &fs::read(&out).unwrap(), &Limits::default()).unwrap();
    let words = &labels().sum;
    let sheet = book.sheets.iter().find(|s| *s.name == *words.troubles.sheet).unwrap();
    let all: String = sheet.cells.iter().map(|c| format!("{:?}\n", c.content)).collect();
    for text in
        ["丁局", "乙局", "丙.xlsx", &words.missing, &words.faulty, &words.refused, &words.unlisted, "K303", "J5"]
    {
        assert!(all.contains(text), "{text}: {all}");
    }
    // The refused unit is not in the sum, so it is not among the sources.
    let sources = book.sheets.iter().find(|s| *s.name == *words.sources.sheet).unwrap();
    assert!(sources.cells.iter().all(|c| !format!("{:?}", c.content).contains("丙")));
}

#[test]
fn nothing_is_overwritten_unasked() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("各单位");
    let input = unit(&folder, "甲.xlsx", SAMPLE, "甲局", &[]);
    let before = fs::read(&input).unwrap();
    let to = |out: &Path, more: &[&str]| {
        let mut args = vec!["aggregate".as_ref(), folder.as_os_str(), "-o".as_ref(), out.as_os_str()];
        args.extend(more.iter().map(std::ffi::OsStr::new));
        nianbao(&args)
    };
    for more in [&[][..], &["--force"]] {
        let run = to(&input, more);
        assert_eq!(run.status.code(), Some(4));
        assert!(stderr(&run).contains("是输入的文件"), "{}", stderr(&run));
        assert_eq!(fs::read(&input).unwrap(), before);
    }
    let out = dir.path().join("汇总.xlsx");
    fs::write(&out, "旧").unwrap();
    assert!(stderr(&to(&out, &[])).contains("--force"));
    assert_eq!(fs::read(&out).unwrap(), "旧".as_bytes());
    assert_eq!(to(&out, &["--force"]).status.code(), Some(0));
    assert!(fs::read(&out).unwrap().len() > 1000);
    assert_eq!(to(dir.path(), &[]).status.code(), Some(2));
    assert_eq!(to(&dir.path().join("a.pdf"), &[]).status.code(), Some(2));
    assert_eq!(files(dir.path()), ["各单位", "汇总.xlsx"]);
}

#[test]
fn faulty_lists_and_aliases_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("各单位");
    unit(&folder, "甲.xlsx", SAMPLE, "甲局", &[]);
    let file = dir.path().join("别名.toml");
    for (text, option, says) in [
        ("\"甲\" = [\"丙\"]\n\"乙\" = [\"丙\"]", "--aliases", "“丙”既归"),
        ("甲 = 1", "--aliases", "名称要加引号"),
        ("# 空\n\n", "--expect", "没有单位"),
    ] {
        fs::write(&file, text).unwrap();
        aggregate(&folder, &[option, file.to_str().unwrap()]).refused(2, &[says, "别名.toml"]);
    }
    aggregate(&folder, &["--expect", "没有这个文件"]).refused(2, &["没有这个文件"]);
}

/// Simulates a full disk with a limit on the size of files that the program may write.
#[cfg(target_os = "linux")]
#[test]
fn a_sum_that_cannot_be_written_is_not_reported_as_one() {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("各单位");
    for agency in ["甲街道办事处", "乙街道办事处"] {
        unit(&folder, &format!("{agency}.xlsx"), SAMPLE, agency, &[]);
    }
    let out = dir.path().join("汇总.xlsx");
    for format in ["text", "json"] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_nianbao"));
        command.arg("aggregate").arg(&folder).arg("-o").arg(&out).args(["--format", format]);
        let child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
        let most = Rlimit { current: Some(1000), maximum: Some(1000) };
        prlimit(Some(Pid::from_child(&child)), Resource::Fsize, most).unwrap();
        let run = child.wait_with_output().unwrap();
        let text = stdout(&run);
        assert_eq!(run.status.code(), Some(4), "{text}");
        assert!(text.contains("W401") && !text.contains("汇总了"), "{text}");
        if format == "text" {
            assert!(text.contains("没有汇总") && !text.contains("版表样"), "{text}");
        } else {
            let last: Json = serde_json::from_str(text.lines().last().unwrap()).unwrap();
            assert_eq!((last["status"].as_str(), last["outputs"].as_array().unwrap().len()), (Some("failed"), 0));
        }
    }
    assert_eq!(files(dir.path()), ["各单位"]);
}
