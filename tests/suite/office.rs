//! An office with a folder of reports: expected units, files that this program wrote itself, marked copies, a page that is passed
//! on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::{Book, SAMPLE, files, nianbao, parts, sample, stderr, stdout, zipped};
use nianbao::import::{Limits, Workbook, read_bytes};
use serde_json::Value as Json;

const TEXT: &str = "六、其他事项";
const TABLE: &str = "三、依申请公开";

/// Writes a report of this agency and year with these cells changed.
fn report(path: &Path, agency: &str, year: &str, cells: &[(&str, &str, &str)]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut book = Book::open(&sample(SAMPLE));
    book.text("封面", "B2", agency);
    book.text("封面", "B3", year);
    book.text("封面", "B4", "");
    cells.iter().for_each(|(sheet, cell, text)| book.fill(sheet, cell, text));
    book.save(path);
}

fn run(verb: &str, inputs: &[&Path], more: &[&str]) -> Output {
    let mut args = vec![verb.as_ref()];
    args.extend(inputs.iter().map(|i| i.as_os_str()));
    args.extend(more.iter().map(std::ffi::OsStr::new));
    nianbao(&args)
}

fn lines(output: &Output) -> Vec<Json> {
    stdout(output).lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

fn read(path: &Path) -> Workbook {
    read_bytes("", &fs::read(path).unwrap(), &Limits::default()).unwrap()
}

/// A folder with one good report, one file that cannot be opened, one report that cannot be understood, and one of a unit that is
/// not on the list.
fn season(dir: &Path) -> (PathBuf, String) {
    let folder = dir.join("各单位");
    report(&folder.join("甲局/报告.xlsx"), "甲局", "2024", &[]);
    report(&folder.join("乙局.xlsx"), "乙局", "2024", &[(TABLE, "D5", "七")]);
    fs::create_dir_all(folder.join("丙局")).unwrap();
    fs::write(folder.join("丙局/年报.xlsx"), "PK").unwrap();
    report(&folder.join("戊.xlsx"), "戊局", "2024", &[]);
    let list = dir.join("名单.txt");
    fs::write(&list, "\u{feff}# 应报\r\n甲科\r\n乙局\r\n丙局 # 新设\r\n丁局\r\n").unwrap();
    fs::write(dir.join("别名.toml"), "\"甲局\" = [\"甲科\"]").unwrap();
    (folder, list.to_str().unwrap().to_owned())
}

#[test]
fn a_check_against_a_list_says_who_reported_and_whose_report_cannot_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, list) = season(dir.path());
    let aliases = dir.path().join("别名.toml");
    let with = ["--expect", &list, "--aliases", aliases.to_str().unwrap()];
    let text = stdout(&run("check", &[&folder], &with));
    assert!(text.contains("应报 4 个单位：交了 1 个，读不懂 2 个，缺报 1 个"), "{text}");
    let of = |unit: &str, state: &str| {
        let found = text.lines().find(|l| l.trim_start().starts_with(state) && l.contains(unit));
        found.unwrap_or_else(|| panic!("no {state} {unit}: {text}")).to_owned()
    };
    of("丁局", "缺报");
    assert!(of("乙局", "读不懂").contains("乙局.xlsx") && of("乙局", "读不懂").contains("N201"), "{text}");
    assert!(of("丙局", "读不懂").contains("年报.xlsx（按文件名认出），"), "{text}");
    of("戊局", "不在名单");
    // JSON: one line per unit after those of the files.
    let all = lines(&run("check", &[&folder], &[&with[..], &["--format", "json"]].concat()));
    let states: Vec<_> = all
        .iter()
        .filter(|l| l.get("file").is_none())
        .map(|l| (l["unit"].as_str().unwrap(), l["state"].as_str().unwrap()))
        .collect();
    assert_eq!(
        states,
        [("甲局", "submitted"), ("乙局", "unread"), ("丙局", "unread"), ("丁局", "missing"), ("戊局", "unlisted")]
    );
    // HTML: a table before the reports.
    let page = dir.path().join("结果.html");
    run("check", &[&folder], &[&with[..], &["--format", "html", "-o", page.to_str().unwrap()]].concat());
    let page = fs::read_to_string(page).unwrap();
    let (table, reports) = page.split_at(page.find("</section>").unwrap());
    for word in ["应报名单", "缺报", "读不懂", "交了", "不在名单", "丁局"] {
        assert!(table.contains(word), "{word}: {table}");
    }
    assert!(reports.contains("戊.xlsx"));
    // A missing unit gives exit code 1 even if every file is good.
    fs::write(&list, "甲局\n戊局\n").unwrap();
    for file in ["乙局.xlsx", "丙局/年报.xlsx"] {
        fs::remove_file(folder.join(file)).unwrap();
    }
    let good = run("check", &[&folder], &["--expect", &list]);
    assert!(
        good.status.code() == Some(0) && stdout(&good).contains("交了 2 个") && stdout(&good).contains("下一步"),
        "{}",
        stdout(&good)
    );
    fs::write(&list, "甲局\n戊局\n丁局\n").unwrap();
    assert_eq!(run("check", &[&folder], &["--expect", &list]).status.code(), Some(1));
    fs::write(&list, "# 空\n").unwrap();
    assert_eq!(run("check", &[&folder], &["--expect", &list]).status.code(), Some(2));
}

#[test]
fn a_sum_tells_units_whose_report_cannot_be_read_from_those_that_sent_none() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, list) = season(dir.path());
    let (out, aliases) = (dir.path().join("汇总.xlsx"), dir.path().join("别名.toml"));
    let with =
        ["-o", out.to_str().unwrap(), "--expect", &list, "--aliases", aliases.to_str().unwrap(), "--year", "2024"];
    let text = stdout(&run("aggregate", &[&folder], &with));
    let count = |code: &str| text.matches(&format!("（{code}）")).count();
    assert_eq!((count("A805"), count("A810"), count("A806")), (1, 2, 1), "{text}");
    assert!(text.contains("1 个缺报，2 个交来了但读不懂"), "{text}");
    let sheet = read(&out).sheets.into_iter().find(|s| &*s.name == "缺报和有误").unwrap();
    let row = |unit: &str| {
        let at =
            sheet.cells.iter().find(|c| format!("{:?}", c.content).contains(unit) && c.at.column == 0).unwrap().at.row;
        sheet.cells.iter().filter(|c| c.at.row == at).map(|c| format!("{:?}", c.content)).collect::<String>()
    };
    assert!(
        row("乙局").contains("读不懂") && row("乙局").contains("乙局.xlsx") && row("乙局").contains("N201"),
        "{}",
        row("乙局")
    );
    assert!(row("丙局").contains("读不懂") && row("丙局").contains("年报.xlsx"), "{}", row("丙局"));
    assert!(row("丁局").contains("缺报") && !row("丁局").contains("xlsx"), "{}", row("丁局"));
}

#[test]
fn a_template_in_which_nothing_is_filled_in_is_passed_over_in_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("各单位");
    report(&folder.join("甲.xlsx"), "甲局", "2024", &[]);
    for edition in ["2014", "2019", "2021"] {
        let name = format!("标准模板-{edition}.xlsx");
        fs::copy(sample(&name), folder.join(&name)).unwrap();
    }
    let checked = run("check", &[&folder], &[]);
    let text = stdout(&checked);
    assert_eq!(checked.status.code(), Some(0), "{text}");
    assert_eq!(text.matches("没有填写的标准模板").count(), 3, "{text}");
    // If the template is named explicitly, or anything in it is filled in, the findings say what to fill in.
    let alone = run("check", &[&folder.join("标准模板-2021.xlsx")], &[]);
    assert!(alone.status.code() == Some(3) && stdout(&alone).contains("N207"), "{}", stdout(&alone));
    let mut begun = Book::open(&sample("标准模板-2021.xlsx"));
    begun.cell(TABLE, "D5", "", "<v>3</v>");
    begun.save(&folder.join("标准模板-2021.xlsx"));
    let text = stdout(&run("check", &[&folder], &[]));
    assert!(text.matches("没有填写的标准模板").count() == 2 && text.contains("N207"), "{text}");
}

#[test]
fn what_this_program_wrote_is_no_second_report_beside_its_source() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("各单位");
    report(&folder.join("甲.xlsx"), "甲局", "2024", &[]);
    report(&folder.join("乙.xlsx"), "乙局", "2024", &[(TABLE, "D5", "7")]);
    report(&folder.join("丙.xlsx"), "丙局", "2024", &[(TABLE, "D5", "七")]);
    let below = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    run("convert", &[&folder], &["-o", &below("输出"), "--to", "xlsx,json,csv,html"]);
    run("publish", &[&folder.join("甲.xlsx")], &["-o", &below("公布")]);
    run("check", &[&folder], &["--mark", &below("标注")]);
    assert_eq!(files(&folder.join("标注")), ["丙.xlsx", "乙.xlsx"]);
    // Each report counts once, by its source, in every command.
    let all = lines(&run("check", &[&folder], &["--format", "json"]));
    let read: Vec<&str> =
        all.iter().filter(|l| l["status"] != "skipped").map(|l| l["file"].as_str().unwrap()).collect();
    assert_eq!(read, ["丙.xlsx", "乙.xlsx", "甲.xlsx"].map(below));
    let own = all.iter().filter(|l| l["findings"].to_string().contains("是 nianbao 写出的文件")).count();
    assert_eq!(own, 2 + 4 + 2, "{all:?}");
    let text = stdout(&run("convert", &[&folder], &["-o", &below("又")]));
    assert!(!text.contains("W402") && text.contains("其中 8 份是 nianbao 写出的"), "{text}");
    let sum = dir.path().join("汇总.xlsx");
    let text = stdout(&run("aggregate", &[&folder], &["-o", sum.to_str().unwrap()]));
    assert!(text.contains("汇总了 2 个单位"), "{text}");
    // Without its source among the inputs, or named explicitly, it is read like any report.
    let archive = dir.path().join("档案");
    fs::create_dir(&archive).unwrap();
    let name = "甲局2024年政府信息公开工作年度报告.xlsx";
    fs::copy(folder.join("输出").join(name), archive.join(name)).unwrap();
    let converted = run("convert", &[&archive], &["-o", dir.path().join("再").to_str().unwrap()]);
    assert!(converted.status.code() == Some(0) && stdout(&converted).contains("已生成"), "{}", stdout(&converted));
    let both = lines(&run("check", &[&folder.join("甲.xlsx"), &archive.join(name)], &["--format", "json"]));
    assert!(both.iter().all(|l| l["status"] == "findings"), "{both:?}");
}

#[test]
fn a_marked_copy_is_replaced_as_long_as_nobody_has_changed_it() {
    let dir = tempfile::tempdir().unwrap();
    let (input, copy) = (dir.path().join("报告.xlsx"), dir.path().join("标注.xlsx"));
    report(&input, "某局", "2024", &[(TABLE, "D5", "7")]);
    let mark = || run("check", &[&input], &["--mark", copy.to_str().unwrap()]);
    assert_eq!(mark().status.code(), Some(1));
    let first = fs::read(&copy).unwrap();
    report(&input, "某局", "2024", &[(TABLE, "D5", "8")]);
    assert_eq!(mark().status.code(), Some(1));
    let second = fs::read(&copy).unwrap();
    assert!(first != second);
    // A copy that another program saved, or a file that is not a copy, is not overwritten.
    let saved: Vec<(String, Vec<u8>)> = parts(&second)
        .into_iter()
        .map(|(name, bytes)| match String::from_utf8(bytes.clone()) {
            Ok(core) if name == "docProps/core.xml" => {
                let (before, after) = core.rsplit_once("2000-01-01T00:00:00Z").unwrap();
                (name, format!("{before}2025-01-20T08:00:00Z{after}").into_bytes())
            }
            _ => (name, bytes),
        })
        .collect();
    for other in [zipped(&saved), fs::read(&input).unwrap(), "某人的".into()] {
        fs::write(&copy, &other).unwrap();
        let refused = mark();
        assert!(refused.status.code() == Some(4) && stderr(&refused).contains("没有覆盖"), "{}", stderr(&refused));
        assert!(fs::read(&copy).unwrap() == other);
    }
    // An input is not replaced by its own copy.
    fs::write(&copy, &second).unwrap();
    let refused = run("check", &[&copy], &["--mark", copy.to_str().unwrap()]);
    assert!(refused.status.code() == Some(2) && fs::read(&copy).unwrap() == second, "{}", stderr(&refused));
}

#[test]
fn a_folder_gets_a_folder_of_marked_copies() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, out) = (dir.path().join("各单位"), dir.path().join("标注"));
    report(&folder.join("好.xlsx"), "好局", "2024", &[]);
    report(&folder.join("甲.xlsx"), "甲局", "2024", &[(TABLE, "D5", "7")]);
    report(&folder.join("子/乙.xlsx"), "乙局", "2024", &[(TEXT, "A3", "电话13812345678，未收取信息处理费。")]);
    fs::write(folder.join("坏.xlsx"), "x").unwrap();
    // Another workbook of the same name in another format.
    fs::copy(folder.join("子/乙.xlsx"), folder.join("子/乙.xlsm")).unwrap();
    let mark = |inputs: &[&Path]| run("check", inputs, &["--mark", out.to_str().unwrap()]);
    let run_ = mark(&[&folder]);
    assert!(stderr(&run_).contains("共 3 个工作簿"), "{}", stderr(&run_));
    assert_eq!(files(&out), ["子", "甲.xlsx"]);
    assert_eq!(files(&out.join("子")), ["乙.xlsm.xlsx", "乙.xlsx.xlsx"]);
    let words: String = read(&out.join("甲.xlsx")).sheets[0].cells.iter().map(|c| format!("{:?}", c.content)).collect();
    assert!(words.contains("K301"), "{words}");
    // The copy of a corrected input is rewritten without findings; a file that is not a copy is kept and reported.
    fs::remove_file(folder.join("子/乙.xlsm")).unwrap();
    report(&folder.join("甲.xlsx"), "甲局", "2024", &[]);
    fs::write(out.join("子/乙.xlsx"), "某人的").unwrap();
    let again = mark(&[&folder]);
    assert_eq!(again.status.code(), Some(4), "{}", stderr(&again));
    assert!(
        stderr(&again).contains("子/乙.xlsx 已经存在")
            && fs::read(out.join("子/乙.xlsx")).unwrap() == "某人的".as_bytes()
    );
    let words: String = read(&out.join("甲.xlsx")).sheets[0].cells.iter().map(|c| format!("{:?}", c.content)).collect();
    assert!(!words.contains("K301"), "{words}");
    // Several files need a folder as well; for a file name the message says what to write.
    let several = [folder.join("甲.xlsx"), folder.join("好.xlsx")];
    let wrong = run("check", &[&several[0], &several[1]], &["--mark", dir.path().join("a.xlsx").to_str().unwrap()]);
    assert!(wrong.status.code() == Some(2) && stderr(&wrong).contains("文件夹名"), "{}", stderr(&wrong));
    assert_eq!(run("check", &[&folder], &["--mark", folder.to_str().unwrap()]).status.code(), Some(2));
}

#[test]
fn a_page_that_is_handed_on_says_nothing_of_the_machine_it_was_made_on() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("张三的文件夹/各单位");
    report(&folder.join("甲.xlsx"), "甲局", "2024", &[(TABLE, "D5", "7")]);
    report(&folder.join("子/甲.xlsx"), "甲局", "2024", &[]);
    report(&folder.join("旧/甲.xlsx"), "甲局", "2023", &[(TABLE, "D29", "3")]);
    report(&folder.join("乙.xlsx"), "甲局办公室", "2022", &[]);
    report(&folder.join("乙2.xlsx"), "甲局办", "2022", &[]);
    let page = dir.path().join("结果.html");
    let with = ["--format", "html", "-o", page.to_str().unwrap()];
    let read = |inputs: &[&Path]| {
        run("check", inputs, &with);
        fs::read_to_string(&page).unwrap()
    };
    let text = read(&[&folder, &folder.join("甲.xlsx")]);
    assert!(text.contains("Y403") && text.contains("Y404") && text.contains("同一个文件"));
    assert!(!text.contains("张三") && !text.contains(dir.path().to_str().unwrap()));
    // With several inputs the folders are shown; for a single one the file name is enough.
    assert!(
        text.contains("<h2>各单位/子/甲.xlsx</h2>") && text.contains("各单位/子/甲.xlsx 与 各单位/甲.xlsx"),
        "{text}"
    );
    let text = read(&[&folder.join("旧/甲.xlsx")]);
    assert!(text.contains("<h2>甲.xlsx</h2>") && !text.contains("张三"));
    // Two typed files of the same name.
    let text = read(&[&folder.join("甲.xlsx"), &folder.join("子/甲.xlsx")]);
    assert!(text.contains("<h2>各单位/甲.xlsx</h2>") && text.contains("<h2>子/甲.xlsx</h2>"));
}

#[test]
fn what_is_left_out_is_counted_beside_a_single_report_too() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("各单位");
    fs::create_dir_all(input.join("旧稿")).unwrap();
    for name in ["甲.xlsx", "乙.xls", "旧稿/丙.xlsx"] {
        fs::copy(sample(SAMPLE), input.join(name)).unwrap();
    }
    let checked = run("check", &[&input], &["--exclude", "旧稿", "--exclude", "*.xls"]);
    assert!(stdout(&checked).contains("没有读取的文件 1 个，文件夹 1 个"), "{}", stdout(&checked));
}
