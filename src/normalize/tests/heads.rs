//! Heads and rows that people understand but that match no accepted wording.

use super::*;

fn with_label(id: &str, old: &str, new: &str) -> Normalized {
    let lay = one_sheet(id, Lay::new("年报"), distinct);
    let cell = lay.sheet.cells.iter().find(|c| c.content == text(old).unwrap()).unwrap().at.to_string();
    read(vec![lay.set(&cell, text(new)).done()])
}

#[test]
fn a_head_or_row_in_other_words_is_read_if_all_others_are_found() {
    for (id, old, new, note) in [
        ("2021", "现行有效件数", "现行有效件", true),
        ("2021", "本年制发件数", "本年新制发文件数", true),
        ("2021", "社会公益组织", "公益组织", true),
        ("2019", "采购总金额", "采购总金额（万元，保留四位小数）", false),
        ("2019", "采购项目数量", "采购项目数量（按合同计）", false),
        ("2021", "1.信访举报投诉类申请", "1.信访、举报、投诉类的申请", true),
        ("2021", "行政强制", "行政强制措施", true),
        ("2021", "2.重复申请", "2.重复申请（同一申请人）", true),
    ] {
        let n = with_label(id, old, new);
        let expected: &[&str] = if note { &["N112"] } else { &[] };
        let reported: Vec<&str> = codes(&n).into_iter().filter(|c| *c != "N103").collect();
        assert_eq!(reported, expected, "{new}: {:#?}", n.findings);
        assert_distinct(n.report.as_ref().unwrap());
    }
}

#[test]
fn a_head_that_says_something_else_is_refused() {
    for (old, new) in [
        ("现行有效件数", "备注"),
        ("社会公益组织", "外国人"),
        ("2.重复申请", "2.咨询"),
        ("现行有效件数", "现行无效件数"),
        ("本年制发件数", "上年制发件数"),
        ("自然人", "自然人（不含港澳台居民）"),
        ("科研机构", "科研机构（商业企业）"),
        ("（七）总计", "（七）总计（不含第六项）"),
        ("1.本机关不掌握相关政府信息", "1.本机关掌握相关政府信息"),
    ] {
        let n = with_label("2021", old, new);
        assert!(is_refused(&n), "{new}");
    }
}

#[test]
fn two_heads_in_other_words_are_not_guessed() {
    let lay = one_sheet("2021", Lay::new("年报"), distinct);
    let find = |lay: &Lay, label: &str| {
        lay.sheet.cells.iter().find(|c| c.content == text(label).unwrap()).unwrap().at.to_string()
    };
    let (a, b) = (find(&lay, "本年制发件数"), find(&lay, "现行有效件数"));
    let n = read(vec![lay.set(&a, text("本年制发文件")).set(&b, text("现行有效件")).done()]);
    assert!(is_refused(&n), "{:#?}", n.findings);
}

#[test]
fn a_head_in_pieces_above_each_other_is_read() {
    // 本年新 over 制作数量 and over 公开数量, in two cells or in one over both.
    for merged in [false, true] {
        let form = edition("2019").unwrap();
        let mut lay = one_sheet("2019", Lay::new("年报"), distinct);
        let first = lay.sheet.cells.iter().find(|c| c.content == text("本年新制作数量").unwrap()).unwrap().at;
        // Makes room for one more row.
        for c in lay.sheet.cells.iter_mut().filter(|c| c.at.row > first.row) {
            c.at.row += 1;
        }
        for m in lay.sheet.merges.iter_mut().filter(|m| m.first.row > first.row) {
            (m.first.row, m.last.row) = (m.first.row + 1, m.last.row + 1);
        }
        let (row, column) = (first.row, first.column);
        lay.put(at(row, column), text("本年新").unwrap());
        if merged {
            lay.sheet.cells.retain(|c| c.at != at(row, column + 1));
            lay.sheet.merges.push(Span { first: at(row, column), last: at(row, column + 1) });
        } else {
            lay.put(at(row, column + 1), text("本年新").unwrap());
        }
        lay.put(at(row + 1, column), text("制作数量").unwrap());
        lay.put(at(row + 1, column + 1), text("公开数量").unwrap());
        lay.sheet.merges.push(Span { first: at(row, column + 2), last: at(row + 1, column + 2) });
        let n = read(vec![lay.done()]);
        assert_eq!(codes(&n), [""; 0], "{:#?}", n.findings);
        assert_eq!(form.tables[0].blocks[0].column_count(), 3);
        assert_distinct(n.report.as_ref().unwrap());
    }
}
