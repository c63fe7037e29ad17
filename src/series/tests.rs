use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::form;
use crate::model::{Address, Origins, Place, Report, Value};

/// A report in which these values are set: table, row path, column path, number. Slot n of a table is in row n + 1.
fn facts(agency: &str, year: u16, edition: &str, values: &[(usize, &str, &str, u64)]) -> Facts {
    let mut report = Report::blank(form::edition(edition).unwrap());
    (report.cover.agency, report.cover.year) = (agency.to_owned(), year);
    let mut origins = Origins::default();
    for (t, table) in report.form.tables.iter().enumerate() {
        for slot in 0..table.slot_count() {
            let cell = Address { row: slot as u32, column: 3 };
            origins.note(Place::Value { table: t, slot }, Source::cell(&table.name.as_str().into(), cell), "");
            let at = table.at(slot);
            let block = &table.blocks[at.block];
            let row = block.rows.leaves.get(at.row).map_or("", |l| l.path.as_str());
            let column = block.columns.leaves[at.column].path.as_str();
            if let Some(v) = values.iter().find(|v| (v.0, v.1, v.2) == (t, row, column)) {
                report.tables[t][slot] = Value::Count(v.3);
            }
        }
    }
    Facts::of(&report, &origins)
}

const IN: &str = "carried_in";
const OUT: &str = "carried_out";
const PEOPLE: &str = "applicants.natural";

fn run(all: &[(&str, Facts)]) -> Vec<(usize, Finding)> {
    let members: Vec<_> = all.iter().map(|(file, facts)| Member { file, facts }).collect();
    check(&members, &Aliases::default())
}

#[test]
fn what_was_carried_out_is_carried_in() {
    for (before, after) in [("2021", "2021"), ("2019", "2021"), ("2019", "2019")] {
        let old = facts("某局", 2020, before, &[(1, OUT, PEOPLE, 2)]);
        let good = facts("某局", 2021, after, &[(1, IN, PEOPLE, 2)]);
        assert_eq!(run(&[("旧.xlsx", old.clone()), ("新.xlsx", good)]), []);
        let bad = facts("某局", 2021, after, &[(1, IN, PEOPLE, 3)]);
        let found = run(&[("旧.xlsx", old), ("新.xlsx", bad)]);
        assert_eq!(found.len(), 1);
        let (index, f) = &found[0];
        assert_eq!((*index, f.code, f.severity), (1, Code::Y401, Severity::Error));
        assert_eq!((f.found.as_deref(), f.expected.as_deref()), (Some("3"), Some("2")));
        let (source, related) = (f.source.as_ref().unwrap(), &f.related[0]);
        assert_eq!(source.to_string(), "新.xlsx“表三”D8");
        assert_eq!(related.file.as_deref(), Some("旧.xlsx"));
        let message = format!(
            "某局 2021 年表三“自然人”的“二、上年结转政府信息公开申请数量”为 3（{source}），\
             应等于 2020 年的“四、结转下年度继续办理”2（{related}）"
        );
        assert_eq!(f.message, message);
        assert!(f.hint.is_some());
    }
}

#[test]
fn valid_documents_go_on_within_the_edition_only() {
    let valid = |year, edition, n, made, repealed| {
        let values = [(0, "rules", "valid", n), (0, "rules", "made", made), (0, "rules", "repealed", repealed)];
        facts("某局", year, edition, &values)
    };
    assert_eq!(run(&[("a", valid(2021, "2021", 4, 0, 0)), ("b", valid(2022, "2021", 5, 3, 2))]), []);
    let found = run(&[("a", valid(2021, "2021", 4, 9, 9)), ("b", valid(2022, "2021", 7, 3, 2))]);
    assert_eq!(found.len(), 1);
    let f = &found[0].1;
    assert_eq!((f.code, f.severity, f.related.len()), (Code::Y402, Severity::Warning, 3));
    assert_eq!((f.found.as_deref(), f.expected.as_deref()), (Some("7"), Some("5")));
    assert!(
        f.message.contains("“现行有效件数”4（a“表二”D3）加 2022 年的“本年制发件数”3（b“表二”D1）"),
        "{}",
        f.message
    );
    assert!(f.message.ends_with("减 2022 年的“本年废止件数”2（b“表二”D2），即 5"), "{}", f.message);
    // The 2019 edition has no such column, and Y402 is not compared across editions.
    assert_eq!(run(&[("a", facts("某局", 2020, "2019", &[])), ("b", valid(2021, "2021", 5, 0, 0))]), []);
}

#[test]
fn a_local_edition_is_compared_where_its_keys_are_the_same_but_not_what_stays_within_an_edition() {
    let values = [(1, OUT, PEOPLE, 2), (0, "rules", "valid", 4)];
    let mut old = facts("某局", 2021, "2021", &values);
    old.edition = "local".into();
    let found = run(&[("a", old), ("b", facts("某局", 2022, "2021", &[]))]);
    assert_eq!(found.iter().map(|f| f.1.code).collect::<Vec<_>>(), [Code::Y401]);
}

#[test]
fn missing_years_are_reported_once_a_gap_and_doubled_years_are_not_compared() {
    let one = |year| facts("某局", year, "2021", &[(1, OUT, PEOPLE, u64::from(year))]);
    let found = run(&[("a", one(2019)), ("b", one(2021)), ("c", one(2025))]);
    let reported: Vec<_> = found.iter().map(|(i, f)| (*i, f.code, f.severity, f.message.as_str())).collect();
    let first = "某局缺 2020 年的报告，只有 2019 年（a）和 2021 年（b）的";
    let second = "某局缺 2022 至 2024 年的报告，只有 2021 年（b）和 2025 年（c）的";
    assert_eq!(reported, [(1, Code::Y403, Severity::Warning, first), (2, Code::Y403, Severity::Warning, second)]);
    // Y401 would be broken each year: with two reports of 2022, only 2023 → 2024 is compared.
    let found = run(&[("d", one(2023)), ("c", one(2022)), ("b", one(2022)), ("a", one(2021)), ("e", one(2024))]);
    let reported: Vec<_> = found.iter().map(|(i, f)| (*i, f.code)).collect();
    assert_eq!(reported, [(2, Code::Y403), (1, Code::Y403), (4, Code::Y401)]);
    let twice = &found[1].1;
    assert_eq!(twice.severity, Severity::Error);
    assert!(twice.message.contains("b 与 c"), "{}", twice.message);
    assert_eq!((twice.source.clone(), twice.related.clone()), (Some(Source::file("c")), vec![Source::file("b")]));
    assert!(found[0].1.source == twice.related.first().cloned() && found[0].1.message == twice.message);
}

#[test]
fn a_doubled_year_beside_a_missing_one_is_taken_for_a_slip() {
    let one = |agency, year| facts(agency, year, "2021", &[]);
    let y403 = |all: &[(&str, Facts)]| -> Vec<(String, String)> {
        let words = |f: Finding| (f.message, f.hint.unwrap_or_default());
        run(all).into_iter().filter(|(_, f)| f.code == Code::Y403).map(|(_, f)| words(f)).collect()
    };
    // The gap is between the agency's own years.
    let gap = y403(&[("a", one("某局", 2022)), ("b", one("某局", 2024)), ("c", one("某局", 2024))]);
    assert_eq!(gap.len(), 3, "{gap:?}");
    let both = "某局有两份 2024 年的报告：b 与 c，而没有 2023 年的；这一年没有与前后年比较";
    assert!(gap.iter().filter(|(m, h)| m == both && h.contains("应是 2023 年")).count() == 2, "{gap:?}");
    assert!(gap.iter().any(|(m, h)| m.starts_with("某局缺 2023 年") && h.contains("2024 年有两份")), "{gap:?}");
    // Other agencies of the run have the year, and a file name contains it.
    let all = [
        ("x", one("他局", 2023)),
        ("y", one("他局", 2024)),
        ("2023/某局2023.xlsx", one("某局", 2024)),
        ("z", one("某局", 2024)),
    ];
    let other = y403(&all);
    let message =
        "某局有两份 2024 年的报告：2023/某局2023.xlsx 与 z，而没有 2023 年的，文件名 某局2023.xlsx 里写的是 2023 年；";
    assert!(other.len() == 2 && other[0].0.starts_with(message), "{other:?}");
    // No year is missing: both reports may be of the same year.
    let two = y403(&[("a", one("某局", 2024)), ("b", one("某局", 2024))]);
    assert!(two[0].0.contains("a 与 b；") && two[0].1.contains("只保留一份") && !two[0].1.contains("应是"), "{two:?}");
}

#[test]
fn the_very_same_report_twice_is_two_reports() {
    let one = facts("某局", 2024, "2021", &[]);
    assert_eq!(run(&[("a", one.clone()), ("b", one)])[0].1.code, Code::Y403);
}

#[test]
fn aliases_join_a_series_and_near_names_do_not() {
    let old = facts("老城区科技局办公室", 2023, "2021", &[(1, OUT, PEOPLE, 2)]);
    let new = facts("老城区科技局办", 2024, "2021", &[]);
    let members = [Member { file: "旧", facts: &old }, Member { file: "新", facts: &new }];
    let found = check(&members, &Aliases::default());
    assert_eq!(found.iter().map(|f| f.1.code).collect::<Vec<_>>(), [Code::Y404]);
    for words in ["老城区科技局办", "旧", "新", "老城区科技局办公室"] {
        assert!(found[0].1.message.contains(words), "{}", found[0].1.message);
    }
    let aliases = Aliases::parse("\u{feff}\"老城区科技局\" = [\"老城区科技局办公室\", \"老城区科技局办\"]").unwrap();
    let found = check(&members, &aliases);
    assert_eq!(found.iter().map(|f| (f.0, f.1.code)).collect::<Vec<_>>(), [(1, Code::Y401)]);
    assert!(found[0].1.message.starts_with("老城区科技局 2024 年"), "{}", found[0].1.message);
    assert_eq!(unmet(["老城区科技局办"], &aliases).len(), 1);
}

#[test]
fn faulty_aliases_are_refused() {
    let error = |text: &str| Aliases::parse(text).unwrap_err().to_string();
    assert!(error("\"甲\" = [\"丙\"]\n\"乙\" = [\"丙\"]").contains("“丙”既归“乙”又归“甲”"));
    let twice = error("\"甲\" = [\"丙\", \"丙 \"]");
    assert!(twice.contains("“甲”的别名“丙”写了两次") && !twice.contains("既归"), "{twice}");
    assert!(error("\"甲\" = [\"乙\"]\n\"乙\" = [\"丙\"]").contains("“乙”既是正式名称又是别名"));
    assert!(error("\"甲\" = [\" \"]").contains("空的名称"));
    assert!(error("甲 = [\"乙\"]").contains("名称要加引号"));
    assert!(error("\"甲\" = 3").contains("第 1 行"));
    assert!(error("\"甲\" = [\"乙\"]\n\"甲\" = []").contains("第 2 行：这一项前面已经写过"));
    let unquoted = error("# 别名\n\"甲\" = [乙]");
    assert!(unquoted.contains("第 2 行第 8 列写法不对") && !unquoted.contains("expected"), "{unquoted}");
}

#[test]
fn facts_are_stored_and_read_again() {
    let facts = facts("某局", 2024, "2021", &[(1, OUT, PEOPLE, 2)]);
    let text = serde_json::to_string(&facts).unwrap();
    assert_eq!(serde_json::from_str::<Facts>(&text).unwrap(), facts);
    let figures: usize = facts.links.iter().flat_map(|l| &l.lines).map(|l| l.figures.len()).sum();
    assert_eq!(figures, 7 * 2 + 2 * 4);
    assert!(text.len() < 2500, "{}", text.len());
}

#[test]
fn ten_thousand_reports_come_to_an_end() {
    let base = facts("某局", 2021, "2021", &[(1, OUT, PEOPLE, 2)]);
    let all: Vec<_> = (0..10_000u16)
        .map(|i| {
            let (mut f, mut file) = (base.clone(), String::new());
            (f.agency, f.year) = (format!("第{}县教育局", i / 4), 2021 + i % 4);
            write!(file, "{i}.xlsx").unwrap();
            (file, f)
        })
        .collect();
    let members: Vec<_> = all.iter().map(|(file, facts)| Member { file, facts }).collect();
    let found = check(&members, &Aliases::default());
    assert_eq!(found.len(), 7_500);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, rng_seed: proptest::test_runner::RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_files_does_not_matter(
        reports in prop::collection::vec((0usize..4, 2019u16..2024, 0u64..3, 0u64..3), 0..12).prop_map(|all| {
            let names = ["甲局", "甲 局", "某市甲局", "乙局办公室"];
            let made = |(i, (n, year, a, b)): (usize, (usize, u16, u64, u64))| {
                let values = [(1, OUT, PEOPLE, a), (1, IN, PEOPLE, b)];
                (format!("{i}.xlsx"), facts(names[n], year, "2021", &values))
            };
            all.into_iter().enumerate().map(made).collect::<Vec<_>>()
        }),
        turn in 0usize..12,
    ) {
        let found = |all: &[(String, Facts)]| {
            let members: Vec<_> = all.iter().map(|(file, facts)| Member { file, facts }).collect();
            check(&members, &Aliases::default()).into_iter().map(|(i, f)| (all[i].0.clone(), f)).collect::<Vec<_>>()
        };
        let mut turned = reports.clone();
        turned.reverse();
        if !turned.is_empty() {
            let n = turned.len();
            turned.rotate_left(turn % n);
        }
        prop_assert_eq!(found(&reports), found(&turned));
    }
}
