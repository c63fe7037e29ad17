//! SARIF 2.1.0 (OASIS), for code hosts and editors that show findings beside files.
//!
//! Takes the records of a run, gives one log. Never reassesses findings.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::level;
use crate::batch::Record;
use crate::model::{Code, Finding, Source};
use crate::site::percent_encoded;

/// The findings of a run as a SARIF log.
pub fn sarif<'r>(records: impl IntoIterator<Item = &'r Record>) -> String {
    let mut codes: BTreeSet<Code> = BTreeSet::new();
    let mut results = Vec::new();
    for record in records {
        for item in &record.findings {
            codes.insert(item.code);
            results.push(result(&record.file, item));
        }
    }
    let described = codes.iter().map(|code| {
        let rule = code.rule();
        json!({
            "id": code,
            "shortDescription": { "text": rule.title },
            "fullDescription": { "text": rule.meaning },
            "help": { "text": format!("{}\n依据：{}\n例：{}", rule.meaning, rule.basis, rule.example) },
            "defaultConfiguration": { "level": level(rule.severity) },
        })
    });
    let driver = json!({
        "name": "nianbao",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": described.collect::<Vec<_>>(),
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results }],
    });
    format!("{log:#}\n")
}

fn result(file: &str, item: &Finding) -> Value {
    let mut text = format!("{}{}", item.message, item.unshown());
    if let Some(hint) = &item.hint {
        text = format!("{text}；{hint}");
    }
    let related: Vec<Value> = item.related.iter().map(|p| location(file, Some(p))).collect();
    let mut result = json!({
        "ruleId": item.code,
        "level": level(item.severity),
        "message": { "text": text },
        "locations": [location(file, item.source.as_ref())],
    });
    if !related.is_empty() {
        result["relatedLocations"] = Value::Array(related);
    }
    if item.more > 0 {
        result["properties"] = json!({ "more": item.more });
    }
    result
}

/// The location of a finding: its file and, if known, its cell. A workbook has no lines, so the cell is a logical location.
fn location(file: &str, at: Option<&Source>) -> Value {
    let file = at.and_then(|at| at.file.as_deref()).unwrap_or(file);
    let mut location = json!({ "physicalLocation": { "artifactLocation": { "uri": uri(file) } } });
    if let Some(name) = at.and_then(Source::in_sheet) {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": name, "kind": "member" }]);
    }
    location
}

/// A path as a relative reference (RFC 3986), with `/` between its parts.
fn uri(path: &str) -> String {
    path.split(['/', '\\']).map(percent_encoded).collect::<Vec<_>>().join("/")
}
