use super::*;
use crate::form;
use crate::model::{Paragraph, Place, Severity, Source, Value};

/// A report of an edition without errors and warnings: text in every section, all values zero.
fn balanced(edition: &str) -> Report {
    let mut report = Report::blank(form::edition(edition).unwrap());
    for s in &mut report.sections {
        s.before.push(Paragraph::body("内容，没有收取信息处理费"));
    }
    let settled = crate::normalize::settle(&mut report, &Origins::default());
    assert!(settled.iter().all(|f| f.severity == Severity::Note));
    report
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|f| f.code.name()).collect()
}

fn slot(report: &Report, table: usize, row: &str, column: &str) -> usize {
    let t = &report.form.tables[table];
    (0..t.slot_count())
        .find(|s| {
            let at = t.at(*s);
            let b = &t.blocks[at.block];
            b.rows.leaves.get(at.row).is_none_or(|r| r.path == row) && b.columns.leaves[at.column].path == column
        })
        .unwrap()
}

#[test]
fn a_balanced_report_has_no_finding() {
    for form in form::built_in() {
        assert_eq!(check(&balanced(&form.id), &Origins::default(), &Drawing::ALL), []);
    }
}

#[test]
fn every_value_of_table_three_enters_some_relation() {
    for form in form::built_in().iter().filter(|f| f.tables.len() == 3) {
        let t = 1;
        for slot in 0..form.tables[t].slot_count() {
            let mut report = balanced(&form.id);
            report.tables[t][slot] = Value::Count(7);
            let found = check(&report, &Origins::default(), &Drawing::ALL);
            assert!(found.iter().any(|f| f.severity == Severity::Error), "{} {slot}", form.id);
        }
    }
}

#[test]
fn broken_relations_name_both_sides() {
    let mut report = balanced("2021");
    let mut origins = Origins::default();
    for s in 0..report.form.tables[1].slot_count() {
        let cell = crate::model::Address { row: s as u32 / 7 + 4, column: s as u32 % 7 + 3 };
        origins.note(Place::Value { table: 1, slot: s }, Source::cell(&"三".into(), cell), "");
    }
    for (row, n) in [("new", 12), ("carried_in", 3), ("handled.granted", 14), ("handled.total", 14)] {
        for column in ["applicants.natural", "applicants.total"] {
            let s = slot(&report, 1, row, column);
            report.tables[1][s] = Value::Count(n);
        }
    }
    let found = check(&report, &origins, &Drawing::ALL);
    assert_eq!(codes(&found), ["K301", "K301"]);
    let first = &found[0];
    assert_eq!(
        first.message,
        "表三 D28“（七）总计”与 D29“四、结转下年度继续办理”之和为 14，应等于 D5 与 D6 之和 12+3=15"
    );
    assert_eq!((first.expected.as_deref(), first.found.as_deref()), (Some("15"), Some("14")));
    let related: Vec<_> = first.related.iter().map(|s| s.cell.unwrap().to_string()).collect();
    assert_eq!(related, ["D29", "D5", "D6"]);
}

#[test]
fn totals_are_named_with_what_they_should_be() {
    let mut report = balanced("2021");
    let total = slot(&report, 2, "", "review.total");
    report.tables[2][total] = Value::Count(3);
    let corrected = slot(&report, 2, "", "review.corrected");
    report.tables[2][corrected] = Value::Count(1);
    let found = check(&report, &Origins::default(), &Drawing::ALL);
    assert_eq!(codes(&found), ["K304"]);
    assert_eq!(found[0].message, "表四 “总计”为 3，应等于各项之和 1");
}

#[test]
fn standing_documents_cannot_be_fewer_than_the_year_added() {
    let mut report = balanced("2021");
    let s = slot(&report, 0, "rules", "made");
    report.tables[0][s] = Value::Count(3);
    let found = check(&report, &Origins::default(), &Drawing::ALL);
    assert_eq!(codes(&found), ["K307"]);
    assert_eq!(found[0].severity, Severity::Warning);
    assert!(
        found[0].message.ends_with("为 0，不应小于 3−0=3") || found[0].message.ends_with("为 0，不应小于 3+0=3"),
        "{}",
        found[0].message
    );
    let mut report = balanced("2019");
    let s = slot(&report, 0, "rules", "opened");
    report.tables[0][s] = Value::Count(3);
    assert_eq!(codes(&check(&report, &Origins::default(), &Drawing::ALL)), ["K307"]);
}

/// Sums of the statistics table, and parts that may not be more than the whole.
#[test]
fn parts_of_the_statistics_table_agree_with_the_whole() {
    let broken = |cells: &[(&str, u64)]| {
        let mut report = balanced("2014");
        for (row, n) in cells {
            let s = slot(&report, 0, row, "number");
            report.tables[0][s] = Value::Count(*n);
        }
        check(&report, &Origins::default(), &Drawing::ALL)
    };
    let sound = [
        ("requests.received", 5),
        ("requests.received.letter", 5),
        ("requests.replied", 4),
        ("requests.replied.refused", 4),
        ("requests.replied.refused.secret", 4),
        ("requests.replied.refused.other", 3),
        ("disclosed.items", 3),
        ("disclosed.items.issued", 9),
        ("disclosed.channels.website", 8),
    ];
    assert_eq!(broken(&sound), []);
    let found = broken(&[("review", 3), ("review.upheld", 1), ("review.other", 1)]);
    assert_eq!(codes(&found), ["K306"]);
    assert_eq!(found[0].severity, Severity::Error);
    assert_eq!(found[0].message, "统计表 “四、行政复议数量·统计数”为 3，应等于各项之和 1+1=2");
    let found = broken(&[("disclosed.items", 3), ("disclosed.items.normative", 4)]);
    assert_eq!(codes(&found), ["K306"]);
    assert_eq!(found[0].severity, Severity::Error);
    assert!(
        found[0].message.ends_with("为 3，不应小于 “其中：主动公开规范性文件数·统计数”的 4"),
        "{}",
        found[0].message
    );
}

#[test]
fn a_report_with_headings_of_its_own_needs_words_anywhere_and_no_more() {
    let mut report = balanced("2014");
    report.sections.iter_mut().for_each(|s| s.before = vec![Paragraph::heading(1, "一、概述")]);
    assert_eq!(codes(&check(&report, &Origins::default(), &Drawing::ALL)), ["T505"]);
    report.sections[1].after.push(Paragraph::body("表后说明。"));
    assert_eq!(check(&report, &Origins::default(), &Drawing::ALL), []);
    report.sections[1].after.clear();
    report.preface.push(Paragraph::body("前言。"));
    assert_eq!(check(&report, &Origins::default(), &Drawing::ALL), []);
}

#[test]
fn empty_sections_are_errors_but_table_sections_are_not() {
    let mut report = balanced("2021");
    report.sections[1].before.clear();
    assert_eq!(check(&report, &Origins::default(), &Drawing::ALL), []);
    report.sections[4].before = vec![Paragraph::heading(2, "（一）问题")];
    report.sections[5].before.clear();
    assert_eq!(codes(&check(&report, &Origins::default(), &Drawing::ALL)), ["T505", "T505"]);
}

#[test]
fn characters_that_cannot_be_drawn_are_found_once_each() {
    let mut report = balanced("2021");
    report.sections[0].before = vec![Paragraph::body("甲\u{e000}乙😀😀"), Paragraph::body("😀")];
    let found =
        check(&report, &Origins::default(), &Drawing { can_draw: &|c| c != '😀' && c != '\u{e000}', ..Drawing::ALL });
    assert_eq!(codes(&found), ["P602", "F701", "F701"]);
    assert!(found[2].message.contains("U+1F600"));
}
