//! Runs over many inputs: folders, resumption, kills, shards, junk.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::{Book, SAMPLE, nianbao, sample, stderr, stdout};
use serde_json::Value;

/// Writes a report of this agency and year to this path.
fn report(path: &Path, agency: &str, year: u16) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut book = Book::open(&sample(SAMPLE));
    book.text("封面", "B2", agency);
    book.text("封面", "B3", &year.to_string());
    book.text("封面", "B4", "");
    book.save(path);
}

/// Makes a folder with `count` reports in two subfolders, and one file that cannot be read.
fn archive(dir: &Path, count: usize) -> PathBuf {
    let folder = dir.join("各单位");
    for i in 0..count {
        let below = if i % 2 == 0 { "甲片" } else { "乙片" };
        report(&folder.join(below).join(format!("{i:02}.xlsx")), &format!("第{i}街道办事处"), 2024);
    }
    fs::write(folder.join("坏.xlsx"), "x").unwrap();
    folder
}

fn command(input: &Path, out: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nianbao"));
    command.arg("convert").arg(input).arg("-o").arg(out).args(more);
    if !more.contains(&"--to") {
        command.args(["--to", "docx,xlsx"]);
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn convert(input: &Path, out: &Path, more: &[&str]) -> std::process::Output {
    command(input, out, more).output().unwrap()
}

/// Returns every file below a folder by its relative path, without the records of run times.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, below: &Path, all: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let (path, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
            let at = below.join(&name);
            if path.is_dir() {
                walk(&path, &at, all);
            } else if !name.to_str().unwrap().starts_with("运行记录") {
                all.insert(at.to_str().unwrap().to_owned(), fs::read(path).unwrap());
            }
        }
    }
    let mut all = BTreeMap::new();
    if folder.exists() {
        walk(folder, Path::new(""), &mut all);
    }
    all
}

fn same(a: &Path, b: &Path) {
    let (a, b) = (tree(a), tree(b));
    let names = |t: &BTreeMap<String, Vec<u8>>| t.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&a), names(&b));
    for (name, bytes) in &a {
        assert!(*bytes == b[name], "{name} differs");
    }
}

fn manifest(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

#[test]
fn a_folder_is_mirrored_and_summed_up() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (archive(dir.path(), 3), dir.path().join("输出"));
    let run = convert(&input, &out, &[]);
    let text = stdout(&run);
    assert_eq!(run.status.code(), Some(3), "{text}");
    for said in ["共 4 份", "正常", "失败", "坏.xlsx：没有转换", "一览表"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let name = "第1街道办事处2024年政府信息公开工作年度报告.docx";
    assert!(out.join("乙片").join(name).exists());
    let lines = manifest(&out.join("manifest.jsonl"));
    assert_eq!((lines.len(), lines[0]["inputs"].as_u64()), (5, Some(4)));
    let first = &lines[1];
    assert_eq!(first["status"], "ok", "{first}");
    assert_eq!((first["agency"].as_str(), first["year"].as_u64()), (Some("第1街道办事处"), Some(2024)));
    assert_eq!(first["tool"], env!("CARGO_PKG_VERSION"));
    assert!(first["form"].as_str().unwrap().len() == 64 && first["sha256"].as_str().unwrap().len() == 64);
    assert_eq!(first["outputs"][0]["path"], format!("乙片/{name}"));
    assert_eq!(lines[2]["status"], "failed");
    assert_eq!(fs::read_to_string(out.join("运行记录.jsonl")).unwrap().lines().count(), 4);
    // The summary is a workbook that other programs can read.
    let bytes = fs::read(out.join("汇总.xlsx")).unwrap();
    let strings = crate::support::parts(&bytes).into_iter().find(|(n, _)| n == "xl/sharedStrings.xml").unwrap().1;
    let strings = String::from_utf8(strings).unwrap();
    assert!(strings.contains("第2街道办事处") && strings.contains("坏.xlsx") && strings.contains("I101"));
}

#[test]
fn a_second_run_skips_what_has_not_changed_and_redoes_what_failed() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (archive(dir.path(), 4), dir.path().join("输出"));
    convert(&input, &out, &[]);
    let before = tree(&out);
    let kept = |more: &[&str]| {
        let text = stdout(&convert(&input, &out, more));
        text.lines().find(|l| l.contains("沿用")).map(str::to_owned)
    };
    assert!(kept(&[]).unwrap().contains("其中 4 份"));
    assert_eq!(tree(&out), before);
    assert_eq!(kept(&["--force"]), None);
    // An output that was removed is made again.
    fs::remove_file(out.join("甲片/第2街道办事处2024年政府信息公开工作年度报告.xlsx")).unwrap();
    assert!(kept(&[]).unwrap().contains("其中 3 份"));
    assert_eq!(tree(&out), before);
    // Other options give other outputs.
    assert_eq!(kept(&["--keep-text"]), None);
    // A changed input is converted again, a corrected one is converted for the first time.
    report(&input.join("甲片/00.xlsx"), "第0街道办事处", 2023);
    report(&input.join("坏.xlsx"), "修好的局", 2024);
    assert!(kept(&["--keep-text"]).unwrap().contains("其中 3 份"));
    assert!(out.join("甲片/第0街道办事处2023年政府信息公开工作年度报告.docx").exists());
    assert!(out.join("修好的局2024年政府信息公开工作年度报告.docx").exists());
}

/// Kills runs after longer and longer times until one run ends by itself.
#[cfg(unix)]
#[test]
fn killed_at_any_moment_a_rerun_ends_as_an_undisturbed_run() {
    let dir = tempfile::tempdir().unwrap();
    let input = archive(dir.path(), 10);
    let (whole, out) = (dir.path().join("一次"), dir.path().join("多次"));
    // With the table of the whole run, which is made from the files of other reports.
    let options = ["--jobs", "2", "--to", "xlsx,json,csv"];
    convert(&input, &whole, &options);
    let expected = tree(&whole);
    assert!(expected.contains_key("数据.csv"));
    let mut kills = 0;
    for step in 0.. {
        let mut child = command(&input, &out, &options).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(40 + 25 * step));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        // Every file with a final name is complete.
        for (name, bytes) in tree(&out).into_iter().filter(|(n, _)| !n.contains(".nianbao-")) {
            assert!(expected[&name] == bytes, "{name} is not whole");
        }
        assert!(step < 2_000, "no run came to its end");
    }
    assert!(kills > 3, "{kills}");
    same(&whole, &out);
}

#[cfg(unix)]
fn signalled(signal: rustix::process::Signal) -> (i32, String, PathBuf, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (archive(dir.path(), 40), dir.path().join("输出"));
    let child: Child = command(&input, &out, &["--jobs", "1", "--force"]).spawn().unwrap();
    // After the first file is written, the run is in progress.
    let journal = out.join(".nianbao-journal.jsonl");
    for _ in 0..3_000 {
        if fs::metadata(&journal).is_ok_and(|m| m.len() > 0) {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), signal).unwrap();
    let ended = child.wait_with_output().unwrap();
    (ended.status.code().unwrap_or(-1), stdout(&ended), out, dir)
}

#[cfg(unix)]
#[test]
fn a_signal_lets_the_files_in_hand_be_finished() {
    use rustix::process::Signal;
    for (signal, exit) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let (code, text, out, dir) = signalled(signal);
        assert_eq!(code, exit, "{text}");
        assert!(text.contains("已停止") && text.contains("没有做"), "{text}");
        // No file is half written, and finished files are not made again.
        let journal = fs::read_to_string(out.join(".nianbao-journal.jsonl")).unwrap();
        let files = tree(&out).into_keys().filter(|n| !n.contains(".nianbao-")).count();
        assert_eq!(files, journal.lines().count() * 2);
        assert!(files > 0 && files < 80, "{files}");
        let again = stdout(&convert(&dir.path().join("各单位"), &out, &[]));
        assert!(again.contains(&format!("其中 {} 份", journal.lines().count())), "{again}");
    }
}

#[test]
fn reports_of_one_name_are_refused_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("入"), dir.path().join("出"));
    report(&input.join("甲.xlsx"), "某局", 2024);
    report(&input.join("乙.xlsx"), "某局", 2024);
    report(&input.join("子/丙.xlsx"), "某局", 2024);
    let run = convert(&input, &out, &[]);
    let text = stdout(&run);
    assert_eq!(run.status.code(), Some(4), "{text}");
    assert_eq!(text.matches("W402").count(), 2, "{text}");
    assert!(text.contains("与") && text.contains("甲.xlsx") && text.contains("乙.xlsx"), "{text}");
    let files: Vec<String> = tree(&out).into_keys().collect();
    assert_eq!(
        files.iter().filter(|f| f.ends_with(".docx")).collect::<Vec<_>>(),
        ["子/某局2024年政府信息公开工作年度报告.docx"]
    );
}

#[test]
fn outputs_that_no_input_has_any_more_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("入"), dir.path().join("出"));
    report(&input.join("甲.xlsx"), "某局", 2023);
    report(&input.join("乙.xlsx"), "某局", 2024);
    report(&input.join("丙.xlsx"), "他局", 2024);
    assert!(!stdout(&convert(&input, &out, &[])).contains("W403"));
    // One input was removed, another one now fails.
    fs::remove_file(input.join("甲.xlsx")).unwrap();
    fs::write(input.join("乙.xlsx"), "PK").unwrap();
    let told = stdout(&convert(&input, &out, &[]));
    assert!(told.contains("W403") && told.contains("有 4 个以前生成的文件"), "{told}");
    assert!(out.join("某局2023年政府信息公开工作年度报告.docx").exists(), "nothing is removed");
}

#[test]
fn three_shards_and_a_merge_are_one_run() {
    let dir = tempfile::tempdir().unwrap();
    let input = archive(dir.path(), 7);
    // All years of an agency belong to one shard.
    report(&input.join("甲片/旧.xlsx"), "第1街道办事处", 2023);
    // A collision is reported whichever shards its reports belong to.
    report(&input.join("重.xlsx"), "第2街道办事处", 2022);
    report(&input.join("复.xlsx"), "第2街道办事处", 2022);
    let (whole, parts) = (dir.path().join("整"), dir.path().join("分"));
    let alone = convert(&input, &whole, &[]);
    for shard in ["1/3", "2/3", "3/3"] {
        let run = convert(&input, &parts, &["--shard", shard]);
        assert!(matches!(run.status.code(), Some(0..=4)), "{}", stderr(&run));
    }
    let manifests = [1, 2, 3].map(|i| parts.join(format!("manifest-{i}-of-3.jsonl")));
    let merge = |manifests: &[&PathBuf]| {
        let mut args = vec!["merge-manifests".as_ref()];
        args.extend(manifests.iter().map(|m| m.as_os_str()));
        args.extend(["-o".as_ref(), parts.as_os_str()]);
        nianbao(&args)
    };
    let [a, b, c] = manifests.each_ref();
    let missing = merge(&[a, b]);
    assert_eq!(missing.status.code(), Some(3));
    assert!(stderr(&missing).contains("缺少分片 3/3"), "{}", stderr(&missing));
    let twice = merge(&[a, b, c, a]);
    assert!(stderr(&twice).contains("都是第 1/3 片"), "{}", stderr(&twice));
    let merged = merge(&[c, a, b]);
    assert_eq!(merged.status.code(), alone.status.code(), "{}{}", stdout(&merged), stderr(&merged));
    for m in &manifests {
        fs::remove_file(m).unwrap();
    }
    same(&whole, &parts);
    let of = |agency: &str| {
        let lines = manifest(&whole.join("manifest.jsonl"));
        lines.iter().filter(|l| l["agency"] == agency).count()
    };
    assert_eq!(of("第1街道办事处"), 2);
}

#[test]
fn a_merge_does_not_overwrite_books_of_others() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (archive(dir.path(), 2), dir.path().join("输出"));
    for shard in ["1/2", "2/2"] {
        convert(&input, &out, &["--shard", shard, "--to", "csv"]);
    }
    let parts = [1, 2].map(|i| out.join(format!("manifest-{i}-of-2.jsonl")));
    let merge = || {
        let [a, b] = parts.each_ref().map(|p| p.as_os_str());
        nianbao(&["merge-manifests".as_ref(), a, b, "-o".as_ref(), out.as_os_str()])
    };
    for name in ["汇总.xlsx", "数据.csv"] {
        fs::write(out.join(name), "某人的").unwrap();
        let before = tree(&out);
        let run = merge();
        assert_eq!(run.status.code(), Some(4), "{name}: {}", stderr(&run));
        assert!(stderr(&run).contains("不能确定是本程序写的"), "{}", stderr(&run));
        assert!(tree(&out) == before, "{name}: {:?}", tree(&out).into_keys());
        fs::remove_file(out.join(name)).unwrap();
    }
    // Books of an earlier merge are replaced.
    for _ in 0..2 {
        let run = merge();
        assert_ne!(run.status.code(), Some(4), "{}", stderr(&run));
        assert!(out.join("汇总.xlsx").exists() && out.join("数据.csv").exists());
        assert!(!out.join(".nianbao-journal.jsonl").exists());
    }
}

#[test]
fn a_shard_may_be_told_by_the_cluster() {
    let dir = tempfile::tempdir().unwrap();
    let input = archive(dir.path(), 2);
    let run = |variables: &[(&str, &str)]| {
        let out = dir.path().join("出");
        let mut command = command(&input, &out, &["--shards", "2"]);
        for name in ["JOB_COMPLETION_INDEX", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN"] {
            command.env_remove(name);
        }
        let ended = command.envs(variables.iter().copied()).output().unwrap();
        let made = (1..=2).filter(|i| out.join(format!("manifest-{i}-of-2.jsonl")).exists()).collect::<Vec<_>>();
        let _ = fs::remove_dir_all(&out);
        (ended.status.code(), made, stderr(&ended))
    };
    assert_eq!(run(&[("JOB_COMPLETION_INDEX", "1")]).1, [2]);
    assert_eq!(run(&[("SLURM_ARRAY_TASK_ID", "5"), ("SLURM_ARRAY_TASK_MIN", "5")]).1, [1]);
    let (code, made, said) = run(&[]);
    assert!(code == Some(2) && made.is_empty() && said.contains("JOB_COMPLETION_INDEX"), "{said}");
    assert_eq!(run(&[("JOB_COMPLETION_INDEX", "2")]).0, Some(2));
}

#[cfg(unix)]
#[test]
fn a_folder_of_junk_gives_a_line_each_and_every_report() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("杂"), dir.path().join("出"));
    report(&input.join("好.xlsx"), "好局", 2024);
    // The format is detected from the content, not from the file name.
    report(&input.join("没有扩展名"), "无名局", 2024);
    fs::write(input.join("照片.jpg"), [0xFF, 0xD8, 0xFF, 0xE0, 0, 1]).unwrap();
    fs::write(input.join("包.zip"), crate::support::zipped(&[("a.txt".into(), b"x".to_vec())])).unwrap();
    fs::write(input.join("~$好.xlsx"), "x").unwrap();
    fs::write(input.join("空.xlsx"), "").unwrap();
    fs::write(input.join("空.txt"), "").unwrap();
    for name in ["大.xlsx", "大.bin"] {
        fs::File::create(input.join(name)).unwrap().set_len(2 << 30).unwrap();
    }
    symlink(&input, input.join("圈")).unwrap();
    symlink("没有这个.xlsx", input.join("断.xlsx")).unwrap();
    let closed = input.join("锁.xlsx");
    fs::copy(input.join("好.xlsx"), &closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let readable = fs::read(&closed).is_ok();
    let run = convert(&input, &out, &["--format", "json"]);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o644)).unwrap();
    let lines: Vec<Value> = stdout(&run).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let status = |name: &str| {
        let of = |l: &&Value| l["file"].as_str().unwrap().ends_with(&format!("/{name}"));
        let found: Vec<_> = lines.iter().filter(of).map(|l| l["status"].as_str().unwrap()).collect();
        assert_eq!(found.len(), 1, "{name}");
        found[0]
    };
    for (name, expected) in [
        ("没有扩展名", "ok"),
        ("照片.jpg", "skipped"),
        ("包.zip/a.txt", "skipped"),
        ("~$好.xlsx", "skipped"),
        ("空.xlsx", "failed"),
        ("空.txt", "skipped"),
        ("大.xlsx", "failed"),
        ("大.bin", "skipped"),
        ("圈", "skipped"),
        ("断.xlsx", "skipped"),
        ("锁.xlsx", "failed"),
    ] {
        assert_eq!(status(name), expected, "{name}");
    }
    // If the user may read every file, there is a second report with the same agency and year.
    assert_eq!(status("好.xlsx"), if readable { "failed" } else { "ok" });
    assert_eq!(lines.len(), 12);
}

#[test]
fn the_books_of_a_run_are_no_inputs_of_another() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, out) = (dir.path().join("各单位"), dir.path().join("输出"));
    report(&folder.join("甲.xlsx"), "甲街道办事处", 2024);
    assert_eq!(convert(&folder, &out, &["--to", "xlsx,csv"]).status.code(), Some(0));
    let run = nianbao(&["check".as_ref(), out.as_os_str()]);
    let text = stdout(&run);
    assert_eq!(run.status.code(), Some(0), "{text}");
    for (book, says) in [("汇总.xlsx", "一览表"), ("数据.csv", "CSV 数据")] {
        assert!(text.lines().any(|l| l.contains("略过") && l.contains(book) && l.contains(says)), "{text}");
    }
    // If it is named explicitly, it is not skipped silently.
    let run = nianbao(&["check".as_ref(), out.join("汇总.xlsx").as_os_str()]);
    assert_eq!(run.status.code(), Some(3));
    assert!(stdout(&run).contains("一览表"), "{}", stdout(&run));
}

#[test]
fn books_of_others_are_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (archive(dir.path(), 1), dir.path().join("输出"));
    fs::create_dir(&out).unwrap();
    fs::write(out.join("汇总.xlsx"), "某人的").unwrap();
    let run = convert(&input, &out, &[]);
    assert_eq!(run.status.code(), Some(4));
    assert!(stderr(&run).contains("不能确定是本程序写的"), "{}", stderr(&run));
    assert_eq!(tree(&out).into_keys().collect::<Vec<_>>(), ["汇总.xlsx"]);
    let run = convert(&input, &input, &[]);
    assert_eq!(run.status.code(), Some(2));
    assert!(stderr(&run).contains("输出文件夹不能就是输入"), "{}", stderr(&run));
}
