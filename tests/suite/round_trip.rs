//! Random reports, published and read again: nothing is lost, nothing is changed.

use crate::support::generated::{Made, any_report, config, difference};
use nianbao::engine::Engine;
use nianbao::export::{Cache, html, template, xlsx};
use nianbao::form;
use nianbao::import::{Limits, read_bytes};
use nianbao::model::{Origins, Paragraph, Report, Severity, Value, Whole};
use nianbao::normalize::{self, Options, normalize};
use nianbao::pipeline::{Format, produce};
use nianbao::site::Site;
use proptest::prelude::*;

fn read(bytes: &[u8], keep_text: bool) -> Report {
    let workbook = read_bytes("x.xlsx", bytes, &Limits::default()).unwrap();
    let read = normalize(&workbook, &Options { keep_text, ..Options::default() }, &normalize::Cache::default());
    let errors: Vec<_> = read.findings.iter().filter(|f| f.severity == Severity::Error).collect();
    read.report.unwrap_or_else(|| panic!("{errors:#?}"))
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn a_published_workbook_reads_back_as_the_same_report(Made(report) in any_report()) {
        let bytes = xlsx::write(&report, &Cache::default()).unwrap();
        let kept = read(&bytes, true);
        prop_assert!(kept == report, "{}", difference(&kept, &report).unwrap());
        // Normalising once is enough: normalised text stays unchanged.
        let once = read(&bytes, false);
        prop_assert!(once.tables == report.tables);
        let twice = read(&xlsx::write(&once, &Cache::default()).unwrap(), false);
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
        let (document, cache) = (nianbao::compose::compose(&report), Cache::default());
        for bytes in [html::page(&document, &Site::default(), &cache), html::fragment(&document, &cache)] {
            crate::support::html::says(&crate::support::html::parse(&bytes), &report);
        }
    }
}

/// A template filled in according to its guide, with a title made by the program, is read without any finding.
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
        // A table's title among the agency's own words is locked in the blank workbook; here it is written with them.
        for (section, content) in form.sections.iter().zip(&mut report.sections) {
            if form.free_headings && section.table.is_some() {
                content.before.push(Paragraph::heading(1, &section.heading));
            }
        }
        let bytes = template::write(form, Some(&report)).unwrap();
        let workbook = read_bytes("报告.xlsx", &bytes, &Limits::default()).unwrap();
        let read = normalize(&workbook, &Options::default(), &normalize::Cache::default());
        assert_eq!(read.findings, []);
        let report = read.report.unwrap();
        assert_eq!(report.cover.title, nianbao::compose::made_title("某市民政局", form.first_year));
        assert_eq!(nianbao::check::check(&report, &read.origins, &nianbao::check::Drawing::ALL), []);
    }
}

proptest! {
    #![proptest_config(config(6))]

    #[test]
    fn the_same_report_gives_the_same_bytes_whatever_the_engine_wrote_before(
        Made(report) in any_report(),
        Made(other) in any_report(),
    ) {
        fn written(report: &Report, engine: &Engine) -> Vec<(Format, Vec<u8>)> {
            let whole = Whole { report, origins: &Origins::default(), findings: &[] };
            produce(whole, &Format::ALL, engine).unwrap()
        }
        let used = Engine::default();
        let first = written(&report, &used);
        written(&other, &used);
        let once = written(&report, &used);
        for ((format, a), (_, b)) in first.iter().zip(&once) {
            prop_assert!(a == b, "{}", format.name());
        }
        // Again in another thread, with empty caches.
        let again = std::thread::spawn(move || written(&report, &Engine::default()));
        let again = again.join().unwrap();
        for ((format, a), (_, b)) in once.iter().zip(&again) {
            prop_assert!(a == b, "{:?}", format);
        }
    }
}
