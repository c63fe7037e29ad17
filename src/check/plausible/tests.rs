use super::*;
use crate::form;
use crate::model::{Address, Amount, Value};

fn blank(edition: &str) -> Report {
    let mut report = Report::blank(form::edition(edition).unwrap());
    report.cover.agency = "青岚县教育局".to_owned();
    report
}

/// A report whose table three contains the text that `of` returns for each row and column.
fn typed(of: impl Fn(usize, usize) -> &'static str) -> (Report, Origins) {
    let mut report = blank("2021");
    let mut origins = Origins::default();
    let form = report.form.clone();
    for at in form.tables[1].slots() {
        let slot = form.tables[1].slot(at);
        let written = of(at.row, at.column);
        report.tables[1][slot] = Value::Count(written.parse().unwrap_or(0));
        let cell = Address { row: at.row as u32 + 4, column: at.column as u32 + 3 };
        origins.note(Place::Value { table: 1, slot }, Source::cell(&"三、依申请公开".into(), cell), written);
    }
    (report, origins)
}

/// Totals have formulas, so they are always written.
fn is_total(row: usize, column: usize) -> bool {
    row == 23 || column == 6
}

#[test]
fn a_column_that_slid_to_the_right_is_found() {
    let slid = |row, column| match (is_total(row, column), column) {
        (true, _) => "3",
        (_, 1) => {
            if row == 0 {
                "3"
            } else {
                "0"
            }
        }
        _ => "",
    };
    let (report, origins) = typed(slid);
    let all = check(&report, &origins);
    assert_eq!(all.iter().map(|f| f.code.name()).collect::<Vec<_>>(), ["K308"]);
    assert_eq!(
        all[0].message,
        "表三“自然人”一列（D5 起）没有填一个数，右边的“商业企业”（E5 起）每一行都填了，像是错了一列"
    );
    // Without origins it is not known what was typed.
    assert_eq!(check(&report, &Origins::default()), []);
    // Also if the first column is the empty one.
    let (report, origins) = typed(|row, column| if column == 0 && row != 23 { "" } else { "2" });
    assert_eq!(check(&report, &origins).len(), 1);
}

#[test]
fn columns_that_may_be_meant_are_let_be() {
    let cases: [fn(usize, usize) -> &'static str; 6] = [
        // Only values other than 0 were typed.
        |row, column| if is_total(row, column) || (row, column) == (0, 1) { "3" } else { "" },
        // The other columns contain typed zeros.
        |row, column| if column == 1 || is_total(row, column) { "3" } else { "0" },
        |row, column| {
            if column == 1 || is_total(row, column) {
                "3"
            } else if row == 0 {
                "0"
            } else {
                ""
            }
        },
        // The filled column contains only zeros.
        |row, column| if column == 1 || is_total(row, column) { "0" } else { "" },
        |_, _| "",
        |_, _| "7",
    ];
    for (n, case) in cases.into_iter().enumerate() {
        let (report, origins) = typed(case);
        assert_eq!(check(&report, &origins), [], "{n}");
    }
}

#[test]
fn money_beyond_what_an_agency_has_was_written_in_yuan() {
    let fee = |edition: &str, agency: &str, number: i64, scale: u32| {
        let mut report = blank(edition);
        report.cover.agency = agency.to_owned();
        let slots = report.form.tables[0].slot_count();
        let slot = (0..slots).find(|s| report.form.tables[0].kind(*s).1.is_some()).unwrap();
        report.tables[0][slot] = Value::Amount(Amount { number: Decimal::new(number, scale), unit: None });
        check(&report, &Origins::default()).iter().map(|f| f.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        fee("2021", "青岚县教育局", 251_000, 0),
        ["表二“行政事业性收费”是 251000 万元，大得不合常理，像是以元填的"]
    );
    assert_eq!(fee("2021", "青岚县教育局", 25_100_050, 2).len(), 1);
    assert_eq!(fee("2014", "青岚县教育局", 251_000, 0).len(), 1);
    for (agency, number, scale) in
        [("青岚县教育局", 49_999, 0), ("青岚县教育局", 251_000, 4), ("云泽市人民政府", 251_000, 0)]
    {
        assert_eq!(fee("2021", agency, number, scale), [""; 0], "{agency} {number}");
    }
    // The 2019 form lets the agency choose the unit, so no limit applies.
    let mut report = blank("2019");
    for (slot, value) in report.tables[0].iter_mut().enumerate() {
        if report.form.tables[0].kind(slot).0 == form::ValueKind::Amount {
            *value = Value::Amount(Amount { number: Decimal::from(251_000), unit: None });
        }
    }
    assert_eq!(check(&report, &Origins::default()), []);
}
