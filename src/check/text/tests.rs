use proptest::prelude::*;

use super::*;
use crate::form;

/// A report of an edition with a text in its first section and a sentence in every section.
fn report(edition: &str, year: u16, text: &str) -> Report {
    let mut report = Report::blank(form::edition(edition).unwrap());
    report.cover.agency = "青岚县教育局".to_owned();
    report.cover.year = year;
    report.cover.title = labels().report.made_title("青岚县教育局", year);
    for s in &mut report.sections {
        s.before.push(Paragraph::body("未收取信息处理费。"));
    }
    report.sections[0].before.push(Paragraph::body(text));
    report
}

fn codes(report: &Report) -> Vec<&'static str> {
    check(report, &Origins::default()).iter().map(|f| f.code.name()).collect()
}

#[test]
fn years_are_judged_by_what_is_said_of_them() {
    for text in [
        "2022年，我局认真做好政府信息公开工作。",
        "我局2022年未收到政府信息公开申请。",
        "二〇二二年，我局主动公开信息5条。",
    ] {
        assert_eq!(codes(&report("2021", 2023, text)), ["T503"], "{text}");
    }
    for text in [
        "2023年，我局认真做好政府信息公开工作。",
        "2024年，我局将进一步做好工作。",
        "与2022年相比增加3件。",
        "依据《条例》（2019年修订）。",
        "自2008年以来，我局坚持公开。",
        "2019年5月15日起施行。",
        "2022年底结转的申请已办结。",
    ] {
        assert_eq!(codes(&report("2021", 2023, text)), [""; 0], "{text}");
    }
}

#[test]
fn a_report_without_a_year_or_an_agency_has_no_other_ones() {
    let mut report = report("2021", 0, "2022年，我局认真做好政府信息公开工作。");
    (report.cover.agency, report.cover.title) = (String::new(), String::new());
    report.cover.published = Some("2024年1月20日".to_owned());
    assert_eq!(codes(&report), [""; 0]);
    // A day that does not exist is wrong in any year.
    report.cover.published = Some("2024年2月30日".to_owned());
    assert_eq!(codes(&report), ["T503"]);
}

/// Time grows linearly with the length of any text: a quadratic search would not finish on 300 kB.
#[test]
fn long_texts_come_to_an_end() {
    for piece in
        ["收到", "未因政府信息公开申请", "2022年我局", "1 1 1-", "一", "（", "现公布青岚县", "申请申请为", "上年结转"]
    {
        let text = piece.repeat(300_000 / piece.len());
        check(&report("2021", 2023, &text), &Origins::default());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Neither arbitrary text nor text made of the searched words causes a panic.
    #[test]
    fn no_text_panics(text in ".{0,200}", words in proptest::collection::vec(0usize..24, 0..30)) {
        let pieces = ["收到", "政府信息公开申请", "12", "件", "，", "未", "2022年", "年度", "（", "》", "上年结转", "13800138000", "@qq.com",
            "约", "万", "十", "行政复议", "、", "现公布", "青岚县", "局", "1 ", "余", "报告如下"];
        let made: String = words.iter().map(|w| pieces[*w]).collect();
        for edition in ["2021", "2014"] {
            for text in [&text, &made, &format!("{text}{made}")] {
                check(&report(edition, 2023, text), &Origins::default());
            }
        }
    }
}
