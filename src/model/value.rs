//! One value of an official table.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::form::{Unit, ValueKind};

/// Exact decimal number. Figures are never calculated as floats.
pub type Decimal = rust_decimal::Decimal;

/// Most digits before the point that spreadsheets keep exactly.
const DIGITS: u32 = 15;

/// Most decimals of a number, without zeros at the end: a cent needs two in 元 and six in 万元.
const DECIMALS: u32 = 8;

/// Why an output cannot hold a number exactly, as the end of a Chinese sentence; `None` if all can.
pub(crate) fn inexact(number: Decimal) -> Option<&'static str> {
    if number.trunc().abs() >= Decimal::from(10u64.pow(DIGITS)) {
        return Some("超过 15 位，表格程序不能准确保存");
    }
    (number.normalize().scale() > DECIMALS).then_some("的小数位数太多")
}

/// The value of a cell of an official table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// A whole number, zero or more.
    Count(u64),
    /// A whole number that may be negative.
    Signed(i64),
    /// Money.
    Amount(Amount),
    /// Nothing is written in the cell.
    Blank,
    /// The cell states that the value does not apply: `/`, `—`, `_`, 无.
    NotApplicable,
    /// The cell could not be read or assigned. A report with such a value is checked as far as possible, but refused and never
    /// written.
    Unknown,
}

/// Money: a number, and the unit if the form leaves it to the agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// The amount in its unit; never rounded.
    #[serde(with = "super::exact")]
    pub number: Decimal,
    /// `None`: the form's own unit, or no unit was written.
    pub unit: Option<Unit>,
}

impl Value {
    /// The zero of a kind.
    pub fn zero(kind: ValueKind) -> Value {
        match kind {
            ValueKind::Count => Value::Count(0),
            ValueKind::Signed => Value::Signed(0),
            ValueKind::Amount => Value::Amount(Amount { number: Decimal::ZERO, unit: None }),
        }
    }

    /// The number it counts as: 0 for blank and not applicable, the bare number of an amount. An unknown value also counts as 0,
    /// so comparisons must use [`Value::known`].
    pub fn number(&self) -> Decimal {
        match self {
            Value::Count(n) => Decimal::from(*n),
            Value::Signed(n) => Decimal::from(*n),
            Value::Amount(a) => a.number,
            Value::Blank | Value::NotApplicable | Value::Unknown => Decimal::ZERO,
        }
    }

    /// The number it counts as, unless the value is unknown.
    pub fn known(&self) -> Option<Decimal> {
        (*self != Value::Unknown).then(|| self.number())
    }

    /// The unit written with the value.
    pub fn unit(&self) -> Option<Unit> {
        match self {
            Value::Amount(a) => a.unit,
            _ => None,
        }
    }

    /// Whether the cell contains no number: blank or not applicable.
    pub fn is_absent(&self) -> bool {
        matches!(self, Value::Blank | Value::NotApplicable)
    }
}

/// As printed in the official table: digits without separators, the unit only if the agency chose it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Count(n) => write!(f, "{n}"),
            Value::Signed(n) => write!(f, "{n}"),
            Value::Amount(a) => write!(f, "{}{}", a.number, a.unit.map_or("", Unit::word)),
            Value::Blank | Value::Unknown => Ok(()),
            Value::NotApplicable => f.write_str("/"),
        }
    }
}
