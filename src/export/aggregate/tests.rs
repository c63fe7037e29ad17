use super::*;
use crate::aggregate::{Contribution, sum};
use crate::export::sheet::reading;
use crate::form;
use crate::import::{Limits, read_bytes};
use crate::model::{Origins, Place, Report, Severity, Value};
use crate::normalize::{Cache, Options, normalize};

/// Units in which every value is different and all totals are correct.
fn units(edition: &str) -> Vec<Contribution> {
    let one = |i: usize| {
        let form = form::edition(edition).unwrap();
        let mut report = reading::sample(&form);
        report.cover.year = form.first_year;
        let mut origins = Origins::default();
        for (table, t) in report.form.tables.iter().enumerate() {
            for slot in 0..t.slot_count() {
                let cell = crate::model::Address { row: slot as u32, column: i as u32 };
                origins.note(Place::Value { table, slot }, Source::cell(&"年报".into(), cell), "");
            }
        }
        Contribution::of(&format!("{i}.xlsx"), &format!("第{i}局"), &report, &origins, &[])
    };
    (0..3).map(one).collect()
}

fn written(mut parts: Vec<Contribution>, reversed: bool) -> (Report, Vec<u8>) {
    if reversed {
        parts.reverse();
    }
    let mut sum = sum(parts).unwrap();
    sum.report.cover.agency = "老城区人民政府".into();
    let trouble =
        Trouble { agency: "某局".into(), what: "缺报".into(), message: "=1+1".into(), ..Trouble::default() };
    let bytes = write(&sum, &[trouble]).unwrap();
    (sum.report, bytes)
}

#[test]
fn the_workbook_is_read_again_with_the_same_totals_and_without_a_warning() {
    for form in form::built_in() {
        let (report, bytes) = written(units(&form.id), false);
        let book = read_bytes("汇总.xlsx", &bytes, &Limits::default()).unwrap();
        let read = normalize(&book, &Options::default(), &Cache::default());
        let loud: Vec<_> = read.findings.iter().filter(|f| f.severity > Severity::Note).collect();
        assert!(loud.is_empty(), "{loud:?}");
        let again = read.report.unwrap();
        assert_eq!(again.tables, report.tables, "{}", form.id);
        assert_eq!((again.cover.agency.as_str(), again.cover.year), ("老城区人民政府", report.cover.year));
        // Text of the two sheets does not become text of the report; with free headings, the title over a table does.
        let given = |text: &str| form.free_headings && form.sections.iter().any(|s| s.heading == text);
        let mut texts = again.sections.iter().flat_map(|s| s.paragraphs());
        assert!(texts.all(|p| given(&p.text)), "{:?}", again.sections);
        assert!(again.preface.is_empty(), "{:?}", again.preface);
    }
}

#[test]
fn the_order_of_units_does_not_change_a_byte() {
    assert_eq!(written(units("2019"), false).1, written(units("2019"), true).1);
}

#[test]
fn totals_are_formulas_with_results_and_every_total_has_its_sources() {
    let parts = units("2021");
    let (report, bytes) = written(parts.clone(), false);
    let sheets = reading::book(&bytes);
    let words = &labels().sum;
    let table = &sheets[3];
    assert!(!table.formulas.is_empty());
    let sources = sheets.iter().find(|s| s.name == words.sources.sheet).unwrap();
    let rows = sources.cells.keys().map(|at| at.0).max().unwrap();
    let figures: usize = parts.iter().map(|p| p.figures.len()).sum();
    assert_eq!(rows as usize, figures);
    // Three rows per total, all with the same total, each with its own file and cell.
    let number = |row: u32, column: u32| match &sources.cells[&(row, column)] {
        calamine::Data::Float(f) => *f,
        calamine::Data::Int(i) => *i as f64,
        other => panic!("{other:?}"),
    };
    for first in (1..=rows).step_by(3) {
        let added: f64 = (first..first + 3).map(|r| number(r, 6)).sum();
        assert!((number(first, 3) - added).abs() < 1e-6, "row {first}");
    }
    assert_eq!(number(1, 3), f64::from(u32::try_from(first_count(&report)).unwrap()));
    let text = |row, column| sources.cells[&(row, column)].to_string();
    assert_eq!([text(1, 8), text(2, 8), text(2, 10)], ["0.xlsx", "1.xlsx", "B1"]);
    let troubles = sheets.iter().find(|s| s.name == words.troubles.sheet).unwrap();
    assert!(troubles.formulas.is_empty());
    assert_eq!(troubles.cells[&(1, 5)].to_string(), "=1+1");
    let xml = reading::sheet_xml(&bytes, sheets.len() - 2);
    assert!(xml.contains("<autoFilter") && xml.contains("state=\"frozen\""));
}

fn first_count(report: &Report) -> u64 {
    match report.tables[0][0] {
        Value::Count(n) => n,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_full_sheet_goes_on_in_the_next() {
    let sum = sum(units("2021")).unwrap();
    let total = sum.figure_count();
    let sheets = sources(&sum, 100).unwrap();
    assert_eq!(sheets.len(), total.div_ceil(100));
    let name = &labels().sum.sources.sheet;
    let names: Vec<String> = sheets.iter().map(|s| s.inner.name()).collect();
    assert_eq!(names[..2], [name.clone(), format!("{name}2")]);
    // Without figures, one sheet with the header row only.
    let empty = Contribution::of("a", "甲局", &Report::blank(form::edition("2021").unwrap()), &Origins::default(), &[]);
    assert_eq!(sources(&crate::aggregate::sum(vec![empty]).unwrap(), 100).unwrap().len(), 1);
}
