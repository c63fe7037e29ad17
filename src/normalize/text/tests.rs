use super::*;

fn changed(text: &str) -> String {
    normalise(text, false).0
}

#[test]
fn half_width_habits_become_full_width() {
    for (from, to) in [
        ("2024 年, 我局以…为指导, 严格落实", "2024年，我局以…为指导，严格落实"),
        ("(一) 主动公开:", "（一）主动公开："),
        ("截至目前, 全年公开信息 6 条, 依托“精彩老城”微信", "截至目前，全年公开信息6条，依托“精彩老城”微信"),
        ("工作 (试行) 的通知", "工作（试行）的通知"),
        ("公开吗?公开!好;行", "公开吗？公开！好；行"),
        ("共5件,其中2件", "共5件，其中2件"),
        ("落实\"三审\"制度和\"先审后发\"", "落实“三审”制度和“先审后发”"),
        ("⼯作⻓期⺠生", "工作长期民生"),
        ("金\u{F90A}", "金金"),
        ("注\u{fffc}1", "注1"),
        ("零\u{200b}宽\u{7}控", "零宽控"),
        ("网站(www.gov.cn)发布", "网站（www.gov.cn）发布"),
        ("见http://www.gov.cn/a,b,公告", "见http://www.gov.cn/a,b，公告"),
    ] {
        assert_eq!(changed(from), to);
    }
}

#[test]
fn numbers_times_addresses_and_latin_stay() {
    for text in [
        "1,000件",
        "上午10:30开会",
        "见http://www.gov.cn/a,b:c?d=(e)公告",
        "邮箱a.b,c@gov.cn",
        "比例为1:3",
        "use of AI (large models), etc.",
        "发布 Android 应用",
        "张 三",
        "第1)项",
        "5\"屏",
    ] {
        assert_eq!(changed(text), text);
    }
}

#[test]
fn kept_text_changes_only_in_what_cannot_be_seen() {
    let (text, changes) = normalise("2024 年, ⼯作\u{200b}", true);
    assert_eq!(text, "2024 年, 工作");
    assert_eq!((changes.count(Change::Radical), changes.count(Change::Control)), (1, 1));
    assert_eq!(changes.count(Change::Mark) + changes.count(Change::Space), 0);
}

#[test]
fn changes_are_counted_by_kind() {
    let (_, changes) = normalise("2024 年, 我局\"好\"(一)", false);
    let counts = Changes::KINDS.map(|k| changes.count(k));
    assert_eq!(counts, [0, 0, 3, 2, 2]);
}

#[test]
fn normalising_twice_changes_nothing_more() {
    for text in
        ["2024 年, 我局 (试行) , 好 \"吗\" ?", "a , b 中 , 1 , 2", "( 中 ) ( a ) 1 中", "，  1 ， 中", "中 ( 1 )"]
    {
        let once = changed(text);
        assert_eq!(changed(&once), once, "{text}");
    }
}

#[test]
fn lines_split_at_every_line_end() {
    let all: Vec<_> = lines("甲\r\n　　乙\n\n\u{2028}丙\u{b}\u{feff}").collect();
    assert_eq!(all, ["甲", "乙", "丙"]);
}

#[test]
fn long_runs_of_marks_cost_no_more_than_their_length() {
    for piece in [",", "(", "\"", " ", "(,", "中 ,", "a@b.c,"] {
        let text = piece.repeat(300_000);
        assert!(!normalise(&text, false).0.contains('\u{0}'));
    }
}

#[test]
fn what_stays_is_not_touched_by_any_step() {
    let stable: Vec<char> = ('\0'..='\u{ffff}').filter(|c| stays(*c)).collect();
    let mut changes = Changes::default();
    for (i, c) in stable.iter().enumerate() {
        // Beside itself, beside Chinese, Latin, digits and its neighbour in the list.
        for beside in ['中', 'a', '1', '。', *c, stable[(i + 7) % stable.len()]] {
            let text: String = [beside, *c, beside, *c].iter().collect();
            let chars: Vec<char> = safe(&text, &mut changes).chars().collect();
            let chars = marks(quotes(chars, &mut changes), &mut changes);
            assert_eq!(spaces(&chars, &mut changes).into_iter().collect::<String>(), text);
        }
    }
    assert_eq!(changes, Changes::default());
}

#[test]
fn marked_words_that_would_make_another_number_are_told_from_others() {
    for (text, changes) in [
        ("共10\u{fffc}6件", true),
        ("共\u{fffc}12件", true),
        ("\u{fffc}12件", true),
        ("3\u{fffc}rd", true),
        ("共 10 \u{fffc} 次方", true),
        ("CO\u{fffc}2", false),
        ("500m\u{fffc}2", false),
        ("\u{fffc}作废的话", false),
    ] {
        assert_eq!(marked(text).map(|(_, changes)| changes), Some(changes), "{text}");
    }
    assert_eq!(marked("共10件"), None);
    assert_eq!(marked("一二三四五六七八\u{fffc}九\u{fffc}十").unwrap().0, "三四五六七八九十");
}
