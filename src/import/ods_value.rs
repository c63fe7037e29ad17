//! The value of an .ods cell: its content, and how its displayed text differs from it.
//!
//! Takes the element of a cell and its text. It never reads the document.

use quick_xml::events::BytesStart;

use super::attributes::own_attribute as attribute;
use super::attributes::xml_unescaped;
use super::workbook::{Content, FormatEffect};
use super::{ImportError, contents, formats};
use crate::form::Unit;
use crate::model::days_of_month;

/// The value of a cell according to the attributes of its element.
pub(super) struct CellValue {
    /// The value type of the document; empty if the cell states none.
    kind: String,
    value: Option<String>,
    pub formula: bool,
}

impl CellValue {
    pub fn of(e: &BytesStart<'_>) -> CellValue {
        let mut kind = attribute(e, "office:value-type").unwrap_or_default();
        if attribute(e, "calcext:value-type").is_some_and(|k| k == "error") {
            kind = "error".to_owned();
        }
        let name = match kind.as_str() {
            "date" => "office:date-value",
            "time" => "office:time-value",
            "boolean" => "office:boolean-value",
            "string" | "error" => "office:string-value",
            _ => "office:value",
        };
        let value = attribute(e, name).map(|v| xml_unescaped(&v));
        CellValue { kind, value, formula: attribute(e, "table:formula").is_some() }
    }

    fn number(&self) -> Option<f64> {
        let is_number = matches!(self.kind.as_str(), "float" | "percentage" | "currency");
        self.value.as_ref().filter(|_| is_number)?.trim().parse().ok().filter(|n: &f64| n.is_finite())
    }

    /// Returns the content of the cell; `None` if it has none.
    pub fn content(&self, text: Option<String>) -> Result<Option<Content>, ImportError> {
        let seen = || text.clone().unwrap_or_default();
        let value = || self.value.clone().unwrap_or_else(seen);
        Ok(Some(match self.kind.as_str() {
            "" if self.formula && seen().is_empty() => Content::Uncomputed,
            "" => return Ok(text.map(Content::Text)),
            "float" | "percentage" | "currency" => match self.number() {
                Some(n) => contents::number(n),
                None => return Err(ImportError::Damaged("单元格的数值写法不合规范".to_owned())),
            },
            "date" => date(&value()).unwrap_or_else(|| Content::Other(value())),
            "boolean" => Content::Bool(value() == "true"),
            // The displayed text names the error.
            "error" => Content::Error(seen()),
            "string" => Content::Text(text.clone().unwrap_or_else(value)),
            _ => Content::Other(value()),
        }))
    }

    /// Returns how the displayed text differs from the number beyond rounding; `None` if it does not.
    pub fn differs_from(&self, text: Option<&str>) -> Option<FormatEffect> {
        if self.kind == "percentage" && self.number() != Some(0.0) {
            return Some(FormatEffect::Scaled);
        }
        let value = self.number()?;
        let text: String = text?.chars().map(ascii_digit).collect();
        if value == 0.0 {
            // A dash, a blank or a unit may be shown for 0, but not another number.
            return formats::has_figure(&text).then_some(FormatEffect::Replaced);
        }
        if formats::scales(&text) && Unit::ALL.iter().all(|u| !text.contains(u.word())) {
            return Some(FormatEffect::Scaled);
        }
        // A number with an exponent is not scaled.
        if text.contains(['e', 'E']) {
            return None;
        }
        let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
        if digits.is_empty() {
            // Numerals are the number in words; any other text hides the number.
            return (!text.trim().is_empty() && !formats::has_digits(&text)).then_some(FormatEffect::Scaled);
        }
        let Ok(seen) = digits.parse::<f64>() else { return Some(FormatEffect::Scaled) };
        let places = digits.split_once('.').map_or(0, |(_, after)| after.len().min(15)) as i32;
        let negative = text.trim_start().starts_with(['-', '−', '－']);
        if negative && value > 0.0 && seen != 0.0 {
            return Some(FormatEffect::Replaced);
        }
        let rounding = 0.501 * 10f64.powi(-places);
        ((value.abs() - seen).abs() > rounding).then_some(FormatEffect::Scaled)
    }
}

fn ascii_digit(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        '．' => '.',
        _ => c,
    }
}

/// `2024-03-01`, with or without a time of day; `None` if it is no day of the calendar.
fn date(text: &str) -> Option<Content> {
    let mut parts = text.split('T').next()?.split('-');
    let (year, month, day): (u16, u8, u8) =
        (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let exists = (1..=12).contains(&month) && (1..=days_of_month(year.into(), month.into())).contains(&u32::from(day));
    (exists && parts.next().is_none()).then_some(Content::Date(year, month, day))
}
