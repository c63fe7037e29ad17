//! `publish`: whole packages or nothing, the same bytes whatever the machine, and no finding passed over unwaived.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nianbao::pipeline::Format;
use sha2::{Digest, Sha256};
use support::{Book, SAMPLE, files, nianbao, parts, sample, stderr, stdout};

const NAME: &str = "老城区科学技术局2024年政府信息公开工作年度报告";
const TEXT: &str = "六、其他事项";

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Every file below a folder by its path.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                all.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    all
}

fn publish(input: &Path, out: &Path, more: &[&str]) -> std::process::Output {
    let mut args: Vec<&std::ffi::OsStr> = vec!["publish".as_ref(), input.as_os_str(), "-o".as_ref(), out.as_os_str()];
    args.extend(more.iter().map(std::ffi::OsStr::new));
    nianbao(&args)
}

#[test]
fn a_package_holds_every_format_and_can_be_checked() {
    let dir = tempfile::tempdir().unwrap();
    let run = publish(&sample(SAMPLE), dir.path(), &[]);
    assert_eq!(run.status.code(), Some(0), "{}{}", stdout(&run), stderr(&run));
    let folder = dir.path().join(NAME);
    let mut expected: Vec<String> = Format::ALL.iter().map(|f| format!("{NAME}.{}", f.ending())).collect();
    expected.extend(["SHA256SUMS".to_owned(), "manifest.json".to_owned()]);
    expected.sort();
    assert_eq!(files(&folder), expected);
    for line in fs::read_to_string(folder.join("SHA256SUMS")).unwrap().lines() {
        let (digest, name) = line.split_once("  ").unwrap();
        assert_eq!(sha256(&fs::read(folder.join(name)).unwrap()), digest, "{name}");
    }
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    for file in manifest["files"].as_array().unwrap() {
        assert!(file["compared"]["cells"].as_u64().unwrap() > 190, "{file}");
    }
    let zipped: BTreeMap<String, Vec<u8>> =
        parts(&fs::read(dir.path().join(format!("{NAME}.zip"))).unwrap()).into_iter().collect();
    assert_eq!(zipped.len(), expected.len());
    for (name, bytes) in zipped {
        assert_eq!(fs::read(dir.path().join(name)).unwrap(), bytes);
    }
    let index = fs::read_to_string(dir.path().join("index.html")).unwrap();
    assert!(index.contains("<h2>老城区科学技术局</h2>") && index.contains(".zip\""));
    // Again, over what is there.
    let before = tree(dir.path());
    assert_eq!(publish(&sample(SAMPLE), dir.path(), &[]).status.code(), Some(0));
    assert_eq!(tree(dir.path()), before);
}

#[test]
fn packages_are_the_same_in_every_zone_and_language_and_tell_nothing_of_the_machine() {
    let mut trees = Vec::new();
    for (zone, language) in [("Asia/Shanghai", "zh_CN.GBK"), ("America/New_York", "en_US.UTF-8")] {
        let dir = tempfile::tempdir().unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_nianbao"))
            .args(["publish".as_ref(), sample(SAMPLE).as_os_str(), "-o".as_ref(), dir.path().as_os_str()])
            .env("TZ", zone)
            .env("LC_ALL", language)
            .env("USER", "zhangsan")
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(0));
        let tree = tree(dir.path());
        let machine =
            [dir.path().to_str().unwrap().to_owned(), env!("CARGO_MANIFEST_DIR").to_owned(), "zhangsan".to_owned()];
        for (name, bytes) in &tree {
            let has = |word: &String| bytes.windows(word.len()).any(|w| w == word.as_bytes());
            assert!(!machine.iter().any(has), "{}", name.display());
        }
        trees.push(tree);
    }
    assert_eq!(trees[0], trees[1]);
}

#[test]
fn what_stands_in_the_way_is_waived_by_name_or_nothing_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out, waivers) = (dir.path().join("报告.xlsx"), dir.path().join("公布"), dir.path().join("豁免.toml"));
    let mut book = Book::open(&sample(SAMPLE));
    book.text(TEXT, "A3", "联系电话13812345678，未收取信息处理费。");
    book.save(&input);
    let run = publish(&input, &out, &[]);
    assert_eq!(run.status.code(), Some(1), "{}", stdout(&run));
    assert!(stdout(&run).contains("P601") && stdout(&run).contains("没有公布"), "{}", stdout(&run));
    assert_eq!(files(&out), [""; 0]);
    let waiver = |code: &str| {
        format!(
            "[[waiver]]\nagency = \"老城区科学技术局\"\nyear = 2024\ncode = \"{code}\"\nsheet = \"{TEXT}\"\ncell = \"A3\"\nreason = \"公开的值班电话\"\nwho = \"李四\"\ndate = 2025-01-10\n"
        )
    };
    let with = format!("--waivers={}", waivers.display());
    // Of another finding: it covers nothing, and says so.
    fs::write(&waivers, waiver("T503")).unwrap();
    let run = publish(&input, &out, &[&with]);
    assert_eq!(run.status.code(), Some(1));
    assert!(stdout(&run).contains("没有用到的豁免"), "{}", stdout(&run));
    fs::write(&waivers, waiver("P601")).unwrap();
    let run = publish(&input, &out, &[&with]);
    assert_eq!(run.status.code(), Some(0), "{}", stdout(&run));
    assert!(out.join(NAME).is_dir());
    // Published and right: the waiver is left over.
    let run = publish(&sample(SAMPLE), &out, &[&with]);
    assert_eq!(run.status.code(), Some(1));
    assert!(out.join(NAME).is_dir());
    fs::write(&waivers, "[[waiver]]\nagency = 1\n").unwrap();
    let run = publish(&input, &out, &[&with]);
    assert_eq!(run.status.code(), Some(2));
    assert!(stderr(&run).contains("豁免.toml"), "{}", stderr(&run));
}

#[test]
fn a_report_that_is_refused_leaves_what_was_published_before() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("报告.xlsx"), dir.path().join("公布"));
    fs::copy(sample(SAMPLE), &input).unwrap();
    assert_eq!(publish(&input, &out, &[]).status.code(), Some(0));
    let before = tree(&out);
    let mut book = Book::open(&input);
    book.text("三、依申请公开", "D7", "三");
    book.save(&input);
    assert_eq!(publish(&input, &out, &[]).status.code(), Some(3));
    assert_eq!(tree(&out), before);
}
