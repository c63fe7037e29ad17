//! Tables two, three and four: shifted rows and columns, cells without a value that the form allows, units and number formats.

use super::*;

#[test]
fn blanks_count_as_zero_and_blank_totals_are_computed() {
    let form = edition("2021").unwrap();
    let three = &form.tables[1];
    let total = |s: usize| {
        let at = three.at(s);
        let row = &three.blocks[0].rows.leaves[at.row].path;
        at.column == 6 || row == "handled.total"
    };
    let sheet = one_sheet("2021", Lay::new("表"), |t, s| match t {
        1 if total(s) => String::new(),
        1 if three.at(s).column == 0 => "2".into(),
        _ => String::new(),
    });
    let n = read(vec![sheet.done()]);
    let r = n.report.unwrap();
    let value = |row: &str, column: usize| {
        let row = three.blocks[0].rows.leaf(row).unwrap();
        r.tables[1][three.slot(crate::form::SlotAt { block: 0, row, column })]
    };
    assert_eq!(value("new", 6), Value::Count(2));
    assert_eq!(value("handled.total", 0), Value::Count(42));
    assert_eq!(value("handled.total", 6), Value::Count(42));
    assert_eq!(value("new", 3), Value::Count(0));
    let computed = n.findings.iter().filter(|f| f.code == Code::N102).count();
    assert_eq!(computed, 26, "25 rows and one column, the corner once");
    assert_eq!(n.findings.iter().filter(|f| f.code == Code::N101).count(), 3);
}

#[test]
fn formulas_without_results_are_computed_for_totals_and_refused_elsewhere() {
    // The values of table four are located in the row before heading five.
    let sheet = || one_sheet("2021", Lay::new("表"), zeros);
    let row =
        sheet().sheet.cells.iter().find(|c| c.content == text("五、存在的主要问题及改进情况").unwrap()).unwrap().at.row;
    let ok = sheet().set(&format!("E{row}"), Some(Content::Uncomputed)).done();
    assert_eq!(report(vec![ok]).tables[2][4], Value::Count(0));
    let bad = sheet().set(&format!("B{row}"), Some(Content::Uncomputed)).done();
    let (code, cell, _) = refusal(vec![bad]);
    assert_eq!((code, cell), ("N208", format!("B{row}")));
}

#[test]
fn a_cell_that_is_no_count_is_refused_by_name() {
    let sheet = || one_sheet("2021", Lay::new("表"), zeros);
    for (content, code) in [
        (text("三"), "N201"),
        (text("详见附件"), "N201"),
        (text("-2"), "K305"),
        (Some(Content::Number("-2".parse().unwrap())), "K305"),
        (Some(Content::Number("1.5".parse().unwrap())), "K305"),
        (Some(Content::Error("#REF!".into())), "N209"),
        (Some(Content::Date(2024, 1, 2)), "N201"),
        (Some(Content::Other("-5".into())), "N201"),
        (Some(Content::Bool(true)), "N201"),
        (Some(Content::HugeNumber("1e300".into())), "N201"),
    ] {
        let (found, cell, message) = refusal(vec![sheet().set("C7", content.clone()).done()]);
        assert_eq!((found, cell.as_str()), (code, "C7"), "{content:?} {message}");
    }
}

#[test]
fn a_row_too_many_or_too_few_is_refused() {
    let form = edition("2021").unwrap();
    let rows = |extra: &str, at_row: u32, drop: bool| {
        let mut sheet = one_sheet("2021", Lay { merged: false, ..Lay::new("表") }, |_, _| "0".into()).done();
        let label = text("（七）总计").unwrap();
        let base = sheet.cells.iter().find(|c| c.content == label).unwrap().at.row;
        let row = base + at_row;
        if drop {
            sheet.cells.retain(|c| c.at.row != row);
        } else {
            for c in sheet.cells.iter_mut().filter(|c| c.at.row >= row) {
                c.at.row += 1;
            }
            sheet.cells.push(Cell { at: at(row, 1), content: text(extra).unwrap(), formula: false });
            for k in 3..10 {
                sheet.cells.push(Cell { at: at(row, k), content: Content::Number(1.into()), formula: false });
            }
            sheet.cells.sort_by_key(|c| c.at);
        }
        sheet
    };
    for offset in [0, 1, 2] {
        let (code, _, message) = refusal(vec![rows("（八）转其他机关", offset, false)]);
        assert_eq!(code, "N202");
        assert!(message.contains("（八）转其他机关"), "{message}");
    }
    let (code, _, message) = refusal(vec![rows("", 0, true)]);
    assert_eq!(code, "N203");
    assert!(message.contains("“（七）总计”"), "{message}");
    assert_eq!(form.tables[1].name, "表三");
}

#[test]
fn a_row_out_of_line_is_read_only_when_it_is_certain() {
    let shifted = |values: u32| {
        let mut sheet = one_sheet("2021", Lay { merged: false, ..Lay::new("表") }, distinct).done();
        let label = text("2.重复申请").unwrap();
        let row = sheet.cells.iter().find(|c| c.content == label).unwrap().at.row;
        sheet.cells.retain(|c| c.at.row != row || c.at.column < 3 + values);
        for c in sheet.cells.iter_mut().filter(|c| c.at.row == row) {
            c.at.column -= 1;
        }
        sheet
    };
    let n = read(vec![shifted(7)]);
    assert_distinct(n.report.as_ref().unwrap());
    assert_eq!(codes(&n), ["N106"]);
    let (code, cell, _) = refusal(vec![shifted(6)]);
    assert_eq!(code, "N205");
    assert!(cell.starts_with('C'), "{cell}");
}

#[test]
fn numbers_beside_a_table_are_not_taken() {
    let mut lay = one_sheet("2021", Lay::new("表"), distinct);
    let label = text("2.重复申请").unwrap();
    let row = lay.sheet.cells.iter().find(|c| c.content == label).unwrap().at.row;
    lay.put(at(row, 10), Content::Number(0.into()));
    lay.put(at(row + 1, 11), Content::Text("备注。".into()));
    let n = read(vec![lay.done()]);
    assert_distinct(n.report.as_ref().unwrap());
    assert_eq!(codes(&n), ["N111"]);
    assert_eq!(n.findings[0].related.len(), 1);
    assert!(n.report.unwrap().sections.iter().all(|s| s.after.is_empty()));
}

#[test]
fn money_keeps_its_meaning() {
    let form = edition("2019").unwrap();
    let last = form.tables[0].slot_count() - 1;
    for (written, head, value) in [
        ("251000元", "采购总金额", "251000元"),
        ("8040", "采购总金额（万元）", "8040万元"),
        ("8040", "采购总金额", "8040"),
    ] {
        let lay =
            one_sheet("2019", Lay::new("表"), |t, s| if t == 0 && s == last { written.into() } else { "0".into() });
        let cell = lay.sheet.cells.iter().find(|c| c.content == text("采购总金额").unwrap()).unwrap().at;
        let r = report(vec![lay.set(&cell.to_string(), text(head)).done()]);
        assert_eq!(r.tables[0][last].to_string(), value);
    }
    let form = edition("2021").unwrap();
    let last = form.tables[0].slot_count() - 1;
    let lay =
        one_sheet("2021", Lay::new("表"), |t, s| if t == 0 && s == last { "251000元".into() } else { "0".into() });
    assert_eq!(report(vec![lay.done()]).tables[0][last].to_string(), "25.1");
}

#[test]
fn hidden_rows_of_a_table_are_read_and_told() {
    let mut sheet = one_sheet("2021", Lay::new("表"), distinct).done();
    sheet.hidden_rows = vec![30];
    let n = read(vec![sheet]);
    assert_distinct(n.report.as_ref().unwrap());
    assert_eq!(codes(&n), ["N107"]);
}

#[test]
fn group_labels_over_the_wrong_columns_are_refused() {
    let groups = ["行政复议", "未经复议直接起诉", "复议后起诉"];
    let lay = || one_sheet("2021", Lay::new("表"), distinct);
    let cell = |lay: &Lay, label: &str| lay.sheet.cells.iter().find(|c| c.content == text(label).unwrap()).unwrap().at;
    let (a, b) = (cell(&lay(), groups[1]), cell(&lay(), groups[2]));
    let swapped = lay().set(&a.to_string(), text(groups[2])).set(&b.to_string(), text(groups[1])).done();
    let (code, at, _) = refusal(vec![swapped]);
    assert_eq!((code, at), ("N203", b.to_string()));
    for group in groups {
        let at = cell(&lay(), group);
        let (code, _, message) = refusal(vec![lay().set(&at.to_string(), None).done()]);
        assert_eq!(code, "N203");
        assert!(message.contains(group), "{message}");
    }
}

#[test]
fn a_shift_is_certain_only_for_numbers_left_of_the_end() {
    // First column blank, the others in place, a check column to the right: six values, and one number outside the table.
    let mut lay = one_sheet("2021", Lay { merged: false, ..Lay::new("表") }, distinct);
    let label = text("2.重复申请").unwrap();
    let row = lay.sheet.cells.iter().find(|c| c.content == label).unwrap().at.row;
    lay.sheet.cells.retain(|c| c.at != at(row, 3));
    lay.put(at(row, 10), Content::Number(0.into()));
    assert_eq!(refusal(vec![lay.done()]).0, "N205");
}

#[test]
fn a_number_below_an_empty_row_is_not_table_fours() {
    let form = edition("2021").unwrap();
    let lay = Lay::new("表").line("某局2021年政府信息公开工作年度报告");
    let mut lay =
        lay.table(&form.tables[0], zero).table(&form.tables[1], zero).table(&form.tables[2], |_| String::new());
    let row = lay.row;
    lay.put(at(row + 1, 0), Content::Number(7.into()));
    let (code, cell, _) = refusal(vec![lay.done()]);
    assert_eq!((code, cell), ("N202", at(row + 1, 0).to_string()));
}

#[test]
fn table_fours_numbers_under_empty_rows_are_read_only_when_full() {
    let form = edition("2021").unwrap();
    let sheet = |full: bool| {
        let lay = Lay::new("表").line("某局2021年政府信息公开工作年度报告");
        let mut lay = lay.table(&form.tables[0], |s| distinct(0, s)).table(&form.tables[1], |s| distinct(1, s));
        lay = lay.table(&form.tables[2], |s| if full || s > 2 { distinct(2, s) } else { String::new() });
        let row = lay.row - 1;
        for c in lay.sheet.cells.iter_mut().filter(|c| c.at.row == row) {
            c.at.row += 4;
        }
        lay.done()
    };
    assert_distinct(&report(vec![sheet(true)]));
    assert_eq!(refusal(vec![sheet(false)]).0, "N202", "a row with gaps might be anything");
}

#[test]
fn workbooks_full_of_heads_are_given_up_in_time() {
    let mut sheet = Sheet { name: "表".into(), ..Sheet::default() };
    for row in 0..40 {
        for column in 0..2000 {
            sheet.cells.push(Cell { at: at(row, column), content: text("自然人").unwrap(), formula: false });
        }
    }
    assert_eq!(codes(&read(vec![sheet])), ["N206"]);
}

#[test]
fn a_column_called_otherwise_is_named() {
    let lay = one_sheet("2021", Lay::new("表"), zeros);
    let cell = lay.sheet.cells.iter().find(|c| c.content == text("商业企业").unwrap()).unwrap().at;
    let (code, _, message) = refusal(vec![lay.set(&cell.to_string(), text("甲类")).done()]);
    assert_eq!(code, "N203");
    assert!(message.contains("表三") && message.contains("“商业企业”"), "{message}");
}

#[test]
fn a_column_put_in_between_is_refused() {
    // 行次 between labels and values, totals blank: one number more than the heads in every row.
    let form = edition("2021").unwrap();
    let mut sheet = one_sheet("2021", Lay { merged: false, ..Lay::new("表") }, |t, s| {
        if t == 1 && form.tables[1].at(s).column == 6 { String::new() } else { "3".into() }
    })
    .done();
    let top = sheet.cells.iter().find(|c| c.content == text("自然人").unwrap()).unwrap().at.row;
    let rows: Vec<u32> = (top + 2..top + 27).collect();
    for c in sheet.cells.iter_mut().filter(|c| (top - 1..top + 27).contains(&c.at.row) && c.at.column >= 3) {
        c.at.column += 1;
    }
    for (i, row) in rows.iter().enumerate() {
        let content = Content::Number((i as u64 + 1).into());
        sheet.cells.push(Cell { at: at(*row, 3), content, formula: false });
    }
    sheet.cells.sort_by_key(|c| c.at);
    assert_eq!(refusal(vec![sheet]).0, "N205");
}

#[test]
fn a_value_merged_over_several_cells_is_refused() {
    let mut lay = one_sheet("2021", Lay { merged: false, ..Lay::new("表") }, distinct);
    let row = lay.sheet.cells.iter().find(|c| c.content == text("2.重复申请").unwrap()).unwrap().at.row;
    lay.sheet.cells.retain(|c| c.at.row != row || c.at.column < 4);
    lay.sheet.merges.push(Span { first: at(row, 3), last: at(row, 9) });
    assert_eq!(refusal(vec![lay.done()]).0, "N205");
}

#[test]
fn table_fours_numbers_out_of_line_are_refused() {
    let lay = |shift: u32| {
        let mut sheet = one_sheet("2021", Lay { left: 2, ..Lay::new("表") }, distinct).done();
        let row = sheet.cells.iter().find(|c| c.content == Content::Number(3000.into())).unwrap().at.row;
        for c in sheet.cells.iter_mut().filter(|c| c.at.row == row) {
            c.at.column = c.at.column + shift - 1;
        }
        sheet
    };
    assert_distinct(&report(vec![lay(1)]));
    for shift in [0, 2] {
        let n = read(vec![lay(shift)]);
        assert!(is_refused(&n) && codes(&n).contains(&"N205"), "{:?}", codes(&n));
    }
}

#[test]
fn units_that_disagree_are_refused_and_a_row_may_name_its_unit() {
    let form = edition("2021").unwrap();
    let last = form.tables[0].slot_count() - 1;
    let with = |label: &str, head: &str| {
        let lay =
            one_sheet("2021", Lay::new("表"), |t, s| if t == 0 && s == last { "251000".into() } else { "0".into() });
        let cell =
            |l: &Lay, t: &str| l.sheet.cells.iter().find(|c| c.content == text(t).unwrap()).unwrap().at.to_string();
        let (row, column) = (cell(&lay, "行政事业性收费"), cell(&lay, "本年收费金额（单位：万元）"));
        lay.set(&row, text(label)).set(&column, text(head)).done()
    };
    let r = report(vec![with("行政事业性收费（元）", "本年收费金额")]);
    assert_eq!(r.tables[0][last].to_string(), "25.1");
    assert_eq!(refusal(vec![with("行政事业性收费（元）", "本年收费金额（单位：万元）")]).0, "N201");
}

#[test]
fn a_format_that_shows_another_number_is_refused() {
    let form = edition("2021").unwrap();
    let last = form.tables[0].slot_count() - 1;
    let with = |effect: FormatEffect| {
        let lay = one_sheet("2021", Lay::new("表"), |t, s| if t == 0 && s == last { "25".into() } else { "0".into() });
        let mut sheet = lay.done();
        let at = sheet.cells.iter().find(|c| c.content == Content::Number(25.into())).unwrap().at;
        sheet.format_effects = vec![(at, effect)];
        sheet
    };
    for effect in [FormatEffect::Scaled, FormatEffect::Unit(Unit::Yuan)] {
        assert_eq!(refusal(vec![with(effect)]).0, "N201");
    }
    assert_eq!(report(vec![with(FormatEffect::Unit(Unit::TenThousandYuan))]).tables[0][last].to_string(), "25");
}
