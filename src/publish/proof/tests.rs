use std::io::Cursor;
use std::sync::Arc;

use zip::{ZipArchive, ZipWriter};

use super::*;
use crate::engine::Engine;
use crate::form::{self, ValueKind};
use crate::model::{Amount, Decimal, Origins, Paragraph, Value, Whole};
use crate::normalize::settle;
use crate::pipeline::produce;
use crate::publish::package;

/// A report of an edition with different counts and with text in every section.
fn report(edition: &str) -> Report {
    let form = form::built_in().iter().find(|f| f.id == edition).unwrap().clone();
    let mut report = Report::blank(form);
    report.cover.agency = "云泽市住房和城乡建设局".to_owned();
    report.cover.year = match edition {
        "2014" => 2016,
        "2019" => 2020,
        _ => 2023,
    };
    report.cover.title = form::labels().report.made_title(&report.cover.agency, report.cover.year);
    let mut n = 1;
    for (table, values) in report.form.tables.iter().zip(&mut report.tables) {
        for (slot, value) in values.iter_mut().enumerate() {
            n += 7;
            *value = match table.kind(slot).0 {
                ValueKind::Count => Value::Count(n),
                ValueKind::Signed => Value::Signed(-7),
                ValueKind::Amount => Value::Amount(Amount { number: Decimal::new(1257, 2), unit: None }),
            };
        }
    }
    for (i, section) in report.sections.iter_mut().enumerate() {
        // If headings are free, the table has its title.
        if let Some(heading) = report.form.sections.get(i).filter(|s| report.form.free_headings && s.table.is_some()) {
            section.before.push(Paragraph::heading(1, heading.heading.as_str()));
        }
        section.before.push(Paragraph::body(format!("第{i}部分有 Wi-Fi 、12.5%和“引号”，说明𠮷祥。")));
        section.before.push(Paragraph::body(format!("又一段，编号{i}。")));
    }
    settle(&mut report, &Default::default());
    report
}

fn whole(report: &Report) -> Whole<'_> {
    static ORIGINS: std::sync::LazyLock<Origins> = std::sync::LazyLock::new(Origins::default);
    Whole { report, origins: &ORIGINS, findings: &[] }
}

fn editions() -> [Report; 3] {
    ["2014", "2019", "2021"].map(report)
}

#[test]
fn what_is_produced_is_proved() {
    for report in editions() {
        let engine = Engine::default();
        let files = produce(whole(&report), &Format::ALL, &engine).unwrap();
        let compared =
            prove(&report, &files, &engine.setting().limits).unwrap_or_else(|e| panic!("{}: {e}", report.form.id));
        let values: usize = report.tables.iter().map(Vec::len).sum();
        for (compared, (format, _)) in compared.iter().zip(&files) {
            let words = 2 * report.sections.len();
            // A CSV contains figures only.
            let words = if format.has_texts() { words } else { 0 };
            assert!(compared.cells >= values && compared.paragraphs >= words, "{format:?}: {compared:?}");
        }
    }
}

/// A fault of a writer: it writes another report than it was given.
type Fault = (&'static str, fn(&mut Report));

/// Faults in numbers and words.
const FAULTS: [Fault; 6] = [
    ("a digit changed", |r| {
        let value = r.tables[0].iter_mut().find(|v| matches!(v, Value::Count(_))).unwrap();
        *value = Value::Count(value.number().try_into().map_or(0, |n: u64| n + 1));
    }),
    ("two columns swapped", |r| r.tables[0].swap(0, 1)),
    ("a paragraph dropped", |r| _ = r.sections[0].before.remove(0)),
    ("a paragraph moved", |r| r.sections[0].before.swap(0, 1)),
    ("a word changed", |r| r.sections[0].before[1].text = "又一段，编号9。".to_owned()),
    ("a title of another year", |r| r.cover.title = r.cover.title.replace("20", "21")),
];

#[test]
fn faults_of_writers_are_caught_in_every_format() {
    for sound in editions() {
        let engine = Engine::default();
        for (what, fault) in FAULTS {
            let mut spoiled = sound.clone();
            fault(&mut spoiled);
            for file in produce(whole(&spoiled), &Format::ALL, &engine).unwrap() {
                let format = file.0;
                if !format.has_texts() && sound.tables == spoiled.tables {
                    continue;
                }
                let found = prove(&sound, &[file], &engine.setting().limits);
                assert!(found.is_err(), "{}: {what} in {format:?} was not caught", sound.form.id);
            }
        }
    }
}

#[test]
fn a_difference_names_format_place_and_both_texts() {
    let (sound, engine) = (report("2021"), Engine::default());
    let mut spoiled = sound.clone();
    spoiled.tables[0][0] = Value::Count(4321);
    for (format, says) in
        [(Format::Pdf, "第 1 张表"), (Format::Docx, "第 1 张表"), (Format::Xlsx, "工作表“二、主动公开”的 B6")]
    {
        let files = produce(whole(&spoiled), &[format], &engine).unwrap();
        let message = prove(&sound, &files, &engine.setting().limits).unwrap_err().to_string();
        let expected = sound.tables[0][0].to_string();
        for word in [format.name(), says, "4321", expected.as_str(), "没有公布"] {
            assert!(message.contains(word), "{word}: {message}");
        }
    }
}

/// A workbook whose last sheet, the long form, is replaced by that of another.
fn with_long_form_of(book: &[u8], other: &[u8]) -> Vec<u8> {
    let open = |bytes| ZipArchive::new(Cursor::new(bytes)).unwrap();
    let (mut book, mut other) = (open(book), open(other));
    let name = |name: &str| name.starts_with("xl/worksheets/sheet");
    let sheets = other.file_names().map(|n| n.unwrap().into_owned()).filter(|n| name(n));
    let last = sheets.max_by_key(|n| (n.len(), n.clone())).unwrap();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..book.len() {
        let part = book.by_index_raw(i).unwrap();
        let part = if part.name().unwrap() == last { other.by_name(&last).unwrap() } else { part };
        out.raw_copy_file(part).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn the_long_form_of_a_workbook_is_proved_by_itself() {
    let (sound, engine) = (report("2021"), Engine::default());
    let mut spoiled = sound.clone();
    spoiled.tables[1].swap(0, 1);
    let [good, bad] = [&sound, &spoiled].map(|r| produce(whole(r), &[Format::Xlsx], &engine).unwrap().remove(0).1);
    let mixed = |book, long| prove(&sound, &[(Format::Xlsx, with_long_form_of(book, long))], &engine.setting().limits);
    assert!(mixed(&good, &good).is_ok());
    let difference = mixed(&good, &bad).unwrap_err();
    let form::DataLabels { sheet, .. } = &form::labels().data;
    assert!(difference.place.starts_with(&format!("工作表“{sheet}”的 D")), "{difference}");
    assert_eq!([difference.expected, difference.found], [&sound, &spoiled].map(|r| r.tables[1][0].to_string()));
}

/// A writer with other labels than the form, but with the same figures.
#[test]
fn labels_are_proved_to_the_letter() {
    let (sound, engine) = (report("2021"), Engine::default());
    let misspelt = include_str!("../../form/2021.toml").replace("规范性文件", "规范性文书");
    let mut spoiled = sound.clone();
    spoiled.form = Arc::new(form::Form::parse(&misspelt).unwrap());
    for format in Format::ALL {
        let files = produce(whole(&spoiled), &[format], &engine).unwrap();
        assert!(prove(&sound, &files, &engine.setting().limits).is_err(), "{format:?}");
    }
}

#[test]
fn files_that_cannot_be_read_prove_nothing() {
    let (sound, engine) = (report("2021"), Engine::default());
    for format in Format::ALL {
        let (_, made) = produce(whole(&sound), &[format], &engine).unwrap().remove(0);
        for bytes in [Vec::new(), made[..made.len() / 2].to_vec(), b"%PDF-1.7".to_vec()] {
            let difference = prove(&sound, &[(format, bytes)], &engine.setting().limits).unwrap_err();
            assert_eq!(difference.format, format.name());
        }
    }
}

#[test]
fn a_zip_holds_the_files_of_the_folder_and_nothing_else() {
    let (sound, engine) = (report("2021"), Engine::default());
    let files = produce(whole(&sound), &[Format::Csv, Format::Xlsx], &engine).unwrap();
    let compared = prove(&sound, &files, &engine.setting().limits).unwrap();
    let made = package("报告", &sound, files, &compared, &engine).unwrap();
    assert_eq!(prove_package(&made), Ok(()));
    let mut other = made.clone();
    other.files[0].bytes[100] ^= 1;
    assert_eq!(prove_package(&other).unwrap_err().place, "报告.csv");
    let mut fewer = made.clone();
    fewer.files.pop();
    assert_eq!(prove_package(&fewer).unwrap_err().place, "文件数");
    let mut named = made.clone();
    named.files[1].name = "别的.xlsx".to_owned();
    assert!(prove_package(&named).is_err());
    let cut = made.zip.len() / 2;
    assert!(prove_package(&Package { zip: made.zip[..cut].to_vec(), ..made }).is_err());
}
