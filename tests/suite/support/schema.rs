//! Validates JSON against a JSON Schema, for the subset of draft 2020-12 that ours uses. An unknown keyword is a fault of the
//! test.

use serde_json::Value;

/// Returns the first disagreement between a value and a schema, with its path.
pub fn disagreement(schema: &Value, value: &Value) -> Option<String> {
    against(schema, schema, value, "")
}

fn against(root: &Value, schema: &Value, value: &Value, path: &str) -> Option<String> {
    for (word, rule) in schema.as_object().unwrap() {
        let found = match word.as_str() {
            "$schema" | "$defs" | "title" | "description" => None,
            "$ref" => {
                let target = root.pointer(rule.as_str().unwrap().strip_prefix('#').unwrap()).unwrap();
                against(root, target, value, path)
            }
            "type" => {
                let any = rule.as_array().map_or(vec![rule], |all| all.iter().collect());
                (!any.iter().any(|t| is(t.as_str().unwrap(), value))).then(|| format!("{path}: no {rule}"))
            }
            "const" => (rule != value).then(|| format!("{path}: not {rule}")),
            "enum" => (!rule.as_array().unwrap().contains(value)).then(|| format!("{path}: none of {rule}")),
            "minimum" | "maximum" => value.as_f64().and_then(|n| {
                let limit = rule.as_f64().unwrap();
                let beyond = if word == "minimum" { n < limit } else { n > limit };
                beyond.then(|| format!("{path}: {word} {rule}"))
            }),
            "minLength" => {
                let short = |t: &str| (t.chars().count() as u64) < rule.as_u64().unwrap();
                value.as_str().filter(|t| short(t)).map(|_| format!("{path}: too short"))
            }
            "pattern" => {
                value.as_str().filter(|t| !fits(rule.as_str().unwrap(), t)).map(|_| format!("{path}: not {rule}"))
            }
            "required" => value.as_object().and_then(|members| {
                let missing = rule.as_array().unwrap().iter().find(|m| !members.contains_key(m.as_str().unwrap()));
                missing.map(|m| format!("{path}: without {m}"))
            }),
            "properties" => value.as_object().and_then(|members| {
                let known = |(name, value)| {
                    rule.get(name).and_then(|schema| against(root, schema, value, &format!("{path}/{name}")))
                };
                members.iter().find_map(known)
            }),
            "additionalProperties" => value.as_object().and_then(|members| {
                assert_eq!(rule, false);
                let known = &schema["properties"];
                members.keys().find(|name| known.get(name).is_none()).map(|name| format!("{path}: {name} is not known"))
            }),
            "items" => value.as_array().and_then(|all| {
                all.iter().enumerate().find_map(|(i, one)| against(root, rule, one, &format!("{path}/{i}")))
            }),
            "oneOf" => {
                let fitting = rule.as_array().unwrap().iter().filter(|s| against(root, s, value, path).is_none());
                (fitting.count() != 1).then(|| format!("{path}: not one of {rule}"))
            }
            other => panic!("{other} is not known to this test"),
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        other => panic!("{other} is not known to this test"),
    }
}

/// The patterns of our schema, implemented by hand.
fn fits(pattern: &str, text: &str) -> bool {
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    match pattern {
        "^[0-9a-f]{64}$" => text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)),
        "^[A-Z][0-9]{3}$" => text.len() == 4 && text.as_bytes()[0].is_ascii_uppercase() && digits(&text[1..]),
        "^[A-Z]+[1-9][0-9]*$" => text.parse::<nianbao::model::Address>().is_ok(),
        "^(0|[1-9][0-9]*)(\\.[0-9]+)?$" => {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
            digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with('0'))
        }
        other => panic!("{other} is not known to this test"),
    }
}

#[test]
fn what_does_not_fit_is_told() {
    let schema = serde_json::json!({
        "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": { "a": { "$ref": "#/$defs/a" }, "b": { "type": "array", "items": { "type": ["null", "string"], "minLength": 2 } } },
        "$defs": { "a": { "oneOf": [{ "type": "integer", "minimum": 1 }, { "const": "x" }] } },
    });
    let told = |text: &str| disagreement(&schema, &serde_json::from_str(text).unwrap());
    assert_eq!(told("{\"a\":1,\"b\":[null,\"xx\"]}"), None);
    for (text, says) in [
        ("[]", ": no"),
        ("{}", "without"),
        ("{\"a\":0}", "/a: not one"),
        ("{\"a\":\"y\"}", "/a: not one"),
        ("{\"a\":1,\"c\":1}", "c is not known"),
        ("{\"a\":1,\"b\":[null,1]}", "/b/1: no"),
        ("{\"a\":1,\"b\":[\"x\"]}", "/b/0: too short"),
    ] {
        assert!(told(text).unwrap().contains(says), "{text}: {:?}", told(text));
    }
    let amount = "^(0|[1-9][0-9]*)(\\.[0-9]+)?$";
    assert!(
        fits(amount, "0") && fits(amount, "25.10") && !fits(amount, "01") && !fits(amount, "1.") && !fits(amount, "-1")
    );
}
