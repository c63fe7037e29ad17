//! Words of a workbook: cover, title, headings, text, and what belongs to none of them.

use super::*;

#[test]
fn titles_are_found_wherever_offices_put_them() {
    let form = edition("2021").unwrap();
    let body = |mut lay: Lay| {
        for t in &form.tables {
            lay = lay.table(t, zero);
        }
        lay.done()
    };
    for lines in [
        &["某县科技局2024年政府信息公开工作年度报告"][..],
        &["某县科技局 2024 年度政府信息公开", "工作年度报告"],
        &["某县科技局", "2024年政府信息公开工作年度报告"],
        &["某县科技局", "2024年政府信息公开", "工作年度报告"],
        &["2024年某县科技局政府信息公开年报"],
        &["附件", "某县科技局2024年政府信息公开年度报告"],
        &["某县科技局", "2024年", "政府信息公开工作年度报告"],
        &["某县科技局政府信息公开工作年度报告", "（2024年）"],
        &["某县科技局政府信息公开工作年度报告（2024年）"],
    ] {
        let lay = lines.iter().fold(Lay::new("表"), |lay, l| lay.line(l));
        let r = report(vec![body(lay)]);
        assert_eq!((r.cover.agency.as_str(), r.cover.year), ("某县科技局", 2024), "{lines:?}");
    }
    let r = report(vec![body(Lay::new("某县科技局2024年政府信息公开年报"))]);
    assert_eq!((r.cover.agency.as_str(), r.cover.year), ("某县科技局", 2024));
    let name = "某县科技局2024年政府信息公开工作年度报告.xlsx".to_owned();
    let n = normalize(&Workbook { name, sheets: vec![body(Lay::new("表"))] }, &Options::default(), &Cache::default());
    assert_eq!(n.report.unwrap().cover.year, 2024);
    let n = read(vec![body(Lay::new("表"))]);
    assert!(is_refused(&n));
    assert_eq!(n.findings.iter().filter(|f| f.code == Code::N207).count(), 2);
}

#[test]
fn cover_and_title_must_agree_on_the_year() {
    let form = edition("2021").unwrap();
    let mut lay = Lay::new("表").line("某局2023年政府信息公开工作年度报告").line("年度：2024");
    for t in &form.tables {
        lay = lay.table(t, zero);
    }
    assert_eq!(refusal(vec![lay.done()]).0, "N207");
}

#[test]
fn empty_subheadings_of_the_template_are_left_out_with_a_note() {
    let form = edition("2021").unwrap();
    let mut lay = Lay::new("表").line("某局2024年政府信息公开工作年度报告").line("一、总体情况");
    for h in &form.sections[0].subheadings {
        lay = lay.line(h);
    }
    lay = lay.line("有内容。");
    for t in &form.tables {
        lay = lay.table(t, zero);
    }
    let n = read(vec![lay.done()]);
    let r = n.report.unwrap();
    let words: Vec<_> = r.sections[0].before.iter().map(|p| (p.level, p.text.as_str())).collect();
    assert_eq!(words, [(2, "（五）监督保障"), (0, "有内容。")]);
    assert_eq!(n.findings.iter().filter(|f| f.code == Code::N109).count(), 4);
}

#[test]
fn the_year_of_another_edition_is_a_warning() {
    let form = edition("2019").unwrap();
    let mut lay = Lay::new("表").line("某局2023年政府信息公开工作年度报告");
    for t in &form.tables {
        lay = lay.table(t, zero);
    }
    assert!(codes(&read(vec![lay.done()])).contains(&"N110"));
}

#[test]
fn unrelated_sheets_and_hidden_words_are_not_published() {
    let mut sheet = one_sheet("2021", Lay::new("表"), zeros).done();
    let contacts = Lay::new("内部联系人").line("张三 13800000000 请勿外传").done();
    let prose = sheet.cells.iter().position(|c| c.content == text("有关情况。").unwrap()).unwrap();
    sheet.hidden_rows = vec![sheet.cells[prose].at.row];
    let n = read(vec![sheet, contacts]);
    assert_eq!(codes(&n), ["N107", "N111"]);
    let r = n.report.unwrap();
    let words: Vec<_> = r.sections.iter().flat_map(|s| s.paragraphs()).map(|p| p.text.as_str()).collect();
    assert_eq!(words, ["有关情况。", "有关情况。"]);
}

#[test]
fn words_that_were_never_computed_are_refused() {
    let sheet = one_sheet("2021", Lay::new("表"), zeros).set("A3", Some(Content::Uncomputed)).done();
    assert_eq!(refusal(vec![sheet]).0, "N208");
    let lay = Lay::new("表").line("单位名称").set("B1", Some(Content::Uncomputed));
    let form = edition("2021").unwrap();
    let mut lay = lay.line("某局2021年政府信息公开工作年度报告");
    for t in &form.tables {
        lay = lay.table(t, zero);
    }
    let (code, cell, _) = refusal(vec![lay.done()]);
    assert_eq!((code, cell.as_str()), ("N208", "B1"));
}

#[test]
fn two_contacts_are_both_kept_and_two_agencies_refused() {
    let form = edition("2021").unwrap();
    let with = |lines: &[&str]| {
        let mut lay = Lay::new("表").line("某局2021年政府信息公开工作年度报告");
        for l in lines {
            lay = lay.line(l);
        }
        for t in &form.tables {
            lay = lay.table(t, zero);
        }
        lay.done()
    };
    let cover = Lay::new(&labels().cover.sheet).line("联系方式：某路1号").line("联系方式：0379-111").done();
    let r = report(vec![cover, with(&[])]);
    assert_eq!(r.cover.contact.unwrap(), "某路1号；联系方式：0379-111");
    assert_eq!(refusal(vec![with(&["单位名称：某局", "单位：另一局"])]).0, "N207");
}

#[test]
fn a_line_of_the_preface_on_the_standard_cover_is_no_fact() {
    let form = edition("2021").unwrap();
    let mut cover = Lay::new(&labels().cover.sheet);
    let [item, content] = &labels().cover.head;
    let line = "联系电话：0379-111，地址：某路1号。";
    for (row, column, text) in [
        (0, 0, item.as_str()),
        (0, 1, content),
        (1, 0, "单位名称"),
        (1, 1, "某局"),
        (2, 0, "年度"),
        (2, 1, "2021"),
        (4, 0, line),
    ] {
        cover.put(at(row, column), Content::Text(text.into()));
    }
    let tables = form.tables.iter().fold(Lay::new("表"), |lay, t| lay.table(t, zero));
    let r = report(vec![cover.done(), tables.done()]);
    assert_eq!((r.cover.contact, r.preface[0].text.as_str()), (None, line));
}

#[test]
fn findings_on_words_name_their_own_cell() {
    // An empty subheading of the template is omitted; the origins of the paragraphs after it stay correct.
    let form = edition("2021").unwrap();
    let mut lay = Lay::new("表").line("某局2021年政府信息公开工作年度报告").line("一、总体情况");
    lay = lay.line(&form.sections[0].subheadings[0]).line(&form.sections[0].subheadings[1]).line("有表情\u{1F600}");
    for t in &form.tables {
        lay = lay.table(t, zero);
    }
    let n = read(vec![lay.done()]);
    let place = Place::Paragraph { section: 0, paragraph: 1 };
    assert_eq!(n.origins.source(place).unwrap().cell.unwrap().to_string(), "A5");
    assert_eq!(n.origins.written(place).unwrap(), "有表情\u{1F600}");
}

#[test]
fn headings_worded_otherwise_are_known_by_number_and_words_and_told() {
    let sheet = one_sheet("2021", Lay::new("表"), zeros);
    let at = |lay: &Lay, label: &str| {
        lay.sheet.cells.iter().find(|c| c.content == text(label).unwrap()).unwrap().at.to_string()
    };
    let five = at(&sheet, "五、存在的主要问题及改进情况");
    let n = read(vec![sheet.set(&five, text("五、问题及改进")).done()]);
    assert_eq!(codes(&n), ["N112"]);
    assert_eq!(n.report.unwrap().sections[4].before.len(), 1);
}

#[test]
fn notes_of_units_are_no_agency() {
    let form = edition("2021").unwrap();
    for note in [
        "单位：件",
        "（单位：件）",
        "【单位：件】",
        "单位：件、万元",
        "单位：件/万元",
        "填报单位：（盖章）",
        "填报单位：某局（盖章）",
    ] {
        let mut lay = Lay::new("表").line("某局2021年政府信息公开工作年度报告").line(note);
        for t in &form.tables {
            lay = lay.table(t, zero);
        }
        assert_eq!(report(vec![lay.done()]).cover.agency, "某局", "{note}");
    }
}

#[test]
fn subheadings_worded_like_a_section_do_not_open_it() {
    let lay = Lay::new("表").line("某局2021年政府信息公开工作年度报告").line("一、总体情况");
    let mut lay = lay.line("主动公开情况").line("甲。").line("2.依申请公开情况").line("乙。");
    let form = edition("2021").unwrap();
    for (s, t) in [(1, 0), (2, 1), (3, 2)] {
        lay = lay.line(&form.sections[s].heading).table(&form.tables[t], zero);
    }
    let r = report(vec![lay.done()]);
    assert_eq!(r.sections[0].before.len(), 4);
}

#[test]
fn tables_without_block_titles_are_read() {
    let titles = ["第二十条第（一）项", "第二十条第（五）项", "第二十条第（六）项", "第二十条第（八）项"];
    let mut lay = one_sheet("2021", Lay::new("表"), distinct);
    lay.sheet.cells.retain(|c| !titles.iter().any(|t| c.content == text(t).unwrap()));
    assert_distinct(&report(vec![lay.done()]));
}
