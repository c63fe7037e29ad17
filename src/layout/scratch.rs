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
    let mut t = report("2021", |n| Value::Count(n * 99_991));
    t.sections[4].before = [
        "空格 保留 ，两个  空格也是；ABC与中文，2024 年，（一）“引号”——破折号……省略号",
        "He said “open data” is good; don’t break affine fi ffl AV To. Café, naïve.",
        "罕用字：𠮷、㐂、䶮、𫖯、〇、①②③㎡℃‰±×÷≥≤≈√→★☆●○■□※ⅠⅡα°·～ā—é。",
        "=SUM(A1:A2) <b>&amp;</b> \\(括号\\) %%EOF",
        "（《【“开头的括号”】》）。，、；：？！",
        "无空格长串ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789012345678901234567890123456789",
        "1.工作进展。2024年共制发规范性文件12件，其中《关于进一步加强政府信息公开工作的实施意见》（某政办发〔2024〕12号）等3件；办理人大代表建议、政协提案共45件，办结率100%，满意率98.6%。",
        "2.“互联网+政务服务”平台共有用户1234567人（同比增长3.5%），日均访问量约1.2万人次；“一件事一次办”事项达36项，群众满意度为99.99%。",
    ].map(Paragraph::body).to_vec();
    docs.push(("trouble", crate::compose::compose(&t)));
    docs.push(("longtable", crate::export::pdf::long_table_for_looking()));
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

#[test]
fn scratch_bench() {
    let start = std::time::Instant::now();
    let faces = Faces::built_in();
    let style = Style::default();
    let doc = document("2021", |n| Value::Count(n));
    let p = layout(&doc, &style, &faces).unwrap();
    println!("cold layout {:?}", start.elapsed());
    pdf::write(&p).unwrap();
    println!("cold all {:?}", start.elapsed());
    for (name, doc) in
        [("seed", document("2021", |n| Value::Count(n))), ("large", document("2021", |n| Value::Count(1_000_000 + n)))]
    {
        let n = 100;
        let start = std::time::Instant::now();
        let mut l = std::time::Duration::ZERO;
        for _ in 0..n {
            let s = std::time::Instant::now();
            let p = layout(&doc, &style, &faces).unwrap();
            l += s.elapsed();
            pdf::write(&p).unwrap();
        }
        println!("{name}: layout {:?} all {:?}", l / n, start.elapsed() / n);
    }
    let long = Document {
        language: "zh-CN",
        title: vec![],
        agency: String::new(),
        facts: vec![],
        blocks: vec![Block::Paragraph {
            text: "全面提升我局政务公开水平，2024年共办理12件（见http://www.example.gov.cn/）；“三审三校”制度。"
                .repeat(2000),
        }],
    };
    let s = std::time::Instant::now();
    let p = layout(&long, &style, &faces).unwrap();
    println!("200 kB: layout {:?}", s.elapsed());
    pdf::write(&p).unwrap();
    println!("200 kB: all {:?}", s.elapsed());
    let s = std::time::Instant::now();
    println!("{} hana {:?}", faces.can_draw('\u{2b5af}'), s.elapsed());
    let s = std::time::Instant::now();
    let n: usize =
        (0..100).map(|_| "全面提升我局政务公开水平，2024年共办理".chars().filter(|c| faces.can_draw(*c)).count()).sum();
    println!("can_draw {:?} each", s.elapsed() / n as u32);
}
