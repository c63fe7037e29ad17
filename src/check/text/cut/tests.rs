use super::super::passages;
use super::*;
use crate::form;
use crate::model::{Origins, Paragraph};

fn found(edition: &str, lines: &[&str]) -> Vec<Finding> {
    let mut report = Report::blank(form::edition(edition).unwrap());
    report.sections[0].before = lines
        .iter()
        .map(|l| l.strip_prefix("# ").map_or_else(|| Paragraph::body(*l), |h| Paragraph::heading(2, h)))
        .collect();
    let origins = Origins::default();
    let all: Vec<_> = passages(&report, &origins).collect();
    check(&report, &all)
}

#[test]
fn a_sentence_in_several_paragraphs_is_one_finding() {
    let all = found(
        "2021",
        &[
            "# （一）主动公开",
            "2023年，我局认真贯彻落实《中华人民共和国政府",
            "信息公开条例》，坚持以公开为常态、不公开",
            "为例外，主动公开政府信息120条，发布解读6",
            "篇，取得了较好的成效。",
            "全年召开会议3次。",
        ],
    );
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_eq!(
        all[0].message,
        "“一、总体情况”第 2 段起的一句话断成了 4 段，第一处断在“落实《中华人民共和国政府”和“信息公开条例》，坚持以公”之间"
    );
}

#[test]
fn what_shows_at_a_border_is_enough() {
    for lines in [
        ["我局加强组织领导，明确责任分工，", "组织业务培训3次。"],
        ["我局加强组织领导、", "业务培训和监督检查。"],
        ["全年主动公开政府信息", "，同比增长3%。"],
        ["全年主动公开政府信息120", "条，同比增长3%。"],
        ["我局严格执行《政府信息公开", "条例》的规定。"],
        ["我局进一步完善信息公", "开审核机制。"],
        ["我局不断加大政策解读", "的力度，提升公开质量。"],
        ["通过门户网站和微信公众号全面开展", "工作。"],
        ["针对依申请公开中的", "突出问题，开展自查。"],
    ] {
        assert_eq!(found("2021", &lines).len(), 1, "{lines:?}");
    }
    let lines = [
        "我局高度重视公开的日常运行，把它列入重要议事日",
        "程由主要负责人亲自抓，分管负责人具体抓，各股室",
        "分工协作共同抓，形成了齐抓共管的良好局面。",
    ];
    assert_eq!(found("2021", &lines).len(), 1);
}

#[test]
fn whole_paragraphs_without_a_mark_are_no_broken_sentences() {
    for lines in [
        &["# （一）主动公开情况", "全年公开信息120条。"][..],
        &["主动公开情况", "全年公开信息120条。"],
        &["1.加强组织领导", "2.完善工作制度", "3.开展业务培训"],
        &["一是加强组织领导，", "二是完善工作制度，", "三是开展业务培训。"],
        &["联系电话：0999-1234567", "电子邮箱：jyj@qinglan.gov.cn", "地址：青岚县人民路1号，", "邮编：471000"],
        &["青岚县教育局", "2024年1月20日"],
        &["青岚县教育局办公室", "二〇二四年一月二十日"],
        &["2024年将重点做好以下工作：", "加强学习，提高认识。"],
        &["我局坚持以公开为常态，不断提升公开质量", "2024年，我局将继续做好工作。"],
        &["我局坚持以公开为常态，不断提升公开质量", "一是加强学习。"],
        &["全年共主动公开信息120条，其中解读6篇", "全年未收到政府信息公开申请。"],
        &["加强组织领导", "完善工作制度", "强化监督保障"],
        &["加强组织领导，明确责任分工", "完善工作制度，规范公开流程", "加强业务培训，提高队伍素质。"],
        &["没有其他需要报告的事项", "无。"],
        &["附件：统计表", "青岚县教育局"],
        &["会议审议并表决通过", "我局据此公开了全部材料。"],
        &["我局做到“应公开尽公开。”", "的确取得了成效。"],
    ] {
        for edition in ["2021", "2014"] {
            assert_eq!(found(edition, lines), [], "{lines:?}");
        }
    }
}

#[test]
fn a_table_or_a_heading_between_parts_paragraphs() {
    let mut report = Report::blank(form::edition("2021").unwrap());
    report.sections[1].before = vec![Paragraph::body("本年度的情况如下，")];
    report.sections[1].after = vec![Paragraph::body("以上数据由办公室汇总。")];
    report.sections[0].before =
        vec![Paragraph::body("我局加强领导，"), Paragraph::heading(2, "（二）培训"), Paragraph::body("全年培训3次。")];
    let origins = Origins::default();
    let all: Vec<_> = passages(&report, &origins).collect();
    assert_eq!(check(&report, &all), []);
}
