use std::collections::BTreeSet;

use calamine::Data;

use super::*;
use crate::export::sheet::reading::{ReadSheet, book, elements, evaluate, expand, parts, sample, sheet_xml, unlocked};
use crate::form::{self, Op, Table, ValueKind, built_in};
use crate::model::{Code, Paragraph, Value};

/// Slots that a relation defines as totals.
fn total_slots(form: &Form, table: usize) -> BTreeSet<usize> {
    let relations = form.relations.iter().filter(|r| r.table == table && r.defines_total());
    relations.flat_map(|r| r.uses(&form.tables[table])).map(|u| u.left[0].0).collect()
}

/// The cell of each slot and the row after the table, computed from the grid alone.
fn places(table: &Table, top: u32) -> (Vec<(u32, u32)>, u32) {
    let mut out = vec![(0, 0); table.slot_count()];
    for g in table.grid() {
        if let form::GridContent::Value(slot) = g.content {
            out[slot] = (top + g.row as u32, g.column as u32);
        }
    }
    (out, top + table.grid_rows() as u32)
}

/// Sheet index, table index, table, first row of the table.
fn tables<'a>(form: &'a Form, sheets: &'a [ReadSheet]) -> Vec<(usize, usize, &'a Table, u32)> {
    let with_table = form.sections.iter().enumerate().filter_map(|(i, s)| Some((i + 1, s.table?)));
    with_table
        .map(|(i, t)| {
            let table = &form.tables[t];
            let first = table.grid()[0].content.label().unwrap().to_owned();
            (i, t, table, sheets[i].row_of(&first))
        })
        .collect()
}

#[test]
fn the_blank_workbook_has_all_sheets_and_labels_and_no_content() {
    for form in built_in() {
        let sheets = book(&write(form, None).unwrap());
        let names: Vec<&str> = sheets.iter().map(|s| s.name.as_str()).collect();
        let own = form.sections.iter().map(|s| s.sheet.as_str());
        let expected: Vec<&str> = ["封面"].into_iter().chain(own).chain(["填报说明"]).collect();
        assert_eq!(names, expected);
        // Outside the instructions there is no text but known labels.
        let labels = labels();
        let mut known: Vec<&str> = labels.furniture();
        known.extend(labels.cover.fields().map(|f| f.label.as_str()));
        for (section, sheet) in form.sections.iter().zip(&sheets[1..]) {
            assert_eq!(sheet.text((0, 0)), section.heading);
            known.push(&section.heading);
            known.extend(section.subheadings.iter().map(String::as_str));
        }
        for (i, t, table, top) in tables(form, &sheets) {
            let totals = total_slots(form, t);
            let (places, end) = places(table, top);
            for g in table.grid() {
                let at = (top + g.row as u32, g.column as u32);
                match g.content {
                    form::GridContent::Value(slot) if totals.contains(&slot) => {
                        assert_eq!(sheets[i].cells[&at], Data::Float(0.0));
                    }
                    form::GridContent::Value(_) => assert!(!sheets[i].cells.contains_key(&at), "{at:?} is not empty"),
                    _ => assert_eq!(sheets[i].text(at), g.content.label().unwrap()),
                }
            }
            assert_eq!(places.len(), table.slot_count());
            for text in sheets[i].texts(0..top).into_iter().chain(sheets[i].texts(end..10_000)) {
                assert!(known.contains(&text.as_str()), "{text}");
            }
        }
        for (section, sheet) in form.sections.iter().zip(&sheets[1..]).filter(|(s, _)| s.table.is_none()) {
            for text in sheet.texts(0..10_000) {
                assert!(known.contains(&text.as_str()), "{}: {text}", section.sheet);
            }
        }
        for text in sheets[0].texts(0..10_000) {
            assert!(known.contains(&text.as_str()), "{text}");
        }
    }
}

#[test]
fn every_total_is_a_formula_with_the_right_result() {
    for form in built_in() {
        let report = sample(form);
        for filled in [None, Some(&report)] {
            let sheets = book(&write(form, filled).unwrap());
            for (i, t, table, top) in tables(form, &sheets) {
                let places = places(table, top).0;
                let with_formula: BTreeSet<(u32, u32)> = sheets[i].formulas.keys().copied().collect();
                let expected: BTreeSet<(u32, u32)> = total_slots(form, t).into_iter().map(|s| places[s]).collect();
                assert_eq!(with_formula, expected, "{} {}", form.id, table.name);
                for (at, formula) in &sheets[i].formulas {
                    assert_eq!(sheets[i].cells[at], Data::Float(evaluate(formula, &sheets[i].cells)), "{formula}");
                }
                for relation in form.relations.iter().filter(|r| r.table == t && r.op == Op::Equal) {
                    let all_sums = relation.defines_total().then(|| relation.uses(table));
                    for one in all_sums.into_iter().flatten().filter(|_| filled.is_some()) {
                        let sum: f64 =
                            one.right.iter().map(|(s, _)| sheets[i].text(places[*s]).parse::<f64>().unwrap()).sum();
                        assert_eq!(sheets[i].text(places[one.left[0].0]), sum.to_string());
                    }
                }
            }
        }
    }
}

#[test]
fn a_filled_workbook_holds_the_whole_report_in_order() {
    for form in built_in() {
        let report = sample(form);
        let sheets = book(&write(form, Some(&report)).unwrap());
        let cover = &report.cover;
        let fields = [&cover.agency, &"2024".to_owned(), &cover.title].map(String::clone);
        let rest = [&cover.published, &cover.contact, &cover.index].map(|f| f.clone().unwrap());
        for (row, value) in (1..).zip(fields.iter().chain(&rest)) {
            assert_eq!(&sheets[0].text((row, 1)), value);
        }
        let below = sheets[0].row_of(&labels().text.preface) + 1;
        let preface: Vec<&str> = report.preface.iter().map(|p| p.text.as_str()).collect();
        assert_eq!(sheets[0].texts(below..10_000), preface);
        for (i, t, table, top) in tables(form, &sheets) {
            let (places, end) = places(table, top);
            for (value, at) in report.tables[t].iter().zip(places) {
                assert_eq!(sheets[i].text(at), value.to_string(), "{} {at:?}", table.name);
            }
            let section = &report.sections[i - 1];
            let texts = |p: &[Paragraph]| p.iter().map(|p| p.text.clone()).collect::<Vec<_>>();
            let first = u32::from(!form.free_headings);
            assert_eq!(sheets[i].texts(first..top), texts(&section.before));
            assert_eq!(sheets[i].texts(end + 2..10_000), texts(&section.after));
        }
        let furniture = labels().furniture();
        for (i, section) in report.sections.iter().enumerate().filter(|(i, _)| form.sections[*i].table.is_none()) {
            let cells = sheets[i + 1].texts(1..10_000);
            let lines: Vec<&str> =
                cells.iter().filter(|c| !furniture.contains(&c.as_str())).flat_map(|c| c.split('\n')).collect();
            let expected: Vec<&str> = section.paragraphs().map(|p| p.text.as_str()).collect();
            assert_eq!(lines, expected);
        }
        // A subheading is beside its text.
        if form.sections[0].subheadings.is_empty() {
            continue;
        }
        let overview = &sheets[1];
        let row = overview.row_of("（一）第0部分小标题");
        assert_eq!(overview.text((row, 1)), "第0部分第一段。\n1.第0部分细目\n第0部分第二段。");
        assert_eq!(overview.text((row - 1, 1)), "第0部分开头。");
    }
}

#[test]
fn only_inputs_are_unlocked_and_no_sheet_has_a_password() {
    for form in built_in() {
        let bytes = write(form, None).unwrap();
        let sheets = book(&bytes);
        for (i, t, table, top) in tables(form, &sheets) {
            let totals = total_slots(form, t);
            let end = places(table, top).1;
            let mut expected = BTreeSet::new();
            for g in table.grid() {
                if matches!(g.content, form::GridContent::Value(slot) if !totals.contains(&slot)) {
                    expected.extend((g.column..g.column + g.column_span).map(|c| (top + g.row as u32, c as u32)));
                }
            }
            let unlocked = unlocked(&bytes, i);
            let within: BTreeSet<_> = unlocked.iter().copied().filter(|at| at.0 < end).collect();
            assert_eq!(within, expected, "{} {}", form.id, table.name);
        }
        for (i, sheet) in sheets.iter().enumerate() {
            let unlocked = unlocked(&bytes, i);
            assert!(sheet.cells.keys().all(|at| !unlocked.contains(at)), "a label of {} is unlocked", sheet.name);
            assert_eq!(unlocked.is_empty(), i + 1 == sheets.len(), "{}", sheet.name);
            let protection = elements(&sheet_xml(&bytes, i), "sheetProtection");
            assert_eq!(protection.len(), 1);
            assert_eq!(protection[0].0["sheet"], "1");
            assert!(!protection[0].0.contains_key("password") && !protection[0].0.contains_key("hashValue"));
        }
        assert!((1..7).all(|row| unlocked(&bytes, 0).contains(&(row, 1))));
    }
}

#[test]
fn every_input_of_a_table_has_its_rule() {
    for form in built_in() {
        let bytes = write(form, None).unwrap();
        let sheets = book(&bytes);
        for (i, t, table, top) in tables(form, &sheets) {
            let (places, totals) = (places(table, top).0, total_slots(form, t));
            let rules = elements(&sheet_xml(&bytes, i), "dataValidation");
            for (slot, at) in places.iter().enumerate() {
                let here: Vec<_> = rules.iter().filter(|(a, _)| expand(&a["sqref"]).contains(at)).collect();
                assert_eq!(here.len(), usize::from(!totals.contains(&slot)), "{} {at:?}", table.name);
                let Some((rule, _)) = here.first() else { continue };
                let kind = match table.kind(slot) {
                    (ValueKind::Amount, Some(_)) => "decimal",
                    (ValueKind::Amount, None) => "custom",
                    _ => "whole",
                };
                assert_eq!(rule["type"], kind);
                assert!(rule["error"].contains('填'), "{}", rule["error"]);
                assert_eq!(rule.get("operator").map_or("between", String::as_str) == "greaterThanOrEqual", {
                    matches!(table.kind(slot), (ValueKind::Count, _) | (ValueKind::Amount, Some(_)))
                });
            }
        }
    }
}

#[test]
fn broken_relations_light_up_and_sound_ones_do_not() {
    for form in built_in().iter().filter(|f| f.tables.len() == 3) {
        let mut report = sample(form);
        let rules_of = |report: &Report| {
            let bytes = write(form, Some(report)).unwrap();
            let sheets = book(&bytes);
            let mut out = Vec::new();
            for (i, t, table, top) in tables(form, &sheets) {
                let xml = sheet_xml(&bytes, i);
                let areas = elements(&xml, "conditionalFormatting");
                let rules = elements(&xml, "cfRule");
                let formulas = elements(&xml, "formula");
                assert_eq!((areas.len(), rules.len()), (formulas.len(), formulas.len()));
                let uses: Vec<_> = form
                    .relations
                    .iter()
                    .filter(|r| r.table == t)
                    .flat_map(|r| r.uses(table).into_iter().map(move |u| (r, u)))
                    .collect();
                assert_eq!(uses.len(), formulas.len());
                for (relation, one) in uses {
                    let places = places(table, top).0;
                    let cells: BTreeSet<_> = one.left.iter().chain(&one.right).map(|(s, _)| places[*s]).collect();
                    let index = (0..areas.len()).filter(|n| expand(&areas[*n].0["sqref"]) == cells).collect::<Vec<_>>();
                    assert_eq!(index.len(), 1, "{} over {cells:?}", relation.code);
                    let formula = formulas[index[0]].1.strip_prefix("ROUND(").unwrap().to_owned();
                    let (sum, test) = formula.split_once(",6)").unwrap();
                    let difference = evaluate(sum, &sheets[i].cells);
                    let lit = match test {
                        "<>0" => difference != 0.0,
                        "<0" => difference < 0.0,
                        other => panic!("{other}"),
                    };
                    let side = |terms: &[(usize, bool)]| -> i64 {
                        let n = |(slot, negative): &(usize, bool)| {
                            let n: i64 = report.tables[t][*slot].number().to_string().parse().unwrap();
                            if *negative { -n } else { n }
                        };
                        terms.iter().map(n).sum()
                    };
                    let broken = match relation.op {
                        Op::Equal => side(&one.left) != side(&one.right),
                        Op::AtLeast => side(&one.left) < side(&one.right),
                    };
                    assert_eq!(lit, broken, "{} {cells:?}", relation.code);
                    out.push((relation.code, lit));
                }
            }
            out
        };
        let lit = rules_of(&report);
        assert!(lit.iter().any(|(code, lit)| *code == Code::K301 && *lit));
        assert!(lit.iter().any(|(_, lit)| !lit));
        // Table two: far more made than are in force. Table three: a total that is not the sum.
        report.tables[0][0] = Value::Count(1_000_000);
        report.tables[0][1] = Value::Count(1);
        if report.form.id == "2019" {
            report.tables[0][1] = Value::Count(1_000_000);
        }
        report.tables[1][6] = Value::Count(1);
        let lit = rules_of(&report);
        assert!(lit.iter().any(|(code, lit)| *code == Code::K307 && *lit));
        assert!(lit.iter().any(|(code, lit)| *code == Code::K303 && *lit));
    }
}

/// The colour of a broken relation is that of its rule's severity, whatever its operator.
#[test]
fn what_only_warns_has_another_colour() {
    let colours = |id: &str| {
        let form = form::edition(id).unwrap();
        let bytes = write(&form, None).unwrap();
        let styles = parts(&bytes)["xl/styles.xml"].clone();
        let fills: Vec<String> = styles[styles.find("<dxfs").unwrap()..]
            .split("<dxf>")
            .skip(1)
            .map(|d| d.split("<bgColor rgb=\"").nth(1).unwrap()[..8].to_owned())
            .collect();
        let mut out = BTreeSet::new();
        for i in 0..form.sections.len() + 1 {
            for (rule, _) in elements(&sheet_xml(&bytes, i), "cfRule") {
                out.insert(fills[rule["dxfId"].parse::<usize>().unwrap()].clone());
            }
        }
        out
    };
    let (red, amber) = ("FFFFC7CE".to_owned(), "FFFFD58A".to_owned());
    assert_eq!(colours("2021"), BTreeSet::from([red.clone(), amber]));
    // Its inequalities are errors.
    assert_eq!(colours("2014"), BTreeSet::from([red]));
}

#[test]
fn a_given_total_that_is_not_the_sum_stays_and_can_be_corrected() {
    let form = &built_in()[0];
    let mut report = sample(form);
    report.tables[1][6] = Value::Count(7);
    // A cell that does not apply, and one that a spreadsheet cannot add.
    report.tables[1][13] = Value::NotApplicable;
    report.tables[2][0] = Value::Count(u64::MAX);
    let bytes = write(form, Some(&report)).unwrap();
    let sheets = book(&bytes);
    let tables = tables(form, &sheets);
    let (i, _, table, top) = tables[1];
    let places_three = places(table, top).0;
    assert_eq!(sheets[i].cells[&places_three[6]], Data::Float(7.0));
    assert_eq!(sheets[i].cells[&places_three[13]], Data::String("/".into()));
    for slot in [6, 13] {
        assert!(!sheets[i].formulas.contains_key(&places_three[slot]));
        assert!(unlocked(&bytes, i).contains(&places_three[slot]));
    }
    let (i, _, table, top) = tables[2];
    let places_four = places(table, top).0;
    assert_eq!(sheets[i].text(places_four[0]), u64::MAX.to_string());
    assert_eq!(sheets[i].text(places_four[4]), report.tables[2][4].to_string());
    assert!(!sheets[i].formulas.contains_key(&places_four[4]));
}

#[test]
fn totals_that_define_each_other_do_not_go_round() {
    let text = include_str!("../../form/2021.toml").to_owned()
        + "\n[[relation]]\ncode = \"K302\"\ntable = \"three\"\nholds_in_each = \"column\"\nleft = [\"handled.granted\"]\nright = [\"handled.total\"]\n";
    let form = Form::parse(&text).unwrap();
    let sheets = book(&write(&form, None).unwrap());
    assert_eq!(sheets[3].formulas.len(), 31);
}

#[test]
fn long_text_goes_on_in_the_next_row_and_too_long_a_paragraph_is_refused() {
    let form = &built_in()[0];
    let mut report = sample(form);
    let long: Vec<String> = (0..40).map(|i| format!("{i}{}", "很长的一段文字。".repeat(100))).collect();
    report.sections[0].before = vec![Paragraph::heading(2, "（一）主动公开")];
    report.sections[0].before.extend(long.iter().map(Paragraph::body));
    let sheets = book(&write(form, Some(&report)).unwrap());
    let cells = sheets[1].texts(2..10_000);
    let skipped = [labels().furniture(), vec!["（一）主动公开"]].concat();
    let lines: Vec<&str> = cells.iter().flat_map(|c| c.split('\n')).filter(|c| !skipped.contains(c)).collect();
    assert!(lines == long, "{} of {} paragraphs", lines.len(), long.len());
    let rows = cells.iter().filter(|c| c.len() > 1000).count();
    assert!((20..=40).contains(&rows), "{rows} rows");
    report.sections[4].before.push(Paragraph::body("长".repeat(40_000)));
    let error = write(form, Some(&report)).unwrap_err().to_string();
    assert!(error.contains("40000") && error.contains("五、问题与改进") && error.contains("长长"), "{error}");
}

#[test]
fn the_same_report_gives_the_same_bytes_and_no_author() {
    let form = &built_in()[0];
    let report = sample(form);
    assert_eq!(write(form, None).unwrap(), write(form, None).unwrap());
    let bytes = write(form, Some(&report)).unwrap();
    assert_eq!(bytes, write(form, Some(&report)).unwrap());
    let core = parts(&bytes)["docProps/core.xml"].clone();
    assert_eq!(elements(&core, "dc:creator")[0].1, "");
    assert_eq!(elements(&core, "dc:title")[0].1, report.cover.title);
    assert_eq!(elements(&core, "dcterms:created")[0].1, "2000-01-01T00:00:00Z");
}

#[test]
fn a_form_with_an_impossible_sheet_name_is_refused_in_words() {
    for (name, message) in [("二/主动公开", "二/主动公开"), ("封面", "重复")] {
        let text =
            include_str!("../../form/2021.toml").replace("sheet = \"二、主动公开\"", &format!("sheet = \"{name}\""));
        let error = write(&Form::parse(&text).unwrap(), None).unwrap_err().to_string();
        assert!(error.contains(message) && error.contains("表样"), "{error}");
    }
}

/// Programs that fill in cells do not adjust the row heights, and merged cells never grow.
#[test]
fn every_row_for_a_text_is_as_high_as_a_long_paragraph_needs() {
    use crate::export::sheet::{TEXT_WIDTH, grid, measure};
    let long = "字".repeat(400);
    for form in built_in() {
        let bytes = write(form, None).unwrap();
        let sheets = book(&bytes);
        // Sheet, first row for text, width of the text in pixels, whether the rows still adjust to typed text.
        let mut places = vec![(0, sheets[0].row_of(&labels().text.preface) + 1, 470, false)];
        for (i, section) in form.sections.iter().enumerate() {
            let sheet = i + 1;
            places.push(match section.table {
                Some(t) => {
                    let width = grid::widths(&form.tables[t], None).iter().sum();
                    (sheet, sheets[sheet].row_of(&labels().text.notes) + 1, width, false)
                }
                None if section.subheadings.is_empty() => (sheet, 2, TEXT_WIDTH, true),
                None => (sheet, 2, 550, true),
            });
        }
        for (sheet, first, width, follows) in places {
            let need = measure::height(&long, width, 12.0);
            let rows: BTreeSet<u32> =
                unlocked(&bytes, sheet).into_iter().map(|at| at.0).filter(|r| *r >= first).collect();
            assert!(rows.len() > 1, "{} {sheet}", form.id);
            for (row, _) in elements(&sheet_xml(&bytes, sheet), "row") {
                if rows.contains(&(row["r"].parse::<u32>().unwrap() - 1)) {
                    let height: f64 = row["ht"].parse().unwrap();
                    assert!(height > need - 1.0, "{} {sheet} {}: {height} of {need}", form.id, row["r"]);
                    assert_eq!(!row.contains_key("customHeight"), follows, "{} {sheet} {}", form.id, row["r"]);
                }
            }
        }
    }
}
