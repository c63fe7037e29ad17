//! The values of a table: each value of the form occurs once, with the form's kind and unit.

use std::collections::BTreeMap;

use super::object::{JsonError, Object, printable_start};
use crate::form::{Table, Unit, ValueKind};
use crate::import::Json;
use crate::model::{Amount, Decimal, Value, inexact};

/// A table's values by slot, each with its JSON object; `agreed` decides about a label that differs from the form's.
pub fn read<'j>(
    table: &Table,
    object: &Object<'j>,
    agreed: &mut dyn FnMut(Option<JsonError>) -> Result<(), JsonError>,
) -> Result<Vec<(Value, Object<'j>)>, JsonError> {
    let slots: BTreeMap<[&str; 3], usize> = (0..table.slot_count()).map(|slot| (table.keys(slot), slot)).collect();
    let mut values: Vec<Option<(Value, Object<'j>)>> = vec![None; table.slot_count()];
    for (i, json) in object.list("values")?.iter().enumerate() {
        let known = ["block", "row", "column", "row_path", "column_path", "kind", "unit", "value", "origin"];
        let one = Object::of(json, object.item("values", i), &known)?;
        let keys = [one.text("block")?, one.text("row")?, one.text("column")?];
        let Some(&slot) = slots.get(&keys) else {
            let keys = keys.map(printable_start).join(" / ");
            return Err(one.error(&format!("的键 {keys} 不在表样的{}里，请改正", table.name)));
        };
        let name = || name(table, slot);
        agreed(one.agree("row_path", &table.row_path(slot))?)?;
        agreed(one.agree("column_path", &table.column_path(slot))?)?;
        let value = value(table, slot, &one).map_err(|JsonError(what)| JsonError(format!("{what}（{}）", name())))?;
        if values[slot].replace((value, one.clone())).is_some() {
            return Err(one.error(&format!("的{}写了两次，请只保留一处", name())));
        }
    }
    let missing = values.iter().position(Option::is_none);
    match missing {
        Some(slot) => {
            let keys = table.keys(slot).join(" / ");
            Err(object.member_error("values", &format!("缺少{}（{keys}），请补上，没有发生的填 0", name(table, slot))))
        }
        None => Ok(values.into_iter().flatten().collect()),
    }
}

/// The name of a value for messages: the table and the labels of the value.
pub fn name(table: &Table, slot: usize) -> String {
    format!("{}“{}”", table.name, table.slot_label(slot))
}

fn value(table: &Table, slot: usize, one: &Object<'_>) -> Result<Value, JsonError> {
    let (kind, unit) = table.kind(slot);
    let own = unit_of(table, slot, one)?;
    let stated = one.text("kind")?;
    let absent = |value| match one.need("value")? {
        Json::Null => Ok(value),
        _ => Err(one.member_error("value", &format!("应当是 null，因为 kind 是 {stated}"))),
    };
    // What a workbook cannot hold is refused here too: the XLSX of the same report could not be read.
    let exact = |number: Decimal| match inexact(number) {
        None => Ok(()),
        Some(why) => Err(one.member_error("value", &format!("{why}，请核对后改正"))),
    };
    match (stated, kind) {
        ("blank", _) => absent(Value::Blank),
        ("not_applicable", _) => absent(Value::NotApplicable),
        ("count", ValueKind::Count) => {
            let n = u64::try_from(one.whole("value")?).map_err(|_| one.member_error("value", "应当是 0 或正整数"))?;
            exact(n.into())?;
            Ok(Value::Count(n))
        }
        ("signed", ValueKind::Signed) => {
            let n = i64::try_from(one.whole("value")?).map_err(|_| one.member_error("value", "位数太多"))?;
            exact(n.into())?;
            Ok(Value::Signed(n))
        }
        ("amount", ValueKind::Amount) => {
            let number = decimal(one.text("value")?)
                .ok_or_else(|| one.member_error("value", "应当是写成文字的金额，如 \"25.1\"，不能为负"))?;
            exact(number)?;
            // A zero needs no unit.
            let own = own.filter(|_| unit.is_none() && !number.is_zero());
            Ok(Value::Amount(Amount { number, unit: own }))
        }
        _ => {
            let wanted = match kind {
                ValueKind::Count => "count（件数）",
                ValueKind::Signed => "signed（增减数）",
                ValueKind::Amount => "amount（金额）",
            };
            Err(one.member_error("kind", &format!("应当是 {wanted}、blank 或 not_applicable")))
        }
    }
}

/// The unit of money that the report itself names: only if the form leaves it open.
fn unit_of(table: &Table, slot: usize, one: &Object<'_>) -> Result<Option<Unit>, JsonError> {
    one.need("unit")?;
    let (stated, official) = (one.optional("unit")?, table.unit_word(slot));
    let open = table.kind(slot) == (ValueKind::Amount, None);
    let own = stated.and_then(|word| Unit::ALL.into_iter().find(|u| u.word() == word)).filter(|_| open);
    if own.is_some() || stated == official {
        return Ok(own);
    }
    let wanted = match official {
        Some(word) => format!("“{word}”，这是表样规定的单位"),
        None if open => format!("{}或 null", Unit::ALL.map(Unit::word).join("、")),
        None => "null，表样没有规定单位".to_owned(),
    };
    Err(one.member_error("unit", &format!("应当是{wanted}")))
}

/// Parses an amount in its only accepted notation.
fn decimal(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    Decimal::from_str_exact(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_in_one_way() {
        for text in ["0", "25.10", "0.000000000001", "9999999999999999999", "160.5964", "1.0000000000000000"] {
            assert_eq!(decimal(text).unwrap().to_string(), text);
        }
        for text in ["", ".5", "5.", "-1", "+1", "01", "1e3", "1,000", "1.2.3", "１"] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }
}
