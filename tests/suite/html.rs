//! Web pages and fragments: their contents, what they must never contain, and the tags of the site they belong to.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::html::{Element, parse, says};
use crate::support::{SAMPLE, files, nianbao, sample, stderr, stdout};
use nianbao::cli::reading::examine;
use nianbao::compose::compose;
use nianbao::engine::Engine;
use nianbao::export::{Cache, html};
use nianbao::form;
use nianbao::model::{Align, Block, Cell, CellRole, Cover, Document, Paragraph, Report, Row, Table, Value};
use nianbao::site::Site;

/// Writes a page with an empty cache.
fn page(document: &Document, site: &Site) -> Vec<u8> {
    html::page(document, site, &Cache::default())
}

fn fragment(document: &Document) -> Vec<u8> {
    html::fragment(document, &Cache::default())
}

const HOSTILE: &str = "</p></td></title></style><script>alert(1)</script>]]><!-- \"'&amp;&#0;\u{fffe}\u{1fffe}\u{202e}\u{2066}\u{0}\u{85}x";
/// The visible characters of the same text.
const SEEN: &str = "</p></td></title></style><script>alert(1)</script>]]><!-- \"'&amp;&#0;x";

/// Returns samples of every edition.
fn samples() -> Vec<Report> {
    let books = ["", "archive"].map(sample).into_iter().flat_map(|folder| {
        files(&folder).into_iter().filter(|name| name.ends_with(".xlsx")).map(move |name| folder.join(name))
    });
    let reports: Vec<Report> = books.filter_map(|book| examine(&book, &Engine::default()).report).collect();
    assert_eq!(reports.iter().map(|r| &r.form.id).collect::<BTreeSet<_>>().len(), form::built_in().len());
    reports
}

fn both(doc: &Document) -> [Element; 2] {
    [parse(&page(doc, &Site::default())), parse(&fragment(doc))]
}

fn ids(root: &Element) -> BTreeSet<String> {
    root.all().iter().filter_map(|e| e.attribute("id").map(str::to_owned)).collect()
}

/// Returns names and contents of the tags of a page.
fn tags(page: &Element) -> Vec<(String, String)> {
    let named = page.named("meta").into_iter().filter_map(|m| Some((m.attribute("name")?, m.attribute("content")?)));
    named.filter(|(name, _)| *name != "viewport").map(|(n, c)| (n.to_owned(), c.to_owned())).collect()
}

#[test]
fn the_samples_read_back_as_they_are() {
    for report in samples() {
        both(&compose(&report)).iter().for_each(|root| says(root, &report));
    }
}

/// Every value is different, so that no value can be mistaken for another.
#[test]
fn every_figure_of_every_edition_is_under_its_own_heads() {
    for form in form::built_in() {
        let mut report = Report::blank(form.clone());
        report.cover = Cover { agency: "某局".into(), year: 2020, title: "某局报告".into(), ..Cover::default() };
        let mut n = 1_000_000;
        for value in report.tables.iter_mut().flatten() {
            n += 1;
            *value = Value::Count(n);
        }
        both(&compose(&report)).iter().for_each(|root| says(root, &report));
    }
}

#[test]
fn labels_break_between_words_and_figures_nowhere() {
    for report in samples() {
        let doc = compose(&report);
        for root in both(&doc) {
            let inside = |name: &str| root.named(name).iter().map(|e| e.named("wbr").len()).sum::<usize>();
            assert!(inside("th") > 0 && inside("td") == 0 && inside("p") == 0);
        }
        let fragment = String::from_utf8(fragment(&doc)).unwrap();
        let heads = fragment.split("<th ").skip(1).map(|h| h.split('>').next().unwrap());
        assert!(heads.clone().count() > 0);
        // Without this style a browser breaks the line after every Chinese character.
        heads.for_each(|h| assert!(h.contains("word-break:keep-all"), "{h}"));
    }
}

#[test]
fn hostile_words_stay_words() {
    for form in form::built_in() {
        let mut report = Report::blank(form.clone());
        let text = || Some(HOSTILE.to_owned());
        report.cover = Cover {
            agency: HOSTILE.into(),
            year: 2020,
            title: format!("{HOSTILE}2020年{HOSTILE}"),
            published: text(),
            contact: text(),
            index: text(),
        };
        report.preface = vec![Paragraph::body(HOSTILE), Paragraph::heading(3, HOSTILE)];
        for section in &mut report.sections {
            section.before = vec![Paragraph::body(HOSTILE), Paragraph::heading(2, format!("{HOSTILE}\r\n二\n"))];
        }
        let doc = compose(&report);
        for root in both(&doc) {
            says(&root, &report);
        }
        let page = page(&doc, &Site::default());
        let text = String::from_utf8(page.clone()).unwrap();
        assert!(!text.contains("<script") && !text.contains("<!--") && !text.contains("]]>"));
        assert!(!text.contains(['\u{fffe}', '\u{1fffe}', '\u{202e}', '\u{2066}', '\u{0}', '\u{85}']));
        let tags = tags(&parse(&page));
        assert!(tags.contains(&("ContentSource".into(), SEEN.into())), "{tags:?}");
        // An invalid date gives no tag.
        assert!(tags.iter().all(|(name, _)| name != "PubDate"));
    }
}

/// The same must hold for tables that no form makes: cells that do not tile, spans that exceed the table, no rows at all.
#[test]
fn a_table_of_any_shape_is_written() {
    let cell = |column, row_span, column_span, role| Cell {
        column,
        row_span,
        column_span,
        text: HOSTILE.into(),
        role,
        align: Align::Left,
        indent: 200,
    };
    use CellRole::{BlockHeader, ColumnHeader, Data, RowHeader};
    let shapes: Vec<Vec<Vec<Cell>>> = vec![
        vec![],
        vec![vec![]],
        vec![vec![cell(7, 90, 3, RowHeader), cell(0, 0, 0, Data)], vec![cell(2, 1, 1, Data)]],
        vec![vec![cell(0, 1, 9, BlockHeader)], vec![cell(0, 5, 5, ColumnHeader)], vec![cell(8, 1, 1, Data)]],
    ];
    for rows in shapes {
        let rows: Vec<Row> = rows.into_iter().map(|cells| Row { cells }).collect();
        for (header_rows, widths) in [(0, vec![]), (99, vec![0.0; 3]), (1, vec![1.0; 20])] {
            let table = Table { caption: HOSTILE.into(), widths, header_rows, label_columns: 50, rows: rows.clone() };
            let blocks = vec![Block::Table(table)];
            let doc = Document { language: "zh-CN", title: vec![HOSTILE.into()], blocks, ..Document::default() };
            for root in both(&doc) {
                assert_eq!(root.named("table").len(), 1);
                assert!(root.named("td").iter().all(|td| td.words() == SEEN));
            }
        }
    }
}

#[test]
fn levels_of_any_order_give_ranks_without_a_gap() {
    let blocks = [3, 1, 3, 2, 3, 9, 4, 5, 6, 7, 8, 0, 2, 1];
    let blocks = blocks.iter().map(|level| Block::Heading { level: *level, text: level.to_string() }).collect();
    let doc = Document { language: "zh-CN", title: vec!["标题".into()], blocks, ..Document::default() };
    for root in both(&doc) {
        let ranks: Vec<String> = root.all().iter().filter(|e| e.words().len() == 1).map(|e| e.name.clone()).collect();
        let ranks: Vec<&String> = ranks.iter().filter(|n| n.starts_with('h')).collect();
        assert_eq!(ranks, ["h2", "h2", "h3", "h3", "h4", "h5", "h5", "h6", "h6", "h6", "h6", "h2", "h3", "h3"]);
    }
}

#[test]
fn reports_on_one_page_share_no_id() {
    let mut seen = BTreeSet::new();
    for report in samples() {
        let ids = ids(&parse(&fragment(&compose(&report))));
        assert!(ids.iter().all(|id| id.starts_with("nb")) && !ids.is_empty());
        assert!(ids.into_iter().all(|id| seen.insert(id)));
    }
}

#[test]
fn a_page_carries_what_is_known_and_no_more() {
    let report = samples().into_iter().find(|r| r.cover.year == 2016).unwrap();
    let own = |(name, content): (&str, &str)| (name.to_owned(), content.to_owned());
    let doc = compose(&report);
    let plain = tags(&parse(&page(&doc, &Site::default())));
    let expected = [
        ("ArticleTitle", report.cover.title.as_str()),
        ("PubDate", "2017-03-20"),
        ("ContentSource", report.cover.agency.as_str()),
    ];
    assert_eq!(plain, expected.map(own));
    let site = Site::parse(&fs::read_to_string(sample("站点.toml")).unwrap()).unwrap();
    let full = tags(&parse(&page(&doc, &site)));
    let names: Vec<&str> = full.iter().map(|(n, _)| n.as_str()).collect();
    let notice = "SiteName SiteDomain SiteIDCode ColumnName ColumnType ArticleTitle PubDate ContentSource Keywords Description Url";
    assert_eq!(names.join(" "), notice);
    assert!(full[9].1.starts_with(&report.cover.title) && full[10].1.contains("/2016/%E4%B8%B4"));
    assert!(full.iter().all(|(_, content)| !content.contains(['{', '}'])));
    // A fragment has no head, so it has no tags.
    assert_eq!(parse(&fragment(&doc)).named("meta").len(), 0);
}

fn convert(input: &Path, out: &Path, more: &[&str]) -> std::process::Output {
    let mut args = vec!["convert".as_ref(), input.as_os_str(), "-o".as_ref(), out.as_os_str()];
    args.extend(more.iter().map(std::ffi::OsStr::new));
    nianbao(&args)
}

#[test]
fn a_site_file_is_part_of_what_outputs_depend_on() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out, site) = (dir.path().join("各单位"), dir.path().join("输出"), dir.path().join("站点.toml"));
    fs::create_dir(&input).unwrap();
    fs::copy(sample(SAMPLE), input.join("a.xlsx")).unwrap();
    let run = |to: &str, text: Option<&str>| {
        let mut args = vec!["--to", to];
        if let Some(text) = text {
            fs::write(&site, text).unwrap();
            args.extend(["--site", site.to_str().unwrap()]);
        }
        let run = convert(&input, &out, &args);
        assert_eq!(run.status.code(), Some(0), "{}{}", stdout(&run), stderr(&run));
        stdout(&run).contains("没有变化")
    };
    let both = "fragment,html";
    assert!(!run(both, None));
    assert!(run(both, None));
    assert!(!run(both, Some("SiteName = \"甲\"")));
    assert!(run(both, Some("SiteName = \"甲\" # 同样的内容")));
    assert!(!run(both, Some("SiteName = \"乙\"")));
    let names = files(&out);
    let page = names.iter().find(|n| n.ends_with("报告.html")).unwrap();
    assert!(names.iter().any(|n| n.ends_with("报告.片段.html")), "{names:?}");
    let bytes = fs::read(out.join(page)).unwrap();
    assert!(tags(&parse(&bytes)).contains(&("SiteName".into(), "乙".into())));
    let manifest = fs::read_to_string(out.join("manifest.jsonl")).unwrap();
    assert!(manifest.contains("\"format\":\"html\"") && manifest.contains("\"format\":\"fragment\""), "{manifest}");
}

#[test]
fn a_faulty_site_file_stops_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let (out, site) = (dir.path().join("输出"), dir.path().join("站点.toml"));
    for (text, to, says) in [
        ("SiteNam = \"甲\"", "html", "站点.toml：网站文件没有“SiteNam”"),
        ("SiteIDCode = \"1\"", "html", "站点.toml：网站文件的“SiteIDCode”"),
        ("SiteName = ", "html", "站点.toml：网站文件第 1 行"),
        ("SiteName = \"甲\"", "pdf,docx", "--to pdf,docx,html"),
    ] {
        fs::write(&site, text).unwrap();
        let run = convert(&sample(SAMPLE), &out, &["--to", to, "--site", site.to_str().unwrap()]);
        assert_eq!(run.status.code(), Some(2), "{}", stderr(&run));
        assert!(stderr(&run).contains(says) && stderr(&run).trim().lines().count() == 1, "{}", stderr(&run));
        assert_eq!(files(&out), [""; 0]);
    }
}
