//! Files and folders that are not ours: links, pipes and devices where a file is expected, in options and in output folders.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "test code")]

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use support::{SAMPLE, sample, stderr, stdout};

/// The program on its way.
fn started(args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nianbao"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Runs the program, which must come to its end by itself.
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
    // More than any text file of options needs.
    let large = at("大.toml");
    fs::File::create(&large).unwrap().set_len(20 << 20).unwrap();
    let run = ends(&["convert", input, "-o", &out, "--style", &large]);
    assert!(run.status.code() == Some(2) && stderr(&run).contains("超过 16 MB"), "{}", stderr(&run));
    assert!(!Path::new(&out).exists());
}
