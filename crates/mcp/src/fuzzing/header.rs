use bytes::Bytes;

use super::LIMITS;
use crate::Message;
use crate::era::{
    HeaderSchema, Headers, ModernFault, check_modern, decode_value, encode_value, required_headers,
};
use crate::json::{parse, string};

/// Every text survives encoding, as a header that an HTTP library would pass on.
pub fn header_value(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let encoded = encode_value(text);
        assert!(encoded.bytes().all(|b| matches!(b, b'\t' | b' '..=b'~')));
        assert_eq!(encoded.trim_matches([' ', '\t']), encoded);
        assert_eq!(decode_value(encoded.as_bytes()).as_deref(), Ok(text));
    }
    if let Ok(text) = decode_value(data) {
        let again = encode_value(&text);
        assert_eq!(decode_value(again.as_bytes()), Ok(text.clone()));
    }
}

/// The header fields made for a call agree with the call. The bytes are a tool, and the call's
/// arguments too.
pub fn tool_schema(data: &[u8]) {
    let Ok(tool) = parse(data, &LIMITS) else {
        return;
    };
    let Ok(schema) = HeaderSchema::of_tool(tool) else {
        return;
    };
    let call = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":{},"arguments":{},"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#,
        string(tool.lexeme()),
        tool.lexeme(),
    );
    let Ok(call) = Message::parse(Bytes::from(call), &LIMITS) else {
        // The call is deeper or longer than its arguments.
        return;
    };
    let mut fields: Vec<(String, String)> = required_headers(&call)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    fields.extend(schema.headers_for(call.arguments()));
    let pairs = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()));
    match check_modern(&Headers::collect(pairs), &call, Some(&schema)) {
        // An object or an array where the schema says otherwise has no header value.
        Ok(()) | Err(ModernFault::Missing(_)) => {}
        Err(fault) => assert_eq!(fault.to_string(), "agreement"),
    }
}
