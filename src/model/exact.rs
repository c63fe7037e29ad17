//! Serde format of a decimal for data exchanged between two runs of the same program: its digits and their scale.
//!
//! For `#[serde(with)]`. Formats that people read write decimals as text instead.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Decimal;

pub fn serialize<S: Serializer>(value: &Decimal, to: S) -> Result<S::Ok, S::Error> {
    (value.mantissa(), value.scale()).serialize(to)
}

pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
    let (digits, scale) = <(i128, u32)>::deserialize(from)?;
    Decimal::try_from_i128_with_scale(digits, scale).map_err(de::Error::custom)
}
