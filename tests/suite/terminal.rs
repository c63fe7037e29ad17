//! Output of a check, a template and a refused publication on the terminal.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Book, SAMPLE, nianbao, sample, stdout};

const TEXT: &str = "六、其他事项";

/// Writes a report of this agency with these cells changed.
fn report(path: &Path, agency: &str, cells: &[(&str, &str, &str)]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut book = Book::open(&sample(SAMPLE));
    book.text("封面", "B2", agency);
    book.text("封面", "B4", "");
    cells.iter().for_each(|(sheet, cell, text)| book.fill(sheet, cell, text));
    book.save(path);
}

fn check(inputs: &[&Path], more: &[&str]) -> String {
    let mut args = vec!["check".as_ref()];
    args.extend(inputs.iter().map(|i| i.as_os_str()));
    args.extend(more.iter().map(std::ffi::OsStr::new));
    stdout(&nianbao(&args))
}

/// The line that contains some words, and its index.
fn line(text: &str, words: &str) -> (usize, String) {
    let found = text.lines().enumerate().find(|(_, l)| l.contains(words));
    found.map(|(i, l)| (i, l.to_owned())).unwrap_or_else(|| panic!("no {words}: {text}"))
}

/// Two warnings: personal data, and a radical that looks like an ideograph.
const PERSONAL: (&str, &str, &str) = (TEXT, "A3", "联系电话13812345678，未收取信息处理费。");
const RADICAL: (&str, &str, &str) = (TEXT, "A3", "⼯作照常，未收取信息处理费。");

#[test]
fn a_folder_names_every_problem_with_its_unit_and_the_gravest_comes_first() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("各单位");
    report(&folder.join("a.xlsx"), "干净局", &[]);
    report(&folder.join("b.xlsx"), "警告局", &[RADICAL]);
    report(&folder.join("c.xlsx"), "信息局", &[PERSONAL]);
    report(&folder.join("d.xlsx"), "不平局", &[("三、依申请公开", "D5", "7"), PERSONAL]);
    report(&folder.join("子/e.xlsx"), "文字局", &[("三、依申请公开", "D5", "七")]);
    fs::write(folder.join("f.xlsx"), "x").unwrap();
    let text = check(&[&folder], &[]);
    let at = |words: &str| line(&text, words).0;
    let order =
        ["f.xlsx：", "e.xlsx：", "不平局", "信息局", "警告局", "没有发现错误和警告的 1 份：a.xlsx", "共 6 份"].map(at);
    assert!(order.is_sorted(), "{order:?} {text}");
    // Two lines each: the file and its agency, and the most severe finding with the number of the others.
    assert!(line(&text, "不平局").1.contains("2024 年"), "{text}");
    let wrong = text.lines().nth(at("不平局") + 1).unwrap();
    assert!(
        wrong.contains("错误")
            && wrong.contains("（K303）；另有 1 处错误、1 处警告（其中 P601 改正或豁免以前不能公布）"),
        "{wrong}"
    );
    let personal = text.lines().nth(at("信息局") + 1).unwrap();
    assert!(personal.contains("警告") && personal.contains("（P601，改正或豁免以前不能公布）"), "{personal}");
    let warned = text.lines().nth(at("警告局") + 1).unwrap();
    assert!(warned.contains("P602") && !warned.contains("不能公布"), "{warned}");
    assert!(text.contains("其中 2 份有一种警告，改正或豁免以前不能公布"), "{text}");
    assert!(!text.contains("下一步"), "{text}");
    let command = format!("nianbao check {} --format html -o 检查结果.html", folder.display());
    assert!(text.contains(&command), "{text}");
}

#[test]
fn of_many_with_problems_each_has_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("各单位");
    for i in 0..23 {
        report(&folder.join(format!("{i:02}.xlsx")), &format!("第{i}局"), &[if i == 22 { PERSONAL } else { RADICAL }]);
    }
    let text = check(&[&folder], &[]);
    for i in 0..23 {
        let name = format!("{i:02}.xlsx");
        assert_eq!(text.matches(&name).count(), 1, "{text}");
        let (_, own) = line(&text, &name);
        assert!(own.contains(&format!("第{i}局，2024 年")) && own.contains("警告"), "{own}");
    }
    assert!(line(&text, "22.xlsx").0 == 0 && line(&text, "P601").1.contains("不能公布"), "{text}");
    assert!(text.lines().count() < 32, "{text}");
    // A converting run lists them as well.
    let out = dir.path().join("输出");
    let args =
        ["convert".as_ref(), folder.as_os_str(), "-o".as_ref(), out.as_os_str(), "--to".as_ref(), "csv".as_ref()];
    let text = stdout(&nianbao(&args));
    assert!(
        line(&text, "22.xlsx").1.contains("P601，改正或豁免以前不能公布") && text.contains("第7局，2024 年"),
        "{text}"
    );
}

#[test]
fn a_check_without_problems_says_so_and_what_comes_next() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("科技局 报告.xlsx");
    report(&input, "某局", &[]);
    let text = check(&[&input], &["--keep-text"]);
    assert!(text.contains("没有发现"), "{text}");
    for verb in ["convert", "publish"] {
        let command = format!("nianbao {verb} \"{}\" --keep-text -o ", input.display());
        assert!(text.contains(&command), "{command}: {text}");
    }
    // The same for a folder, also with warnings that do not block publication.
    report(&dir.path().join("乙.xlsx"), "他局", &[RADICAL]);
    let text = check(&[dir.path()], &[]);
    assert!(
        text.contains("没有错误") && text.contains(&format!("nianbao convert {} -o 输出", dir.path().display())),
        "{text}"
    );
    // No next step if a finding blocks publication.
    report(&input, "某局", &[PERSONAL]);
    let text = check(&[&input], &[]);
    assert!(text.contains("（P601，改正或豁免以前不能公布）") && !text.contains("下一步"), "{text}");
}

#[test]
fn a_template_says_what_to_do_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("空表.xlsx");
    let text = stdout(&nianbao(&["template".as_ref(), "-o".as_ref(), path.as_os_str()]));
    assert!(text.contains("浅黄色") && text.contains(&format!("nianbao check {}", path.display())), "{text}");
}

#[test]
fn a_refused_file_is_called_by_what_is_known_of_it_and_its_notes_are_printed() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("a.xlsx");
    report(&input, "某局", &[("三、依申请公开", "D5", "七"), (TEXT, "A3", "未收取信息处理费,特此说明。")]);
    let text = check(&[&input], &[]);
    assert!(text.lines().next().unwrap().contains("有必须先改的问题"), "{text}");
    assert!(text.contains("N201") && text.contains("提示") && text.contains("N105"), "{text}");
}

#[test]
fn findings_of_one_code_are_all_listed_or_the_whole_command_is_printed() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("我的 报告.xlsx");
    let numbers = ["D5", "E5", "F5", "G5", "H5", "I5"].map(|cell| ("三、依申请公开", cell, "０"));
    report(&input, "某局", &numbers);
    let text = check(&[&input], &[]);
    assert!(text.matches("（N104）").count() == 6 && !text.contains("另有"), "{text}");
    // Totals that are blank: more findings than are listed.
    let cells: Vec<String> = (5..=29).map(|row| format!("J{row}")).collect();
    let cells: Vec<_> = cells.iter().map(|c| ("三、依申请公开", c.as_str(), " ")).collect();
    report(&input, "某局", &cells);
    let text = check(&[&input], &[]);
    let command = format!("nianbao check \"{}\" --format html -o 检查结果.html", input.display());
    assert!(line(&text, "另有").1.ends_with(&command), "{text}");
}

/// The printed stanzas: everything from the first one on.
fn stanzas(text: &str) -> String {
    text[text.find("[[waiver]]").unwrap_or_else(|| panic!("no stanza: {text}"))..].to_owned()
}

#[test]
fn what_is_not_published_is_printed_as_waivers_that_can_be_pasted() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out, file) = (dir.path().join("a.xlsx"), dir.path().join("公布"), dir.path().join("豁免.toml"));
    let both = "联系电话13812345678，信箱zhangsan@qq.com，未收取信息处理费。";
    report(&input, "某局", &[("三、依申请公开", "D5", "7"), (TEXT, "A3", both)]);
    let publish = |more: &[&Path]| {
        let mut args = vec!["publish".as_ref(), input.as_os_str(), "-o".as_ref(), out.as_os_str()];
        args.extend(more.iter().flat_map(|f| ["--waivers".as_ref(), f.as_os_str()]));
        nianbao(&args)
    };
    let run = publish(&[]);
    let text = stdout(&run);
    assert!(text.contains("--waivers 豁免.toml"), "{text}");
    let pasted = stanzas(&text);
    assert!(pasted.matches("[[waiver]]").count() == 4 && pasted.matches("says = ").count() == 2, "{text}");
    // Filled in by hand, the stanzas cover everything.
    let filled = pasted.replace("reason = \"\"", "reason = \"照原样公布\"").replace("who = \"\"", "who = \"李四\"");
    fs::write(&file, filled.replace("date = \"\"", "date = 2025年1月20日")).unwrap();
    let run = publish(&[&file]);
    let text = stdout(&run);
    assert!(
        text.contains("已公布") && text.contains("已豁免：李四，2025-01-20"),
        "{text}{}",
        crate::support::stderr(&run)
    );
    assert!(!text.contains("[[waiver]]"), "{text}");
}

#[test]
fn a_waiver_may_name_the_table_for_its_sheet() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out, file): (PathBuf, _, _) =
        (dir.path().join("a.xlsx"), dir.path().join("公布"), dir.path().join("豁免.toml"));
    report(&input, "某局", &[("三、依申请公开", "D5", "7")]);
    let one = |code: &str, cell: &str| {
        format!(
            "[[waiver]]\nagency = \"某局\"\nyear = 2024\ncode = \"{code}\"\nsheet = \"表三\"\ncell = \"{cell}\"\nreason = \"照旧\"\nwho = \"李四\"\ndate = \"2025年1月20日\"\n"
        )
    };
    let run = |text: &str| {
        fs::write(&file, text).unwrap();
        let args = [
            "publish".as_ref(),
            input.as_os_str(),
            "-o".as_ref(),
            out.as_os_str(),
            "--waivers".as_ref(),
            file.as_os_str(),
        ];
        stdout(&nianbao(&args))
    };
    let text = run(&(one("K301", "D28") + &one("K303", "J9")));
    // The place of the finding with that code is reported, and its stanza is printed.
    assert!(text.contains("这份报告的 K303 在“三、依申请公开”J5"), "{text}");
    assert!(stanzas(&text).contains("cell = \"J5\"") && !stanzas(&text).contains("D28"), "{text}");
    let text = run(&(one("K301", "D28") + &one("K303", "J5")));
    assert!(text.contains("已公布"), "{text}");
}
