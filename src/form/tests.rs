use super::*;

#[test]
fn editions_have_the_official_number_of_values() {
    let counts = |id: &str| edition(id).unwrap().tables.iter().map(Table::slot_count).collect::<Vec<_>>();
    assert_eq!(counts("2021"), [10, 175, 15]);
    assert_eq!(counts("2019"), [22, 161, 15]);
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
        let sum = form.relations.iter().find(|r| r.code == "K302").unwrap();
        assert_eq!(sum.right.len(), rows, "{id}");
    }
}

#[test]
fn only_marked_columns_are_money_or_signed() {
    let kinds = |id: &str, kind: Kind| {
        let form = edition(id).unwrap();
        form.tables.iter().flat_map(|t| (0..t.slot_count()).map(|s| t.kind(s).0)).filter(|k| *k == kind).count()
    };
    assert_eq!((kinds("2021", Kind::Amount), kinds("2021", Kind::Signed)), (1, 0));
    assert_eq!((kinds("2019", Kind::Amount), kinds("2019", Kind::Signed)), (1, 5));
}

#[test]
fn series_hold_in_every_column_and_only_one_of_them_across_editions() {
    let lines = |id: &str| {
        let form = edition(id).unwrap();
        form.series
            .iter()
            .map(|s| (s.code.clone(), s.lines(&form.tables[s.table]), s.within_edition))
            .collect::<Vec<_>>()
    };
    assert_eq!(lines("2021"), [("Y401".to_owned(), 7, false), ("Y402".to_owned(), 2, true)]);
    assert_eq!(lines("2019"), [("Y401".to_owned(), 7, false)]);
}

#[test]
fn a_faulty_form_file_is_refused() {
    let good = include_str!("2021.toml");
    for (from, to, says) in [
        ("widths = [30, 23, 23, 24]", "widths = [30, 23]", "列宽"),
        ("left = [\"handled.total\"]", "left = [\"handled.totl\"]", "没有 handled.totl"),
        ("table = \"two\"", "table = \"tow\"", "tow"),
        ("notice =", "nottice =", "nottice"),
        ("before = [\"carried_out\"]", "before = [\"carried\"]", "没有 carried"),
        ("before = [\"carried_out\"]", "before = []", "上年"),
    ] {
        let error = Form::parse(&good.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}
