use super::samples::{document, report};
use super::*;
use crate::export::pdf;
use crate::model::{Block, Paragraph, Value};

#[test]
fn scratch_look() {
    let dir = std::path::Path::new("/tmp/w/layout-scratch");
    std::fs::create_dir_all(dir).unwrap();
    let faces = Faces::built_in();
    let style = Style::default();
    let mut docs = vec![
        ("seed", document("2021", |_| Value::Count(0))),
        ("large", document("2021", |n| Value::Count(1_000_000 + n * 37_119))),
        ("old", document("2019", |n| Value::Count(n))),
    ];
    let mut long = report("2021", |n| Value::Count(n * 7));
    long.cover.published = Some("2025年1月20日".into());
    long.cover.index = Some("014088230/2025-00012".into());
    long.cover.contact = Some("老城区科学技术局办公室，电话：0379-12345678，网址：http://www.example.gov.cn/zwgk/xxgknb/2024/index_abcdefghijklmn.html?id=123456".into());
    long.cover.agency = "某某省某某市高新技术产业开发区管理委员会科学技术和工业信息化局".into();
    long.cover.title = crate::compose::made_title(&long.cover.agency, 2024);
    for i in 0..30 {
        long.sections[0].before.push(Paragraph::body(format!("第{i}项，2024年12月31日，我局共办理——“放管服”改革……事项{i}件，占12.5%，同比增长3.75个百分点（其中：A类{i}件、B类12件），详见http://www.example.gov.cn/zwgk/2024/12/t20241231_123456.html网站。根据国办发〔2021〕30号文件、第20条规定，He said “open data” is good，收费1.5万元；办结率100%。")));
    }
    docs.push(("long", crate::compose::compose(&long)));
    for (name, doc) in docs {
        let pages = layout(&doc, &style, &faces).unwrap();
        std::fs::write(dir.join(format!("{name}.pdf")), pdf::write(&pages).unwrap()).unwrap();
    }
    let _ = Block::Paragraph { text: String::new() };
}

#[test]
fn scratch_chars() {
    let f = Faces::built_in();
    let all = "①②③⑩⑳㎡㎏℃‰±×÷≥≤≈√∑→←↑↓★☆●○■□▲△◆◇§№※〇々〆ⅠⅡⅢⅰαβγΩμπЯéüñāáǎà❤✓✔☑☐㈠⑴⒈￥¥€£™®©•‧・﹏～〜﹕﹑﹒◎⊙°′″²³½¼∶︰－‐‑–―·⋅ˇˉ〖〗〈〉﹁［］｛｝｜＋－＝／＼＜＞＃＆＊＠％＿｀＂＇¦¨¬¯´¸\u{20ac}\u{ff0e}\u{2f00}\u{2f29}\u{fa0e}\u{f900}\u{fffd}⿰🙂𠀀𪚥\u{30edd}㊣㊗";
    let bad: String = all.chars().filter(|c| !f.can_draw(*c)).collect();
    println!("BAD {bad:?}");
}
