use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::form;
use crate::model::{Address, Decimal, Origins, Place};
use crate::series::Aliases;

/// The contribution of a report with these values, indexed by slot across all tables; all others are zero. Every value has a
/// cell.
pub(crate) fn contribution(
    file: &str,
    agency: &str,
    edition: &str,
    year: u16,
    values: &[(usize, Value)],
) -> Contribution {
    let mut report = Report::blank(form::edition(edition).unwrap());
    (report.cover.agency, report.cover.year) = (agency.to_owned(), year);
    let mut origins = Origins::default();
    let mut all = report.tables.iter_mut().flatten();
    let mut at = 0;
    for (slot, value) in values {
        *all.nth(slot - at).unwrap() = *value;
        at = slot + 1;
    }
    for (table, t) in report.form.tables.iter().enumerate() {
        for slot in 0..t.slot_count() {
            let cell = Address { row: slot as u32, column: table as u32 };
            origins.note(Place::Value { table, slot }, Source::cell(&t.name.as_str().into(), cell), "");
        }
    }
    Contribution::of(file, agency, &report, &origins, &[])
}

fn codes(refused: Result<Aggregate, Vec<Finding>>) -> Vec<&'static str> {
    refused.unwrap_err().iter().map(|f| f.code.name()).collect()
}

/// Slot of the amount whose unit the form leaves to the agencies.
fn free_money() -> usize {
    let form = form::edition("2019").unwrap();
    (0..form.tables[0].slot_count()).find(|s| form.tables[0].kind(*s) == (ValueKind::Amount, None)).unwrap()
}

fn money(text: &str, unit: Option<Unit>) -> Value {
    Value::Amount(Amount { number: Decimal::from_str_exact(text).unwrap(), unit })
}

#[test]
fn a_count_with_decimals_is_refused_and_not_rounded() {
    let form = form::edition("2021").unwrap();
    let slot = (0..form.tables[0].slot_count()).find(|s| form.tables[0].kind(*s).0 == ValueKind::Count).unwrap();
    let mut part = contribution("a", "甲局", "2021", 2023, &[(slot, Value::Count(1))]);
    part.figures[0].number = Decimal::new(15, 1);
    assert_eq!(codes(sum(vec![part])), ["A804"]);
}

#[test]
fn money_of_either_unit_is_summed_to_the_last_digit() {
    let slot = free_money();
    let one = |file: &str, value| contribution(file, file, "2019", 2020, &[(slot, value)]);
    let (yuan, more) = (Some(Unit::Yuan), Some(Unit::TenThousandYuan));
    let parts = vec![one("a", money("251000.01", yuan)), one("b", money("160.5964", more)), one("c", money("0", None))];
    let sum = sum(parts).unwrap();
    assert_eq!(sum.report.tables[0][slot], money("185.696401", more));
    let trace = sum.trace();
    assert_eq!(trace.len(), 1);
    let figures: Vec<_> = trace[0].figures.iter().map(|(i, f)| (*i, f.number.to_string(), f.unit)).collect();
    assert_eq!(figures, [(0, "251000.01".to_owned(), yuan), (1, "160.5964".to_owned(), more)]);
}

#[test]
fn money_without_a_unit_is_refused_by_its_cell() {
    let slot = free_money();
    let parts = vec![
        contribution("甲.xlsx", "甲局", "2019", 2020, &[(slot, money("8040", None))]),
        contribution("乙.xlsx", "乙局", "2019", 2020, &[(slot, money("1", Some(Unit::Yuan)))]),
    ];
    let found = sum(parts).unwrap_err();
    assert_eq!(found.len(), 1);
    let place = format!("甲.xlsx“表二”A{}", slot + 1);
    assert!(found[0].message.contains(&place) && found[0].message.contains("8040"), "{}", found[0].message);
    assert_eq!((found[0].code.name(), found[0].source.clone().unwrap().to_string()), ("A803", place));
}

#[test]
fn what_is_not_of_one_kind_is_refused_with_who_is_on_which() {
    let one = |file: &str, agency: &str, edition: &str, year| contribution(file, agency, edition, year, &[]);
    let found = sum(vec![one("a", "甲局", "2021", 2024), one("b", "乙局", "2021", 2023)]).unwrap_err();
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("2023 年 1 份：乙局（b）；2024 年 1 份：甲局（a）"), "{}", found[0].message);
    let found = sum(vec![one("a", "甲局", "2021", 2020), one("b", "乙局", "2019", 2020)]).unwrap_err();
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("2019 版 1 份：乙局（b）；2021 版 1 份：甲局（a）"), "{}", found[0].message);
    let found = sum(vec![one("b", "甲局", "2021", 2024), one("a", "甲局", "2021", 2024)]).unwrap_err();
    assert_eq!((found[0].code.name(), found.len()), ("A802", 1));
    assert!(found[0].message.contains("a 与 b"), "{}", found[0].message);
    assert_eq!(codes(sum(Vec::new())), ["A808"]);
    // Two years of one unit are a mixture, not a double.
    assert_eq!(codes(sum(vec![one("a", "甲局", "2021", 2024), one("b", "甲局", "2021", 2023)])), ["A801"]);
}

#[test]
fn a_total_that_does_not_fit_is_refused_and_named() {
    let one = |file: &str| contribution(file, file, "2021", 2024, &[(0, Value::Count(u64::MAX))]);
    assert!(sum(vec![one("a")]).is_ok());
    let found = sum(vec![one("a"), one("b")]).unwrap_err();
    assert_eq!((found.len(), found[0].code.name()), (1, "A804"));
    assert!(found[0].message.contains("规章·本年制发件数"), "{}", found[0].message);
}

#[test]
fn lists_are_compared_under_official_names() {
    let aliases = Aliases::parse("\"甲局\" = [\"甲科\"]").unwrap();
    let expected = Expected::parse("\u{feff}# 名单\r\n甲科\r\n\r\n 乙局 # 新设\n乙局\n");
    assert_eq!(expected.names, ["甲科", "乙局", "乙局"]);
    let file = |file: &'static str, agency, refused| Submission { file, place: Path::new(file), agency, refused };
    let roster = expected.roster(&[file("1", Some("甲局"), None), file("2", Some("丙局"), None)], &aliases);
    let states: Vec<_> = roster.units.iter().map(|u| (u.name.as_str(), u.state)).collect();
    assert_eq!(states, [("甲局", UnitState::Submitted), ("乙局", UnitState::Missing)]);
    assert_eq!(roster.unlisted.iter().map(|u| u.agency.as_str()).collect::<Vec<_>>(), ["丙局"]);
    assert_eq!(roster.findings(true).iter().map(|f| f.code.name()).collect::<Vec<_>>(), ["A805", "A806"]);
}

#[test]
fn what_came_in_and_cannot_be_read_is_not_missing() {
    let aliases = Aliases::parse("\"某县水利局\" = [\"水务局\"]").unwrap();
    let expected = Expected::parse("某县教育局\n某县水利局\n某县农业局\n农业局\n某县财政局\n某县审计局\n");
    let file = |file: &'static str, agency| Submission { file, place: Path::new(file), agency, refused: Some("坏") };
    let good = Submission { refused: None, ..file("财政.xlsx", Some("某县财政局")) };
    let files = [
        file("某县教育局 年报.xlsx", None),
        // Attributed by an alias in the folder name, by the agency read from the file, by the longer of two names.
        file("水务局/报告.xlsx", None),
        file("x.xlsx", Some("某县审计局")),
        file("某县农业局2024.xlsx", None),
        // Not attributed: no unit name, the names of two units, an agency that is not on the list.
        file("报告.xlsx", None),
        file("某县教育局和某县财政局.xlsx", None),
        file("某县教育局2.xlsx", Some("他局")),
        // A unit with a readable file is submitted even if another of its files is unreadable.
        file("某县财政局.xlsx", None),
        good,
    ];
    let roster = expected.roster(&files, &aliases);
    let states: Vec<_> = roster.units.iter().map(|u| (u.name.as_str(), u.state, u.by_name)).collect();
    assert_eq!(
        states,
        [
            ("某县教育局", UnitState::Unread, true),
            ("某县水利局", UnitState::Unread, true),
            ("某县农业局", UnitState::Unread, true),
            ("农业局", UnitState::Missing, false),
            ("某县财政局", UnitState::Submitted, false),
            ("某县审计局", UnitState::Unread, false),
        ]
    );
    assert_eq!(roster.units[4].files, ["财政.xlsx"]);
    assert_eq!(roster.unknown, ["报告.xlsx", "某县教育局和某县财政局.xlsx"]);
    let findings = roster.findings(true);
    assert_eq!(
        findings.iter().map(|f| f.code.name()).collect::<Vec<_>>(),
        ["A805", "A810", "A810", "A810", "A810", "A806"]
    );
    assert!(
        findings[1].message.contains("交来的 某县教育局 年报.xlsx（按文件名认出）读不懂：坏"),
        "{}",
        findings[1].message
    );
    assert!(findings[5].message.contains("也没有读懂") && !findings[5].message.contains("已经汇总"));
}

/// Values of an edition: slot across all tables, and a number of its kind.
fn values(edition: &'static str) -> impl Strategy<Value = Vec<(usize, Value)>> {
    let form = form::edition(edition).unwrap();
    let kinds: Vec<_> =
        form.tables.iter().flat_map(|t| (0..t.slot_count()).map(|s| t.kind(s)).collect::<Vec<_>>()).collect();
    let count = kinds.len();
    prop::collection::btree_map(0..count, (0i64..1_000_000_000_000, 0u32..5, any::<bool>()), 0..40).prop_map(
        move |all| {
            let value = |slot: usize, (n, scale, yuan): (i64, u32, bool)| match kinds[slot] {
                (ValueKind::Count, _) => Value::Count(n as u64),
                (ValueKind::Signed, _) => Value::Signed(if yuan { -n } else { n }),
                (ValueKind::Amount, unit) => {
                    let own = if yuan { Unit::Yuan } else { Unit::TenThousandYuan };
                    Value::Amount(Amount { number: Decimal::new(n, scale), unit: unit.is_none().then_some(own) })
                }
            };
            all.into_iter().map(|(slot, v)| (slot, value(slot, v))).collect()
        },
    )
}

/// A number in yuan, converted by plain multiplication if it has a unit.
fn plain(number: Decimal, unit: Option<Unit>) -> Decimal {
    number * Decimal::from(unit.map_or(1, Unit::in_yuan))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, rng_seed: RngSeed::Fixed(11), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn totals_are_the_sums_of_their_slots_and_of_their_trace_in_any_order(
        units in prop_oneof![prop::collection::vec(values("2021"), 1..6).prop_map(|v| ("2021", v)),
                             prop::collection::vec(values("2019"), 1..6).prop_map(|v| ("2019", v))],
        turn in 0usize..6,
    ) {
        let (edition, units) = units;
        let parts: Vec<_> = units
            .iter()
            .enumerate()
            .map(|(i, v)| contribution(&format!("{i}.xlsx"), &format!("第{i}局"), edition, 2020, v))
            .collect();
        let mut turned = parts.clone();
        turned.reverse();
        turned.rotate_left(turn % parts.len());
        let (one, other) = (sum(parts).unwrap(), sum(turned).unwrap());
        prop_assert_eq!(&one.report, &other.report);
        let totals: Vec<Value> = one.report.tables.iter().flatten().copied().collect();
        let form = &one.report.form;
        let form_unit = |t: usize, s: usize| form.tables[t].kind(s).1;
        let places: Vec<_> = form.tables.iter().enumerate().flat_map(|(t, b)| (0..b.slot_count()).map(move |s| (t, s))).collect();
        for (slot, total) in totals.iter().enumerate() {
            let (t, s) = places[slot];
            let unit = |v: &Value| v.unit().or(form_unit(t, s));
            let given = units.iter().flatten().filter(|(at, _)| *at == slot);
            let expected: Decimal = given.map(|(_, v)| plain(v.number(), unit(v))).sum();
            prop_assert_eq!(plain(total.number(), unit(total)), expected);
        }
        let trace = one.trace();
        for traced in &trace {
            let unit = traced.total.unit().or(form_unit(traced.table, traced.slot));
            let figures: Decimal = traced.figures.iter().map(|(_, f)| plain(f.number, f.unit)).sum();
            prop_assert_eq!(plain(traced.total.number(), unit), figures);
        }
        let traced: usize = trace.iter().map(|t| t.figures.len()).sum();
        prop_assert_eq!(traced, one.figure_count());
        let there = units.iter().flatten().filter(|(_, v)| !v.number().is_zero()).count();
        prop_assert_eq!(traced, there);
    }
}
