//! Archives and mails as inputs: the same as a folder with their content.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::{Book, SAMPLE, nianbao, sample, stdout, zipped};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tempfile::TempDir;

fn report(agency: &str) -> Vec<u8> {
    let mut book = Book::open(&sample(SAMPLE));
    book.text("封面", "B2", agency);
    book.text("封面", "B4", "");
    book.bytes()
}

/// Writes files below a folder.
fn tree(dir: &Path, files: &[(&str, Vec<u8>)]) -> PathBuf {
    for (name, bytes) in files {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    dir.to_owned()
}

fn zip(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    zipped(&files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect::<Vec<_>>())
}

/// A mail with a text, a picture and an attachment.
fn mail(name: &str, attachment: &[u8]) -> Vec<u8> {
    let lines = |bytes: &[u8]| {
        let letters = STANDARD.encode(bytes);
        letters.as_bytes().chunks(76).map(|l| format!("{}\r\n", std::str::from_utf8(l).unwrap())).collect::<String>()
    };
    let encoded = format!("=?UTF-8?B?{}?=", STANDARD.encode(name));
    format!(
        "From: a@b.cn\r\nTo: c@d.cn\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
        --x\r\nContent-Type: text/plain\r\n\r\nhello\r\n\
        --x\r\nContent-Type: image/png; name=logo.png\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n\
        --x\r\nContent-Type: application/octet-stream;\r\n name=\"{encoded}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--x--\r\n",
        lines(b"\x89PNG\r\n"),
        lines(attachment)
    )
    .into_bytes()
}

fn convert(input: &Path, out: &Path, more: &[&str]) -> Output {
    let mut args = vec!["convert", input.to_str().unwrap(), "-o", out.to_str().unwrap(), "--to", "docx,csv"];
    args.extend(more);
    nianbao(&args)
}

fn check(more: &[&str], input: &Path) -> (Option<i32>, String) {
    let mut args = vec!["check", input.to_str().unwrap()];
    args.extend(more);
    let run = nianbao(&args);
    (run.status.code(), stdout(&run))
}

/// The reports in an output folder, by path.
fn reports(out: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(folder: &Path, top: &Path, all: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, top, all);
            } else if path.extension().is_some_and(|e| e == "docx" || e == "csv") {
                all.insert(path.strip_prefix(top).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(out, out, &mut all);
    all
}

fn records(out: &Path) -> Vec<Value> {
    let text = fs::read_to_string(out.join("manifest.jsonl")).unwrap();
    text.lines().skip(1).map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// Records without the names of their files.
fn unnamed(out: &Path) -> Vec<Value> {
    let without = |mut record: Value| {
        record.as_object_mut().unwrap().remove("file");
        record
    };
    records(out).into_iter().map(without).collect()
}

fn three() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("甲片/一.xlsx", report("第一街道办事处")),
        ("甲片/二.xlsx", report("第二街道办事处")),
        ("三.xlsx", report("第三街道办事处")),
    ]
}

#[test]
fn an_archive_is_converted_as_a_folder_with_its_content() {
    let dir = TempDir::new().unwrap();
    let (folder, archive) = (tree(&dir.path().join("各单位"), &three()), dir.path().join("各单位.zip"));
    // In the order of names, as a folder is walked.
    let files = three();
    fs::write(&archive, zip(&[files[2].clone(), files[0].clone(), files[1].clone()])).unwrap();
    let outs = ["出一", "出二", "出三"].map(|name| dir.path().join(name));
    assert_eq!(convert(&folder, &outs[0], &[]).status.code(), Some(0));
    assert_eq!(convert(&archive, &outs[1], &[]).status.code(), Some(0));
    assert!(reports(&outs[0]).contains_key(Path::new("甲片/第一街道办事处2024年政府信息公开工作年度报告.docx")));
    assert_eq!(reports(&outs[0]), reports(&outs[1]));
    assert_eq!(unnamed(&outs[0]), unnamed(&outs[1]));
    assert_eq!(records(&outs[1])[1]["file"], format!("{}/甲片/一.xlsx", archive.display()));
    // Again: everything is up to date, and the books are the same.
    let before = records(&outs[1]);
    assert_eq!(convert(&archive, &outs[1], &[]).status.code(), Some(0));
    assert_eq!(records(&outs[1]), before);
    let times = fs::read_to_string(outs[1].join("运行记录.jsonl")).unwrap();
    assert_eq!(times.matches("\"kept\":true").count(), 3, "{times}");
    // In parts, and by one thread.
    for shard in ["1/2", "2/2"] {
        assert_eq!(convert(&archive, &outs[2], &["--shard", shard, "--jobs", "1"]).status.code(), Some(0));
    }
    let manifests = ["manifest-1-of-2.jsonl", "manifest-2-of-2.jsonl"].map(|name| outs[2].join(name));
    let [one, two] = manifests.each_ref().map(|m| m.to_str().unwrap());
    let merged = nianbao(&["merge-manifests", one, two, "-o", outs[2].to_str().unwrap()]);
    assert_eq!(merged.status.code(), Some(0));
    assert_eq!((reports(&outs[2]), records(&outs[2])), (reports(&outs[1]), before));
}

#[test]
fn a_folder_of_mails_is_a_folder_of_workbooks() {
    let dir = TempDir::new().unwrap();
    let names = ["1", "2", "3"];
    let books: Vec<Vec<u8>> = names.iter().map(|n| report(&format!("第{n}街道办事处"))).collect();
    let plain: Vec<(String, Vec<u8>)> =
        names.iter().zip(&books).map(|(n, b)| (format!("{n}.xlsx"), b.clone())).collect();
    let mails: Vec<(String, Vec<u8>)> =
        names.iter().zip(&books).map(|(n, b)| (format!("{n}.eml"), mail("年报.xlsx", b))).collect();
    let owned = |all: &[(String, Vec<u8>)], name: &str| {
        let all: Vec<(&str, Vec<u8>)> = all.iter().map(|(n, b)| (n.as_str(), b.clone())).collect();
        tree(&dir.path().join(name), &all)
    };
    let (plain, mails) = (owned(&plain, "表"), owned(&mails, "信"));
    let outs = ["出一", "出二"].map(|name| dir.path().join(name));
    assert_eq!(convert(&plain, &outs[0], &[]).status.code(), Some(0));
    assert_eq!(convert(&mails, &outs[1], &[]).status.code(), Some(0));
    // The values of all reports are a file of their own.
    assert_eq!(reports(&outs[0]).len(), 7);
    assert_eq!(reports(&outs[0]), reports(&outs[1]));
    assert_eq!(unnamed(&outs[0]), unnamed(&outs[1]));
    assert_eq!(records(&outs[1])[0]["file"], format!("{}/1.eml/年报.xlsx", mails.display()));
    // Copies for the senders, and one mail alone.
    let marked = dir.path().join("标注");
    let (mut faulty, letter) = (Book::open(&sample(SAMPLE)), dir.path().join("来信.eml"));
    faulty.text("三、依申请公开", "D7", "三");
    fs::write(&letter, mail("年报.xlsx", &faulty.bytes())).unwrap();
    let (code, text) = check(&["--mark", marked.to_str().unwrap()], &letter);
    assert!(code == Some(3) && text.contains("来信.eml/年报.xlsx"), "{text}");
    assert!(marked.join("年报.xlsx").is_file());
}

#[test]
fn archives_in_a_folder_count_as_folders() {
    let dir = TempDir::new().unwrap();
    let inner = zip(&[("甲局/年报.xlsx", report("甲局"))]);
    let outer = zip(&[
        ("县里/乡镇.zip", inner),
        ("县里/乙局.xlsx", report("乙局")),
        ("县里/照片.jpg", b"\xFF\xD8\xFF".to_vec()),
    ]);
    let old = fs::read(sample("archive/老城区科学技术局-2024.xls")).unwrap();
    let input = tree(&dir.path().join("入"), &[("收到/报送.zip", outer), ("收到/旧.zip", zip(&[("旧.xls", old)]))]);
    let out = dir.path().join("出");
    let run = convert(&input, &out, &[]);
    assert_eq!(run.status.code(), Some(0), "{}", stdout(&run));
    let names: Vec<String> =
        reports(&out).into_keys().map(|p| p.display().to_string()).filter(|n| n.ends_with("docx")).collect();
    let rest = "2024年政府信息公开工作年度报告.docx";
    let expected = ["收到/报送/县里/乙局", "收到/报送/县里/乡镇/甲局/甲局", "收到/旧/老城区科学技术局"]
        .map(|n| format!("{n}{rest}"));
    assert_eq!(names, expected);
    // The filters see an archive as a folder.
    let said = |more: &[&str]| check(more, &input).1;
    assert!(said(&["--exclude", "乡镇.zip"]).contains("共 3 份"), "{}", said(&["--exclude", "乡镇.zip"]));
    assert!(said(&["--include", "*.xlsx"]).contains("共 2 份"), "{}", said(&["--include", "*.xlsx"]));
    assert!(said(&["--include", "收到/旧.zip/*"]).contains("旧.xls"));
    assert!(said(&["--exclude", "*.zip"]).contains("没有符合"));
    let (code, text) = check(&["--second-reader"], &input);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn what_is_in_two_places_is_read_once() {
    let dir = TempDir::new().unwrap();
    let book = report("甲局");
    let input = tree(
        &dir.path().join("入"),
        &[
            ("1.eml", mail("年报.xlsx", &book)),
            ("2.eml", mail("转发.xlsx", &book)),
            ("报送.zip", zip(&[("年报.xlsx", book.clone())])),
            ("报送/年报.xlsx", book),
        ],
    );
    let (code, text) = check(&[], &input);
    assert!(code == Some(0) && !text.contains("Y403"), "{text}");
    let out = dir.path().join("出");
    assert_eq!(convert(&input, &out, &[]).status.code(), Some(0));
    let all = records(&out);
    let ok: Vec<&Value> = all.iter().filter(|r| r["status"] == "ok").collect();
    assert_eq!(ok.len(), 1);
    assert!(ok[0]["file"].as_str().unwrap().ends_with("入/报送/年报.xlsx"));
    let skipped = all.iter().filter(|r| r["findings"][0]["message"].as_str().unwrap().contains("内容完全相同"));
    assert_eq!(skipped.count(), 3);
    // Twice in mails only: the first is read.
    fs::remove_dir_all(input.join("报送")).unwrap();
    assert_eq!(convert(&input, &dir.path().join("再"), &[]).status.code(), Some(0));
    let all = records(&dir.path().join("再"));
    assert_eq!(all.iter().map(|r| r["status"].as_str().unwrap()).collect::<Vec<_>>(), ["ok", "skipped", "skipped"]);
    // Typed twice.
    let letter = input.join("1.eml");
    let run = nianbao(&["check", letter.to_str().unwrap(), letter.to_str().unwrap()]);
    assert!(run.status.code() == Some(0) && stdout(&run).contains("同一个文件"), "{}", stdout(&run));
}

#[test]
fn what_cannot_be_opened_is_an_error_and_hides_nothing() {
    let dir = TempDir::new().unwrap();
    let outlook = || {
        let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
        file.create_stream("__properties_version1.0").unwrap();
        file.into_inner().into_inner()
    };
    let whole = zip(&[("年报.xlsx", report("乙局"))]);
    // Both flags of the only entry: encrypted.
    let mut locked = whole.clone();
    for (mark, at) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let begin = locked.windows(4).rposition(|w| w == mark).unwrap();
        locked[begin + at] |= 1;
    }
    let letter = mail("年报.xlsx", &report("丙局"));
    let input = tree(
        dir.path(),
        &[
            ("甲.xlsx", report("甲局")),
            ("一.rar", b"Rar!\x1A\x07\x01\x00".to_vec()),
            ("二.msg", outlook()),
            ("三.zip", locked),
            ("四.zip", whole[..whole.len() - 40].to_vec()),
            ("五.eml", letter[..letter.len() - 20].to_vec()),
            ("六.eml", mail("照片.jpg", b"\xFF\xD8\xFF")),
            ("七.zip", zip(&[])),
        ],
    );
    let (code, text) = check(&[], &input);
    assert_eq!(code, Some(3), "{text}");
    for said in
        [".rar 压缩包", ".msg 邮件", "加了密码", "没有拷贝完整", "邮件不完整", "没有附工作簿", "压缩包里没有工作簿"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(text.contains("失败         5"), "{text}");
    // Named alone, a mail without a workbook is an error.
    for name in ["六.eml", "七.zip"] {
        let (code, text) = check(&[], &input.join(name));
        assert!(code == Some(3) && text.contains("没有"), "{text}");
    }
}

#[test]
fn what_publishing_wrote_is_not_read_again() {
    let dir = TempDir::new().unwrap();
    let input = tree(&dir.path().join("入"), &[("甲.xlsx", report("甲局"))]);
    let out = input.join("公布");
    let publish = |input: &Path| {
        let run = nianbao(&["publish", input.to_str().unwrap(), "-o", out.to_str().unwrap()]);
        assert_eq!(run.status.code(), Some(0), "{}", stdout(&run));
    };
    publish(&input);
    let name = "甲局2024年政府信息公开工作年度报告";
    let package = fs::read(out.join(format!("{name}.zip"))).unwrap();
    let (code, text) = check(&[], &input);
    assert!(code == Some(0) && text.contains("公布时写的压缩包"), "{text}");
    // In an archive together with its source.
    let all = dir.path().join("全部.zip");
    fs::write(&all, zip(&[("甲.xlsx", report("甲局")), ("公布.zip", package)])).unwrap();
    let (code, text) = check(&[], &all);
    assert!(code == Some(0) && text.contains("2 份是 nianbao 写出的"), "{text}");
    // An archive of one workbook gives the same package as the workbook.
    let before = fs::read(out.join(format!("{name}.zip"))).unwrap();
    let one = dir.path().join("一.zip");
    fs::write(&one, zip(&[("甲.xlsx", report("甲局"))])).unwrap();
    publish(&one);
    assert_eq!(fs::read(out.join(format!("{name}.zip"))).unwrap(), before);
}

#[test]
fn a_sum_is_that_of_the_workbooks() {
    let dir = TempDir::new().unwrap();
    let (folder, archive) = (tree(&dir.path().join("入"), &three()), dir.path().join("入.zip"));
    fs::write(&archive, zip(&three())).unwrap();
    let sum = |input: &Path, name: &str| {
        let out = dir.path().join(name);
        let run = nianbao(&["aggregate", input.to_str().unwrap(), "-o", out.to_str().unwrap(), "--agency", "某市"]);
        assert_eq!(run.status.code(), Some(0), "{}", stdout(&run));
        stdout(&run).lines().last().unwrap().to_owned()
    };
    assert_eq!(sum(&folder, "一.xlsx"), sum(&archive, "二.xlsx"));
}
