//! Reports made at random, published and read again: nothing is lost, nothing is changed.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/generated.rs"]
mod generated;
mod support;

use generated::{Made, any_report, config, difference};
use nianbao::export::{html, template, xlsx};
use nianbao::form;
use nianbao::import::{Limits, read_bytes};
use nianbao::model::{Origins, Paragraph, Report, Severity, Value, Whole};
use nianbao::normalize::{Options, normalize};
use nianbao::pipeline::{Format, Setting, produce};
use nianbao::site::Site;
use proptest::prelude::*;

fn read(bytes: &[u8], keep_text: bool) -> Report {
    let workbook = read_bytes("x.xlsx", bytes, &Limits::default()).unwrap();
    let read = normalize(&workbook, &Options { keep_text, ..Options::default() });
    let errors: Vec<_> = read.findings.iter().filter(|f| f.severity == Severity::Error).collect();
    read.report.unwrap_or_else(|| panic!("{errors:#?}"))
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn a_published_workbook_reads_back_as_the_same_report(Made(report) in any_report()) {
        let bytes = xlsx::write(&report).unwrap();
        let kept = read(&bytes, true);
        prop_assert!(kept == report, "{}", difference(&kept, &report).unwrap());
        // Normalising once is enough: what was normalised stays.
        let once = read(&bytes, false);
        prop_assert!(once.tables == report.tables);
        let twice = read(&xlsx::write(&once).unwrap(), false);
        prop_assert!(twice == once, "{}", difference(&twice, &once).unwrap());
    }

    #[test]
    fn a_filled_template_reads_back_as_the_same_report(Made(report) in any_report()) {
        let bytes = template::write(&report.form, Some(&report)).unwrap();
        let again = read(&bytes, true);
        prop_assert!(again == report, "{}", difference(&again, &report).unwrap());
    }
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn a_page_and_a_fragment_say_what_the_report_says(Made(report) in any_report()) {
        let document = nianbao::compose::compose(&report);
        for bytes in [html::page(&document, &Site::default()), html::fragment(&document)] {
            support::html::says(&support::html::parse(&bytes), &report);
        }
    }
}

/// A template filled in as its guide asks, the title left to be made, is read without any finding.
#[test]
fn a_template_filled_in_full_has_no_finding() {
    for form in form::built_in() {
        let mut report = Report::blank(form.clone());
        report.cover.agency = "某市民政局".into();
        report.cover.year = form.first_year;
        for (section, content) in form.sections.iter().zip(&mut report.sections) {
            let headed =
                section.subheadings.iter().flat_map(|h| [Paragraph::heading(2, h), Paragraph::body("有关情况。")]);
            content.before.extend(headed);
            if section.subheadings.is_empty() && section.table.is_none() {
                content.before.push(Paragraph::body("有关情况，没有收取信息处理费。"));
            }
        }
        for (t, values) in report.tables.iter_mut().enumerate() {
            values.iter_mut().enumerate().for_each(|(s, v)| *v = Value::zero(form.tables[t].kind(s).0));
        }
        // A table's title that stands among the agency's own words is locked in the blank workbook and written with them here.
        for (section, content) in form.sections.iter().zip(&mut report.sections) {
            if form.free_headings && section.table.is_some() {
                content.before.push(Paragraph::heading(1, &section.heading));
            }
        }
        let bytes = template::write(form, Some(&report)).unwrap();
        let workbook = read_bytes("报告.xlsx", &bytes, &Limits::default()).unwrap();
        let read = normalize(&workbook, &Options::default());
        assert_eq!(read.findings, []);
        let report = read.report.unwrap();
        assert_eq!(report.cover.title, nianbao::compose::made_title("某市民政局", form.first_year));
        assert_eq!(nianbao::check::check(&report, &read.origins, &|_| true), []);
    }
}

proptest! {
    #![proptest_config(config(6))]

    #[test]
    fn the_same_report_gives_the_same_bytes(Made(report) in any_report()) {
        let setting = Setting::default();
        let origins = Origins::default();
        let once = produce(Whole { report: &report, origins: &origins, findings: &[] }, &Format::ALL, &setting).unwrap();
        // Again with everything made anew, in another thread.
        let again = std::thread::spawn(move || {
            let origins = Origins::default();
            produce(Whole { report: &report, origins: &origins, findings: &[] }, &Format::ALL, &Setting::default()).unwrap()
        });
        let again = again.join().unwrap();
        for ((format, a), (_, b)) in once.iter().zip(&again) {
            prop_assert!(a == b, "{:?}", format);
        }
    }
}
