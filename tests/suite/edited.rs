//! Outputs that were edited by hand, or that somebody else put there, are not replaced unasked; untouched ones are.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Book, RECORD, SAMPLE, files, nianbao, sample, stdout};

/// Writes a report of this agency and year, with a figure of its own.
fn report(path: &Path, agency: &str, year: u16, figure: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut book = Book::open(&sample(SAMPLE));
    book.text("封面", "B2", agency);
    book.text("封面", "B3", &year.to_string());
    book.text("封面", "B4", "");
    book.text("六、其他事项", "A3", &format!("收到{figure}封来信，未收取信息处理费。"));
    book.save(path);
}

fn convert(input: &Path, out: &Path, more: &[&str]) -> (Option<i32>, String) {
    let mut args = vec!["convert".as_ref(), input.as_os_str(), "-o".as_ref(), out.as_os_str()];
    args.extend(["--to", "docx,xlsx,html"].iter().chain(more).map(std::ffi::OsStr::new));
    let run = nianbao(&args);
    (run.status.code(), stdout(&run))
}

fn name(agency: &str, year: u16, ending: &str) -> String {
    format!("{agency}{year}年政府信息公开工作年度报告.{ending}")
}

/// All files of a folder with their bytes.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    files(folder)
        .into_iter()
        .filter(|f| f.starts_with("某"))
        .map(|f| (f.clone(), fs::read(folder.join(f)).unwrap()))
        .collect()
}

#[test]
fn what_was_edited_after_the_conversion_of_a_report_stays() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("报告.xlsx"), dir.path().join("输出"));
    report(&input, "某局", 2024, "三");
    assert_eq!(convert(&input, &out, &[]).0, Some(0));
    // Untouched outputs are replaced, also those that differ.
    report(&input, "某局", 2024, "四");
    let (exit, text) = convert(&input, &out, &[]);
    assert!(exit == Some(0) && text.contains("已更新"), "{text}");
    let docx = out.join(name("某局", 2024, "docx"));
    fs::write(&docx, "我改过").unwrap();
    let before = contents(&out);
    for figure in ["四", "五"] {
        report(&input, "某局", 2024, figure);
        let (exit, text) = convert(&input, &out, &[]);
        assert_eq!(exit, Some(4), "{text}");
        let told = format!("没有换成新的：{}（写出以后改动过）", docx.display());
        assert!(text.contains("W405") && text.contains(&told) && text.contains("--force"), "{text}");
        assert!(text.contains("没有为它写任何文件"), "{text}");
        assert!(contents(&out) == before, "nothing changes");
    }
    let (exit, text) = convert(&input, &out, &["--force"]);
    assert!(exit == Some(0) && fs::read(&docx).unwrap().starts_with(b"PK"), "{text}");
    assert_eq!(convert(&input, &out, &[]).0, Some(0));
}

#[test]
fn a_file_of_that_name_from_elsewhere_stays_unless_it_is_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("报告.xlsx"), dir.path().join("输出"));
    report(&input, "某局", 2024, "三");
    convert(&input, &out, &[]);
    let first = contents(&out);
    // Without the record nothing is known; equal files are no loss.
    fs::remove_file(out.join(RECORD)).unwrap();
    assert_eq!(convert(&input, &out, &[]).0, Some(0));
    fs::remove_file(out.join(RECORD)).unwrap();
    report(&input, "某局", 2024, "四");
    let (exit, text) = convert(&input, &out, &[]);
    assert_eq!(exit, Some(4), "{text}");
    // All files that are in the way are named at once.
    for ending in ["docx", "xlsx", "html"] {
        let told = format!("{}（不能确定是程序写的）", out.join(name("某局", 2024, ending)).display());
        assert!(text.contains(&told), "{told}: {text}");
    }
    assert!(contents(&out) == first);
}

#[test]
fn in_a_folder_the_edited_report_alone_is_held_back() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out, fresh) = (dir.path().join("各单位"), dir.path().join("输出"), dir.path().join("新"));
    report(&input.join("甲.xlsx"), "某甲局", 2024, "三");
    report(&input.join("乙.xlsx"), "某乙局", 2024, "三");
    assert_eq!(convert(&input, &out, &[]).0, Some(0));
    let docx = out.join(name("某甲局", 2024, "docx"));
    let made = fs::read(&docx).unwrap();
    let edited = [&made[..], b" "].concat();
    fs::write(&docx, &edited).unwrap();
    for figure in ["四", "五"] {
        for unit in ["甲", "乙"] {
            report(&input.join(format!("{unit}.xlsx")), &format!("某{unit}局"), 2024, figure);
        }
        let (exit, text) = convert(&input, &out, &[]);
        assert_eq!(exit, Some(4), "{text}");
        assert!(text.contains(&format!("{}（写出以后改动过）", docx.display())) && !text.contains("W403"), "{text}");
        assert!(fs::read(&docx).unwrap() == edited);
    }
    // Moved away, it is made again; the files beside it are still known.
    fs::rename(&docx, dir.path().join("改过.docx")).unwrap();
    let (exit, text) = convert(&input, &out, &[]);
    assert_eq!(exit, Some(0), "{text}");
    convert(&input, &fresh, &[]);
    assert!(contents(&out) == contents(&fresh));
    let manifest = |folder: &PathBuf| fs::read(folder.join("manifest.jsonl")).unwrap();
    assert!(manifest(&out) == manifest(&fresh));
    // A run over one report knows the files of a run over a folder, and the other way round.
    report(&input.join("甲.xlsx"), "某甲局", 2024, "六");
    assert_eq!(convert(&input.join("甲.xlsx"), &out, &[]).0, Some(0));
    report(&input.join("甲.xlsx"), "某甲局", 2024, "七");
    assert_eq!(convert(&input, &out, &[]).0, Some(0));
}

#[test]
fn outputs_that_a_later_manifest_does_not_list_are_still_known() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("各单位"), dir.path().join("输出"));
    for (year, figure) in [(2024, "三"), (2023, "三"), (2022, "三"), (2024, "四")] {
        report(&input.join("甲.xlsx"), "某局", year, figure);
        let (exit, text) = convert(&input, &out, &[]);
        assert_eq!(exit, Some(0), "{year} {figure}: {text}");
    }
    // Also as shards of a run.
    report(&input.join("甲.xlsx"), "某局", 2024, "五");
    for shard in ["1/2", "2/2"] {
        let (exit, text) = convert(&input, &out, &["--shard", shard]);
        assert_eq!(exit, Some(0), "{text}");
    }
    report(&input.join("甲.xlsx"), "某局", 2024, "六");
    assert_eq!(convert(&input, &out, &[]).0, Some(0));
}

#[test]
fn a_package_with_an_edited_file_is_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("报告.xlsx"), dir.path().join("公布"));
    report(&input, "某局", 2024, "三");
    let publish = || {
        let run = nianbao(&["publish".as_ref(), input.as_os_str(), "-o".as_ref(), out.as_os_str()]);
        (run.status.code(), stdout(&run))
    };
    assert_eq!(publish().0, Some(0));
    report(&input, "某局", 2024, "四");
    assert_eq!(publish().0, Some(0), "{}", publish().1);
    let package = out.join("某局2024年政府信息公开工作年度报告");
    let docx = package.join(name("某局", 2024, "docx"));
    fs::write(&docx, "我改过").unwrap();
    report(&input, "某局", 2024, "五");
    let (exit, text) = publish();
    assert_eq!(exit, Some(4), "{text}");
    assert!(
        text.contains("W405") && text.contains(&name("某局", 2024, "docx")) && !text.contains("年度报告.pdf"),
        "{text}"
    );
    assert_eq!(fs::read_to_string(&docx).unwrap(), "我改过");
}
