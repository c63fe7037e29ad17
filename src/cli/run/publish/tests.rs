use std::fs;
use std::path::Path;

use clap::Parser;

use super::*;
use crate::cli::args::{Cli, Command};
use crate::cli::plan::publishing;
use crate::formats::Format;
use crate::model::{Origins, Paragraph, Report, Value};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/云泽市住房和城乡建设局-2023.xlsx");

/// A fault of a writer: its description, and a function that changes a report and returns the correct and the faulty text.
type Fault = (&'static str, fn(&mut Report) -> [String; 2]);

const FAULTS: [Fault; 3] = [
    ("a changed digit", |r| {
        let value = r.tables[0].iter_mut().find(|v| matches!(v, Value::Count(_))).unwrap();
        let before = value.to_string();
        *value = Value::Count(987_651);
        [before, "987651".to_owned()]
    }),
    ("a dropped paragraph", |r| {
        // One that is followed by another: reading omits a subheading without text.
        let follows = |words: &[Paragraph]| words.windows(2).position(|w| w.iter().all(|p| p.level == 0));
        let (words, at) = r
            .sections
            .iter_mut()
            .find_map(|s| Some((follows(&s.before)?, s)))
            .map(|(at, s)| (&mut s.before, at))
            .unwrap();
        let dropped = words.remove(at).text;
        // Messages contain only the beginning of a text.
        let begins = |text: &str| text.chars().take(8).collect::<String>();
        [begins(&dropped), begins(&words[at].text)]
    }),
    ("a swapped column", |r| {
        // The first two neighbours that differ.
        let values = &mut r.tables[1];
        let at = (1..values.len()).find(|i| values[i - 1].to_string() != values[*i].to_string()).unwrap();
        values.swap(at - 1, at);
        [values[at].to_string(), values[at - 1].to_string()]
    }),
];

fn job(out: &Path) -> PublishPlan {
    let words = ["nianbao", "publish", SAMPLE, "-o", out.to_str().unwrap()];
    let Command::Publish(args) = Cli::try_parse_from(words).unwrap().command else { panic!("no publish") };
    let mut job = publishing(&args).unwrap();
    // It is a child of this program, and the program of a unit test is the test.
    job.plan.second_reader = false;
    job
}

/// Returns a producer that writes one format from a changed report.
fn faulty(format: Format, fault: fn(&mut Report) -> [String; 2]) -> Box<Produce> {
    Box::new(move |whole, formats, engine| {
        let mut files = produce(whole, formats, engine)?;
        let mut spoiled = whole.report.clone();
        fault(&mut spoiled);
        let (report, origins) = (&spoiled, &Origins::default());
        let bad = produce(Whole { report, origins, findings: &[] }, &[format], engine)?.remove(0);
        *files.iter_mut().find(|(f, _)| *f == format).unwrap() = bad;
        Ok(files)
    })
}

#[test]
fn with_a_faulty_writer_nothing_is_published_and_the_place_is_reported() {
    for (what, fault) in FAULTS {
        for format in Format::ALL {
            if !format.has_texts() && what == "a dropped paragraph" {
                continue;
            }
            let dir = tempfile::tempdir().unwrap();
            let out = dir.path().join("公布");
            let job = job(&out);
            let mut report = crate::cli::reading::examine(Path::new(SAMPLE), &job.plan.engine).report.unwrap();
            let texts = fault(&mut report);
            let (exit, done) = publish_with(&job, &faulty(format, fault)).unwrap();
            let case = format!("{what} in {format:?}");
            assert_eq!(exit, Exit::Unwritten, "{case}");
            let [Done { record, .. }] = done.as_slice() else { panic!("{case}: one input") };
            assert!(record.outputs.is_empty(), "{case}");
            let unequal = record.findings.iter().find(|f| f.code == Code::W404).unwrap_or_else(|| panic!("{case}"));
            let (before, found) = unequal.message.split_once("应为").unwrap();
            assert!(
                before.starts_with(&format!("{} 读回来与报告不同：", format.name())),
                "{case}: {}",
                unequal.message
            );
            assert!(
                before.chars().count() > format!("{} 读回来与报告不同：第", format.name()).chars().count(),
                "{case}"
            );
            for text in &texts {
                assert!(found.contains(text.as_str()), "{case}, {text}: {}", unequal.message);
            }
            let left: Vec<_> =
                fs::read_dir(&out).map(|d| d.flatten().map(|e| e.file_name()).collect()).unwrap_or_default();
            assert!(left.is_empty(), "{case} left {left:?}");
        }
    }
}

#[test]
fn the_same_way_with_sound_writers_publishes() {
    let dir = tempfile::tempdir().unwrap();
    let (exit, done) = publish_with(&job(dir.path()), &produce).unwrap();
    assert_eq!((exit, done.len()), (Exit::Good, 1));
    assert!(dir.path().join(INDEX).is_file());
}

/// The earlier package stays unchanged, byte for byte.
#[test]
fn a_faulty_writer_leaves_what_was_published_before() {
    let dir = tempfile::tempdir().unwrap();
    publish_with(&job(dir.path()), &produce).unwrap();
    let zip = |dir: &Path| {
        let mut all = fs::read_dir(dir).unwrap().flatten().map(|e| e.path());
        fs::read(all.find(|p| p.extension().is_some_and(|e| e == "zip")).unwrap()).unwrap()
    };
    let (before, names) = (zip(dir.path()), fs::read_dir(dir.path()).unwrap().count());
    let (_, fault) = FAULTS[0];
    let (exit, _) = publish_with(&job(dir.path()), &faulty(Format::Docx, fault)).unwrap();
    assert_eq!(exit, Exit::Unwritten);
    assert!(zip(dir.path()) == before);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), names);
}
