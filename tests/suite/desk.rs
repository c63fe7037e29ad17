//! A double click on the program, and files dropped on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::{Book, SAMPLE, files, nianbao, sample, script, stderr, stdout};

/// Writes a report of this agency, with this text in one cell.
fn report(path: &Path, agency: &str, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut book = Book::open(&sample(SAMPLE));
    book.text("封面", "B2", agency);
    book.text("封面", "B4", "");
    book.text("六、其他事项", "A3", text);
    book.save(path);
}

const FEES: &str = "未收取信息处理费。";

/// The program as a desktop starts it: no terminal, but a display. `openers` is the folder with its `xdg-open`.
fn desktop(args: &[&Path], openers: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nianbao"))
        .args(args)
        .env("DISPLAY", ":9")
        .env("PATH", openers)
        .env("TMPDIR", openers)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn a_dropped_file_is_converted_beside_itself_and_again_when_it_changed() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("年报.xlsx"), dir.path().join("年报-输出"));
    report(&input, "某局", FEES);
    let run = nianbao(&[&input]);
    let text = stdout(&run);
    assert_eq!(run.status.code(), Some(0), "{text}{}", stderr(&run));
    let page = out.join("检查结果.html");
    assert!(text.contains(&format!("检查结果：{}", page.display())), "{text}");
    let stem = "某局2024年政府信息公开工作年度报告";
    let mut expected: Vec<String> = ["docx", "pdf", "xlsx"].iter().map(|e| format!("{stem}.{e}")).collect();
    expected.push("检查结果.html".to_owned());
    expected.sort();
    assert_eq!(files(&out), expected);
    let pdf = out.join(format!("{stem}.pdf"));
    let first = fs::read(&pdf).unwrap();
    // The outputs are those of `convert`.
    let other = dir.path().join("输出");
    let args = ["convert".as_ref(), input.as_os_str(), "-o".as_ref(), other.as_os_str()];
    assert_eq!(nianbao(&args).status.code(), Some(0));
    assert_eq!(fs::read(other.join(format!("{stem}.pdf"))).unwrap(), first);
    assert!(stdout(&nianbao(&[&input])).contains("已更新"));
    report(&input, "某局", "未收取信息处理费。另有说明。");
    let text = stdout(&nianbao(&[&input]));
    assert!(text.contains("已更新"), "{text}");
    assert_ne!(fs::read(&pdf).unwrap(), first);
    assert_eq!(files(&out), expected);
}

#[test]
fn a_report_that_is_refused_has_a_page_that_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("年报.xlsx");
    fs::write(&input, "x").unwrap();
    let run = nianbao(&[&input]);
    assert_eq!(run.status.code(), Some(3), "{}{}", stdout(&run), stderr(&run));
    let out = dir.path().join("年报-输出");
    let page = fs::read_to_string(out.join("检查结果.html")).unwrap();
    assert!(page.contains("I101"), "{page}");
    assert!(!files(&out).iter().any(|f| f.ends_with(".pdf")), "{:?}", files(&out));
}

#[test]
fn files_that_are_not_ours_or_were_edited_are_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("年报.xlsx"), dir.path().join("年报-输出"));
    report(&input, "某局", FEES);
    let docx = out.join("某局2024年政府信息公开工作年度报告.docx");
    // One that was there before the first drop.
    fs::create_dir(&out).unwrap();
    fs::write(&docx, "别人的").unwrap();
    let run = nianbao(&[&input]);
    assert_eq!(run.status.code(), Some(4), "{}", stdout(&run));
    assert!(
        stdout(&run).contains("不能确定是程序写的") && stdout(&run).contains(docx.to_str().unwrap()),
        "{}",
        stdout(&run)
    );
    assert_eq!(fs::read_to_string(&docx).unwrap(), "别人的");
    assert!(!docx.with_extension("pdf").exists());
    fs::remove_file(&docx).unwrap();
    assert_eq!(nianbao(&[&input]).status.code(), Some(0));
    // One of ours that was edited.
    fs::write(&docx, "改过的").unwrap();
    for text in [FEES, "未收取信息处理费。另有说明。"] {
        report(&input, "某局", text);
        let run = nianbao(&[&input]);
        assert_eq!(run.status.code(), Some(4), "{}", stdout(&run));
        assert_eq!(fs::read_to_string(&docx).unwrap(), "改过的");
    }
    fs::remove_file(&docx).unwrap();
    assert_eq!(nianbao(&[&input]).status.code(), Some(0));
    // A report that was refused for a while has its outputs replaced when it is good again.
    fs::write(&input, "x").unwrap();
    assert_eq!(nianbao(&[&input]).status.code(), Some(3));
    report(&input, "某局", FEES);
    assert_eq!(nianbao(&[&input]).status.code(), Some(0));
    // A page of the user: nothing is written at all.
    fs::write(out.join("检查结果.html"), "别人的").unwrap();
    fs::remove_file(&docx).unwrap();
    let run = nianbao(&[&input]);
    assert_eq!(run.status.code(), Some(4));
    assert!(stderr(&run).contains("检查结果.html 不是本程序写的"), "{}", stderr(&run));
    assert!(!docx.exists());
}

#[test]
fn folders_and_several_files_have_one_folder_and_a_killed_run_is_continued() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("各单位");
    let (one, other) = (folder.join("a.xlsx"), folder.join("子/b.xlsx"));
    report(&one, "甲局", FEES);
    report(&other, "乙局", FEES);
    let several = |out: &Path| {
        let all = [files(out), files(&out.join("子"))].concat();
        assert!(all.contains(&"汇总.xlsx".to_owned()) && all.contains(&"检查结果.html".to_owned()), "{all:?}");
        assert_eq!(all.iter().filter(|f| f.ends_with(".pdf")).count(), 2, "{all:?}");
    };
    assert_eq!(nianbao(&[&one, &other]).status.code(), Some(0));
    several(&folder.join("多份-输出"));
    fs::remove_dir_all(folder.join("多份-输出")).unwrap();
    assert_eq!(nianbao(&[&folder]).status.code(), Some(0));
    let out = dir.path().join("各单位-输出");
    several(&out);
    // As if it had been killed before it wrote its books: the records are in the journal.
    let manifest = fs::read_to_string(out.join("manifest.jsonl")).unwrap();
    let records: String = manifest.lines().skip(1).map(|line| format!("{line}\n")).collect();
    fs::write(out.join(".nianbao-journal.jsonl"), records).unwrap();
    for book in ["manifest.jsonl", "汇总.xlsx", "运行记录.jsonl", "检查结果.html"] {
        fs::remove_file(out.join(book)).unwrap();
    }
    report(&one, "甲局", "未收取信息处理费。另有说明。");
    let run = nianbao(&[&folder]);
    let text = stdout(&run);
    assert!(run.status.code() == Some(0) && text.contains("1 份没有变化"), "{text}{}", stderr(&run));
    several(&out);
    // One that was edited is kept, also if its input is unchanged; the other report is written.
    let edited = out.join("子/乙局2024年政府信息公开工作年度报告.docx");
    fs::write(&edited, "改过的").unwrap();
    let run = nianbao(&[&folder]);
    assert!(run.status.code() == Some(4) && stdout(&run).contains("改动过"), "{}", stdout(&run));
    assert_eq!(fs::read_to_string(&edited).unwrap(), "改过的");
}

#[test]
fn where_nothing_can_be_written_the_user_is_asked_to_copy_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("光盘/年报.xlsx");
    report(&input, "某局", FEES);
    let mut rights = input.parent().unwrap().metadata().unwrap().permissions();
    rights.set_readonly(true);
    fs::set_permissions(input.parent().unwrap(), rights).unwrap();
    let writable = fs::write(input.with_file_name("试"), "").is_ok();
    let run = nianbao(&[&input]);
    // An administrator can write everywhere.
    if !writable {
        assert!(run.status.code() == Some(4) && stderr(&run).contains("拷到自己的硬盘上"), "{}", stderr(&run));
    }
}

#[test]
fn a_word_that_is_neither_command_nor_file_is_a_typing_error() {
    let run = nianbao(&["chek"]);
    assert_eq!(run.status.code(), Some(2));
    assert!(stderr(&run).contains("没有命令 chek，是不是想写 check"), "{}", stderr(&run));
    let run = nianbao::<&str>(&[]);
    assert_eq!(run.status.code(), Some(2));
    assert!(stderr(&run).contains("没有写命令"), "{}", stderr(&run));
}

#[cfg(target_os = "linux")]
#[test]
fn from_a_desktop_the_page_of_findings_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let (input, openers) = (dir.path().join("年报.xlsx"), dir.path().join("打开"));
    report(&input, "某局", FEES);
    fs::create_dir(&openers).unwrap();
    let run = desktop(&[&input], &openers);
    assert!(run.status.code() == Some(0) && stderr(&run).contains("没有能自动打开网页的程序"), "{}", stderr(&run));
    let (opener, opened) = (openers.join("xdg-open"), openers.join("打开的"));
    // None for such files.
    script(&opener, "exit 3");
    let run = desktop(&[&input], &openers);
    assert!(run.status.code() == Some(0) && stderr(&run).contains("没有能自动打开网页的程序"), "{}", stderr(&run));
    script(&opener, "printf %s \"$1\" > \"$0.new\" && /bin/mv \"$0.new\" \"${0%/*}/打开的\"");
    let run = desktop(&[&input], &openers);
    assert!(run.status.code() == Some(0) && stderr(&run).is_empty(), "{}", stderr(&run));
    let page = until_there(&opened);
    assert_eq!(PathBuf::from(page), dir.path().join("年报-输出/检查结果.html"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_double_click_shows_the_page_or_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let run = desktop(&[], dir.path());
    let text = stderr(&run);
    assert_eq!(run.status.code(), Some(4), "{text}");
    // Without the engine there is no page; with it, there is no browser here.
    let sentence = if cfg!(feature = "page") {
        "请用浏览器打开"
    } else {
        "请把填好的工作簿拖到程序的图标上"
    };
    assert!(text.contains(sentence) && text.lines().count() == 1, "{text}");
}

/// The content of a file that another process writes.
#[cfg(target_os = "linux")]
fn until_there(path: &Path) -> String {
    for _ in 0..2_000 {
        if let Ok(text) = fs::read_to_string(path) {
            return text;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("{} does not come about", path.display());
}
