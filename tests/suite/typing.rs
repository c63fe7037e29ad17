//! Command lines as people type them: each wrong one is answered with what to type. Help, completions, manual pages.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{SAMPLE, files, nianbao, sample, stderr, stdout};

/// Runs the program in a folder.
fn within(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nianbao")).args(args).current_dir(folder).output().unwrap()
}

#[test]
fn each_slip_is_answered_with_what_to_type() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    for name in ["报告.xlsx", "双.xlsx.xlsx", "科技局 报告.xlsx"] {
        fs::copy(sample(SAMPLE), at(name)).unwrap();
    }
    fs::create_dir(at("各单位")).unwrap();
    fs::write(at("名单.txt"), "某局\n").unwrap();
    let before = files(dir.path());
    for (args, exit, says) in [
        // Dashes and letters of input methods and word processors.
        (&["check", "报告.xlsx", "——format", "json"][..], 2, "请写 --format"),
        (&["check", "报告.xlsx", "—strict"], 2, "请写 --strict"),
        (&["convert", "报告.xlsx", "－o", "输出"], 2, "请写 -o"),
        (&["check", "报告.xlsx", "–-format=json"], 2, "请写 --format=json"),
        (&["check", "报告.xlsx", "--ｆｏｒｍａｔ", "json"], 2, "请写 --format"),
        (&["check", "报告.xlsx", "--format＝json"], 2, "请写 --format=json"),
        (&["check", "报告.xlsx", "--jobs", "４"], 2, "请写 --jobs 4"),
        (&["aggregate", "报告.xlsx", "-o", "a.xlsx", "--year", "２０２４"], 2, "请写 --year 2024"),
        (&["template", "--edition", "２０１９"], 2, "请写 --edition 2019"),
        (&["convert", "报告.xlsx", "-o", "输出", "--shard", "１/３"], 2, "--shard 1/3"),
        (&["convert", "报告.xlsx", "-o", "输出", "--to", "ＰＤＦ"], 2, "请写 pdf"),
        // Quotes.
        (&["check", "“报告.xlsx”"], 2, "请写 \"报告.xlsx\""),
        (&["check", "“科技局", "报告.xlsx”"], 2, "请写 \"科技局 报告.xlsx\""),
        (&["check", "‘科技局", "报告.xlsx’", "--strict"], 2, "请写 \"科技局 报告.xlsx\""),
        (&["aggregate", "各单位", "-o", "a.xlsx", "--agency", "“某区”"], 2, "请写 \"某区\""),
        // Names.
        (&["check", "报告"], 3, "是不是想写 报告.xlsx"),
        (&["check", "报告.xls"], 3, "是不是想写 报告.xlsx"),
        (&["check", "双.xlsx"], 3, "是不是想写 双.xlsx.xlsx"),
        (&["check", "双"], 3, "是不是想写 双.xlsx.xlsx"),
        (&["check", "报告.xlsx.xlsx"], 3, "是不是想写 报告.xlsx"),
        (&["check", "科技局报告"], 3, "是不是想写 \"科技局 报告.xlsx\""),
        (&["check", "报告.xlsx", "--expect", "名单"], 2, "是不是想写 名单.txt"),
        (&["check", "*.xls"], 3, "没有符合 *.xls 的文件"),
        (&["check", "各*/报告.xlsx"], 3, "通配符只能写在最后的文件名里"),
        // Commands.
        (&["CHECK", "报告.xlsx"], 2, "请写 nianbao check 报告.xlsx"),
        (&["ｃｈｅｃｋ", "报告.xlsx"], 2, "请写 nianbao check 报告.xlsx"),
        (&["检查", "科技局 报告.xlsx"], 2, "请写 nianbao check \"科技局 报告.xlsx\""),
        (&["转换", "报告.xlsx", "-o", "输出"], 2, "请写 nianbao convert 报告.xlsx -o 输出"),
        (&["公布", "报告.xlsx"], 2, "请写 nianbao publish"),
        (&["汇总", "各单位"], 2, "请写 nianbao aggregate"),
        (&["chekc", "报告.xlsx"], 2, "是不是想写 check"),
        (&["check", "报告.xlsx", "--formt", "json"], 2, "是不是想写 --format"),
        (&["check"], 2, "缺少 <输入>"),
        (&["help", "检查"], 2, "nianbao help check"),
        (&["help", "没有"], 2, "没有命令 没有"),
        (&["help", "read-apart"], 2, "没有命令"),
        (&["completions", "tcsh"], 2, "bash、elvish、fish、powershell、zsh"),
        // Files and folders.
        (&["check", "报告.xlsx", "--format", "html", "-o", "各单位"], 2, "如 -o 各单位/检查结果.html"),
        (&["template", "-o", "各单位"], 2, "如 -o 各单位/标准模板-2021.xlsx"),
        (&["aggregate", "报告.xlsx", "-o", "各单位"], 2, "如 -o 各单位/汇总.xlsx"),
        (&["check", "报告.xlsx", "--expect", "各单位"], 2, "各单位 是文件夹，这里要写文件名"),
        (&["merge-manifests", "各单位", "-o", "输出"], 3, "各单位 是文件夹"),
        (&["convert", "报告.xlsx", "-o", "名单.txt"], 4, "不是文件夹"),
        (&["convert", "报告.xlsx", "-o", "out.pdf"], 2, "加 --to pdf"),
        (&["convert", "报告.xlsx", "--to", "docx", "-o", "out.pdf"], 2, "加 --to pdf"),
        (&["convert", "各单位", "--to", "pdf", "-o", "out.pdf"], 2, "请写文件夹名"),
        (&["publish", "报告.xlsx", "-o", "公布.zip"], 2, "请写文件夹名，如 -o 公布"),
    ] {
        let run = within(dir.path(), args);
        let text = stdout(&run) + &stderr(&run);
        assert_eq!(run.status.code(), Some(exit), "{args:?} {text}");
        assert!(text.contains(says), "{args:?} {says}: {text}");
        assert_eq!(files(dir.path()), before, "{args:?}");
    }
}

#[test]
fn what_exists_under_an_unusual_name_is_that() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["—报告.xlsx", "“报告”.xlsx", "“报告.xlsx”", "a*.xlsx", "-"] {
        fs::copy(sample(SAMPLE), dir.path().join(name)).unwrap();
    }
    for name in ["—报告.xlsx", "“报告”.xlsx", "“报告.xlsx”", "a*.xlsx", "./-"] {
        let run = within(dir.path(), &["check", name]);
        assert_eq!(run.status.code(), Some(0), "{name} {}{}", stdout(&run), stderr(&run));
    }
    // Values that only look like it.
    let args = ["aggregate", "没有.xlsx", "-o", "汇总.xlsx", "--agency=某某区（筹）"];
    assert!(stdout(&within(dir.path(), &args)).contains("文件不存在"));
    // Folders of such names that exist are used as before.
    fs::create_dir(dir.path().join("out.pdf")).unwrap();
    let run = within(dir.path(), &["convert", "—报告.xlsx", "--to", "csv", "-o", "out.pdf"]);
    assert_eq!(run.status.code(), Some(0), "{}{}", stdout(&run), stderr(&run));
    assert_eq!(files(&dir.path().join("out.pdf")).len(), 1);
}

#[test]
fn a_pattern_that_the_shell_left_is_expanded() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("各单位")).unwrap();
    for name in ["1.xlsx", "2.xlsx", "12.xlsx", "~$1.xlsx", ".3.xlsx"] {
        fs::copy(sample(SAMPLE), dir.path().join("各单位").join(name)).unwrap();
    }
    let files = |pattern: &str| {
        let text = stdout(&within(dir.path(), &["check", pattern, "--format", "json"]));
        let file = |l: &str| serde_json::from_str::<serde_json::Value>(l).unwrap()["file"].as_str().unwrap().to_owned();
        text.lines().map(file).collect::<Vec<_>>()
    };
    assert_eq!(files("各单位/*.xlsx"), ["各单位/1.xlsx", "各单位/12.xlsx", "各单位/2.xlsx"]);
    assert_eq!(files("各单位/?.xlsx"), ["各单位/1.xlsx", "各单位/2.xlsx"]);
}

/// The commands that users have.
const COMMANDS: [&str; 11] = [
    "template",
    "check",
    "convert",
    "publish",
    "aggregate",
    "merge-manifests",
    "explain",
    "page",
    "help",
    "completions",
    "man",
];

#[test]
fn help_is_short_and_whole() {
    let top = stdout(&nianbao(&["help"]));
    assert_eq!(top, stdout(&nianbao(&["--help"])));
    for name in COMMANDS {
        assert!(top.contains(&format!("\n  {name}")), "{name}: {top}");
        let (short, long) = (stdout(&nianbao(&[name, "--help"])), stdout(&nianbao(&["help", name])));
        assert_eq!(short, stdout(&nianbao(&[name, "-h"])));
        // One screen, one example.
        assert!(short.lines().count() <= 24, "{short}");
        let example = short.split_once("示例：\n").unwrap().1.lines().next().unwrap();
        assert!(short.ends_with(&format!("示例：\n{example}\n\n全部选项和说明：nianbao help {name}\n")), "{short}");
        assert!(
            long.contains(example)
                && long.contains("退出码：\n  0  ")
                && !long.contains("全部选项和说明：nianbao help "),
            "{long}"
        );
        for text in [&short, &long] {
            let english =
                ["Usage", "Options", "Arguments", "Commands", "possible values", "default", "Print", "read-apart"];
            english.iter().for_each(|word| assert!(!text.contains(word), "{word}: {text}"));
        }
        // Every option of the short help is in the long one, which has all.
        for option in ["--quiet", "--color"] {
            assert!(long.contains(option) && !short.contains(option), "{name}");
        }
    }
    let (short, long) = (stdout(&nianbao(&["convert", "--help"])), stdout(&nianbao(&["help", "convert"])));
    for option in ["--shard", "--jobs", "--include", "--aliases", "--style"] {
        assert!(long.contains(option) && !short.contains(option), "{option}");
    }
    for option in ["--output", "--to", "--force"] {
        assert!(long.contains(option) && short.contains(option), "{option}");
    }
}

#[test]
fn completions_know_every_command_and_none_that_is_hidden() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = nianbao(&["completions", shell]);
        let text = stdout(&run);
        assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
        for name in COMMANDS {
            assert!(text.contains(name), "{shell} {name}");
        }
        assert!(text.contains("second-reader") && !text.contains("read-apart"), "{shell}");
        assert!(run.stdout == nianbao(&["completions", shell]).stdout);
    }
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("man1");
    let run = nianbao(&["man".as_ref(), "-o".as_ref(), out.as_os_str()]);
    assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
    let mut expected: Vec<String> = COMMANDS.iter().map(|name| format!("nianbao-{name}.1")).collect();
    expected.push("nianbao.1".to_owned());
    expected.sort();
    assert_eq!(files(&out), expected);
    let read = |name: &str| fs::read_to_string(out.join(name)).unwrap();
    assert_eq!(read("nianbao.1"), stdout(&nianbao(&["man"])));
    for name in expected {
        let page = read(&name);
        let headings: Vec<&str> = page.lines().filter_map(|l| l.strip_prefix(".SH ")).collect();
        assert!(headings.len() >= 4 && headings.contains(&"名称"), "{name} {headings:?}");
        assert!(headings.iter().all(|h| !h.contains(|c: char| c.is_ascii_uppercase())), "{name} {headings:?}");
        let described =
            page.split("\n.TP\n").skip(1).all(|option| option.lines().nth(1).is_some_and(|l| !l.is_empty()));
        assert!(described, "{page}");
        assert_eq!(page.matches("\n.nf\n").count(), page.matches("\n.fi\n").count(), "{name}");
    }
    let page = read("nianbao-check.1");
    assert!(page.contains("nianbao check 报告.xlsx") && page.contains("second\\-reader"), "{page}");
}
