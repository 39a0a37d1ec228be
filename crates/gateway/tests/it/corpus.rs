//! Odd but legal JSON: everything that a parser and a printer would change.

/// Values, one oddity each.
pub(crate) fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        "12345678901234567890123",
        "-9223372036854775809",
        "1.10",
        "1E400",
        "-0",
        "-0.0",
        "1e-7",
        "0.1000000000000000055511151231257827",
        r#""\u0041\/\b\f\n\r\t\"\\""#,
        r#""\ud83d\ude00 \uD83D\uDE00""#,
        r#""\u0000\u001f\u007f\u2028\u2029""#,
        "\"😀 naïve 日本 \u{2028}\u{7f}\u{feff}\"",
        r#""data: x\n\nevent: y""#,
        r#"{"":{"":[]}}"#,
        r#"{"z":1,"a":2,"__proto__":{"constructor":null},"Z":3}"#,
        r#"{"n\u0061me":"escaped key","\u0000":0}"#,
        r#"[[],{},"",null,true,false,0]"#,
        r#"{"name":"not the tool","method":"not the method","id":"not the id","jsonrpc":"1.0"}"#,
        r#"{"_meta":{"progressToken":7,"io.modelcontextprotocol/protocolVersion":"1999-01-01"}}"#,
        "{ \"a\" :\t1 , \"b\" : [ 1 ,  2 ]  }",
    ]
    .map(str::to_owned)
    .into();
    values.push(format!("{}1{}", "[".repeat(100), "]".repeat(100)));
    values.push(format!("\"{}\"", "long é ".repeat(40_000)));
    values
}

/// A value with line breaks between its tokens.
pub(crate) const BROKEN_LINES: &str = "{\r\n  \"a\": [\n    1,\r\n    \"\\r\\n\"\n  ]\n}";

/// Ids, one oddity each.
pub(crate) const IDS: [&str; 8] = [
    "7",
    r#""7""#,
    "-3",
    "1.0",
    "12345678901234567890123",
    r#""""#,
    r#""\u0061/\/ é""#,
    "1E2",
];

/// A message around a value, in one of several shapes. `outside` is what makes it a request or a
/// response, `inside` the member that holds its content, `meta` members of that content.
pub(crate) fn message(
    shape: usize,
    outside: &str,
    inside: &str,
    meta: &str,
    value: &str,
) -> String {
    let comma = if meta.is_empty() { "" } else { "," };
    let outer = if outside.is_empty() { "" } else { "," };
    match shape % 3 {
        0 => format!(
            r#"{{"jsonrpc":"2.0"{outer}{outside},"{inside}":{{{meta}{comma}"v":{value}}}}}"#
        ),
        1 => format!(
            r#"{{"{inside}":{{"vendor/x":[{value}],"v":{value}{comma}{meta}}},"x-unknown":{value}{outer}{outside},"jsonrpc":"2.0"}}"#
        ),
        _ => format!(
            " {{\t\"x-unknown\" : {{ \"deep\" : {value} }} , \"{inside}\" : {{ {meta}{comma} \"v\":{value} }}{outer} {outside}  , \"jsonrpc\":  \"2.0\"\t}}  "
        ),
    }
}
