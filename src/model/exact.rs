//! A decimal between two runs of the same program: its digits and their scale.
//!
//! Takes and gives [`Decimal`]s for `#[serde(with)]` in a compact form. A form that people read writes them as text instead.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Decimal;

pub fn serialize<S: Serializer>(value: &Decimal, to: S) -> Result<S::Ok, S::Error> {
    (value.mantissa(), value.scale()).serialize(to)
}

pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
    let (digits, scale) = <(i128, u32)>::deserialize(from)?;
    Decimal::try_from_i128_with_scale(digits, scale).map_err(de::Error::custom)
}
