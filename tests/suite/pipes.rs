//! `-` as an input and as an output, quiet runs, and colours.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::{Book, SAMPLE, files, nianbao, sample, stderr, stdout};

/// Runs the program with these bytes on standard input.
fn piped(args: &[&str], bytes: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nianbao"));
    let streams = command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = streams.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A command that is refused reads nothing.
            let _ = stdin.write_all(bytes);
        });
        child.wait_with_output().unwrap()
    })
}

/// A report with an error and a warning.
fn faulty(dir: &Path) -> PathBuf {
    let path = dir.join("有错.xlsx");
    let mut book = Book::open(&sample(SAMPLE));
    book.fill("三、依申请公开", "D5", "7");
    book.text("六、其他事项", "A3", "⼯作照常，未收取信息处理费。");
    book.save(&path);
    path
}

#[test]
fn standard_input_is_an_input_like_any_other() {
    let dir = tempfile::tempdir().unwrap();
    let path = faulty(dir.path());
    let bytes = fs::read(&path).unwrap();
    let file = nianbao(&["check".as_ref(), path.as_os_str()]);
    let pipe = piped(&["check", "-"], &bytes);
    assert_eq!(pipe.status.code(), Some(1));
    assert_eq!(stdout(&pipe), stdout(&file).replace(path.to_str().unwrap(), "标准输入"));
    let json = piped(&["check", "-", "--format", "json"], &bytes);
    assert!(stdout(&json).starts_with("{\"file\":\"标准输入\""), "{}", stdout(&json));
    // The next commands read it again.
    let good = fs::read(sample(SAMPLE)).unwrap();
    assert!(stdout(&piped(&["check", "-"], &good)).contains("nianbao convert - -o 输出"));
    for args in [&["convert", "-", "--to", "csv", "-o"][..], &["publish", "-", "-o"]] {
        let out = dir.path().join(args[0]);
        let run = piped(&[args, &[out.to_str().unwrap()]].concat(), &good);
        assert_eq!(run.status.code(), Some(0), "{}", stdout(&run));
        assert!(!files(&out).is_empty());
    }
    let sum = dir.path().join("汇总.xlsx");
    let bytes = fs::read(sample("云泽市住房和城乡建设局-2023.xlsx")).unwrap();
    let run = piped(&["aggregate", "-", "-o", sum.to_str().unwrap()], &bytes);
    assert!(stdout(&run).contains("汇总了 1 个单位") && sum.exists(), "{}{}", stdout(&run), stderr(&run));
}

#[test]
fn what_is_no_report_on_standard_input_is_refused_as_a_file_would_be() {
    for (bytes, says) in [(&b""[..], "0 字节"), (b"PK\x03\x04 damaged", "标准输入"), (b"{\"x\":1}", "标准输入")]
    {
        let run = piped(&["check", "-"], bytes);
        assert_eq!(run.status.code(), Some(3), "{}", stdout(&run));
        assert!(stdout(&run).contains(says) && stdout(&run).contains("I101"), "{}", stdout(&run));
    }
    let run = piped(&["check", "-", "-"], b"");
    assert_eq!(run.status.code(), Some(2));
    assert!(stderr(&run).contains("只能写一次"), "{}", stderr(&run));
}

#[cfg(unix)]
#[test]
fn a_stream_without_an_end_is_read_up_to_the_limit() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nianbao"));
    let run = command.args(["check", "-"]).stdin(fs::File::open("/dev/zero").unwrap()).output().unwrap();
    assert_eq!(run.status.code(), Some(3));
    assert!(stdout(&run).contains("文件大小") && stdout(&run).contains("标准输入"), "{}", stdout(&run));
}

#[test]
fn one_file_goes_to_standard_output_and_every_word_to_standard_error() {
    let dir = tempfile::tempdir().unwrap();
    let input = sample(SAMPLE);
    let (input, out) = (input.to_str().unwrap(), dir.path().join("输出"));
    let all = "pdf,docx,xlsx,html,fragment,json,csv";
    nianbao(&["convert", input, "-o", out.to_str().unwrap(), "--to", all]);
    let bytes = fs::read(input).unwrap();
    for format in all.split(',') {
        let ending = if format == "fragment" { "片段.html" } else { format };
        let name = format!("老城区科学技术局2024年政府信息公开工作年度报告.{ending}");
        let expected = fs::read(out.join(name)).unwrap();
        for run in [
            nianbao(&["convert", input, "--to", format, "-o", "-"]),
            piped(&["convert", "-", "--to", format, "-o", "-"], &bytes),
        ] {
            assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
            // The origin in JSON names the sheet and cell, never the file.
            assert!(run.stdout == expected, "{format}");
            assert!(stderr(&run).contains("2024 年"), "{}", stderr(&run));
        }
        let file = dir.path().join(format!("报告.{ending}"));
        let run = nianbao(&["convert", input, "--to", format, "-o", file.to_str().unwrap()]);
        assert_eq!(run.status.code(), Some(0), "{}", stdout(&run));
        assert!(fs::read(&file).unwrap() == expected && stdout(&run).contains("已生成"), "{format}");
    }
    let template = nianbao(&["template", "-o", "-"]);
    assert!(template.stdout == fs::read(sample("标准模板-2021.xlsx")).unwrap());
    let marked = nianbao(&["check", input, "--mark", "-"]);
    let file = dir.path().join("标注.xlsx");
    nianbao(&["check", input, "--mark", file.to_str().unwrap()]);
    assert!(marked.stdout == fs::read(&file).unwrap() && stderr(&marked).contains("下一步"), "{}", stderr(&marked));
    for (format, ending) in [("json", "jsonl"), ("html", "html"), ("sarif", "sarif"), ("junit", "xml")] {
        let file = dir.path().join(format!("结果.{ending}"));
        let run = nianbao(&["check", input, "--format", format, "-o", file.to_str().unwrap()]);
        assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
        let run = nianbao(&["check", input, "--format", format, "-o", "-"]);
        assert!(run.stdout == fs::read(&file).unwrap() && stderr(&run).contains("2024 年"), "{format}");
    }
    let (one, sum) = (sample("云泽市住房和城乡建设局-2023.xlsx"), dir.path().join("汇总.xlsx"));
    let one = one.to_str().unwrap();
    nianbao(&["aggregate", one, "-o", sum.to_str().unwrap()]);
    assert!(nianbao(&["aggregate", one, "-o", "-"]).stdout == fs::read(&sum).unwrap());
}

#[test]
fn what_is_not_one_file_does_not_go_to_standard_output() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("各单位");
    fs::create_dir(&folder).unwrap();
    fs::copy(sample(SAMPLE), folder.join("a.xlsx")).unwrap();
    let one = folder.join("a.xlsx");
    let (one, folder) = (one.to_str().unwrap(), folder.to_str().unwrap());
    for (args, says) in [
        (&["convert", one, "-o", "-"][..], "只能输出一种格式"),
        (&["convert", folder, "--to", "pdf", "-o", "-"], "只放得下一份报告"),
        (&["convert", one, one, "--to", "pdf", "-o", "-"], "只放得下一份报告"),
        (&["convert", one, "--to", "pdf", "-o", "-", "--shard", "1/2"], "只放得下一份报告"),
        (&["publish", one, "-o", "-"], "要写文件夹名"),
        (&["merge-manifests", "x", "-o", "-"], "要写文件夹名"),
        (&["check", one, "-o", "-"], "要和 --format"),
        (&["check", folder, "--mark", "-"], "只能用于一份报告"),
        (&["check", one, "--format", "json", "-o", "-", "--mark", "-"], "只放得下一个结果"),
        (&["check", one, "--format", "json", "--mark", "-"], "都要写到标准输出"),
    ] {
        let run = nianbao(args);
        assert_eq!(run.status.code(), Some(2), "{args:?} {}", stderr(&run));
        assert!(stderr(&run).contains(says) && run.stdout.is_empty(), "{args:?} {}", stderr(&run));
    }
    // A refused report gives no byte.
    let bad = dir.path().join("坏.xlsx");
    fs::write(&bad, "x").unwrap();
    for args in [
        &["convert", bad.to_str().unwrap(), "--to", "pdf", "-o", "-"][..],
        &["check", bad.to_str().unwrap(), "--mark", "-"],
    ] {
        let run = nianbao(args);
        assert_eq!(run.status.code(), Some(3), "{}", stderr(&run));
        assert!(run.stdout.is_empty() && stderr(&run).contains("坏.xlsx"), "{}", stderr(&run));
    }
}

#[test]
fn a_file_of_another_content_is_replaced_only_if_asked() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("报告.docx");
    let input = sample(SAMPLE);
    let convert = |more: &[&str]| {
        let args = ["convert", input.to_str().unwrap(), "--to", "docx", "-o", file.to_str().unwrap()];
        let run = nianbao(&[&args[..], more].concat());
        (run.status.code(), stdout(&run))
    };
    assert_eq!(convert(&[]).0, Some(0));
    assert_eq!(convert(&[]).0, Some(0), "equal");
    fs::write(&file, "我改过").unwrap();
    let (exit, text) = convert(&[]);
    assert!(exit == Some(4) && text.contains("W405") && text.contains("--force"), "{text}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "我改过");
    assert_eq!(convert(&["--force"]).0, Some(0));
    assert!(fs::read(&file).unwrap().starts_with(b"PK"));
    // Nothing else is left.
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    // An input is never replaced.
    let own = dir.path().join("同一份.xlsx");
    fs::copy(&input, &own).unwrap();
    let name = own.to_str().unwrap();
    let run = nianbao(&["convert", name, "--to", "xlsx", "-o", name, "--force"]);
    assert!(run.status.code() == Some(4) && fs::read(&own).unwrap() == fs::read(&input).unwrap(), "{}", stdout(&run));
}

#[test]
fn a_quiet_run_says_what_is_wrong_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let (bad, good) = (faulty(dir.path()), sample(SAMPLE));
    let (bad, good) = (bad.to_str().unwrap(), good.to_str().unwrap());
    let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let list = at("名单.txt");
    fs::write(&list, "老城区科学技术局\n").unwrap();
    for args in [
        &["check", good, "-q"][..],
        &["-q", "check", good, "--expect", &list],
        &["check", good, good, "--quiet"],
        &["check", good, "-q", "--mark", &at("标注.xlsx")],
        &["convert", good, "-q", "-o", &at("输出")],
        &["convert", good, "-q", "--to", "pdf", "-o", &at("报告.pdf")],
        &["publish", good, "-q", "-o", &at("公布")],
        &["aggregate", good, "-q", "-o", &at("汇总.xlsx")],
        &["template", "-q", "-o", &at("模板.xlsx")],
        &["man", "-q", "-o", &at("man")],
    ] {
        let run = nianbao(args);
        assert_eq!(run.status.code(), Some(0), "{args:?} {}{}", stdout(&run), stderr(&run));
        assert_eq!(stdout(&run) + &stderr(&run), "", "{args:?}");
    }
    let run = nianbao(&["check", bad, "-q"]);
    let text = stdout(&run);
    assert_eq!(run.status.code(), Some(1), "{text}");
    assert!(
        text.starts_with(bad) && text.contains("  错误  ") && text.contains("  警告  ") && text.contains("→"),
        "{text}"
    );
    assert!(!text.contains("提示") && !text.contains("下一步"), "{text}");
    let text = stdout(&nianbao(&["check", bad, good, "-q"]));
    assert!(text.contains("错误") && !text.contains("没有发现") && !text.contains("共 2 份"), "{text}");
    fs::write(&list, "没有交的局\n").unwrap();
    let text = stdout(&nianbao(&["check", good, "-q", "--expect", &list]));
    assert!(text.contains("没有交的局") && !text.contains("下一步"), "{text}");
    // A result that was asked for stays.
    let json = nianbao(&["check", good, "-q", "--format", "json"]);
    assert_eq!(stdout(&json), stdout(&nianbao(&["check", good, "--format", "json"])));
    let run = nianbao(&["check", "没有.xlsx", "-q"]);
    assert!(run.status.code() == Some(3) && stdout(&run).contains("文件不存在"), "{}", stdout(&run));
}

/// Runs the program with variables of the environment.
fn with(args: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nianbao"));
    ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR"].iter().for_each(|name| _ = command.env_remove(name));
    stdout(&command.args(args).envs(variables.iter().copied()).output().unwrap())
}

/// Without the codes of colours.
fn plain(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.split_once('m').unwrap().1)
}

#[test]
fn colours_change_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let (bad, good) = (faulty(dir.path()), sample(SAMPLE));
    let (bad, good) = (bad.to_str().unwrap(), good.to_str().unwrap());
    for args in [&["check", bad][..], &["check", good], &["check", bad, good]] {
        let colour = |when: &'static str| [args, &["--color", when]].concat();
        let without = with(args, &[]);
        let coloured = with(&colour("always"), &[]);
        assert!(coloured.contains('\u{1b}') && plain(&coloured) == without, "{coloured}");
        assert_eq!(with(&colour("never"), &[("CLICOLOR_FORCE", "1")]), without);
        assert_eq!(with(&colour("always"), &[("NO_COLOR", "1")]), coloured);
        assert_eq!(with(args, &[("CLICOLOR_FORCE", "1")]), coloured);
        assert_eq!(with(args, &[("CLICOLOR_FORCE", "")]), without);
        assert_eq!(with(args, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), without);
        // What programs read has none.
        let json = [args, &["--format", "json"]].concat();
        assert_eq!(with(&[&json[..], &["--color=always"]].concat(), &[]), with(&json, &[]));
    }
    let coloured = with(&["check", bad, "--color=always"], &[]);
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31m错误\u{1b}[0m"), "{coloured:?}");
}

/// The program on a terminal of its own.
#[cfg(target_os = "linux")]
mod terminal {
    use std::io::Read;
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    use super::*;

    /// What the program writes to a terminal, and its exit code.
    fn run(args: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        // Not the terminal of this process, even if it has none.
        let flags = rustix::fs::OFlags::NOCTTY.bits() as i32;
        let open = || {
            let mut options = fs::OpenOptions::new();
            options.read(true).write(true).custom_flags(flags).open(name.to_str().unwrap()).unwrap()
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_nianbao"));
        command.args(args).stdin(open()).stdout(open()).stderr(open());
        ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR"].iter().for_each(|name| _ = command.env_remove(name));
        let mut child = command.env("TERM", "xterm").envs(variables.iter().copied()).spawn().unwrap();
        // The terminal is closed when the program has ended.
        drop(command);
        let mut master = fs::File::from(master);
        let mut bytes = Vec::new();
        let _ = master.read_to_end(&mut bytes);
        (child.wait().unwrap().code(), String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn bytes_do_not_go_to_a_screen_and_nobody_waits_at_a_keyboard() {
        let input = sample(SAMPLE);
        let input = input.to_str().unwrap();
        for args in [
            &["convert", input, "--to", "pdf", "-o", "-"][..],
            &["convert", input, "--to", "xlsx", "-o", "-"],
            &["check", input, "--mark", "-"],
            &["template", "-o", "-"],
            &["aggregate", input, "-o", "-"],
        ] {
            let (exit, text) = run(args, &[]);
            assert!(
                exit == Some(2) && text.contains("不能显示在屏幕上") && text.lines().count() == 1,
                "{args:?} {text}"
            );
        }
        for args in
            [&["check", "-"][..], &["convert", "-", "--to", "csv", "-o", "-"], &["aggregate", "-", "-o", "x.xlsx"]]
        {
            let (exit, text) = run(args, &[]);
            assert!(
                exit == Some(2) && text.contains("标准输入是键盘") && text.contains("< 报告.xlsx"),
                "{args:?} {text}"
            );
        }
        let (exit, text) = run(&["convert", input, "--to", "csv", "-o", "-"], &[]);
        assert!(exit == Some(0) && text.contains("老城区科学技术局"), "{text}");
    }

    #[test]
    fn a_terminal_has_colours_unless_the_environment_says_no() {
        let input = sample(SAMPLE);
        let args = ["check", input.to_str().unwrap()];
        assert!(run(&args, &[]).1.contains("\u{1b}["));
        for variables in [("NO_COLOR", "1"), ("TERM", "dumb")] {
            assert!(!run(&args, &[variables]).1.contains('\u{1b}'), "{variables:?}");
        }
    }
}
