//! The statistics table of the edition of 2014: one value per row, indented labels, sums.

use super::*;

/// A 2014 report on one sheet: title, own headings, text, the table under its title (heads in row 8, labels in column A).
fn old_sheet(lay: Lay, values: impl Fn(usize) -> String) -> Lay {
    let form = edition("2014").unwrap();
    let lay = lay.line("某县农业局2016年政府信息公开年度报告").line("本报告按要求编制。").line("一、概述");
    let lay =
        lay.line("全年工作平稳。").line("（一）机制").line("健全制度。").line("附件：2016年政府信息公开情况统计表");
    lay.table(&form.tables[0], values)
}

fn old(s: usize) -> String {
    (1000 + s).to_string()
}

fn address_of(sheet: &Sheet, label: &str) -> Address {
    let found: Vec<_> =
        sheet.cells.iter().filter(|c| matches!(&c.content, Content::Text(t) if t.contains(label))).collect();
    assert_eq!(found.len(), 1, "{label}");
    found[0].at
}

#[test]
fn headings_of_the_agencys_own_are_kept_as_they_stand() {
    let lay = old_sheet(Lay::new("年报"), old).line("表后说明。").line("七、其他");
    let n = read(vec![lay.done()]);
    assert_eq!(codes(&n), [""; 0], "{:#?}", n.findings);
    let r = n.report.unwrap();
    assert_eq!((r.form.id.as_str(), r.cover.agency.as_str(), r.cover.year), ("2014", "某县农业局", 2016));
    let leveled =
        |p: &[crate::model::Paragraph]| p.iter().map(|p| format!("{}{}", p.level, p.text)).collect::<Vec<_>>();
    assert_eq!(leveled(&r.preface), ["0本报告按要求编制。"]);
    assert_eq!(leveled(&r.sections[0].before), ["1一、概述", "0全年工作平稳。", "2（一）机制", "0健全制度。"]);
    assert_eq!(leveled(&r.sections[1].before), ["1附件：2016年政府信息公开情况统计表"]);
    assert_eq!(leveled(&r.sections[1].after), ["0表后说明。", "1七、其他"]);
    assert_distinct(&r);
}

#[test]
fn a_table_without_any_heading_gets_the_forms_and_one_under_a_numbered_heading_does_not() {
    let form = edition("2014").unwrap();
    let lay = |lines: &[&str]| {
        let lay = Lay::new("年报").line("某县农业局2016年政府信息公开年度报告").line("一、概述").line("全年工作平稳。");
        lines.iter().fold(lay, |lay, l| lay.line(l)).table(&form.tables[0], zero).done()
    };
    let n = read(vec![lay(&[])]);
    assert_eq!(codes(&n), ["N112"]);
    let own = &n.report.unwrap().sections[1].before;
    assert_eq!((own.len(), own[0].level, own[0].text.as_str()), (1, 1, "政府信息公开情况统计表"));
    let n = read(vec![lay(&["二、数据"])]);
    assert_eq!(codes(&n), [""; 0]);
    assert!(n.report.unwrap().sections[1].before.is_empty());
}

#[test]
fn rows_of_the_statistics_table_are_known_with_every_accident() {
    let accidents: [fn(&str) -> String; 6] = [
        |l| l.replace('（', "(").replace('）', ")").replace('、', " 、 ").replace('：', ":"),
        |l| l.replace(". ", "．").replace('.', "、"),
        |l| format!("　　 {l}"),
        |l| l.split("（不").next().unwrap().replace("其中：", ""),
        |l| match l {
            "统计数" => "数量".into(),
            "统计指标" => "指标名称".into(),
            "件" => "（件）".into(),
            _ => l.to_owned(),
        },
        |l| l.replace("——", "/").replace("其中：", "其中"),
    ];
    for label in accidents {
        let n = read(vec![old_sheet(Lay { label, ..Lay::new("表") }, old).done()]);
        assert_distinct(&n.report.unwrap_or_else(|| panic!("{:#?}", n.findings)));
    }
    // Without the column of units, with and without units in the labels.
    let mut sheet = old_sheet(Lay::new("表"), old).done();
    sheet.cells.retain(|c| c.at.column != 1);
    assert_distinct(&report(vec![sheet.clone()]));
    let received = address_of(&sheet, "收到申请数");
    sheet.cells.iter_mut().find(|c| c.at == received).unwrap().content = Content::Text("（一）收到申请数（件）".into());
    assert_distinct(&report(vec![sheet]));
    // The column of units to the right of the values, or without a head.
    let mut sheet = old_sheet(Lay::new("表"), old).done();
    sheet.cells.iter_mut().filter(|c| c.at.row > 6 && c.at.column > 0).for_each(|c| c.at.column = 3 - c.at.column);
    sheet.cells.sort_by_key(|c| c.at);
    let n = read(vec![sheet]);
    assert_eq!(codes(&n), [""; 0], "{:#?}", n.findings);
    assert_distinct(&n.report.unwrap());
    let mut sheet = old_sheet(Lay::new("表"), old).done();
    sheet.cells.retain(|c| c.content != Content::Text("单位".into()));
    assert_distinct(&report(vec![sheet]));
}

#[test]
fn units_of_the_statistics_table_are_converted_or_refused() {
    let with = |label: &str, unit: &str, value: Option<&str>| {
        let mut sheet = old_sheet(Lay::new("表"), old).done();
        let row = address_of(&sheet, label).row;
        for c in sheet.cells.iter_mut().filter(|c| c.at.row == row) {
            match (c.at.column, value) {
                (1, _) => c.content = Content::Text(unit.into()),
                (2, Some(v)) => c.content = Content::Text(v.into()),
                _ => {}
            }
        }
        (sheet, row)
    };
    let form = edition("2014").unwrap();
    let fees = form.tables[0].blocks[0].rows.leaf("fees").unwrap();
    for (unit, value, read_as, found) in [
        ("元", "251000", "25.1", "N103"),
        ("万元", "251000元", "25.1", "N103"),
        ("（元）", "3", "0.0003", "N103"),
        ("", "2.5", "2.5", "N104"),
    ] {
        let n = read(vec![with("收取的费用", unit, Some(value)).0]);
        assert_eq!(codes(&n), [found], "{unit} {value}: {:#?}", n.findings);
        assert_eq!(n.report.unwrap().tables[0][fees].to_string(), read_as, "{unit} {value}");
    }
    for (label, unit, value, cell, expected) in [
        ("收到申请数", "万元", None, "B", "“万元”，表样规定的是“件”"),
        ("收到申请数", "条", None, "B", "“条”，表样规定的是“件”"),
        ("收取的费用", "件", None, "B", "“件”，表样规定的是“万元”"),
        ("收取的费用", "万", None, "B", "“万”"),
        ("收到申请数", "件", Some("12人"), "C", "单位“件”不合"),
    ] {
        let (sheet, row) = with(label, unit, value);
        let (code, at, message) = refusal(vec![sheet]);
        assert_eq!((code, at), ("N201", format!("{cell}{}", row + 1)), "{message}");
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn rows_called_alike_belong_to_the_row_they_stand_under() {
    let form = edition("2014").unwrap();
    let rows = &form.tables[0].blocks[0].rows;
    let slot = |path: &str| rows.leaf(path).unwrap();
    // Below the suits, the first row may have the label of the first row below the reviews.
    let mut sheet = old_sheet(Lay::new("表"), old).done();
    let suit = address_of(&sheet, "行政诉讼数量");
    let below = at(suit.row + 1, 0);
    sheet.cells.iter_mut().find(|c| c.at == below).unwrap().content = Content::Text("（一）维持具体行政行为数".into());
    assert_distinct(&report(vec![sheet.clone()]));
    // A missing row of either group is reported by its label, and no value moves from one group to the other.
    for (path, label) in [("review.upheld", "维持具体行政行为数"), ("suit.other", "其他情形数")] {
        let row = suit.row as i64 + if path == "suit.other" { 3 } else { -3 };
        let mut less = sheet.clone();
        less.cells.retain(|c| i64::from(c.at.row) != row);
        let n = read(vec![less]);
        assert!(is_refused(&n));
        assert_eq!(codes(&n), ["N203"], "{path}: {:#?}", n.findings);
        assert!(n.findings[0].message.contains(label), "{}", n.findings[0].message);
    }
    // Two rows of one group swapped.
    let mut swapped = sheet.clone();
    let (a, b) = (suit.row - 3, suit.row - 2);
    for c in &mut swapped.cells {
        c.at.row = if c.at.row == a {
            b
        } else if c.at.row == b {
            a
        } else {
            c.at.row
        };
    }
    swapped.cells.sort_by_key(|c| c.at);
    let n = read(vec![swapped]);
    assert!(is_refused(&n));
    let errors: Vec<_> = n.findings.iter().map(|f| (f.code.name(), f.message.contains("维持具体行政行为数"))).collect();
    assert_eq!(errors, [("N203", true), ("N202", true)], "{:#?}", n.findings);
    assert_eq!(slot("suit.other"), slot("review.upheld") + 6);
}

#[test]
fn a_statistics_table_again_below_itself_is_one_fault() {
    let mut sheet = old_sheet(Lay::new("表"), old).done();
    let (top, last) = (address_of(&sheet, "统计指标").row, sheet.cells.iter().map(|c| c.at.row).max().unwrap());
    let again: Vec<_> = sheet.cells.iter().filter(|c| c.at.row >= top).cloned().collect();
    sheet.cells.extend(again.into_iter().map(|mut c| {
        c.at.row += last + 2 - top;
        c
    }));
    let n = read(vec![sheet]);
    assert!(is_refused(&n));
    assert_eq!(codes(&n), ["N204"], "{:#?}", n.findings);
}

#[test]
fn a_line_without_value_takes_none() {
    let with = |text: &str| {
        let lay = old_sheet(Lay::new("表"), old);
        let sheet = lay.done();
        let row = address_of(&sheet, "回应解读情况").row + 1;
        let mut sheet = sheet;
        sheet.cells.iter_mut().find(|c| c.at == at(row - 1, 2)).unwrap().content =
            text.parse().map_or(Content::Text(text.into()), Content::Number);
        (read(vec![sheet]), format!("C{row}"))
    };
    for text in ["/", "——", "无"] {
        assert_eq!(codes(&with(text).0), [""; 0], "{text}");
    }
    let (n, cell) = with("0");
    assert_eq!(codes(&n), ["N111"]);
    assert!(n.findings[0].message.contains(&cell) && n.report.is_some());
    let (n, cell) = with("7");
    assert_eq!(codes(&n), ["N202"]);
    assert!(n.findings[0].message.contains(&cell) && is_refused(&n), "{}", n.findings[0].message);
}

#[test]
fn a_table_of_an_old_and_of_a_new_edition_are_refused_together() {
    let old_table = &edition("2014").unwrap().tables[0];
    let mut lay = one_sheet("2021", Lay::new("表"), zeros);
    let top = lay.row + 2;
    lay.row = top - 1;
    let n = read(vec![lay.table(old_table, zero).done()]);
    assert!(is_refused(&n));
    assert_eq!(codes(&n), ["N204"], "{:#?}", n.findings);
    assert!(n.findings[0].message.contains(&format!("A{top}还有 2014 版表样的统计表")), "{}", n.findings[0].message);
}

#[test]
fn a_statistics_table_whose_head_is_not_known_is_named() {
    let mut sheet = old_sheet(Lay::new("表"), old).done();
    let head = at(7, 2);
    sheet.cells.iter_mut().find(|c| c.at == head).unwrap().content = Content::Text("2016年".into());
    let (code, _, message) = refusal(vec![sheet]);
    assert_eq!(code, "N203");
    assert!(message.contains("认不出列名“统计数”"), "{message}");
}

#[test]
fn blank_wholes_are_computed_where_a_sum_defines_them() {
    let form = edition("2014").unwrap();
    let rows = &form.tables[0].blocks[0].rows;
    let slot = |path: &str| rows.leaf(path).unwrap();
    let blank = [slot("requests.received"), slot("requests.replied.refused")];
    let n =
        read(vec![old_sheet(Lay::new("表"), |s| if blank.contains(&s) { String::new() } else { "2".into() }).done()]);
    // 不同意公开答复数 is not the sum of its 其中 rows, so it counts as 0.
    assert_eq!(codes(&n), ["N102", "N101"]);
    let r = n.report.unwrap();
    assert_eq!((r.tables[0][blank[0]], r.tables[0][blank[1]]), (Value::Count(8), Value::Count(0)));
}
