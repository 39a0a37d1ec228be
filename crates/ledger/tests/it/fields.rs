//! Field commitments: `spec/vectors/fields.json`, and what serde_json sees in the same bytes.

use ledger::fields::{Committer, FieldTree, FieldType, PATH_BYTES_MAX, PAYLOAD_FIELDS_MAX};
use ledger::merkle::{leaf_hash, verify_inclusion};
use ledger::{Derivation, FieldKey, Plaintext, RecordSecret};
use proptest::prelude::*;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::hex::{hex, unhex};

const VECTORS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../spec/vectors/fields.json"
);
const FACTS: &str = r#"{"direction":"client_to_server","message":{"kind":"request","id":"17"}}"#;

fn keys() -> Derivation {
    let secret = RecordSecret::from_bytes(Zeroizing::new([0x21; 32]));
    Derivation::new(&secret, &[0x43; 16])
}

fn plaintext(facts: &str, payload: &[u8]) -> Plaintext {
    Plaintext::from_parts(facts.as_bytes(), payload).unwrap()
}

/// `path type value`, one line per field of the payload.
fn split(payload: &[u8]) -> Vec<String> {
    let plaintext = plaintext("{}", payload);
    let tree = FieldTree::new(&plaintext, keys()).unwrap();
    tree.fields()
        .map(|field| {
            let value = String::from_utf8_lossy(field.value);
            format!("{} {} {value}", field.path, field.kind.as_str())
        })
        .collect()
}

#[test]
fn a_payload_is_split_into_its_values() {
    let payload = r#" {"a/b":{"~":[1.50,-0,1e5,"q\"\u00e9\ud83d\ude00/","\/"],"":{},"x":[]},
        "n":null,"t":true,"f":false} "#;
    assert_eq!(
        split(payload.as_bytes()),
        [
            "/payload/a~1b/~0/0 number 1.50",
            "/payload/a~1b/~0/1 number -0",
            "/payload/a~1b/~0/2 number 1e5",
            "/payload/a~1b/~0/3 string q\"é😀/",
            "/payload/a~1b/~0/4 string /",
            "/payload/a~1b/ empty_object ",
            "/payload/a~1b/x empty_array ",
            "/payload/n null ",
            "/payload/t bool true",
            "/payload/f bool false",
        ]
    );
    assert_eq!(split(b"\"\""), ["/payload string "]);
    assert_eq!(split(b"{\"\\u0061\":1}"), ["/payload/a number 1"]);
}

#[test]
fn what_cannot_be_split_is_one_field() {
    let long = format!("{{\"{}\":1}}", "k".repeat(PATH_BYTES_MAX));
    let deep = "[".repeat(129) + "1" + &"]".repeat(129);
    let many = format!("[0{}]", ",0".repeat(PAYLOAD_FIELDS_MAX));
    let twice = (0..20)
        .map(|n| format!("\"k{n}\":{n},"))
        .collect::<String>();
    let twice = format!("{{{twice}\"k7\":0}}");
    for payload in [
        "",
        "  ",
        "nul",
        "truex",
        "01",
        "1.",
        "+1",
        ".5",
        "-",
        "1e",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":1,}",
        "{a:1}",
        "[1",
        "[1]]",
        "{}{}",
        "\"a",
        "\"\n\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\ud800\"",
        "\"\\ud800x\"",
        "{\"\\ud800\":1}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"a\":{\"b\":1},\"a\":{\"c\":1}}",
        "[{\"x\":1,\"y\":{\"x\":1},\"x\":1}]",
        "\u{feff}{}",
        ": comment",
        &long,
        &deep,
        &many,
        &twice,
    ] {
        let expected = [format!("/payload bytes {payload}")];
        assert_eq!(split(payload.as_bytes()), expected, "{payload}");
    }
    let not_utf8 = plaintext("{}", b"\"\xff\"");
    let tree = FieldTree::new(&not_utf8, keys()).unwrap();
    assert_eq!(tree.fields().next().unwrap().kind, FieldType::Bytes);
}

#[test]
fn what_is_just_within_the_limits_is_split() {
    let longest = PATH_BYTES_MAX - "/payload/".len();
    let long = format!("{{\"{}\":1}}", "k".repeat(longest));
    assert!(split(long.as_bytes())[0].ends_with("k number 1"));
    let deep = "[".repeat(128) + "1" + &"]".repeat(128);
    assert!(split(deep.as_bytes())[0].ends_with("/0 number 1"));
    let many = format!("[0{}]", ",0".repeat(PAYLOAD_FIELDS_MAX - 1));
    assert_eq!(split(many.as_bytes()).len(), PAYLOAD_FIELDS_MAX);
    let distinct = (0..100).map(|n| format!("\"k{n}\":{{\"k0\":1}}"));
    let distinct = format!("{{{}}}", distinct.collect::<Vec<_>>().join(","));
    assert_eq!(split(distinct.as_bytes()).len(), 100);
}

#[test]
fn facts_are_members_as_they_were_sealed() {
    let facts = r#" {"a~/b":{"x":[1,"]}"]} , "s":"a\"b" ,"n": 1.0,"e":{}} "#;
    let plaintext = plaintext(facts, b"");
    let tree = FieldTree::new(&plaintext, keys()).unwrap();
    let fields: Vec<_> = tree
        .fields()
        .map(|f| (f.path, f.kind, std::str::from_utf8(f.value).unwrap()))
        .collect();
    assert_eq!(
        fields,
        [
            ("/facts/a~0~1b", FieldType::Json, r#"{"x":[1,"]}"]}"#),
            ("/facts/s", FieldType::Json, r#""a\"b""#),
            ("/facts/n", FieldType::Json, "1.0"),
            ("/facts/e", FieldType::Json, "{}"),
            ("/payload", FieldType::Bytes, ""),
        ]
    );
    for facts in [
        "",
        "[]",
        "{\"a\":1,\"a\":1}",
        "{\"a\":1",
        "{} {}",
        "{\"a\":1,}",
    ] {
        let plaintext = self::plaintext(facts, b"");
        assert!(FieldTree::new(&plaintext, keys()).is_err(), "{facts}");
    }
}

#[test]
fn each_field_is_proven_by_its_own_key_alone() {
    let plaintext = plaintext(FACTS, br#"{"a":[1,2,{"b":"x"}],"c":null}"#);
    let tree = FieldTree::new(&plaintext, keys()).unwrap();
    let committed = Committer::new()
        .commit(plaintext.facts(), plaintext.payload(), &keys())
        .unwrap();
    assert_eq!(tree.root(), committed);
    for field in tree.fields() {
        let proven = tree.prove(field.path).unwrap();
        let holds = |key: &FieldKey, field: &ledger::fields::Field<'_>| {
            let leaf = leaf_hash(field.commitment(key).as_bytes());
            let (number, count) = (proven.number.into(), proven.count.into());
            verify_inclusion(number, count, leaf, &proven.proof, committed).is_ok()
        };
        assert!(holds(&proven.key, &proven.field()));
        let mut other = proven.clone();
        other.value.push(b'0');
        assert!(!holds(&proven.key, &other.field()));
        assert!(!holds(&keys().field_key(99), &proven.field()));
        other = proven.clone();
        other.path.insert(1, 'x');
        assert!(!holds(&proven.key, &other.field()));
        other = proven.clone();
        other.kind = FieldType::Bytes;
        assert!(!holds(&proven.key, &other.field()));
    }
    assert_eq!(tree.prove("/payload/a"), None);
}

/// The same by way of serde_json, for documents that it keeps wholly.
fn slowly(path: &str, value: &Value, out: &mut Vec<String>) {
    let line = |kind: &str, value: &str| format!("{path} {kind} {value}");
    match value {
        Value::Null => out.push(line("null", "")),
        Value::Bool(value) => out.push(line("bool", &value.to_string())),
        Value::Number(value) => out.push(line("number", &value.to_string())),
        Value::String(value) => out.push(line("string", value)),
        Value::Array(values) if values.is_empty() => out.push(line("empty_array", "")),
        Value::Object(members) if members.is_empty() => out.push(line("empty_object", "")),
        Value::Array(values) => {
            for (n, value) in values.iter().enumerate() {
                slowly(&format!("{path}/{n}"), value, out);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                slowly(&format!("{path}/{name}"), value, out);
            }
        }
    }
}

fn documents() -> impl Strategy<Value = Value> {
    let text = "[a-c~/\"\\\\\u{1}\u{e9}\u{1f600} ]{0,6}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(text, inner, 0..20)
                .prop_map(|members| { Value::Object(members.into_iter().collect()) }),
        ]
    })
}

proptest! {
    #[test]
    fn serde_json_sees_the_same_values(document in documents()) {
        let mut expected = Vec::new();
        slowly("/payload", &document, &mut expected);
        prop_assert_eq!(split(&serde_json::to_vec(&document).unwrap()), &*expected);
        prop_assert_eq!(split(&serde_json::to_vec_pretty(&document).unwrap()), &*expected);
    }

    #[test]
    fn what_is_split_is_json(text in "[\\[\\]{},:\"\\\\u0-9a-eE+. -]{0,12}") {
        let found = split(text.as_bytes());
        let is_json = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        let whole = found == [format!("/payload bytes {text}")];
        // serde_json refuses numbers beyond a double's range, and takes duplicate names.
        let beyond = text.contains(['e', 'E']);
        prop_assert!(beyond || whole || is_json, "{found:?}");
    }

    #[test]
    fn any_bytes_have_fields(payload in any::<Vec<u8>>()) {
        prop_assert!(!split(&payload).is_empty());
    }
}

/// What the file holds of one record.
fn vector(facts: &str, payload: &[u8]) -> Value {
    let plaintext = plaintext(facts, payload);
    let tree = FieldTree::new(&plaintext, keys()).unwrap();
    let fields: Vec<Value> = (0..)
        .zip(tree.fields())
        .map(|(number, field)| {
            let key = keys().field_key(number);
            json!({
                "path": field.path,
                "type": field.kind.as_str(),
                "value": hex(field.value),
                "key": hex(key.expose()),
                "commitment": field.commitment(&key).to_string(),
            })
        })
        .collect();
    json!({
        "facts": facts,
        "payload": hex(payload),
        "fields": fields,
        "fields_root": tree.root().to_string(),
    })
}

/// With `PROBITY_WRITE_VECTORS` set, makes the file anew.
#[test]
fn the_vectors_hold() {
    let records = [
        vector(FACTS, b""),
        vector(
            FACTS,
            br#"{"jsonrpc":"2.0","id":1.0,"params":{"a/b":["x\ny",{},[],null,true]}}"#,
        ),
        vector("{}", "[\"\\ud83d\\ude00 \\u00e9\", 1e400, -0.0]".as_bytes()),
        vector("{}", br#"{"a":1,"a":2}"#),
        vector("{}", br#"["\ud800"]"#),
        vector("{}", b"\xff\x00 no text"),
    ];
    let vectors = json!({
        "record": hex(&[0x43; 16]),
        "secret": hex(&[0x21; 32]),
        "records": records,
    });
    if std::env::var_os("PROBITY_WRITE_VECTORS").is_some() {
        let text = format!("{}\n", serde_json::to_string_pretty(&vectors).unwrap());
        std::fs::write(VECTORS, text).unwrap();
    }
    let committed: Value = serde_json::from_slice(&std::fs::read(VECTORS).unwrap()).unwrap();
    assert_eq!(vectors, committed);
    assert_eq!(unhex(committed["secret"].as_str().unwrap()), [0x21; 32]);
}
