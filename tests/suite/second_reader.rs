//! The second reader: nothing is published that two independent readers read differently.

use std::fs;
use std::path::Path;

use nianbao::engine::Engine;
use nianbao::import::{ImportError, read_input};
use nianbao::model::{Code, Severity};
use nianbao::pipeline::examine_read;

use crate::support::{Book, SAMPLE, nianbao, sample, script, stdout};

/// An element of another namespace before the shared strings: calamine counts it, so that every text moves by one.
const FOREIGN: &str = "<x:si xmlns:x=\"urn:x\"><x:t>一</x:t></x:si><si>";

fn doubtful(path: &Path) {
    let mut book = Book::open(&sample(SAMPLE));
    let part = book.part("xl/sharedStrings.xml");
    let text = String::from_utf8(part.clone()).unwrap().replacen("<si>", FOREIGN, 1);
    *part = text.into_bytes();
    book.save(path);
}

#[test]
fn every_sample_is_read_alike_by_both_readers() {
    let archive = sample("archive");
    let run = nianbao(&["check", archive.to_str().unwrap(), "--second-reader", "--format", "json"]);
    let lines: Vec<serde_json::Value> = stdout(&run).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert!(lines.len() >= 7, "{}", lines.len());
    for line in lines {
        let codes: Vec<&str> =
            line["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
        assert!(["I103", "I104", "I105"].iter().all(|code| !codes.contains(code)), "{line}");
    }
}

#[test]
fn what_two_readers_read_differently_is_not_published() {
    let dir = tempfile::tempdir().unwrap();
    let (path, out) = (dir.path().join("疑.xlsx"), dir.path().join("公布"));
    doubtful(&path);
    // One reader alone finds nothing wrong with it.
    let plain = nianbao(&["check", path.to_str().unwrap()]);
    assert!(!stdout(&plain).contains("I103"), "{}", stdout(&plain));
    let twice = nianbao(&["check", path.to_str().unwrap(), "--second-reader"]);
    assert_eq!(twice.status.code(), Some(1));
    assert!(stdout(&twice).contains("换一种读法读到") && stdout(&twice).contains("I103"), "{}", stdout(&twice));
    let run = nianbao(&["publish", path.to_str().unwrap(), "-o", out.to_str().unwrap()]);
    assert_eq!(run.status.code(), Some(1), "{}", stdout(&run));
    assert!(stdout(&run).contains("没有公布"), "{}", stdout(&run));
    let left = fs::read_dir(&out).map(|d| d.count()).unwrap_or_default();
    assert_eq!(left, 0);
}

#[test]
fn what_the_second_reader_cannot_read_is_published_with_a_note() {
    let dir = tempfile::tempdir().unwrap();
    let (path, out) = (dir.path().join("特.xlsx"), dir.path().join("公布"));
    let mut book = Book::open(&sample(SAMPLE));
    // An error value of a later version of the format, on a sheet that is not published.
    book.cell("填报说明", "A3", " t=\"e\"", "<v>#LATER!</v>");
    book.save(&path);
    let run = nianbao(&["publish", path.to_str().unwrap(), "-o", out.to_str().unwrap()]);
    assert!(stdout(&run).contains("没有第二种读法可以核对"), "{}", stdout(&run));
    assert_eq!(run.status.code(), Some(0), "{}", stdout(&run));
    assert!(out.join("index.html").is_file());
}

/// A child serves one file after another; if it fails, only its current file is lost.
#[cfg(unix)]
#[test]
fn children_of_the_second_reader_are_used_again_and_replaced() {
    use nianbao::cli::apart::{Helpers, Isolation};
    use std::time::Duration;

    use nianbao::import::{Limits, kind};

    let limits = Limits::default();
    let bytes = fs::read(sample(SAMPLE)).unwrap();
    let sound = Isolation::new(env!("CARGO_BIN_EXE_nianbao").into());
    let read = |helpers: &Helpers, bytes: &[u8]| helpers.read_second(kind(bytes, &limits)?, bytes, &limits);
    let helpers = Helpers::new(sound.clone());
    let first = read(&helpers, &bytes).unwrap();
    assert!(first.iter().map(|s| s.cells.len()).sum::<usize>() > 200);
    // Cut in the middle of its parts: its beginning is still that of a package.
    assert!(helpers.read_second(kind(&bytes, &limits).unwrap(), &bytes[..bytes.len() / 2], &limits).is_err());
    assert_eq!(read(&helpers, &bytes).unwrap(), first);
    // Programs that answer with nothing, with something else, or never; the last reads nothing of a file larger than a pipe.
    let dir = tempfile::tempdir().unwrap();
    let large = [&bytes[..], &vec![0; 1 << 20]].concat();
    for (text, expected) in [
        ("exit 1", ImportError::Crashed),
        ("cat > /dev/null", ImportError::TimedOut(1)),
        ("head -c 9 > /dev/null; printf 'aaaaaaaaaaaaaaaa'; exec sleep 60", ImportError::TimedOut(1)),
        (
            "head -c 9 > /dev/null; printf '\\003\\000\\000\\000\\000\\000\\000\\000abc'; exec sleep 60",
            ImportError::Crashed,
        ),
        ("exec sleep 60", ImportError::TimedOut(1)),
    ] {
        let program = dir.path().join("other");
        script(&program, text);
        let time = Duration::from_secs(1);
        let helpers = Helpers::new(Isolation { program, time, ..sound.clone() });
        let error = helpers.read_second(kind(&bytes, &limits).unwrap(), &large, &limits).unwrap_err();
        assert_eq!(error, expected, "{text}");
        assert!(error.is_unfinished());
    }
    // The first child of a pool is killed at its work; another one reads the file.
    let program = dir.path().join("once");
    let real = env!("CARGO_BIN_EXE_nianbao");
    script(&program, &format!("mkdir {}.d 2>/dev/null && exit 1\nexec {real} \"$@\"", program.display()));
    assert_eq!(read(&Helpers::new(Isolation { program, ..sound }), &bytes).unwrap(), first);
}

/// Whatever keeps the second reader from its work, nothing is published unchecked.
#[test]
fn what_the_second_reader_did_not_finish_is_not_published() {
    let (bytes, engine) = (fs::read(sample(SAMPLE)).unwrap(), Engine::default());
    for cause in [ImportError::TimedOut(10), ImportError::Killed, ImportError::NotStarted("内存不够".to_owned())] {
        let read = || read_input("年报.xlsx", &bytes, &engine.setting().limits);
        let second = Some(|| Err(cause.clone()));
        let examined = examine_read(read, second, &engine, |e| panic!("{e}"), false);
        let found = &examined.findings[0];
        assert_eq!((found.code, found.severity), (Code::I105, Severity::Error), "{:?}", examined.findings);
        assert!(found.message.contains(&cause.to_string()), "{}", found.message);
    }
}
