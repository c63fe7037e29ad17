//! Files and folders that are not ours: links, pipes and devices where a file is expected, in options and in output folders.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use crate::support::{Book, SAMPLE, ignores_hangup, sample, stderr, stdout};

/// Starts the program.
fn started(args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nianbao"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Runs the program, which must end by itself within a minute.
fn ends(args: &[&str]) -> Output {
    let mut child = started(args);
    for _ in 0..6_000 {
        if child.try_wait().unwrap().is_some() {
            return child.wait_with_output().unwrap();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    panic!("{args:?} hangs: {}", stderr(&child.wait_with_output().unwrap()));
}

fn pipe(path: &Path) {
    rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
}

#[test]
fn what_options_name_is_a_regular_file_of_a_known_size() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (input, out) = (sample(SAMPLE), at("输出"));
    let input = input.to_str().unwrap();
    pipe(Path::new(&at("管道")));
    symlink("/dev/zero", at("零")).unwrap();
    let style = at("样式.toml");
    for face in ["/dev/zero", "零", "管道"] {
        fs::write(&style, format!("face.title = \"{face}\"\n")).unwrap();
        let run = ends(&["convert", input, "-o", &out, "--style", &style]);
        assert_eq!(run.status.code(), Some(2), "{face}");
        assert!(stderr(&run).contains(face) && stderr(&run).contains("不是普通文件"), "{}", stderr(&run));
    }
    for what in ["/dev/zero", &at("零"), &at("管道")] {
        for option in ["--style", "--site", "--form", "--aliases"] {
            let to = if option == "--site" { "html" } else { "xlsx" };
            let run = ends(&["convert", input, "-o", &out, "--to", to, option, what]);
            assert_eq!(run.status.code(), Some(2), "{option} {what}");
            assert!(stderr(&run).contains("不是文件"), "{}", stderr(&run));
        }
        let run = ends(&["publish", input, "-o", &out, "--waivers", what]);
        assert!(run.status.code() == Some(2) && stderr(&run).contains("不是文件"), "{}", stderr(&run));
        let sum = at("汇总.xlsx");
        let run = ends(&["aggregate", input, "-o", &sum, "--expect", what]);
        assert!(run.status.code() == Some(2) && stderr(&run).contains("不是文件"), "{}", stderr(&run));
        let run = ends(&["check", what]);
        assert!(run.status.code() == Some(3) && stdout(&run).contains("不是普通文件"), "{}", stdout(&run));
    }
    // Larger than the limit for text files in options.
    let large = at("大.toml");
    fs::File::create(&large).unwrap().set_len(20 << 20).unwrap();
    let run = ends(&["convert", input, "-o", &out, "--style", &large]);
    assert!(run.status.code() == Some(2) && stderr(&run).contains("超过 16 MB"), "{}", stderr(&run));
    assert!(!Path::new(&out).exists());
}

/// Writes `count` reports into two subfolders.
fn reports(folder: &Path, count: usize) {
    let mut book = Book::open(&sample(SAMPLE));
    for i in 0..count {
        let below = folder.join(["甲", "乙"][i % 2]);
        fs::create_dir_all(&below).unwrap();
        book.text("封面", "B2", &format!("第{i}街道办事处"));
        book.save(&below.join(format!("{i}.xlsx")));
    }
}

/// Paths of everything below a folder, sorted; links are not followed.
///
/// Tests also call it while a program works in the folder: what was renamed or removed since its folder was listed
/// is passed over.
fn tree(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop() {
        let entries = match fs::read_dir(&next) {
            Ok(entries) => entries,
            Err(error) if next != folder && error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => panic!("{}: {error}", next.display()),
        };
        for entry in entries.flatten() {
            all.push(entry.path().strip_prefix(folder).unwrap_or(&entry.path()).display().to_string());
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                left.push(entry.path());
            }
        }
    }
    all.sort();
    all
}

/// Creates a link to a victim.
type Link = fn(&Path, &Path);

const JOURNAL: &str = ".nianbao-journal.jsonl";

#[test]
fn books_and_locks_are_never_opened_through_a_link() {
    let dir = tempfile::tempdir().unwrap();
    let (input, victim) = (dir.path().join("各单位"), dir.path().join("别人的.txt"));
    reports(&input, 2);
    let links: [(&str, Link); 3] = [
        ("symbolic", |victim, link| symlink(victim, link).unwrap()),
        ("dangling", |victim, link| symlink(victim.with_extension("没有"), link).unwrap()),
        ("hard", |victim, link| fs::hard_link(victim, link).unwrap()),
    ];
    for (kind, link) in &links {
        for name in [JOURNAL, ".nianbao-lock", "manifest.jsonl", "汇总.xlsx", "运行记录.jsonl"] {
            let out = dir.path().join(format!("输出 {kind} {name}"));
            fs::create_dir(&out).unwrap();
            fs::write(&victim, "别人的").unwrap();
            link(&victim, &out.join(name));
            let run = ends(&["convert", input.to_str().unwrap(), "-o", out.to_str().unwrap(), "--to", "xlsx"]);
            assert_eq!(run.status.code(), Some(4), "{kind} {name}: {}", stdout(&run));
            assert!(stderr(&run).contains(name), "{}", stderr(&run));
            assert_eq!(fs::read_to_string(&victim).unwrap(), "别人的", "{kind} {name}");
            assert_eq!(tree(&out), [name], "{kind} {name}");
        }
    }
    assert!(!victim.with_extension("没有").exists());
    // Outputs replace links of the same name only if asked, and never what they lead to.
    let out = dir.path().join("输出");
    fs::create_dir(&out).unwrap();
    let one = input.join("甲/0.xlsx");
    let convert = |more: &[&str]| {
        let args = ["convert", one.to_str().unwrap(), "-o", out.to_str().unwrap(), "--to", "xlsx"];
        ends(&[&args[..], more].concat()).status.code()
    };
    // The record of what was written is no exception.
    for (kind, link) in &links {
        link(&victim, &out.join(crate::support::RECORD));
        assert_eq!(convert(&[]), Some(4), "{kind}");
        assert_eq!(fs::read_to_string(&victim).unwrap(), "别人的", "{kind}");
        assert_eq!(tree(&out), [crate::support::RECORD], "{kind}");
        fs::remove_file(out.join(crate::support::RECORD)).unwrap();
    }
    convert(&[]);
    let made = out.join(tree(&out).into_iter().find(|name| name.ends_with(".xlsx")).unwrap());
    for (kind, link) in links {
        fs::remove_file(&made).unwrap();
        link(&victim, &made);
        assert_eq!((convert(&[]), convert(&["--force"])), (Some(4), Some(0)), "{kind}");
        assert_eq!(fs::read_to_string(&victim).unwrap(), "别人的", "{kind}");
        assert!(fs::symlink_metadata(&made).unwrap().is_file(), "{kind}");
    }
}

#[test]
fn a_pipe_among_the_books_stops_the_run_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("各单位");
    reports(&input, 2);
    let input = input.to_str().unwrap();
    for name in ["manifest.jsonl", JOURNAL, "汇总.xlsx", "运行记录.jsonl", ".nianbao-lock"] {
        let out = dir.path().join(format!("输出 {name}"));
        fs::create_dir(&out).unwrap();
        pipe(&out.join(name));
        let run = ends(&["convert", input, "-o", out.to_str().unwrap(), "--to", "xlsx"]);
        assert!(run.status.code() == Some(4) && stderr(&run).contains(name), "{name}: {}", stderr(&run));
    }
    let out = dir.path().join("输出");
    let to = out.to_str().unwrap();
    let args = ["convert", input, "-o", to, "--to", "xlsx,csv", "--shard"];
    let part = |part: &str| ends(&[&args[..], &[part]].concat());
    fs::create_dir(&out).unwrap();
    let [first, second] = ["manifest-1-of-2.jsonl", "manifest-2-of-2.jsonl"].map(|name| out.join(name));
    pipe(&first);
    assert!(part("1/2").status.code() == Some(4));
    let merge = || ends(&["merge-manifests", first.to_str().unwrap(), second.to_str().unwrap(), "-o", to]);
    part("2/2");
    let run = merge();
    assert!(run.status.code() == Some(3) && stderr(&run).contains("manifest-1-of-2.jsonl"), "{}", stderr(&run));
    fs::remove_file(&first).unwrap();
    assert_eq!(part("1/2").status.code(), Some(0));
    // An output that was replaced by a pipe is reported as missing, does not block, and is replaced if asked.
    let output = out.join(tree(&out).into_iter().find(|p| p.ends_with(".csv") && p.contains('/')).unwrap());
    fs::remove_file(&output).unwrap();
    pipe(&output);
    let run = merge();
    assert!(run.status.code() == Some(3) && stderr(&run).contains("缺少或与记录不同"), "{}", stderr(&run));
    let codes = ["1/2", "2/2"].map(|shard| part(shard).status.code());
    assert!(codes.contains(&Some(0)) && codes.contains(&Some(4)), "{codes:?}");
    for shard in ["1/2", "2/2"] {
        assert_eq!(ends(&[&args[..], &[shard, "--force"]].concat()).status.code(), Some(0));
    }
    assert_eq!(merge().status.code(), Some(0));
}

/// Waits until a condition holds.
fn until(what: &str, is: impl Fn() -> bool) {
    for _ in 0..3_000 {
        if is() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("{what} does not come about");
}

#[test]
fn an_output_folder_that_is_swapped_for_a_link_diverts_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (input, other) = (dir.path().join("各单位"), dir.path().join("别处"));
    reports(&input, 16);
    fs::create_dir(&other).unwrap();
    for command in ["convert", "publish"] {
        let (out, moved) = (dir.path().join(command), dir.path().join(format!("{command} 移走")));
        let args = [command, input.to_str().unwrap(), "-o", out.to_str().unwrap(), "--jobs", "1"];
        let to: &[&str] = if command == "convert" { &["--to", "xlsx,csv"] } else { &[] };
        let run = started(&[&args, to].concat());
        let own = |p: &String| !p.starts_with(".nianbao-") && p.contains('/');
        until("the first output", || out.is_dir() && tree(&out).iter().any(own));
        fs::rename(&out, &moved).unwrap();
        symlink(&other, &out).unwrap();
        let run = run.wait_with_output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{}{}", stdout(&run), stderr(&run));
        assert!(tree(&other).is_empty(), "{command}: {:?}", tree(&other));
        let book = if command == "convert" { "manifest.jsonl" } else { "index.html" };
        assert!(moved.join(book).is_file(), "{command}");
        assert!(!tree(&moved).iter().any(|p| p.contains(".nianbao-")), "{:?}", tree(&moved));
        fs::remove_file(&out).unwrap();
    }
}

#[test]
fn what_killed_runs_left_at_the_top_is_gone_after_the_next_run() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("各单位");
    reports(&input, 2);
    let one = input.join("甲/0.xlsx");
    for (i, args) in [vec!["convert"], vec!["convert", "--force"], vec!["publish"]].into_iter().enumerate() {
        for what in [&input, &one] {
            let out = dir.path().join(format!("{i} {}", what.is_dir()));
            for left in ["", "甲", "乙"] {
                fs::create_dir_all(out.join(left)).unwrap();
            }
            fs::write(out.join(".nianbao-Ab12Cd.tmp"), "").unwrap();
            fs::write(out.join(".nianbao-77-1.tmp"), "").unwrap();
            fs::create_dir(out.join(".nianbao-77-2.tmp")).unwrap();
            fs::write(out.join(".nianbao-77-2.tmp/半份.pdf"), "").unwrap();
            let run = ends(&[&args, &[what.to_str().unwrap(), "-o", out.to_str().unwrap()][..]].concat());
            assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
            let left: Vec<String> =
                tree(&out).into_iter().filter(|p| p.contains(".nianbao-") && p != crate::support::RECORD).collect();
            assert!(left.is_empty(), "{args:?}: {left:?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn runs_that_convert_and_runs_that_publish_keep_each_other_out() {
    use rustix::process::{Pid, Signal, kill_process};
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("各单位"), dir.path().join("输出"));
    reports(&input, 16);
    let args = |command| [command, input.to_str().unwrap(), "-o", out.to_str().unwrap(), "--jobs", "1"];
    for (first, second) in [("convert", "publish"), ("publish", "convert")] {
        let mut run = started(&args(first));
        until("the first output", || {
            out.is_dir() && tree(&out).iter().any(|p| p.contains('/') && !p.contains(".nianbao-"))
        });
        // The second run waits a moment for the first. Held here, the first cannot end within that moment.
        kill_process(Pid::from_child(&run), Signal::STOP).unwrap();
        assert!(run.try_wait().unwrap().is_none(), "{first} ended before it could be held");
        let refused = ends(&args(second));
        assert_eq!(refused.status.code(), Some(4), "{first}, {second}: {}", stdout(&refused));
        assert!(stderr(&refused).contains("另一个 nianbao 正在往"), "{}", stderr(&refused));
        kill_process(Pid::from_child(&run), Signal::CONT).unwrap();
        let code = run.wait().unwrap().code();
        assert_eq!(code, Some(0), "{first}");
        fs::remove_dir_all(&out).unwrap();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_is_gone_ends_the_run_in_order() {
    use rustix::process::{Pid, Signal, kill_process};
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("各单位"), dir.path().join("输出"));
    reports(&input, 24);
    for (command, left) in [("convert", vec![JOURNAL]), ("publish", vec![])] {
        let run = started(&[command, input.to_str().unwrap(), "-o", out.to_str().unwrap(), "--jobs", "1"]);
        until("the first output", || out.is_dir() && tree(&out).iter().any(|p| p.ends_with(".docx")));
        kill_process(Pid::from_child(&run), Signal::HUP).unwrap();
        let run = run.wait_with_output().unwrap();
        if ignores_hangup() {
            assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
            fs::remove_dir_all(&out).unwrap();
            continue;
        }
        assert_eq!(run.status.code(), Some(129), "{}", stderr(&run));
        assert!(stdout(&run).contains("终端关闭") && stdout(&run).contains("没有做"), "{}", stdout(&run));
        let ours: Vec<String> = tree(&out).into_iter().filter(|p| p.contains(".nianbao-")).collect();
        assert_eq!(ours, left, "{command}");
        fs::remove_dir_all(&out).unwrap();
    }
}
