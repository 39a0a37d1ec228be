//! What holds for any message.

use proptest::prelude::*;
use serde_json::Value;

use crate::script::{apply, labels};

/// Texts with something in them, and with nothing.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,24}",
        Just("mail ann@example.com".to_owned()),
        Just("4111 1111 1111 1111".to_owned()),
        Just("{\"to\":\"ann@example.com\",\"n\":1.50}".to_owned()),
        Just("bWFpbCBhbm5AZXhhbXBsZS5jb20=".to_owned()),
        Just("a%40b \\u0041 &#64; =40=41\u{200b}\n".to_owned()),
    ]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Outside of strings and numbers nothing may change.
fn shape(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(bool) => bool.to_string(),
        Value::Number(_) => "n".to_owned(),
        Value::String(_) => "s".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(shape).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(members) => {
            let mut members: Vec<String> = members.values().map(shape).collect();
            members.sort();
            format!("{{{}}}", members.join(","))
        }
    }
}

proptest! {
    #[test]
    fn json_stays_json_of_the_same_shape(value in json()) {
        let message = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{value}}}");
        let masks = labels();
        let masked = apply(&masks, &message);
        let after: Value = serde_json::from_slice(&masked.relayed).unwrap();
        let before: Value = serde_json::from_str(&message).unwrap();
        prop_assert_eq!(shape(&before), shape(&after));
        prop_assert!(!String::from_utf8_lossy(&masked.relayed).contains("ann@example.com"));
    }

    #[test]
    fn leaves_without_a_finding_stay(values in prop::collection::vec(text(), 0..6)) {
        let message = serde_json::json!({ "result": values }).to_string();
        let masks = labels();
        let masked = apply(&masks, &message);
        let after: Value = serde_json::from_slice(&masked.relayed).unwrap();
        for (at, value) in values.iter().enumerate() {
            let path = format!("/result/{at}");
            if masked.findings.iter().all(|finding| *finding.path != *path) {
                prop_assert_eq!(after.pointer(&path).unwrap().as_str(), Some(value.as_str()));
            }
        }
    }

    #[test]
    fn any_text_ends(text in "[\\PC\\\\\"{}\\[\\]%&=\\n]{0,200}") {
        let masks = labels();
        let masked = apply(&masks, &text);
        prop_assert!(masked.findings.len() <= text.len());
    }

    #[test]
    fn the_same_message_gives_the_same_bytes(value in json()) {
        let message = value.to_string();
        let masks = labels();
        prop_assert_eq!(apply(&masks, &message).stored, apply(&masks, &message).stored);
    }
}
