use super::*;
use crate::form;
use crate::model::Cover;

fn cover(title: &str) -> Cover {
    Cover { agency: "老城区科学技术局".into(), year: 2024, title: title.into(), ..Cover::default() }
}

#[test]
fn titles_break_only_between_their_parts() {
    assert_eq!(made_title("老城区科学技术局", 2024), "老城区科学技术局2024年政府信息公开工作年度报告");
    let parts = title_parts(&cover("老城区科学技术局2024年政府信息公开工作年度报告"));
    assert_eq!(parts, ["老城区科学技术局", "2024年", "政府信息公开", "工作年度报告"]);
    let parts = title_parts(&cover("2024年老城区科学技术局政府信息公开年报"));
    assert_eq!(parts, ["2024年老城区科学技术局", "政府信息公开", "年报"]);
    assert_eq!(title_parts(&cover("关于公开工作的报告")), ["关于公开工作的报告"]);
}

#[test]
fn every_table_prints_all_its_values_once() {
    for f in form::built_in() {
        for t in &f.tables {
            let values: Vec<Value> = (0..t.slot_count()).map(|i| Value::Count(i as u64 + 1000)).collect();
            let table = table(t, &values);
            let data: Vec<_> = table
                .rows
                .iter()
                .flat_map(|r| &r.cells)
                .filter(|c| c.role == CellRole::Data)
                .map(|c| c.text.clone())
                .filter(|text| t.blocks.iter().all(|b| b.empty_line != *text))
                .collect();
            let expected: Vec<_> = values.iter().map(Value::to_string).collect();
            assert_eq!(data, expected);
        }
    }
}
