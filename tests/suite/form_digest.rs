//! Compatibility of published JSON files: a form may change in everything but its layout, and files of version 0.1.0 are read.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::support::sample;
use nianbao::cli::reading::examine;
use nianbao::engine::Engine;
use nianbao::export::json;
use nianbao::form::Form;
use nianbao::model::{Code, Report, Severity};
use nianbao::normalize::Options;
use nianbao::pipeline::{Examined, Setting, examine_bytes};
use serde_json::Value as Json;

const FORMS: [(&str, &str); 3] = [
    ("2021", include_str!("../../src/form/2021.toml")),
    ("2019", include_str!("../../src/form/2019.toml")),
    ("2014", include_str!("../../src/form/2014.toml")),
];

/// The workbook that a JSON of version 0.1.0 was made from, by edition.
const SOURCES: [(&str, &str); 3] = [
    ("2021", "云泽市住房和城乡建设局-2023.xlsx"),
    ("2019", "青岚县文化和旅游局-2020.xlsx"),
    ("2014", "archive/临溪县农业局-2016.xlsx"),
];

/// A JSON that version 0.1.0 wrote.
fn published(edition: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/published");
    fs::read(folder.join(format!("{edition}.json"))).unwrap()
}

/// The JSON that this version writes of the same workbook.
fn written(edition: &str) -> Vec<u8> {
    let (_, name) = SOURCES.into_iter().find(|(e, _)| *e == edition).unwrap();
    json::write(examine(&sample(name), &Engine::default()).whole().unwrap())
}

fn text(edition: &str) -> &'static str {
    FORMS.into_iter().find(|(e, _)| *e == edition).unwrap().1
}

/// Reads a JSON where this form is the only one.
fn under(form: &str, bytes: &[u8]) -> Examined {
    let form = Form::parse(form).unwrap_or_else(|e| panic!("{e}"));
    let options = Options { forms: vec![Arc::new(form)], ..Options::default() };
    examine_bytes("x.json", bytes, &Engine::new(Setting { options, ..Setting::default() }))
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

/// The report that a JSON contains, read with the built-in forms.
fn report(bytes: &[u8]) -> Report {
    let read = examine_bytes("x.json", bytes, &Engine::default());
    read.report.unwrap_or_else(|| panic!("{:?}", read.findings))
}

/// Compares cover, texts and values; names of sections, tables, rows and columns may differ.
fn same(a: &Report, b: &Report) {
    assert_eq!((&a.cover, &a.preface, &a.sections), (&b.cover, &b.preface, &b.sections));
    assert_eq!(a.tables, b.tables);
}

#[test]
fn json_files_of_the_first_version_are_read() {
    for (edition, _) in FORMS {
        let bytes = published(edition);
        let read = examine_bytes("x.json", &bytes, &Engine::default());
        assert!(read.findings.iter().all(|f| f.severity < Severity::Error), "{edition}: {:?}", read.findings);
        let again: Json = serde_json::from_slice(&json::write(read.whole().unwrap())).unwrap();
        let before: Json = serde_json::from_slice(&bytes).unwrap();
        for member in ["cover", "preface", "sections", "tables"] {
            assert_eq!(again[member], before[member], "{edition}");
        }
        assert_ne!(again["edition"]["digest"], before["edition"]["digest"]);
    }
}

/// Fields of a form that may change, each with an edition and a change.
const FREE: [(&str, &str, &str, &str); 26] = [
    ("notice", "2021", "notice = \"国办公开办函〔2021〕30号\"", "notice = \"国办公开办函〔2021〕31号\""),
    ("first_year", "2021", "first_year = 2021", "first_year = 2015"),
    ("last_year", "2019", "last_year = 2020", "last_year = 2021"),
    ("guide", "2021", "first_year = 2021", "first_year = 2021\nguide = [\"另一句说明。\"]"),
    ("free_headings", "2021", "first_year = 2021", "first_year = 2021\nfree_headings = true"),
    ("heading", "2021", "heading = \"一、总体情况\"", "heading = \"一、总的情况\""),
    ("variants", "2021", "variants = [\"二、行政机关", "variants = [\"二、另一种写法\", \"二、行政机关"),
    ("sheet", "2021", "sheet = \"一、总体情况\"", "sheet = \"一、概况\""),
    ("subheadings", "2021", "subheadings = [\"（一）主动公开\"", "subheadings = [\"（一）公开\""),
    ("name", "2021", "name = \"表二\"", "name = \"第二张表\""),
    ("caption", "2021", "caption = \"主动公开政府信息情况表\"", "caption = \"主动公开情况表\""),
    ("widths", "2021", "widths = [30, 23, 23, 24]", "widths = [31, 23, 23, 23]"),
    ("title", "2021", "title = \"第二十条第（一）项\"", "title = \"第二十条第（1）项\""),
    ("corner", "2021", "corner = \"信息内容\"", "corner = \"内容\""),
    ("label", "2021", "label = \"规章\"", "label = \"政府规章\""),
    ("label", "2021", "label = \"本年制发件数\"", "label = \"制发件数\""),
    ("label", "2021", "label = \"三、本年度办理结果\"", "label = \"三、本年的办理结果\""),
    ("variants", "2021", "variants = [\"规范性文件\"]", "variants = [\"规范性文件\", \"规范性文书\"]"),
    ("outline", "2021", "title = \"第二十条第（一）项\"", "title = \"第二十条第（一）项\"\noutline = true"),
    ("unit_column", "2014", "unit_column = { label = \"单位\"", "unit_column = { label = \"计数单位\""),
    ("empty_line", "2014", "empty_line = \"——\"", "empty_line = \"—\""),
    (
        "former_digests",
        "2014",
        "former_digests = [",
        "former_digests = [\"0000000000000000000000000000000000000000000000000000000000000000\", ",
    ),
    ("relation", "2021", "code = \"K303\"\ntable = \"three\"", "code = \"K302\"\ntable = \"three\""),
    ("series", "2021", "left = [\"carried_in\"]\nbefore", "left = [\"new\"]\nbefore"),
    ("told", "2021", "units = [\"件\", \"份\", \"个\", \"部\"]", "units = [\"件\"]"),
    ("asked", "2021", "words = [\"信息处理费\"", "words = [\"处理信息的费用\", \"信息处理费\""),
];

#[test]
fn a_form_may_change_in_everything_but_its_layout() {
    for (field, edition, from, to) in FREE {
        let form = replaced(text(edition), from, to);
        for bytes in [published(edition), written(edition)] {
            let examined = under(&form, &bytes);
            let read = examined.report.as_ref().unwrap_or_else(|| panic!("{field}: {:?}", examined.findings));
            same(read, &report(&bytes));
            assert!(!examined.findings.iter().any(|f| f.code == Code::N211), "{field}");
            // Renamed parts are reported.
            let renamed = ["notice", "heading", "name", "caption", "title", "label"].contains(&field);
            let told = examined.findings.iter().any(|f| f.message.contains("不是表样现在的写法"));
            assert_eq!(told, renamed, "{field}: {:?}", examined.findings);
        }
    }
    // All checks removed at once.
    for (edition, all) in FORMS {
        let bare = &all[..all.find("\n[[relation]]").unwrap()];
        for bytes in [published(edition), written(edition)] {
            same(under(bare, &bytes).report.as_ref().unwrap(), &report(&bytes));
        }
    }
}

#[test]
fn what_breaks_a_published_json_is_a_change_of_the_layout() {
    let whole = text("2021");
    // Without the checks, which refer to keys.
    let bare = &whole[..whole.find("\n[[relation]]").unwrap()];
    let rows =
        "    { key = \"penalties\", label = \"行政处罚\" },\n    { key = \"coercion\", label = \"行政强制\" },\n";
    let swapped =
        "    { key = \"coercion\", label = \"行政强制\" },\n    { key = \"penalties\", label = \"行政处罚\" },\n";
    let more = "    { key = \"another\", label = \"另一行\" },\n";
    let group = format!("    {{ key = \"group\", label = \"组\", children = [\n{rows}    ] }},\n");
    let nested = replaced(bare, rows, &group);
    let [two, three] = ["table = \"two\"\n", "table = \"three\"\n"];
    let exchanged = bare.replacen(two, "table = \"none\"\n", 1).replacen(three, two, 1);
    let exchanged = exchanged.replacen("table = \"none\"\n", three, 1);
    let amount = ", value = \"amount\", unit = \"万元\"";
    let changes = [
        ("id", replaced(bare, "id = \"2021\"", "id = \"2022\"")),
        ("key of a section", replaced(bare, "key = \"overview\"", "key = \"general\"")),
        ("table of a section", exchanged),
        ("key of a table", bare.replace("\"two\"", "\"second\"")),
        ("key of a block", replaced(bare, "key = \"item5\"", "key = \"item7\"")),
        ("key of a row", replaced(bare, "key = \"rules\"", "key = \"orders\"")),
        ("key of a column", replaced(bare, "key = \"natural\"", "key = \"persons\"")),
        ("key of a group", replaced(bare, "key = \"handled\"", "key = \"results\"")),
        ("order of rows", replaced(bare, rows, swapped)),
        ("a row more", replaced(bare, rows, &format!("{rows}{more}"))),
        ("nesting", nested),
        ("value", replaced(bare, amount, "")),
        ("unit", replaced(bare, amount, ", value = \"amount\", unit = \"元\"")),
        ("no unit", replaced(bare, amount, ", value = \"amount\"")),
    ];
    let (bytes, own) = (written("2021"), Form::parse(whole).unwrap());
    for (what, form) in changes {
        assert!(what == "id" || Form::parse(&form).unwrap().structure() != own.structure(), "{what}");
        let read = under(&form, &bytes);
        assert!(read.report.is_none(), "{what}");
        let found: Vec<_> = read.findings.iter().map(|f| (f.code, f.severity)).collect();
        assert_eq!(found, [(Code::N211, Severity::Error)], "{what}");
        assert!(read.findings[0].message.contains("edition."), "{what}: {}", read.findings[0].message);
    }
}

/// A new field of forms must be added to one of the two lists.
#[test]
fn every_kind_of_field_of_a_form_is_free_or_part_of_the_layout() {
    fn names(value: &toml::Value, below: bool, all: &mut BTreeSet<String>) {
        match value {
            toml::Value::Table(table) => {
                for (name, value) in table {
                    all.insert(name.clone());
                    // The fields of checks are not listed one by one.
                    let whole = !below && ["relation", "series", "told", "asked"].contains(&name.as_str());
                    if !whole {
                        names(value, true, all);
                    }
                }
            }
            toml::Value::Array(list) => list.iter().for_each(|v| names(v, below, all)),
            _ => {}
        }
    }
    let mut all = BTreeSet::new();
    for (_, text) in FORMS {
        names(&toml::from_str(text).unwrap(), false, &mut all);
    }
    let layout = ["id", "section", "table", "block", "columns", "rows", "children", "key", "value", "unit"];
    let known: BTreeSet<String> = FREE.iter().map(|(field, ..)| *field).chain(layout).map(str::to_owned).collect();
    let unknown: Vec<_> = all.difference(&known).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
