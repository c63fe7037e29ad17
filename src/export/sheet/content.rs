//! A value of a report as the content of a cell.

use crate::model::{Decimal, Value};

/// Digits that a number of a workbook can keep; longer numbers are written as text.
const DIGITS: usize = 15;

/// What to write for a value.
#[derive(Debug, Clone, PartialEq)]
pub enum CellContent {
    Empty,
    /// A number, and the number format that shows exactly its decimals.
    Number(f64, String),
    Text(String),
}

/// A bare number; `None` if a number of a workbook cannot represent it exactly.
pub fn number(d: Decimal) -> Option<CellContent> {
    let digits = d.mantissa().unsigned_abs().to_string().len();
    let number = (digits <= DIGITS).then(|| d.to_string().parse().ok()).flatten()?;
    let format = if d.scale() == 0 { "0".to_owned() } else { format!("0.{}", "0".repeat(d.scale() as usize)) };
    Some(CellContent::Number(number, format))
}

/// A value as the official table shows it.
pub fn shown(value: &Value) -> CellContent {
    match value {
        Value::Blank | Value::Unknown => CellContent::Empty,
        Value::NotApplicable => CellContent::Text(value.to_string()),
        Value::Amount(a) if a.unit.is_some() => CellContent::Text(value.to_string()),
        _ => bare(value),
    }
}

/// A value without its unit, for the long form.
pub fn bare(value: &Value) -> CellContent {
    match value {
        Value::Blank | Value::Unknown => CellContent::Empty,
        Value::NotApplicable => CellContent::Text(value.to_string()),
        _ => number(value.number()).unwrap_or_else(|| CellContent::Text(value.number().to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Unit;
    use crate::model::Amount;

    #[test]
    fn no_digit_is_lost() {
        let amount = |text: &str, unit| Value::Amount(Amount { number: Decimal::from_str_exact(text).unwrap(), unit });
        let number = |n: f64, f: &str| CellContent::Number(n, f.to_owned());
        let text = |t: &str| CellContent::Text(t.to_owned());
        assert_eq!(shown(&amount("160.5964", None)), number(160.5964, "0.0000"));
        assert_eq!(shown(&amount("25.10", None)), number(25.1, "0.00"));
        assert_eq!(shown(&amount("251000", Some(Unit::Yuan))), text("251000元"));
        assert_eq!(bare(&amount("251000", Some(Unit::Yuan))), number(251000.0, "0"));
        assert_eq!(shown(&Value::Count(999_999_999_999_999)), number(999_999_999_999_999.0, "0"));
        assert_eq!(shown(&Value::Count(u64::MAX)), text("18446744073709551615"));
        assert_eq!(shown(&Value::Signed(-1036)), number(-1036.0, "0"));
        assert_eq!(shown(&Value::NotApplicable), text("/"));
        assert_eq!(shown(&Value::Blank), CellContent::Empty);
    }
}
