//! The second reader: what two independent readers read differently is not published.
#![allow(clippy::unwrap_used, reason = "test code")]

mod support;

use std::fs;
use std::path::Path;

use support::{Book, SAMPLE, nianbao, sample, stdout};

/// An element of another vocabulary in front of the shared strings: calamine counts it, so that every text moves by one.
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
        assert!(!codes.contains(&"I103") && !codes.contains(&"I104"), "{line}");
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
