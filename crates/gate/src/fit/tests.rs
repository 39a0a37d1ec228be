use bytes::Bytes;
use mask::{Crossing, Key, MaskSet, Showing};
use mcp::Message;
use serde_json::{Value, json};

use super::fit;
use crate::schema::listed;
use crate::stored::Stored;

fn message(text: &str) -> Message {
    Message::parse(Bytes::copy_from_slice(text.as_bytes()), &Stored::limits()).unwrap()
}

fn answer(structured: &Value) -> Message {
    let result = json!({
        "content": [
            { "type": "text", "text": "Here it is." },
            { "type": "text", "text": serde_json::to_string_pretty(structured).unwrap() },
        ],
        "structuredContent": structured,
    });
    message(&json!({"jsonrpc": "2.0", "id": 1, "result": result}).to_string())
}

/// What a client gets of a tool's result, masked for it with every style the record knows.
fn shown(schema: &Value, structured: &Value) -> String {
    let list = json!({"jsonrpc": "2.0", "id": 0, "result": {"tools": [{"name": "t", "outputSchema": schema}]}});
    let mut tools = listed(&message(&list.to_string()));
    let schema = tools.pop().and_then(|(_, schema)| schema).unwrap();
    let masks = MaskSet::builder()
        .showing(Showing::strict())
        .key(Key::from_bytes(b"a key of tests"))
        .build();
    let original = answer(structured);
    let masked = masks.apply(original.bytes(), &Crossing::to_agent("shop"));
    let mut relayed = Bytes::copy_from_slice(&masked.relayed);
    if fit(&original, &mut relayed, &schema).is_err() {
        return "withheld".to_owned();
    }
    let relayed: Value = serde_json::from_slice(&relayed).unwrap();
    let result = &relayed["result"];
    let mirror = result["content"][1]["text"].as_str().unwrap();
    let mirror: Value = serde_json::from_str(mirror).expect(mirror);
    assert_eq!(mirror, result["structuredContent"], "the text is alike");
    result["structuredContent"].to_string()
}

fn check(properties: Value, structured: Value, expected: &str) {
    let schema = json!({"type": "object", "properties": properties});
    let found: Value = serde_json::from_str(&shown(&schema, &structured)).unwrap();
    let expected: Value = serde_json::from_str(expected).unwrap();
    assert_eq!(found, expected, "{schema}");
}

const EMAIL: &str = "ada.lovelace@engines.test";
const TOKEN: &str = "ghp_wJalrXUtnFEMIK7MDENGbPxRfiCYzKQ4c9Lw";

#[test]
fn a_masked_text_that_fits_stays() {
    let text = json!({"type": "string"});
    check(
        json!({"token": text, "n": {"type": "integer"}}),
        json!({"token": TOKEN, "n": 7}),
        r#"{"n":7,"token":"[github_token]"}"#,
    );
    check(
        json!({"password": {"type": "string", "minLength": 3, "maxLength": 10}}),
        json!({"password": "hunter2"}),
        r#"{"password":"[password]"}"#,
    );
}

#[test]
fn a_text_is_written_as_its_schema_wants_it() {
    for (schema, value, expected) in [
        (json!({"format": "email"}), EMAIL, "masked@masked.invalid"),
        (json!({"minLength": 20}), TOKEN, "[github_token]******"),
        (
            json!({"maxLength": 40, "minLength": 40}),
            TOKEN,
            "[github_token]**************************",
        ),
        (json!({"maxLength": 8}), "hunter2", "[passwor"),
        (
            json!({"format": "uri"}),
            "postgres://ann:Tr0ub4dor-and-3@db.test/x",
            "https://masked.invalid/",
        ),
        (
            json!({"anyOf": [{"type": "string", "format": "email"}, {"type": "null"}]}),
            EMAIL,
            "masked@masked.invalid",
        ),
        (
            json!({"oneOf": [{"type": "integer"}, {"type": "string", "format": "email"}]}),
            EMAIL,
            "masked@masked.invalid",
        ),
        (json!({"$ref": "#/$defs/mail", "$defs": {}}), EMAIL, ""),
    ] {
        let name = if value == "hunter2" { "password" } else { "it" };
        let found = shown(
            &json!({"type": "object", "properties": {name: schema}, "$defs": {"mail": {"type": "string", "format": "email"}}}),
            &json!({name: value}),
        );
        let expected = match expected {
            "" => "masked@masked.invalid",
            expected => expected,
        };
        let expected = json!({name: expected}).to_string();
        assert_eq!(found, expected, "{schema}");
    }
}

#[test]
fn what_has_no_masked_value_that_fits_is_withheld() {
    for schema in [
        json!({"enum": [TOKEN, "none"]}),
        json!({"const": TOKEN}),
        json!({"type": "string", "pattern": "^ghp_[0-9A-Za-z]{36}$"}),
        json!({"type": "string", "minLength": 1_000_000}),
        json!({"not": {"pattern": "\\["}}),
        json!({"$ref": "https://elsewhere.test/schema.json"}),
        json!({"type": "string", "pattern": "("}),
    ] {
        let found = shown(
            &json!({"type": "object", "properties": {"it": schema}}),
            &json!({"it": TOKEN}),
        );
        // Where the server's own value does not fit either, nobody is held to anything.
        let expected = match schema.get("minLength") {
            Some(_) => r#"{"it":"[github_token]"}"#,
            None => "withheld",
        };
        assert_eq!(found, expected, "{schema}");
    }
    let numbers = |schema: Value| {
        let schema = json!({"type": "object", "properties": {"card_number": schema}});
        shown(&schema, &json!({"card_number": 4_111_111_111_111_111_u64}))
    };
    assert_eq!(
        numbers(json!({"type": "integer", "minimum": 0})),
        r#"{"card_number":0}"#
    );
    assert_eq!(
        numbers(json!({"type": "integer", "minimum": 1})),
        "withheld"
    );
    // A name that is masked is another name.
    let names = json!({"type": "object", "additionalProperties": false, "properties": {EMAIL: {}}});
    assert_eq!(shown(&names, &json!({EMAIL: 1})), "withheld");
}

#[test]
fn each_of_many_places_fits() {
    let people: Vec<Value> = (0..40)
        .map(|n| json!({"mail": format!("ada{n}@engines.test"), "a/b": {"~": EMAIL}, "n": n}))
        .collect();
    let mail = json!({"type": "string", "format": "email"});
    let schema = json!({"type": "object", "properties": {"people": {"type": "array", "items": {
        "type": "object",
        "required": ["mail"],
        "properties": {"mail": mail, "a/b": {"type": "object", "properties": {"~": mail}}},
    }}}});
    let found = shown(&schema, &json!({"people": people}));
    assert_eq!(found.matches("masked@masked.invalid").count(), 80);
}
