//! A finding as JSON: in JSON lines, manifests and journals, and in a report as open data.
//!
//! The finding's own place is written as the members `file`, `sheet` and `cell`; absent parts are omitted.

use std::sync::Arc;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Finding, Stage, Waived};
use crate::model::{Address, Source};
use crate::rules::{Code, Severity};

#[derive(Serialize)]
struct Written<'a> {
    code: Code,
    severity: Severity,
    stage: Stage,
    #[serde(flatten)]
    place: Option<WrittenPlace<'a>>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<&'a str>,
    related: Vec<WrittenPlace<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waived: Option<&'a Waived>,
}

#[derive(Serialize)]
struct WrittenPlace<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sheet: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cell: Option<String>,
}

impl<'a> WrittenPlace<'a> {
    fn of(source: &'a Source) -> WrittenPlace<'a> {
        WrittenPlace {
            file: source.file.as_deref(),
            sheet: source.sheet_name(),
            cell: source.cell.map(|c| c.to_string()),
        }
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Finding { code, severity, stage, source, message, expected, found, related, more, hint, waived } = self;
        Written {
            code: *code,
            severity: *severity,
            stage: *stage,
            place: source.as_ref().map(WrittenPlace::of),
            message,
            expected: expected.as_deref(),
            found: found.as_deref(),
            related: related.iter().map(WrittenPlace::of).collect(),
            more: Some(*more).filter(|more| *more > 0),
            hint: hint.as_deref(),
            waived: waived.as_ref(),
        }
        .serialize(serializer)
    }
}

#[derive(Deserialize)]
struct Read {
    code: Code,
    severity: Severity,
    /// Absent in manifests of earlier versions.
    #[serde(default)]
    stage: Stage,
    #[serde(flatten)]
    place: ReadPlace,
    message: String,
    expected: Option<String>,
    found: Option<String>,
    related: Vec<ReadPlace>,
    #[serde(default)]
    more: usize,
    hint: Option<String>,
    waived: Option<Waived>,
}

#[derive(Deserialize)]
struct ReadPlace {
    file: Option<String>,
    sheet: Option<Arc<str>>,
    cell: Option<String>,
}

impl ReadPlace {
    /// `None` if nothing of a place is stated.
    fn source<E: Error>(self) -> Result<Option<Source>, E> {
        let ReadPlace { file, sheet, cell } = self;
        let cell = cell.map(|c| c.parse::<Address>().map_err(|_| E::custom(format!("{c} is no cell")))).transpose()?;
        let stated = file.is_some() || sheet.is_some() || cell.is_some();
        Ok(stated.then(|| Source { file, sheet: sheet.unwrap_or_default(), cell }))
    }
}

impl<'de> Deserialize<'de> for Finding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Finding, D::Error> {
        let Read { code, severity, stage, place, message, expected, found, related, more, hint, waived } =
            Read::deserialize(deserializer)?;
        let source = place.source()?;
        let related = related.into_iter().filter_map(|p| p.source().transpose()).collect::<Result<_, D::Error>>()?;
        Ok(Finding { code, severity, stage, source, message, expected, found, related, more, hint, waived })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding;

    #[test]
    fn a_finding_comes_back_from_its_json() {
        let cell = Source::cell(&"表".into(), Address { row: 3, column: 1 });
        let bare = finding(Code::N207, "没有填年度");
        let whole = Finding {
            waived: Some(Waived { who: "甲".into(), date: "2025-01-20".into(), reason: "乙".into() }),
            more: 3,
            ..finding(Code::Y401, "不相等")
                .at(cell.clone().within("a.xlsx"))
                .related([cell, Source::sheet(&"表".into()), Source::file("b.xlsx")])
                .expected(1)
                .found(2)
                .hint("改")
                .in_reading()
        };
        for f in [bare, whole] {
            let json = serde_json::to_string(&f).unwrap();
            assert_eq!(serde_json::from_str::<Finding>(&json).unwrap(), f, "{json}");
        }
    }

    #[test]
    fn a_line_of_an_earlier_version_has_no_stage() {
        let line = r#"{"code":"K301","severity":"error","sheet":"表","cell":"D28","message":"不平","related":[]}"#;
        let f: Finding = serde_json::from_str(line).unwrap();
        assert_eq!((f.stage, f.source.unwrap().to_string().as_str()), (Stage::Report, "“表”D28"));
        let unknown = line.replace("K301", "K999");
        assert!(serde_json::from_str::<Finding>(&unknown).unwrap_err().to_string().contains("K999"));
    }
}
