//! Odd but legal messages keep every byte.

use mcp::json::Json;
use mcp::{Message, Slot};

use crate::message;

/// Large integers, trailing zeros, unknown members at every level, escapes, unusual order.
const ODD: &[&str] = &[
    r#"{"params":{"arguments":{"n":12345678901234567890123,"f":1.10,"e":1E+2,"z":-0.0},"name":"t"},"id":1.0,"method":"tools/call","jsonrpc":"2.0"}"#,
    r#"{"jsonrpc":"2.0","x-vendor":{"a":[1,{"b":null}]},"id":"\u0061/\/","method":"tools\/call","params":{"name":"caf\u00e9 \ud83d\ude00","task":{"ttl":60000,"x":1},"_meta":{"progressToken":1.50,"com.example/k":[]},"vendor":true}}"#,
    "{ \"jsonrpc\" : \"2.0\" ,\t\"id\" : 1 ,\r\n \"result\" : { \"tools\" : [ { \"name\" : \"t\" , \"execution\" : { \"taskSupport\" : \"required\" } , \"x\" : 1 } ] , \"nextCursor\" : null } } \n",
    r#"{"jsonrpc":"2.0","id":-0,"result":{"content":[{"type":"hologram","data":"\u0000","x":[[[[]]]]}],"structuredContent":{"v":0.1000},"resultType":"com.example/odd","isError":false}}"#,
    r#"{"error":{"message":"no\tpe","code":-32042,"data":{"elicitations":[]},"extra":1e-7},"jsonrpc":"2.0","id":0}"#,
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/com.example/what\",\"params\":{\"\u{e9}\":1,\"e\u{301}\":2}}",
    r#"{"jsonrpc":"\u0032.0","id":18446744073709551616,"method":"ping","params":null}"#,
];

#[test]
fn what_is_not_changed_leaves_as_it_came() {
    for text in ODD {
        let message = message(text);
        assert_eq!(message.bytes(), text);
        assert_eq!(message.rewritten(&[]), text);
        assert_eq!(message.clone().into_bytes(), text);
    }
}

#[test]
fn a_replaced_id_is_the_only_change() {
    for text in ODD {
        let message = message(text);
        let Some(id) = message.slot(Slot::Id).map(Json::span) else {
            continue;
        };
        let expected = [&text[..id.start], "4711", &text[id.end..]].concat();
        assert_eq!(message.rewritten(&[(Slot::Id, "4711")]), expected);
    }
}

#[test]
fn lexemes_are_kept() {
    let call = message(ODD[0]);
    let lexeme = |call: &Message, name: &str| {
        let value = call.arguments().and_then(|arguments| arguments.get(name));
        value.map(|value| value.lexeme().to_owned())
    };
    assert_eq!(
        lexeme(&call, "n").as_deref(),
        Some("12345678901234567890123")
    );
    assert_eq!(lexeme(&call, "f").as_deref(), Some("1.10"));
    assert_eq!(lexeme(&call, "z").as_deref(), Some("-0.0"));
    assert_eq!(call.id_lexeme(), Some("1.0"));
    assert_eq!(message(ODD[1]).name().as_deref(), Some("café 😀"));
    assert_eq!(message(ODD[1]).method_name().as_deref(), Some("tools/call"));
}
