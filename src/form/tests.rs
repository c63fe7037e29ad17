use super::*;
use crate::rules::Code;

#[test]
fn editions_have_the_official_number_of_values() {
    let counts = |id: &str| edition(id).unwrap().tables.iter().map(Table::slot_count).collect::<Vec<_>>();
    assert_eq!(counts("2021"), [10, 175, 15]);
    assert_eq!(counts("2019"), [22, 161, 15]);
    assert_eq!(counts("2014"), [58]);
}

#[test]
fn labels_parse() {
    assert_eq!(labels().cover.fields().len(), 6);
}

#[test]
fn grids_tile_their_rectangle() {
    for form in built_in() {
        for table in &form.tables {
            let (rows, width) = (table.grid_rows(), table.grid_width());
            let mut covered = vec![0u8; rows * width];
            for c in table.grid() {
                for r in c.row..c.row + c.row_span {
                    for k in c.column..c.column + c.column_span {
                        covered[r * width + k] += 1;
                    }
                }
            }
            assert!(covered.iter().all(|n| *n == 1), "{} {}", form.id, table.name);
        }
    }
}

#[test]
fn slots_and_places_agree() {
    for form in built_in() {
        for table in &form.tables {
            for (i, at) in table.slots().enumerate() {
                assert_eq!(table.slot(at), i);
                assert_eq!(table.at(i), at);
            }
        }
    }
}

#[test]
fn outcome_rows_are_21_and_19() {
    for (id, rows) in [("2021", 21), ("2019", 19)] {
        let form = edition(id).unwrap();
        let sum = form.relations.iter().find(|r| r.code == Code::K302).unwrap();
        assert_eq!(sum.right.len(), rows, "{id}");
    }
}

#[test]
fn only_marked_columns_are_money_or_signed() {
    let kinds = |id: &str, kind: ValueKind| {
        let form = edition(id).unwrap();
        form.tables.iter().flat_map(|t| (0..t.slot_count()).map(|s| t.kind(s).0)).filter(|k| *k == kind).count()
    };
    assert_eq!((kinds("2021", ValueKind::Amount), kinds("2021", ValueKind::Signed)), (1, 0));
    assert_eq!((kinds("2019", ValueKind::Amount), kinds("2019", ValueKind::Signed)), (1, 5));
    assert_eq!((kinds("2014", ValueKind::Amount), kinds("2014", ValueKind::Signed)), (2, 0));
}

/// The lines of an outline: its labels with their levels, whether they have a value, and the unit printed.
#[test]
fn an_outline_has_a_line_for_each_label() {
    let form = edition("2014").unwrap();
    let table = &form.tables[0];
    let rows = &table.blocks[0].rows;
    assert_eq!(
        (rows.lines, rows.depth, rows.leaves.len(), table.grid_rows(), table.grid_header_rows()),
        (65, 1, 58, 66, 1)
    );
    let line = |text: &str| {
        let n = rows.walk().into_iter().find(|n| n.label.contains(text)).unwrap();
        (n.level, n.own.is_some(), n.own.map_or("", |l| rows.leaves[l].unit_word.as_deref().unwrap()))
    };
    assert_eq!(line("主动公开情况"), (0, false, ""));
    assert_eq!(line("收到申请数"), (1, true, "件"));
    assert_eq!(line("不同意公开答复数"), (2, true, "件"));
    assert_eq!(line("涉及国家秘密"), (3, true, "件"));
    assert_eq!(line("行政诉讼数量"), (0, true, "件"));
    assert_eq!(line("接受培训人员数"), (1, true, "人次"));
    // Each value is on the line of its label; a line without a value is marked.
    let grid = table.grid();
    for (slot, at) in table.slots().enumerate() {
        let value = grid.iter().find(|c| c.content == GridContent::Value(slot)).unwrap();
        let label = grid.iter().find(|c| c.row == value.row && c.column == 0).unwrap();
        assert_eq!(label.content.label(), Some(rows.leaves[at.row].label()));
    }
    let marks = grid.iter().filter(|c| matches!(c.content, GridContent::NoValue("——"))).count();
    assert_eq!(marks, 7);
}

#[test]
fn parts_of_a_sum_are_counted_without_what_is_below_them() {
    let form = edition("2014").unwrap();
    let rows = &form.tables[0].blocks[0].rows;
    let parts: Vec<(usize, usize)> =
        form.relations.iter().filter(|r| r.op == Op::Equal).map(|r| (r.left[0].leaf, r.right.len())).collect();
    let leaf = |p| rows.leaf(p).unwrap();
    let expected = [
        ("requests.received", 4),
        ("requests.closed", 2),
        ("requests.replied", 8),
        ("review", 3),
        ("suit", 3),
        ("staff.people", 2),
    ];
    assert_eq!(parts, expected.map(|(p, n)| (leaf(p), n)));
    assert_eq!(form.relations.iter().filter(|r| r.op == Op::AtLeast).count(), 9);
}

#[test]
fn series_hold_in_every_column_and_only_one_of_them_across_editions() {
    let lines = |id: &str| {
        let form = edition(id).unwrap();
        form.series.iter().map(|s| (s.code, s.lines(&form.tables[s.table]), s.within_edition)).collect::<Vec<_>>()
    };
    assert_eq!(lines("2021"), [(Code::Y401, 7, false), (Code::Y402, 2, true)]);
    assert_eq!(lines("2019"), [(Code::Y401, 7, false)]);
}

#[test]
fn a_faulty_form_file_is_refused() {
    let old = include_str!("2014.toml");
    for (from, to, fragment) in [
        ("unit = \"万元\"", "unit = \"个\"", "单位"),
        ("key = \"normative\", label", "key = \"normative\", value = \"amount\", label", "单位"),
        ("outline = true", "", "不能自己有单位"),
    ] {
        let error = Form::parse(&old.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(fragment), "{error}");
    }
    let good = include_str!("2021.toml");
    for (from, to, fragment) in [
        ("widths = [30, 23, 23, 24]", "widths = [30, 23]", "列宽"),
        ("left = [\"handled.total\"]", "left = [\"handled.totl\"]", "没有 handled.totl"),
        ("table = \"two\"", "table = \"tow\"", "tow"),
        ("notice =", "nottice =", "nottice"),
        ("before = [\"carried_out\"]", "before = [\"carried\"]", "没有 carried"),
        ("before = [\"carried_out\"]", "before = []", "上年"),
        ("sums = [[\"new\"]]", "sums = [[\"nwe\"]]", "没有 nwe"),
        ("\"<received> <request> #\"", "\"<recieved> <request> #\"", "没有叫 recieved"),
        ("\"<received> <request> #\"", "\"<received> <request>\"", "#"),
        ("section = \"other\"\nwhat", "section = \"last\"\nwhat", "没有键为 last"),
    ] {
        let error = Form::parse(&good.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(fragment), "{error}");
    }
}

/// A relation or series over amounts that cannot be added as numbers: the agency chooses the unit, or the units differ.
#[test]
fn relations_over_amounts_of_no_or_another_unit_are_refused() {
    let added = |form: &str, text: &str| Form::parse(&format!("{form}\n{text}"));
    let relation = |table: &str, block: &str, each: &str, left: &str, right: &str| {
        format!(
            "[[relation]]\ncode = \"K306\"\ntable = \"{table}\"\nblock = \"{block}\"\nholds_in_each = \"{each}\"\n\
             left = [\"{left}\"]\nright = [\"{right}\"]\n"
        )
    };
    let in_2019 = |left, right| relation("two", "item9", "row", left, right);
    let in_2014 = |left, right| relation("statistics", "statistics", "column", left, right);
    let y2019 = include_str!("2019.toml");
    let y2014 = include_str!("2014.toml");
    let series = "[[series]]\ncode = \"Y402\"\ntable = \"two\"\nblock = \"item9\"\nholds_in_each = \"row\"\n\
                  left = [\"amount\"]\nbefore = [\"amount\"]\n";
    for (form, text) in
        [(y2019, &in_2019("amount", "amount")), (y2019, &in_2019("projects", "amount")), (y2019, &series.to_owned())]
    {
        let error = added(form, text).unwrap_err().to_string();
        assert!(error.contains("没有规定单位的金额") && error.contains("采购总金额"), "{error}");
    }
    assert!(added(y2014, &in_2014("fees", "staff.funds")).is_ok());
    let in_yuan = y2014.replacen("value = \"amount\", unit = \"万元\"", "value = \"amount\", unit = \"元\"", 1);
    for (form, right) in [(in_yuan.as_str(), "staff.funds"), (y2014, "staff.people")] {
        let error = added(form, &in_2014("fees", right)).unwrap_err().to_string();
        assert!(error.contains("K306 的") && error.contains("单位不同"), "{error}");
    }
}

/// The structure digest of a form covers only its layout.
#[test]
fn the_structure_of_a_form_is_its_keys_trees_kinds_and_units() {
    let text = include_str!("2021.toml");
    let form = Form::parse(text).unwrap();
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        Form::parse(&text.replacen(from, to, 1)).unwrap()
    };
    let other = changed("规范性文件", "规范性文书");
    assert_eq!(form.structure(), other.structure());
    assert_ne!((&form.digest, form.wording()), (&other.digest, other.wording()));
    let fewer = Form::parse(&text[..text.find("[[told]]").unwrap()]).unwrap();
    assert_eq!((form.structure(), form.wording()), (fewer.structure(), fewer.wording()));
    for (id, text) in [("2019", include_str!("2019.toml")), ("2014", include_str!("2014.toml"))] {
        assert_ne!(form.structure(), Form::parse(text).unwrap().structure(), "{id}");
    }
    let bad = text.replacen("former_digests = [\"", "former_digests = [\"x", 1);
    assert!(Form::parse(&bad).unwrap_err().to_string().contains("former_digests"));
}

/// A group of words that no phrase uses is obsolete.
#[test]
fn every_group_of_words_is_named_by_a_phrase() {
    let forms = [include_str!("2014.toml"), include_str!("2019.toml"), include_str!("2021.toml")];
    let named = |group: &&String| forms.iter().any(|form| form.contains(&format!("<{group}>")));
    let unused: Vec<&String> = words().groups.keys().filter(|group| !named(group)).collect();
    assert_eq!(unused, [""; 0]);
}
