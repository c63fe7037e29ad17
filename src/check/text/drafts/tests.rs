use super::*;

fn first(text: &str, cover: bool) -> Option<String> {
    let plain = Plain::new(text);
    placeholders(&plain, cover).first().map(|span| quoted(&plain, *span).to_owned())
}

#[test]
fn a_placeholder_is_quoted_with_what_stands_about_it() {
    for (text, quote) in [
        ("2023年，共收到政府信息公开申请XX件，均已办结。", "政府信息公开申请XX件"),
        ("20XX年，我局做好公开工作。", "20XX年"),
        ("主动公开信息____条。", "主动公开信息____条"),
        ("全年公开信息【 】条。", "全年公开信息【 】条"),
        ("收到申请12件（数字待核），均已办结。", "收到申请12件（数字待核）"),
    ] {
        assert_eq!(first(text, false).as_deref(), Some(quote), "{text}");
    }
}

#[test]
fn a_cover_has_no_masks_at_all() {
    for text in ["××县教育局2023年政府信息公开工作年度报告", "2024年X月X日", "2024年  月  日", "0999-XXXXXXX", "待定"]
    {
        assert!(first(text, true).is_some(), "{text}");
    }
    for text in ["青岚县教育局2023年政府信息公开工作年度报告", "2024年1月20日", "0999-1234567", "王××，0999-1234567"]
    {
        assert_eq!(first(text, true), None, "{text}");
    }
}

/// Time grows linearly with the length of any text: a quadratic search would not finish on 300 kB.
#[test]
fn long_texts_come_to_an_end() {
    for piece in ["_", "【", "，待", "数字", "XX.", "1年月"] {
        let text = piece.repeat(300_000 / piece.len());
        let plain = Plain::new(&text);
        placeholders(&plain, false);
        placeholders(&plain, true);
    }
}
