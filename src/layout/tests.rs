pub(crate) mod samples;

use super::*;
use crate::model::{Block, Value};
use samples::document;

/// A printed line. Lengths in points.
#[derive(Debug)]
struct Seen {
    page: usize,
    y: f32,
    left: f32,
    right: f32,
    text: String,
}

/// The lines of one tag, from top to bottom.
fn lines_of(pages: &Pages, tag: TagId) -> Vec<Seen> {
    let mut out: Vec<Seen> = Vec::new();
    for (number, page) in pages.pages.iter().enumerate() {
        for item in page.items.iter().filter(|i| i.owner == Owner::Tag(tag)) {
            let Mark::Run(run) = &item.mark else { continue };
            let advances: f32 = page.glyphs[run.glyphs.clone()].iter().map(|g| g.advance).sum();
            let right = run.x + advances * run.size;
            let text = &page.text[run.text.clone()];
            match out.last_mut() {
                Some(l) if l.page == number && l.y == run.y => {
                    l.right = right;
                    l.text.push_str(text);
                }
                _ => out.push(Seen { page: number, y: run.y, left: run.x, right, text: text.to_owned() }),
            }
        }
    }
    out
}

fn of_blocks(blocks: Vec<Block>) -> Document {
    Document { language: "zh-CN", blocks, ..Document::default() }
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph { text: text.into() }
}

fn heading(level: u8, text: &str) -> Block {
    Block::Heading { level, text: text.into() }
}

fn pages(blocks: Vec<Block>) -> Pages {
    layout(&of_blocks(blocks), &Style::default(), &Faces::built_in(), &Cache::default()).unwrap()
}

fn lines(text: &str) -> Vec<Seen> {
    lines_of(&pages(vec![paragraph(text)]), 1)
}

fn margins() -> (f32, f32) {
    let page = Style::default().page;
    (page.margin_left * POINTS_PER_MM, (page.margin_left + page.text_width) * POINTS_PER_MM)
}

#[test]
fn a_page_has_22_lines_of_28_characters() {
    let lines = lines(&"国".repeat(26 + 28 * 30));
    let counts: Vec<usize> = lines.iter().map(|l| l.text.chars().count()).collect();
    assert_eq!(counts[0], 26);
    assert!(counts[1..].iter().all(|c| *c == 28), "{counts:?}");
    assert_eq!(lines.iter().filter(|l| l.page == 0).count(), 22);
    let (left, right) = margins();
    assert!((lines[0].left - left - 2.0 * (right - left) / 28.0).abs() < 0.1);
    assert!((lines[1].left - left).abs() < 0.1 && (lines[1].right - right).abs() < 0.1);
}

/// Text with all kinds of marks, quotes, numbers and units, shifted through every position of the line by the characters before
/// it.
#[test]
fn lines_begin_and_end_as_gb_t_15834_says() {
    let text = "我局共受理申请件（其中：网上12件），占12.5%，按《条例》第20条、国办发〔2021〕30号文件，于2024年3月31日办结；\
                “三审三校”制度——“先审后发”……全部落实！何为“公开”？收费1.5万元，见【附件】与‘说明’：A类300件、B类5篇。结束：";
    let (_, margin) = margins();
    for before in 0..28 {
        let whole = format!("{}{}", "国".repeat(before), text.repeat(4));
        let lines = lines(&whole);
        let joined: String = lines.iter().map(|l| l.text.as_str()).collect();
        assert_eq!(joined, whole);
        for (i, line) in lines.iter().enumerate() {
            let (first, last) = (line.text.chars().next().unwrap(), line.text.chars().last().unwrap());
            assert!(!"。，、；：？！）》】〕”’…%".contains(first), "{}", line.text);
            assert!(!"（《【〔“‘第".contains(last), "{}", line.text);
            assert!(line.right <= margin + 0.1, "{} ends at {}", line.text, line.right);
            if let Some(next) = lines.get(i + 1) {
                assert!((line.right - margin).abs() < 0.1, "{} ends at {}", line.text, line.right);
                let next = next.text.chars().next().unwrap();
                let split = last.is_ascii_digit() && (next.is_ascii_digit() || "年月日件条号篇.万元".contains(next))
                    || last == '万' && next == '元'
                    || last == '.'
                    || last == next && "—…".contains(last);
                assert!(!split, "{} | {next}", line.text);
            }
        }
    }
}

fn em(page: &Page, run: &Run, of: char) -> f32 {
    let text = &page.text[run.text.clone()];
    page.glyphs[run.glyphs.clone()].iter().find(|g| text[g.text.clone()].starts_with(of)).unwrap().advance
}

#[test]
fn marks_are_squeezed_and_scripts_set_apart() {
    let first = pages(vec![paragraph("公开（《条例》）和A类，乙12 件。")]);
    let page = &first.pages[0];
    let run = |c: char| {
        page.items
            .iter()
            .find_map(|i| match &i.mark {
                Mark::Run(r) if page.text[r.text.clone()].contains(c) => Some(r),
                _ => None,
            })
            .unwrap()
    };
    // Two adjacent marks take one and a half em together: 》 gives up half an em before ）.
    assert!((0.4..0.65).contains(&em(page, run('》'), '》')), "{}", em(page, run('》'), '》'));
    // A quarter em between 和 and A, and no extra space where the text has a space.
    let end = |r: &Run| r.x + page.glyphs[r.glyphs.clone()].iter().map(|g| g.advance).sum::<f32>() * r.size;
    let wide = |c| em(page, run(c), c);
    assert!((wide('和') - 1.235).abs() < 0.02, "{}", wide('和'));
    assert!((wide('乙') - 1.235).abs() < 0.02);
    assert!((em(page, run('2'), '2') - 0.5).abs() < 0.01);
    assert!((end(run('2')) - run('件').x).abs() < 0.1);
    // Quotes are full-width in Chinese and Latin in Latin text.
    assert_ne!(run('公').face, run('A').face);
    let pages = pages(vec![paragraph("落实“三审”制度"), paragraph("He said “open data” again")]);
    let page = &pages.pages[0];
    let faces: Vec<(String, FaceId)> = page
        .items
        .iter()
        .filter_map(|i| {
            if let Mark::Run(r) = &i.mark { Some((page.text[r.text.clone()].to_owned(), r.face)) } else { None }
        })
        .collect();
    assert_eq!(faces[0].0, "落实“三审”制度");
    assert_eq!(faces[1].0, "He said “open data” again");
    assert_ne!(faces[0].1, faces[1].1);
}

#[test]
fn long_words_break_rather_than_run_over_the_margin() {
    let (_, margin) = margins();
    let url = format!("详见http://www.example.gov.cn/{}", "zwgk/2024/index_".repeat(20));
    let after = |text: &str| format!("无空格长串{text}{}", "AB/".repeat(60));
    for text in [
        url,
        after(""),
        after("，"),
        after("（见）"),
        "A".repeat(500),
        "1".repeat(500),
        "——".repeat(300),
        "（".repeat(300),
        "，".repeat(300),
    ] {
        let lines = lines(&text);
        assert!(lines.len() > 1);
        for line in &lines {
            assert!(line.right <= margin + 0.1, "{} ends at {}", line.text, line.right);
        }
        let joined: String = lines.iter().map(|l| l.text.as_str()).collect();
        assert_eq!(joined, text);
    }
}

#[test]
fn paragraphs_and_headings_keep_their_lines_together() {
    for above in 15..24 {
        for count in 1..6 {
            // `above` single lines, then a heading and paragraphs of `count` lines.
            let mut blocks: Vec<Block> = (0..above).map(|_| paragraph("上文")).collect();
            blocks.push(heading(1, "一、标题"));
            blocks.push(heading(2, "（一）标题"));
            blocks.extend((0..3).map(|_| paragraph(&"文".repeat(26 + 28 * (count - 1)))));
            let pages = pages(blocks);
            let first = above + 1;
            let at: Vec<Vec<usize>> =
                (first..first + 5).map(|t| lines_of(&pages, t).iter().map(|l| l.page).collect()).collect();
            assert_eq!(at[0], at[1], "headings apart");
            // The two lines after the heading.
            let after: Vec<usize> = at[2].iter().chain(&at[3]).take(2).copied().collect();
            assert!(after.iter().all(|p| *p == at[1][0]), "{above} {count}: {at:?}");
            for paragraph in &at[2..] {
                for page in paragraph {
                    let here = paragraph.iter().filter(|p| *p == page).count();
                    assert!(here >= 2 || paragraph.len() == 1, "{above} {count}: {at:?}");
                }
            }
        }
    }
}

#[test]
fn a_heading_moves_with_its_table() {
    for above in 0..22 {
        let table = document("2021", |_| Value::Count(0)).blocks.into_iter().filter(|b| matches!(b, Block::Table(_)));
        let mut blocks: Vec<Block> = (0..above).map(|_| paragraph("上文")).collect();
        blocks.push(heading(1, "三、标题"));
        blocks.push(paragraph("表前一句。"));
        blocks.extend(table.skip(1).take(1));
        let pages = pages(blocks);
        let page = |tag: TagId| lines_of(&pages, tag)[0].page;
        let cell = pages.tags.iter().position(|t| matches!(t.kind, TagKind::HeaderCell { .. })).unwrap();
        assert_eq!((page(above + 1), page(above + 2)), (page(cell), page(cell)), "{above}");
        assert_eq!(pages.pages.len(), if page(cell) == 0 { 1 } else { 2 }, "{above}");
    }
}

#[test]
fn nothing_is_drawn_outside_the_text_area_but_the_page_number() {
    let style = Style::default();
    let (left, right) = margins();
    let top = style.page.margin_top * POINTS_PER_MM;
    let bottom = top + style.page.text_height * POINTS_PER_MM;
    for value in [0, 9_999_999, 1_000_000_000_000_000] {
        let pages =
            layout(&document("2021", |_| Value::Count(value)), &style, &Faces::built_in(), &Cache::default()).unwrap();
        for page in &pages.pages {
            for item in page.items.iter().filter(|i| i.owner != Owner::PageNumber) {
                let (x, y) = match &item.mark {
                    Mark::Run(r) => {
                        let wide: f32 = page.glyphs[r.glyphs.clone()].iter().map(|g| g.advance).sum();
                        // The blank half of an opening mark may be in the margin.
                        let opens = page.text[r.text.clone()].starts_with(['（', '“', '《']);
                        ((if opens { r.x + r.size / 2.0 } else { r.x }, r.x + wide * r.size), r.y)
                    }
                    Mark::Rule(r) => ((r.from.0.min(r.to.0), r.from.0.max(r.to.0)), r.from.1.max(r.to.1)),
                };
                assert!(x.0 >= left - 0.5 && x.1 <= right + 0.5 && y > top - 0.5 && y <= bottom + 0.5, "{item:?}");
            }
        }
    }
}

#[test]
fn figures_stay_on_one_line() {
    for value in [0, 9_999_999, 123_456_789] {
        let pages = layout(
            &document("2021", |_| Value::Count(value)),
            &Style::default(),
            &Faces::built_in(),
            &Cache::default(),
        )
        .unwrap();
        for (tag, kind) in pages.tags.iter().enumerate() {
            if let TagKind::DataCell { .. } = kind.kind {
                assert_eq!(lines_of(&pages, tag).len(), 1);
            }
        }
    }
}

#[test]
fn narrow_headers_break_between_words() {
    let pages =
        layout(&document("2021", |_| Value::Count(0)), &Style::default(), &Faces::built_in(), &Cache::default())
            .unwrap();
    let cell = |text: &str| {
        let of = |t: TagId| lines_of(&pages, t).into_iter().map(|l| l.text).collect::<Vec<_>>();
        (0..pages.tags.len()).map(of).find(|l| l.concat() == text).unwrap()
    };
    assert_eq!(cell("社会公益组织"), ["社会", "公益", "组织"]);
    assert_eq!(cell("法律服务机构"), ["法律", "服务", "机构"]);
    assert_eq!(cell("商业企业"), ["商业", "企业"]);
    assert_eq!(cell("自然人"), ["自然人"]);
    assert_eq!(cell("尚未审结"), ["尚未", "审结"]);
    assert_eq!(cell("（三）不予公开"), ["（三）", "不予公开"]);
}

#[test]
fn titles_break_after_the_agency() {
    let title = |parts: &[&str]| {
        let mut document = of_blocks(Vec::new());
        document.title = parts.iter().map(|p| (*p).to_owned()).collect();
        let pages = layout(&document, &Style::default(), &Faces::built_in(), &Cache::default()).unwrap();
        let (left, right) = margins();
        let lines = lines_of(&pages, 1);
        for l in &lines {
            assert!(((l.left - left) - (right - l.right)).abs() < 1.0, "not centred: {l:?}");
        }
        lines.into_iter().map(|l| l.text).collect::<Vec<_>>()
    };
    let rest = ["2024年", "政府信息公开", "工作年度报告"];
    let with = |agency: &'static str| title(&[&[agency], &rest[..]].concat());
    assert_eq!(with("甲县").len(), 1);
    assert_eq!(with("老城区科学技术局"), ["老城区科学技术局", "2024年政府信息公开工作年度报告"]);
    let lines = with("某某省某某市高新技术产业开发区管理委员会科学技术和工业信息化局");
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0], "某某省某某市高新技术产业开发区");
    assert_eq!(lines[2], "2024年政府信息公开工作年度报告");
    let long = "某市".repeat(200);
    assert_eq!(title(&[&long, "2024年"]).concat(), format!("{long}2024年"));
}

#[test]
fn rare_characters_are_drawn_and_others_refused() {
    let faces = Faces::built_in();
    for c in "𠮷㐂䶮𫖯〇①㎡℃‰\t\n\u{200b}\u{1}\u{2003}".chars() {
        assert!(faces.can_draw(c), "{c:?}");
    }
    for c in ['🙂', '\u{e000}', '\u{f0000}', '❤'] {
        assert!(!faces.can_draw(c), "{c:?}");
        let document = of_blocks(vec![paragraph(&format!("前{c}后"))]);
        let error = layout(&document, &Style::default(), &faces, &Cache::default()).unwrap_err().to_string();
        assert!(error.contains(c) && error.contains(&format!("U+{:04X}", c as u32)), "{error}");
    }
    // The marks of GB/T 15834 are drawn.
    for c in "。，、；：？！（）《》〈〉【】“”‘’—…·～％".chars() {
        assert!(faces.can_draw(c));
    }
}

/// In quadratic time, 380,000 characters would not finish.
#[test]
fn layout_is_linear_in_the_text() {
    let text = "全面提升我局政务公开水平，2024年共办理12件（见http://www.example.gov.cn/）；“三审三校”制度。";
    let document = of_blocks(vec![paragraph(&text.repeat(8_000))]);
    let pages = layout(&document, &Style::default(), &Faces::built_in(), &Cache::default()).unwrap();
    assert!(pages.pages.len() > 100, "{}", pages.pages.len());
}

#[test]
fn page_numbers_stand_where_the_style_says() {
    let blocks = || (0..30).map(|_| paragraph("文")).collect::<Vec<_>>();
    let number = |position: &str, page: usize| {
        let style = Style::parse(&format!("[page]\npage_number = \"{position}\"")).unwrap();
        let pages = layout(&of_blocks(blocks()), &style, &Faces::built_in(), &Cache::default()).unwrap();
        let page = &pages.pages[page];
        let runs: Vec<&Run> = page
            .items
            .iter()
            .filter(|i| i.owner == Owner::PageNumber)
            .filter_map(|i| if let Mark::Run(r) = &i.mark { Some(r) } else { None })
            .collect();
        let text: String = runs.iter().map(|r| &page.text[r.text.clone()]).collect();
        (text, runs[0].x)
    };
    let (left, right) = margins();
    assert_eq!(number("centered", 1).0, "— 2 —");
    let (odd, even) = (number("outside", 0), number("outside", 1));
    assert_eq!(odd.0, "— 1 —");
    assert!(odd.1 > right - 80.0 && (even.1 - left - 14.0).abs() < 0.5, "{odd:?} {even:?}");
}

#[test]
fn user_faces_are_read_and_unusable_ones_refused() {
    let dir = tempfile::tempdir().unwrap();
    let font = include_bytes!("../../fonts/ReportLatin-Regular.ttf");
    std::fs::write(dir.path().join("mine.ttf"), font).unwrap();
    // fsType is located 8 bytes into the table OS/2.
    let record = font[12..].chunks(16).find(|r| r.starts_with(b"OS/2")).unwrap();
    let at = u32::from_be_bytes(record[8..12].try_into().unwrap()) as usize + 8;
    for (name, fs_type) in [("restricted.ttf", 0x0002u16), ("whole.ttf", 0x0100)] {
        let mut bytes = font.to_vec();
        bytes[at..at + 2].copy_from_slice(&fs_type.to_be_bytes());
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    std::fs::write(dir.path().join("text.ttf"), "不是字体").unwrap();
    std::fs::write(dir.path().join("cut.ttf"), &font[..400]).unwrap();
    let file = |name: &str| FaceFile {
        path: name.to_owned(),
        bytes: std::fs::read(dir.path().join(name)).map_err(|_| "没有".to_owned()),
    };
    let load = |name: &str| Faces::new(&Style::parse(&format!("[face]\nlatin = \"{name}\"")).unwrap(), file);
    let faces = load("mine.ttf").unwrap();
    let document = document("2021", |_| Value::Count(1));
    let pages = layout(&document, &Style::default(), &faces, &Cache::default()).unwrap();
    assert!(!crate::export::pdf::write(&pages, &crate::export::Cache::default()).unwrap().is_empty());
    for (name, message) in [
        ("restricted.ttf", "不许嵌入"),
        ("whole.ttf", "不许嵌入"),
        ("text.ttf", "不是可用"),
        ("cut.ttf", "不是可用"),
        ("none.ttf", "读不出"),
    ] {
        let error = load(name).unwrap_err().to_string();
        assert!(error.contains(message) && error.contains("latin") && error.contains(name), "{error}");
    }
    assert!(Faces::new(&Style::default(), file).is_ok());
}
