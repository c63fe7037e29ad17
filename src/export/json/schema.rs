//! The JSON Schema (draft 2020-12) of a report in JSON.
//!
//! Gives the text that `cargo xtask schema` keeps under `samples/`. It never lists tables, rows or units, so it is valid for
//! every edition and every local form.

use serde_json::{Value, json};

use crate::form::labels;
use crate::model::Fact;

/// The schema as pretty-printed JSON.
pub fn schema() -> String {
    let words = &labels().data;
    let (format, version) = (&words.json, words.version);
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("政府信息公开工作年度报告（{format}，第 {version} 版）"),
        "description": "nianbao convert --to json 写出的报告。同样的文件可以作输入（check、convert、aggregate），行、列、单位以表样为准。",
        "type": "object",
        "properties": {
            "format": { "const": format, "description": "凭这一项认出是报告" },
            "version": { "const": version },
            "edition": edition(),
            "cover": cover(),
            "preface": paragraphs(),
            "sections": list(section()),
            "tables": list(table()),
            "findings": list(json!({ "$ref": "#/$defs/finding" })),
        },
        "required": ["format", "version", "edition", "cover", "sections", "tables"],
        "additionalProperties": false,
        "$defs": {
            "paragraph": object(json!({
                "level": { "type": "integer", "minimum": 0, "maximum": 3, "description": "0 正文；1 一、；2 （一）；3 1. 和（1）" },
                "text": text("一段，不含换行"),
                "origin": { "$ref": "#/$defs/origin" },
            }), &["level", "text"]),
            "value": value(),
            "origin": origin(),
            "finding": finding(),
            "cell": { "type": "string", "pattern": "^[A-Z]+[1-9][0-9]*$" },
        },
    });
    // Serializing texts and numbers cannot fail.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// The edition of the form.
fn edition() -> Value {
    object(
        json!({
            "id": { "type": "string", "description": "表样版本，如 2021" },
            "notice": { "type": "string", "description": "发布表样的文件" },
            "digest": { "type": "string", "pattern": "^[0-9a-f]{64}$", "description": "表样布局的 SHA-256：部分、表、行、列的键和次序，数值的种类和单位；不含任何名称" },
            "wording": { "type": "string", "pattern": "^[0-9a-f]{64}$", "description": "表样里各种名称的 SHA-256：与读入时的表样不同时，这里照录的名称不与表样核对，数值按键对应" },
        }),
        &["id", "digest"],
    )
}

/// The facts of the cover.
fn cover() -> Value {
    let [first, last] = labels().report.years;
    let [published, contact, index] = Fact::ALL.map(Fact::origin);
    object(
        json!({
            "agency": text("单位全称"),
            "year": { "type": "integer", "minimum": first, "maximum": last },
            "title": { "type": ["string", "null"], "description": "报告标题，没有时按单位和年度生成" },
            "published": { "type": ["string", "null"], "description": "发布日期，照原样" },
            "contact": { "type": ["string", "null"], "description": "联系方式，照原样" },
            "index": { "type": ["string", "null"], "description": "索引号，照原样" },
            "origin": { "$ref": "#/$defs/origin" },
            (published): { "$ref": "#/$defs/origin" },
            (contact): { "$ref": "#/$defs/origin" },
            (index): { "$ref": "#/$defs/origin" },
        }),
        &["agency", "year"],
    )
}

/// A section with its paragraphs; its table, if it has one, is among the tables.
fn section() -> Value {
    object(
        json!({
            "key": { "type": "string", "description": "表样里这一部分的键" },
            "heading": { "type": "string", "description": "表样规定的标题" },
            "origin": { "$ref": "#/$defs/origin" },
            "before": paragraphs(),
            "after": { "type": "array", "items": { "$ref": "#/$defs/paragraph" }, "description": "表格以后的文字" },
        }),
        &["key", "before"],
    )
}

/// A table with all its values in the order of the form.
fn table() -> Value {
    object(
        json!({
            "key": { "type": "string", "description": "表样里这张表的键" },
            "name": { "type": "string", "description": "简称，如 表三" },
            "caption": { "type": "string", "description": "全称" },
            "values": list(json!({ "$ref": "#/$defs/value" })),
        }),
        &["key", "values"],
    )
}

/// A finding of reading or checking.
fn finding() -> Value {
    object(
        json!({
            "code": { "type": "string", "pattern": "^[A-Z][0-9]{3}$", "description": "nianbao explain 说明含义" },
            "severity": { "enum": ["error", "warning", "note"] },
            "stage": {
                "enum": ["reading", "report"],
                "description": "reading：读工作簿时看懂或略去了什么，读回时照录；report：报告本身的问题，读回时重新检查，不看这里",
            },
            "sheet": { "type": "string" },
            "cell": { "$ref": "#/$defs/cell" },
            "message": { "type": "string" },
            "expected": { "type": "string" },
            "found": { "type": "string" },
            "related": list(object(json!({
                "sheet": { "type": "string" },
                "cell": { "$ref": "#/$defs/cell" },
            }), &["sheet"])),
            "more": { "type": "integer", "minimum": 1, "description": "related 没有列出的其余各处有多少" },
            "hint": { "type": "string" },
        }),
        &["code", "severity", "stage", "message", "related"],
    )
}

/// Where a part was read.
fn origin() -> Value {
    let mut origin = object(
        json!({
            "sheet": { "type": "string", "description": "工作表" },
            "cell": { "$ref": "#/$defs/cell" },
            "written": { "type": "string", "description": "那里写着什么" },
            "read": { "type": "string", "description": "读成了什么，与 written 相同时没有" },
            "entry": { "enum": ["text", "formula"], "description": "数字存成了文本，或者是公式的结果；直接填的数字没有" },
        }),
        &["sheet", "written"],
    );
    origin["description"] =
        json!("在工作簿的哪里读到。改动内容以后与 read（没有时与 written）不同，读回时出处不再采用");
    origin
}

/// A table value; its kind determines the type of `value`.
fn value() -> Value {
    let kinds = [
        ("count", json!({ "type": "integer", "minimum": 0 }), "件数"),
        ("signed", json!({ "type": "integer" }), "可以为负的增减数"),
        ("amount", json!({ "type": "string", "pattern": "^(0|[1-9][0-9]*)(\\.[0-9]+)?$" }), "金额，十进制，一位不差"),
        ("blank", json!({ "type": "null" }), "没有填"),
        ("not_applicable", json!({ "type": "null" }), "写着“无”“/”一类"),
    ];
    let kinds = kinds.map(|(kind, value, description)| {
        json!({ "properties": { "kind": { "const": kind }, "value": value }, "description": description })
    });
    let mut all = object(
        json!({
            "block": { "type": "string", "description": "表样里这一段的键" },
            "row": { "type": "string", "description": "行的键，从外到里以点连接；只有一行、没有行标题的为空" },
            "column": { "type": "string", "description": "列的键，从外到里以点连接" },
            "row_path": { "type": "array", "items": { "type": "string" }, "description": "行的标签，从外到里" },
            "column_path": { "type": "array", "items": { "type": "string" }, "description": "列的标签，从外到里" },
            "kind": { "enum": ["count", "signed", "amount", "blank", "not_applicable"] },
            "unit": { "type": ["string", "null"], "description": "表样规定的单位；表样没有规定的金额，是填报的单位" },
            "value": { "type": ["integer", "string", "null"] },
            "origin": { "$ref": "#/$defs/origin" },
        }),
        &["block", "row", "column", "kind", "unit", "value"],
    );
    all["oneOf"] = json!(kinds);
    all
}

/// An object with these members and no others.
fn object(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn paragraphs() -> Value {
    list(json!({ "$ref": "#/$defs/paragraph" }))
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "description": description })
}
