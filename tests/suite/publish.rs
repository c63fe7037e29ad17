//! `publish`: complete packages or none, the same bytes on every machine, and no finding ignored without a waiver.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Book, files, nianbao, parts, sample, stderr, stdout};
use nianbao::pipeline::Format;
use sha2::{Digest, Sha256};

/// A report in which not all figures are zero.
const REPORT: &str = "云泽市住房和城乡建设局-2023.xlsx";
const NAME: &str = "云泽市住房和城乡建设局2023年政府信息公开工作年度报告";
const TEXT: &str = "六、其他事项";

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Returns every file below a folder, by path.
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
    let run = publish(&sample(REPORT), dir.path(), &[]);
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
    assert!(index.contains("<h2>云泽市住房和城乡建设局</h2>") && index.contains(".zip\""));
    // Published again into the same folder.
    let before = tree(dir.path());
    assert_eq!(publish(&sample(REPORT), dir.path(), &[]).status.code(), Some(0));
    assert_eq!(tree(dir.path()), before);
}

/// Settings that make a run believe it is on another machine.
struct Machine {
    zone: &'static str,
    language: &'static str,
    user: &'static str,
    jobs: &'static str,
    /// Whether inputs and outputs are given as paths relative to the current folder.
    relative: bool,
}

#[test]
fn packages_are_the_same_on_every_machine_at_every_time_and_tell_nothing_of_it() {
    let mut reports: Vec<PathBuf> = files(&sample("archive")).iter().map(|f| sample("archive").join(f)).collect();
    reports.retain(|f| !f.to_string_lossy().contains("云泽市住房和城乡建设局"));
    reports.push(sample(REPORT));
    let machines = [
        Machine { zone: "Asia/Shanghai", language: "zh_CN.GBK", user: "zhangsan", jobs: "1", relative: false },
        Machine {
            zone: "America/New_York",
            language: "en_US.UTF-8",
            user: "lisi-of-new-york",
            jobs: "4",
            relative: true,
        },
        Machine { zone: "<-1145>+11:45", language: "C", user: "", jobs: "2", relative: false },
    ];
    let mut trees = Vec::new();
    for Machine { zone, language, user, jobs, relative } in machines {
        let dir = tempfile::tempdir().unwrap();
        let (home, here) = (dir.path().join("home-of-somebody"), dir.path().join("工作"));
        fs::create_dir_all(&home).unwrap();
        fs::create_dir_all(&here).unwrap();
        let mut run = Command::new(env!("CARGO_BIN_EXE_nianbao"));
        run.arg("publish").args(["--jobs", jobs]).current_dir(&here);
        for report in &reports {
            let name = report.file_name().unwrap();
            fs::copy(report, here.join(name)).unwrap();
            run.arg(if relative { PathBuf::from(name) } else { here.join(name) });
        }
        let out = here.join("公布");
        run.arg("-o").arg(if relative { Path::new("公布") } else { &out });
        for name in ["TZ", "LC_ALL", "LC_TIME", "LC_NUMERIC", "LANG", "LANGUAGE", "USER", "LOGNAME", "HOME"] {
            run.env(
                name,
                match name {
                    "TZ" => zone,
                    "USER" | "LOGNAME" => user,
                    "HOME" => home.to_str().unwrap(),
                    _ => language,
                },
            );
        }
        let run = run.output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{}{}", stdout(&run), stderr(&run));
        let tree = tree(&out);
        assert_eq!(tree.len(), reports.len() * (Format::ALL.len() + 3) + 1);
        let machine = [dir.path().to_str().unwrap(), "home-of-somebody", env!("CARGO_MANIFEST_DIR"), zone, user];
        for (name, bytes) in &tree {
            // The contents of a zip are also in the files of its folder or in their parts, so one level of unpacking is
            // enough.
            let parts = if bytes.starts_with(b"PK") { parts(bytes) } else { Vec::new() };
            let has = |word: &str| {
                let mut all = parts.iter().map(|(_, part)| part).chain([bytes]);
                all.any(|b| b.windows(word.len()).any(|w| w == word.as_bytes()))
            };
            let told = machine.iter().find(|word| !word.is_empty() && has(word));
            assert_eq!(told, None, "{}", name.display());
        }
        trees.push(tree);
        // Zips record times in steps of two seconds, metadata in seconds: after this pause, a recorded time would differ from
        // that of the previous run.
        std::thread::sleep(std::time::Duration::from_millis(2100));
    }
    for other in &trees[1..] {
        for (name, bytes) in &trees[0] {
            assert!(other.get(name) == Some(bytes), "{} is another", name.display());
        }
        assert_eq!(trees[0].len(), other.len());
    }
}

#[test]
fn what_stands_in_the_way_is_waived_by_name_or_nothing_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out, waivers) = (dir.path().join("报告.xlsx"), dir.path().join("公布"), dir.path().join("豁免.toml"));
    let mut book = Book::open(&sample(REPORT));
    book.text(TEXT, "A3", "联系电话13812345678，未收取信息处理费。");
    book.save(&input);
    let run = publish(&input, &out, &[]);
    assert_eq!(run.status.code(), Some(1), "{}", stdout(&run));
    assert!(stdout(&run).contains("P601") && stdout(&run).contains("没有公布"), "{}", stdout(&run));
    assert_eq!(files(&out), [""; 0]);
    let waiver = |code: &str| {
        format!(
            "[[waiver]]\nagency = \"云泽市住房和城乡建设局\"\nyear = 2023\ncode = \"{code}\"\nsheet = \"{TEXT}\"\ncell = \"A3\"\nreason = \"公开的值班电话\"\nwho = \"李四\"\ndate = 2025-01-10\n"
        )
    };
    let with = format!("--waivers={}", waivers.display());
    // A waiver of another finding covers nothing, and is reported as unused.
    fs::write(&waivers, waiver("P601").replace("A3", "A4")).unwrap();
    let run = publish(&input, &out, &[&with]);
    assert_eq!(run.status.code(), Some(1));
    assert!(stdout(&run).contains("没有用到的豁免"), "{}", stdout(&run));
    fs::write(&waivers, waiver("P601")).unwrap();
    let run = publish(&input, &out, &[&with]);
    assert_eq!(run.status.code(), Some(0), "{}", stdout(&run));
    assert!(stdout(&run).contains("已豁免：李四，2025-01-10，公开的值班电话"), "{}", stdout(&run));
    assert!(out.join(NAME).is_dir());
    // The report is correct and published, but the waiver is unused.
    let run = publish(&sample(REPORT), &out, &[&with]);
    assert_eq!(run.status.code(), Some(1));
    assert!(out.join(NAME).is_dir());
    for wrong in ["[[waiver]]\nagency = 1\n", &waiver("T503")] {
        fs::write(&waivers, wrong).unwrap();
        let run = publish(&input, &out, &[&with]);
        assert_eq!(run.status.code(), Some(2));
        assert!(stderr(&run).contains("豁免.toml"), "{}", stderr(&run));
    }
}

/// A remark beside a table is not published, but the origins and findings in the JSON quote it.
#[test]
fn a_private_number_in_a_remark_is_found_where_it_is_and_masked() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out, waivers) = (dir.path().join("报告.xlsx"), dir.path().join("公布"), dir.path().join("豁免.toml"));
    let mut book = Book::open(&sample(REPORT));
    book.replace(
        TEXT,
        "</sheetData>",
        "<row r=\"90\"><c r=\"H90\" t=\"inlineStr\"><is><t>核对人 138 1234 5678</t></is></c></row></sheetData>",
    );
    book.save(&input);
    let check = nianbao(&["check".as_ref(), input.as_os_str()]);
    let said = stdout(&check);
    assert!(said.contains("H90 有手机号码“138****5678”，不在报告的文字里") && said.contains("P601"), "{said}");
    assert!(said.contains("N111") && !said.contains("1234"), "{said}");
    let run = publish(&input, &out, &[]);
    assert!(run.status.code() == Some(1) && stdout(&run).contains("没有公布"), "{}", stdout(&run));
    assert_eq!(files(&out), [""; 0]);
    let waiver = format!(
        "[[waiver]]\nagency = \"云泽市住房和城乡建设局\"\nyear = 2023\ncode = \"P601\"\nsheet = \"{TEXT}\"\ncell = \"H90\"\nreason = \"公开的\"\nwho = \"李四\"\ndate = 2025-01-10\n"
    );
    fs::write(&waivers, waiver).unwrap();
    let run = publish(&input, &out, &[&format!("--waivers={}", waivers.display())]);
    assert_eq!(run.status.code(), Some(0), "{}", stdout(&run));
    let json = fs::read_to_string(out.join(NAME).join(format!("{NAME}.json"))).unwrap();
    assert!(json.contains("138****5678") && !json.contains("1234 5678"), "a remark that is not published");
}

/// A warning that blocks publication according to the catalogue; it is waived like an error.
#[test]
fn words_left_to_be_filled_in_are_not_published() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out, waivers) = (dir.path().join("报告.xlsx"), dir.path().join("公布"), dir.path().join("豁免.toml"));
    let mut book = Book::open(&sample(REPORT));
    book.text(TEXT, "A3", "2023年，我局收取信息处理费____万元。");
    book.save(&input);
    let run = publish(&input, &out, &[]);
    assert_eq!(run.status.code(), Some(1), "{}", stdout(&run));
    assert!(stdout(&run).contains("P603") && stdout(&run).contains("没有公布"), "{}", stdout(&run));
    assert_eq!(files(&out), [""; 0]);
    fs::write(
        &waivers,
        format!(
            "[[waiver]]\nagency = \"云泽市住房和城乡建设局\"\nyear = 2023\ncode = \"P603\"\nsheet = \"{TEXT}\"\ncell = \"A3\"\nreason = \"样张\"\nwho = \"李四\"\ndate = 2025-01-10\n"
        ),
    )
    .unwrap();
    let run = publish(&input, &out, &[&format!("--waivers={}", waivers.display())]);
    assert_eq!(run.status.code(), Some(0), "{}", stdout(&run));
    assert!(out.join(NAME).is_dir());
}

#[test]
fn of_several_findings_in_a_cell_a_waiver_covers_the_one_that_it_words() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out, waivers) = (dir.path().join("报告.xlsx"), dir.path().join("公布"), dir.path().join("豁免.toml"));
    let mut book = Book::open(&sample(REPORT));
    book.text(TEXT, "A3", "联系电话13812345678，邮箱zhangsan@qq.com，未收取信息处理费。");
    book.save(&input);
    let waiver = |says: &str| {
        format!(
            "[[waiver]]\nagency = \"云泽市住房和城乡建设局\"\nyear = 2023\ncode = \"P601\"\nsheet = \"{TEXT}\"\ncell = \"A3\"\n{says}reason = \"值班\"\nwho = \"李四\"\ndate = 2025-01-10\n"
        )
    };
    let with = format!("--waivers={}", waivers.display());
    fs::write(&waivers, waiver("")).unwrap();
    let run = publish(&input, &out, &[&with]);
    assert_eq!(run.status.code(), Some(1));
    assert!(stdout(&run).contains("B903") && files(&out).is_empty(), "{}", stdout(&run));
    fs::write(&waivers, waiver("says = \"手机号码\"\n")).unwrap();
    let run = publish(&input, &out, &[&with]);
    assert!(stdout(&run).contains("有 1 处问题必须先改正") && files(&out).is_empty(), "{}", stdout(&run));
    fs::write(&waivers, waiver("says = \"手机号码\"\n") + &waiver("says = \"个人邮箱\"\n")).unwrap();
    assert_eq!(publish(&input, &out, &[&with]).status.code(), Some(0));
}

/// A waiver covers one number, also if another number of the cell looks the same once masked, and one placeholder.
#[test]
fn a_waiver_covers_no_second_number_and_no_second_placeholder_of_the_cell() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out, waivers) = (dir.path().join("报告.xlsx"), dir.path().join("公布"), dir.path().join("豁免.toml"));
    let with = format!("--waivers={}", waivers.display());
    for (code, text, says, why) in [
        ("P601", "联系电话13812345678，未收取信息处理费。", "", None),
        ("P601", "联系电话13812345678、13812345678，未收取信息处理费。", "138****5678", None),
        ("P601", "联系电话13812345678、13912345679，未收取信息处理费。", "138****5678", Some("139****5679")),
        ("P601", "联系电话13812345678、13899995678，未收取信息处理费。", "138****5678", Some("B903")),
        ("P603", "2023年，我局收取信息处理费____万元，退回____元。", "信息处理费____万元", Some("退回____元")),
        ("P603", "收取____万元。退回____元。收取____万元。", "收取____万元", Some("B903")),
    ] {
        let mut book = Book::open(&sample(REPORT));
        book.text(TEXT, "A3", text);
        book.save(&input);
        fs::write(
            &waivers,
            format!(
                "[[waiver]]\nagency = \"云泽市住房和城乡建设局\"\nyear = 2023\ncode = \"{code}\"\nsheet = \"{TEXT}\"\ncell = \"A3\"\nsays = \"{says}\"\nreason = \"值班\"\nwho = \"李四\"\ndate = 2025-01-10\n"
            ),
        )
        .unwrap();
        let _ = fs::remove_dir_all(&out);
        let run = publish(&input, &out, &[&with]);
        let told = stdout(&run);
        match why {
            None => assert_eq!(run.status.code(), Some(0), "{text}: {told}"),
            Some(why) => assert!(run.status.code() == Some(1) && told.contains(why), "{text}: {told}"),
        }
        assert_eq!(files(&out).is_empty(), why.is_some(), "{text}");
    }
}

#[test]
fn what_others_put_there_and_what_is_read_stay() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("公布");
    assert_eq!(publish(&sample(REPORT), &out, &[]).status.code(), Some(0));
    // The package's own JSON is the input: it would be overwritten by its own output.
    let json = out.join(NAME).join(format!("{NAME}.json"));
    let run = publish(&json, &out, &[]);
    assert_eq!(run.status.code(), Some(4), "{}", stdout(&run));
    assert!(stdout(&run).contains("W402"), "{}", stdout(&run));
    let scan = out.join(NAME).join("审批单.txt");
    fs::write(&scan, "盖了章").unwrap();
    let run = publish(&sample(REPORT), &out, &[]);
    assert_eq!(run.status.code(), Some(4), "{}", stdout(&run));
    assert!(stdout(&run).contains("审批单.txt") && scan.exists(), "{}", stdout(&run));
    let web = dir.path().join("网站");
    fs::create_dir(&web).unwrap();
    fs::write(web.join("index.html"), "<!DOCTYPE html>\n<title>本局网站</title>").unwrap();
    let run = publish(&sample(REPORT), &web, &[]);
    assert_eq!(run.status.code(), Some(4));
    assert!(stderr(&run).contains("index.html") && files(&web) == ["index.html"], "{}", stderr(&run));
}

/// `甲/乙局` and `甲_乙局` give the same file name: the package of one is not replaced by that of the other, and a new edition of
/// the same report replaces its own.
#[test]
fn a_package_of_another_agency_is_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("公布");
    let input = |agency: &str| {
        let path = dir.path().join("报告.xlsx");
        let mut book = Book::open(&sample(REPORT));
        book.text("封面", "B2", agency);
        book.text("封面", "B4", "");
        book.save(&path);
        path
    };
    for _ in 0..2 {
        let run = publish(&input("甲/乙局"), &out, &[]);
        assert_eq!(run.status.code(), Some(0), "{}", stdout(&run));
    }
    let before = tree(&out);
    let run = publish(&input("甲_乙局"), &out, &[]);
    let told = stdout(&run);
    assert_eq!(run.status.code(), Some(4), "{told}");
    assert!(told.contains("W402") && told.contains("“甲/乙局”2023 年") && told.contains("“甲_乙局”2023 年"), "{told}");
    assert_eq!(tree(&out), before);
}

#[test]
fn the_index_lists_what_stands_in_the_folder_and_what_is_old_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("公布");
    publish(&sample(REPORT), &out, &[]);
    let other = sample("青岚县文化和旅游局-2020.xlsx");
    let run = publish(&other, &out, &[]);
    assert_eq!(run.status.code(), Some(0), "{}", stdout(&run));
    assert!(stdout(&run).contains("以前公布的 1 份") && stdout(&run).contains(NAME), "{}", stdout(&run));
    let index = fs::read_to_string(out.join("index.html")).unwrap();
    assert!(index.contains("共 2 个单位，2 份报告"), "{index}");
    // After its folder and its zip are removed, a package is no longer listed.
    fs::remove_dir_all(out.join(NAME)).unwrap();
    fs::remove_file(out.join(format!("{NAME}.zip"))).unwrap();
    let run = publish(&other, &out, &[]);
    assert!(!stdout(&run).contains("以前公布的"), "{}", stdout(&run));
    assert!(fs::read_to_string(out.join("index.html")).unwrap().contains("共 1 个单位，1 份报告"));
    // When the last package is gone, the index is removed as well.
    for path in fs::read_dir(&out).unwrap().map(|e| e.unwrap().path()).filter(|p| !p.ends_with("index.html")) {
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }
    let refused = dir.path().join("报告.xlsx");
    let mut book = Book::open(&sample(REPORT));
    book.text(TEXT, "A3", "联系电话13812345678，未收取信息处理费。");
    book.save(&refused);
    assert_eq!(publish(&refused, &out, &[]).status.code(), Some(1));
    assert_eq!(files(&out), [""; 0]);
}

#[test]
fn a_report_that_is_refused_leaves_what_was_published_before() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("报告.xlsx"), dir.path().join("公布"));
    fs::copy(sample(REPORT), &input).unwrap();
    assert_eq!(publish(&input, &out, &[]).status.code(), Some(0));
    let before = tree(&out);
    let mut book = Book::open(&input);
    book.text("三、依申请公开", "D7", "三");
    book.save(&input);
    assert_eq!(publish(&input, &out, &[]).status.code(), Some(3));
    assert_eq!(tree(&out), before);
}

#[test]
fn what_open_data_would_tell_of_a_person_stands_in_the_way_wherever_it_stood() {
    let dir = tempfile::tempdir().unwrap();
    let (json, out) = (dir.path().join("报告.json"), dir.path().join("公布"));
    let made = dir.path().join("输出");
    nianbao(&["convert".as_ref(), sample(REPORT).as_os_str(), "--to=json".as_ref(), "-o".as_ref(), made.as_os_str()]);
    let sound = fs::read_to_string(made.join(format!("{NAME}.json"))).unwrap();
    fs::write(&json, &sound).unwrap();
    assert_eq!(publish(&json, &out, &[]).status.code(), Some(0));
    // The origin of a paragraph may contain any text.
    let sheet = format!("\"sheet\":\"{TEXT}\"");
    assert!(sound.contains(&sheet));
    fs::write(&json, sound.replacen(&sheet, "\"sheet\":\"经办13812345678\"", 1)).unwrap();
    let run = publish(&json, &out, &[]);
    assert_eq!(run.status.code(), Some(1), "{}", stdout(&run));
    assert!(stdout(&run).contains("B902") && stdout(&run).contains("手机号码"), "{}", stdout(&run));
}

#[cfg(unix)]
#[test]
fn what_is_no_file_in_the_output_folder_is_no_trap() {
    let dir = tempfile::tempdir().unwrap();
    let (out, elsewhere) = (dir.path().join("公布"), dir.path().join("别处"));
    fs::create_dir(&out).unwrap();
    let pipe = std::ffi::CString::new(out.join(".nianbao-x.tmp").to_str().unwrap()).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    assert_eq!(publish(&sample(REPORT), &out, &[]).status.code(), Some(0));
    std::os::unix::fs::symlink(&elsewhere, out.join(".nianbao-lock")).unwrap();
    let run = publish(&sample(REPORT), &out, &[]);
    assert_eq!(run.status.code(), Some(4), "{}", stderr(&run));
    assert!(!elsewhere.exists());
    let with = format!("--waivers={}", pipe.to_str().unwrap());
    assert_eq!(publish(&sample(REPORT), &dir.path().join("又"), &[&with]).status.code(), Some(2));
}

#[test]
fn nothing_steers_the_terminal_by_way_of_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let waivers = dir.path().join("豁免.toml");
    fs::write(&waivers, "\"\\u001b[31mX\\u202e\"=1\n").unwrap();
    let run = publish(&sample(REPORT), dir.path(), &[&format!("--waivers={}", waivers.display())]);
    assert_eq!(run.status.code(), Some(2));
    assert!(!stderr(&run).contains(['\u{1b}', '\u{202e}']), "{}", stderr(&run));
}
