//! The program from the user's point of view: bad input, bad outputs, exit codes, help.

use std::fs;
use std::path::Path;

use crate::support::{Book, SAMPLE, files, nianbao, parts, sample, stderr, stdout, zipped};

fn convert(input: &Path, out: &Path) -> std::process::Output {
    convert_with(input, out, &[])
}

fn convert_with(input: &Path, out: &Path, more: &[&str]) -> std::process::Output {
    let mut args = vec!["convert".as_ref(), input.as_os_str(), "-o".as_ref(), out.as_os_str()];
    args.extend(more.iter().map(std::ffi::OsStr::new));
    nianbao(&args)
}

/// Checks that a file with these bytes is refused with these words and that nothing is written.
fn refused(name: &str, bytes: &[u8], says: &str) {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join(name), dir.path().join("输出"));
    fs::write(&input, bytes).unwrap();
    let run = convert(&input, &out);
    let text = stdout(&run);
    assert_eq!(run.status.code(), Some(3), "{text}");
    assert!(text.contains(says) && text.contains(name), "{says}: {text}");
    assert!(text.contains("没有为它写任何文件"), "{text}");
    assert_eq!(files(&out), [""; 0]);
}

#[test]
fn files_that_are_no_workbook_are_called_by_their_name() {
    let good = fs::read(sample(SAMPLE)).unwrap();
    let compound = |stream: &str| {
        let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
        file.create_stream(stream).unwrap();
        file.flush().unwrap();
        file.into_inner().into_inner()
    };
    refused("加密.xlsx", &compound("EncryptedPackage"), "打开密码");
    refused("旧.xls", &compound("Book"), "Excel 95");
    refused("半截.xlsx", &good[..good.len() / 2], "不完整");
    refused("网页.xlsx", b"<html><table><tr><td>1</td></tr></table></html>", "网页");
    refused("表.xlsx", "单位,件数\n某局,3\n".as_bytes(), "CSV");
    refused("空.xlsx", b"", "0 字节");
    let word = zipped(&[("word/document.xml".into(), b"<a/>".to_vec())]);
    refused("文档.xlsx", &word, "Word");
}

#[test]
fn missing_files_and_empty_folders_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("输出");
    let run = convert(&dir.path().join("没有.xlsx"), &out);
    assert_eq!(run.status.code(), Some(3));
    assert!(stdout(&run).contains("文件不存在"), "{}", stdout(&run));
    let empty = dir.path().join("空文件夹");
    fs::create_dir(&empty).unwrap();
    let run = convert(&empty, &out);
    assert_eq!(run.status.code(), Some(3));
    assert!(stdout(&run).contains("没有工作簿"), "{}", stdout(&run));
    assert_eq!(files(&out), [""; 0]);
}

#[test]
fn two_reports_in_one_workbook_are_refused_with_both_places() {
    // The table sheet of a standard workbook replaces a sheet of prose, so that the same table occurs twice.
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("两份.xlsx");
    let mut all = parts(&fs::read(sample(SAMPLE)).unwrap());
    let table = all.iter().find(|(n, _)| n == "xl/worksheets/sheet4.xml").unwrap().1.clone();
    all.iter_mut().find(|(n, _)| n == "xl/worksheets/sheet7.xml").unwrap().1 = table;
    fs::write(&input, zipped(&all)).unwrap();
    let run = convert(&input, &dir.path().join("输出"));
    let text = stdout(&run);
    assert_eq!(run.status.code(), Some(3), "{text}");
    assert!(
        text.contains("表三有 2 张") && text.contains("“三、依申请公开”") && text.contains("“六、其他事项”"),
        "{text}"
    );
}

#[test]
fn a_row_too_many_is_refused_by_its_cell() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("多一行.xlsx");
    let mut book = Book::open(&sample(SAMPLE));
    let row = "<row r=\"30\"><c r=\"A30\" t=\"inlineStr\"><is><t>五、其他</t></is></c><c r=\"D30\"><v>1</v></c></row></sheetData>";
    let xml = parts(&fs::read(sample(SAMPLE)).unwrap());
    let sheet =
        String::from_utf8(xml.iter().find(|(n, _)| n == "xl/worksheets/sheet4.xml").unwrap().1.clone()).unwrap();
    let old = sheet
        .split("<row r=\"30\"")
        .nth(1)
        .map(|rest| format!("<row r=\"30\"{}</row>", rest.split("</row>").next().unwrap()));
    if let Some(old) = old {
        book.replace("三、依申请公开", &old, "");
    }
    let next = sheet
        .split("<row r=\"31\"")
        .nth(1)
        .map(|rest| format!("<row r=\"31\"{}</row>", rest.split("</row>").next().unwrap()));
    if let Some(next) = next {
        book.replace("三、依申请公开", &next, "");
    }
    book.replace("三、依申请公开", "</sheetData>", row);
    book.save(&input);
    let run = convert(&input, &dir.path().join("输出"));
    let text = stdout(&run);
    assert_eq!(run.status.code(), Some(3), "{text}");
    assert!(text.contains("表三第 30 行“五、其他”（A30）不在表样之中"), "{text}");
}

#[test]
fn an_output_that_cannot_be_written_is_told_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("占位");
    fs::write(&file, "x").unwrap();
    let run = convert(&sample(SAMPLE), &file.join("输出"));
    assert_eq!(run.status.code(), Some(4), "{}", stdout(&run));
    assert!(stdout(&run).contains("无法写入"), "{}", stdout(&run));
    assert_eq!(files(dir.path()), ["占位"]);
    assert_eq!(fs::read(&file).unwrap(), b"x");
}

#[test]
fn an_input_is_never_overwritten_and_two_reports_never_share_a_name() {
    let dir = tempfile::tempdir().unwrap();
    let name = "老城区科学技术局2024年政府信息公开工作年度报告.xlsx";
    let input = dir.path().join(name);
    fs::copy(sample(SAMPLE), &input).unwrap();
    let before = fs::read(&input).unwrap();
    let run = convert(&input, dir.path());
    assert_eq!(run.status.code(), Some(4));
    assert!(stdout(&run).contains("会覆盖输入"), "{}", stdout(&run));
    assert_eq!(fs::read(&input).unwrap(), before);
    assert_eq!(files(dir.path()), [name]);
    let second = dir.path().join("同一份.xlsx");
    fs::copy(&input, &second).unwrap();
    let out = dir.path().join("输出");
    let run = nianbao(&["convert".as_ref(), input.as_os_str(), second.as_os_str(), "-o".as_ref(), out.as_os_str()]);
    assert_eq!(run.status.code(), Some(4));
    let text = stdout(&run);
    assert!(text.contains("同样的文件名") && text.contains(name), "{text}");
    assert!(!files(&out).iter().any(|f| f.contains("老城区")));
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("子")).unwrap();
    fs::copy(sample(SAMPLE), dir.path().join("子/好.xlsx")).unwrap();
    fs::write(dir.path().join("坏.xlsx"), "x").unwrap();
    fs::write(dir.path().join("~$好.xlsx"), "x").unwrap();
    fs::write(dir.path().join("说明.txt"), "x").unwrap();
    let out = dir.path().join("输出");
    convert(dir.path(), &out);
    // In the second run, the outputs of the first run below the input folder are not inputs.
    let run = convert(dir.path(), &out);
    let text = stdout(&run);
    assert!(text.contains("没有变化"), "{text}");
    assert_eq!(run.status.code(), Some(3), "{text}");
    assert!(text.contains("共 4 份") && text.contains("略过") && text.contains("说明.txt"), "{text}");
    assert_eq!(files(&out.join("子")).len(), 3);
}

#[test]
fn hostile_names_and_texts_do_no_harm_in_any_output() {
    for agency in ["../../etc/临江/市", "某".repeat(300).as_str(), "a:b*c?\"<>|局", "=cmd|'/c calc'!A1", "CON", "-rf局"]
    {
        let dir = tempfile::tempdir().unwrap();
        let (input, out) = (dir.path().join("a.xlsx"), dir.path().join("输出"));
        let mut book = Book::open(&sample(SAMPLE));
        book.text("封面", "B2", agency);
        book.text("封面", "B4", "");
        for (cell, text) in [("A3", "=1+1"), ("A4", "@SUM(A1)"), ("A5", "+1"), ("A6", "<w:p/>]]>&amp;"), ("A7", "-2+3")]
        {
            book.text("六、其他事项", cell, text);
        }
        book.save(&input);
        let run = convert(&input, &out);
        assert_eq!(run.status.code(), Some(0), "{agency}: {}", stdout(&run));
        assert_eq!(files(dir.path()), ["a.xlsx", "输出"]);
        let names = files(&out);
        assert_eq!(names.len(), 3, "{names:?}");
        let bytes = |ending: &str| fs::read(out.join(names.iter().find(|n| n.ends_with(ending)).unwrap())).unwrap();
        for ending in [".xlsx", ".docx"] {
            for (part, data) in parts(&bytes(ending)) {
                let text = String::from_utf8_lossy(&data);
                assert!(!text.contains("<f>") && !text.contains("<f "), "{part}");
                assert!(part.ends_with(".rels") || !text.contains("/c calc'!A1</f>"), "{part}");
            }
        }
        // The published workbook is read as the same report.
        let again = dir.path().join("b.xlsx");
        fs::write(&again, bytes(".xlsx")).unwrap();
        let run = nianbao(&["check".as_ref(), again.as_os_str(), "--format".as_ref(), "json".as_ref()]);
        let json: serde_json::Value = serde_json::from_str(&stdout(&run)).unwrap();
        assert_eq!(json["agency"].as_str().unwrap(), agency, "{json}");
        assert_eq!(json["status"], "ok", "{json}");
    }
}

#[test]
fn json_has_one_object_a_line_with_digests_of_what_was_written() {
    use sha2::{Digest, Sha256};
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("输出");
    let run = convert_with(&sample(SAMPLE), &out, &["--format=json"]);
    let text = stdout(&run);
    assert_eq!(text.lines().count(), 1);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (json["status"].as_str(), json["year"].as_u64(), json["edition"].as_str()),
        (Some("ok"), Some(2024), Some("2021"))
    );
    let outputs = json["outputs"].as_array().unwrap();
    let formats: Vec<_> = outputs.iter().map(|o| o["format"].as_str().unwrap()).collect();
    assert_eq!(formats, ["pdf", "docx", "xlsx"]);
    for o in outputs {
        let bytes = fs::read(o["path"].as_str().unwrap()).unwrap();
        let digest: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(
            (o["bytes"].as_u64().unwrap(), o["sha256"].as_str().unwrap()),
            (bytes.len() as u64, digest.as_str())
        );
    }
}

#[test]
fn the_command_line_answers_in_chinese() {
    for (args, exit, says) in [
        (&["--help"][..], 0, "退出码"),
        (&["convert", "--help"], 0, "示例"),
        (&["--version"], 0, env!("CARGO_PKG_VERSION")),
        (&[], 2, "没有写命令"),
        (&["转换"], 2, "没有命令 转换"),
        (&["convert", "a.xlsx"], 2, "缺少 -o <文件夹>。"),
        (&["check", "a.xlsx", "－－format", "json"], 2, "－－format 的横线要用英文输入法的 --"),
        (&["check", "a.xlsx", "—strict"], 2, "—strict 的横线"),
        (&["Cargo.toml", "--strict"], 2, "检查写 nianbao check Cargo.toml"),
        (&["check", "a.xlsx", "--formt", "json"], 2, "是不是想写 --format。用法见 nianbao check --help"),
        (
            &["publish", "a.xlsx", "-o", "b", "--force"],
            2,
            "publish 没有 --force 这个选项。用法见 nianbao publish --help",
        ),
        (&["aggregate", "a.xlsx", "-o", "b.xlsx", "--year", "24"], 2, "--year 不能是 24，要写 1000 到 9999 之间的数"),
        (&["check", "a.xlsx", "--jobs", "0"], 2, "--jobs 不能是 0，要写 1 到 1024 之间的数"),
        (&["check", "a.xlsx", "--jobs", "二"], 2, "--jobs 不能是 二，要写 1 到 1024 之间的数"),
        (&["convert", "a.xlsx", "-o", "b", "--shards", "-1"], 2, "用法见 nianbao convert --help"),
        (&["convert", "a.xlsx", "-o", "b", "--shards", "x"], 2, "--shards 后面要写数字，不能是 x"),
        (&["explain", "K301", "K302"], 2, "用法见 nianbao explain --help"),
        (&["check", "a.xlsx", "--format", "xml"], 2, "text、json"),
        (&["convert", "a.xlsx", "-o", "b", "--to", "ofd"], 2, "pdf、docx、xlsx"),
        (&["help"], 0, "退出码"),
        (&["template", "--edition", "2020"], 2, "2020 年度用 2019 版"),
        (&["template", "-o", "空表.xls"], 2, ".xlsx 结尾"),
        (&["explain", "K999"], 2, "没有代码 K999"),
        (&["explain", "301"], 2, "没有代码 301，是不是想写 K301"),
        (&["explain", "k301"], 0, "第一项加第二项之和"),
        (&["template", "--edition", "1999"], 2, "2019（2019 至 2020 年度）"),
        (&["convert", "a.xlsx", "-o", "b", "--style", "无此文件.toml"], 2, "无此文件.toml"),
    ] {
        let run = nianbao(args);
        let text = stdout(&run) + &stderr(&run);
        assert_eq!(run.status.code(), Some(exit), "{args:?} {text}");
        assert!(text.contains(says), "{args:?} {text}");
        assert!(!text.contains("error:") && !text.contains("Usage"), "{args:?} {text}");
    }
}

#[test]
fn explain_knows_every_code_it_lists() {
    let list = stdout(&nianbao(&["explain"]));
    assert!(list.lines().count() > 20);
    for line in list.lines() {
        let code = line.split(' ').next().unwrap();
        let text = stdout(&nianbao(&["explain", code]));
        assert!(text.contains(code) && text.contains("依据") && text.contains("例子"), "{code}: {text}");
    }
}

#[test]
fn strict_makes_warnings_count() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("a.xlsx");
    let mut book = Book::open(&sample(SAMPLE));
    book.text("六、其他事项", "A3", "⼯作");
    book.save(&input);
    let check = |strict: bool| {
        let mut args = vec!["check".as_ref(), input.as_os_str()];
        args.extend(strict.then_some(std::ffi::OsStr::new("--strict")));
        nianbao(&args).status.code()
    };
    assert_eq!((check(false), check(true)), (Some(0), Some(1)));
}

#[test]
fn kept_text_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("输出");
    let run = convert_with(&sample(SAMPLE), &out, &["--keep-text", "--to", "docx"]);
    assert_eq!(run.status.code(), Some(0));
    assert!(!stdout(&run).contains("N105"), "{}", stdout(&run));
    let name = files(&out).remove(0);
    let document =
        parts(&fs::read(out.join(name)).unwrap()).into_iter().find(|(n, _)| n == "word/document.xml").unwrap().1;
    assert!(String::from_utf8(document).unwrap().contains("2024 年, 我局以"));
}

#[test]
fn a_style_changes_the_outputs_and_a_faulty_one_stops_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let (style, out) = (dir.path().join("样式.toml"), dir.path().join("输出"));
    let run = |text: &str| {
        fs::write(&style, text).unwrap();
        nianbao(&[
            "convert".as_ref(),
            sample(SAMPLE).as_os_str(),
            "-o".as_ref(),
            out.as_os_str(),
            "--style".as_ref(),
            style.as_os_str(),
            "--to=pdf,docx".as_ref(),
        ])
    };
    assert_eq!(run("").status.code(), Some(0));
    let bytes = |out: &Path| files(out).into_iter().map(|f| fs::read(out.join(f)).unwrap()).collect::<Vec<_>>();
    let plain = bytes(&out);
    let set = run("[size]\nbody = 14.0\n[docx]\nbody = \"仿宋\"\n[page]\npage_number = \"outside\"");
    assert_eq!(set.status.code(), Some(0), "{}{}", stdout(&set), stderr(&set));
    let changed = bytes(&out);
    assert!(plain.len() == 2 && plain.iter().zip(&changed).all(|(a, b)| a != b));
    for (text, says) in [("[size]\nbodyy = 1", "bodyy"), ("[face]\nbody = \"没有.ttf\"", "没有.ttf")] {
        let bad = run(text);
        assert_eq!(bad.status.code(), Some(2), "{}", stderr(&bad));
        assert!(stderr(&bad).contains(says) && !stderr(&bad).contains("os error"), "{}", stderr(&bad));
    }
}

#[test]
fn templates_are_made_and_never_overwritten_unasked() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("空表.xlsx");
    let make = |force: bool| {
        let mut args =
            vec!["template".as_ref(), "--edition".as_ref(), "2019".as_ref(), "-o".as_ref(), path.as_os_str()];
        args.extend(force.then_some(std::ffi::OsStr::new("--force")));
        nianbao(&args)
    };
    assert_eq!(make(false).status.code(), Some(0));
    assert_eq!(fs::read(&path).unwrap(), fs::read(sample("标准模板-2019.xlsx")).unwrap());
    assert_eq!(make(false).status.code(), Some(4));
    assert_eq!(make(true).status.code(), Some(0));
}
