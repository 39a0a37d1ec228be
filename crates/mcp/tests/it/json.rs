//! The scan, navigation, splicing and compacting.

use bytes::Bytes;
use mcp::json::{Json, JsonFault as F, Kind, Limits, Span, SpliceError, compact, parse, splice};

const SMALL: Limits = Limits {
    bytes_max: 64,
    depth_max: 3,
};

#[track_caller]
fn refused(text: impl AsRef<[u8]>, fault: F, offset: usize) {
    let text = text.as_ref();
    let error = parse(text, &SMALL).expect_err("accepted");
    let shown = String::from_utf8_lossy(text);
    assert_eq!((error.fault, error.offset), (fault, offset), "{shown}");
}

fn root(text: &str) -> Json<'_> {
    parse(text.as_bytes(), &Limits::default()).expect(text)
}

#[test]
fn documents_are_accepted() {
    for text in [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1.10",
        "1E-5",
        "-12.5e+3",
        "\"\"",
        "[]",
        "{}",
        " [ 1 , [ ] , { } ] ",
        "{\"a\":{\"b\":[null]}}",
        "\t\r\n1\t\r\n",
        r#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00""#,
        "\"\u{7f}é😀\u{feff}\"",
        "123456789012345678901234567890.5e999999",
        r#"{"":1," ":2}"#,
        r#"[{"a":1},{"a":1}]"#,
        r#"{"a":{"a":{"a":1}}}"#,
    ] {
        assert!(parse(text.as_bytes(), &SMALL).is_ok(), "{text}");
    }
}

#[test]
fn faults_have_a_place() {
    refused("", F::UnexpectedEnd, 0);
    refused("  ", F::UnexpectedEnd, 2);
    refused("[1", F::UnexpectedEnd, 2);
    refused("{\"a\"", F::UnexpectedEnd, 4);
    refused("\"ab", F::UnexpectedEnd, 3);
    refused("\"\\u12", F::UnexpectedEnd, 5);
    refused("tru", F::UnexpectedEnd, 3);
    refused("-", F::UnexpectedEnd, 1);
    refused("1.", F::UnexpectedEnd, 2);
    refused("1e+", F::UnexpectedEnd, 3);
    refused("[1,]", F::UnexpectedByte(b']'), 3);
    refused("[,1]", F::UnexpectedByte(b','), 1);
    refused("{,}", F::UnexpectedByte(b','), 1);
    refused("{\"a\":1,}", F::UnexpectedByte(b'}'), 7);
    refused("{\"a\" 1}", F::UnexpectedByte(b'1'), 5);
    refused("{1:1}", F::UnexpectedByte(b'1'), 1);
    refused("{'a':1}", F::UnexpectedByte(b'\''), 1);
    refused("[1}", F::UnexpectedByte(b'}'), 2);
    refused("{\"a\":1]", F::UnexpectedByte(b']'), 6);
    refused("[1 2]", F::UnexpectedByte(b'2'), 3);
    refused("nulL", F::UnexpectedByte(b'L'), 3);
    refused("NaN", F::UnexpectedByte(b'N'), 0);
    refused("+1", F::UnexpectedByte(b'+'), 0);
    refused(".5", F::UnexpectedByte(b'.'), 0);
    refused("/*c*/1", F::UnexpectedByte(b'/'), 0);
    refused("\u{a0}1", F::UnexpectedByte(0xC2), 0);
    refused("01", F::BadNumber, 0);
    refused("[-01]", F::BadNumber, 1);
    refused("[1.]", F::BadNumber, 1);
    refused("[-a]", F::BadNumber, 1);
    refused("[1ex]", F::BadNumber, 1);
    refused("1 2", F::TrailingByte(b'2'), 2);
    refused("{}}", F::TrailingByte(b'}'), 2);
    refused("null\0", F::TrailingByte(0), 4);
    refused("\"a\nb\"", F::ControlInString(b'\n'), 2);
    refused("\"\0\"", F::ControlInString(0), 1);
    refused("\"0123456789\u{1f}\"", F::ControlInString(0x1f), 11);
    refused(r#""\a""#, F::BadEscape, 1);
    refused(r#""\u00g0""#, F::BadEscape, 1);
    refused(r#""\U0041""#, F::BadEscape, 1);
    refused(r#""x\ud800""#, F::LoneSurrogate, 2);
    refused(r#""\udc00""#, F::LoneSurrogate, 1);
    refused(r#""\ud800\u0041""#, F::LoneSurrogate, 1);
    refused(r#""\ud800\ud800""#, F::LoneSurrogate, 1);
    refused(r#""\ud800\n""#, F::LoneSurrogate, 1);
    refused("\u{feff}{}", F::ByteOrderMark, 0);
    refused(b"\"\xff\"", F::NotUtf8, 1);
    refused(b"\"\xed\xa0\x80\"", F::NotUtf8, 1);
    refused(b"\"\xc0\x80\"", F::NotUtf8, 1);
    refused(b"\xff\xfe{\0}\0", F::NotUtf8, 0);
}

#[test]
fn limits_hold() {
    assert!(parse(b"[[[1]]]", &SMALL).is_ok());
    refused("[[[[1]]]]", F::TooDeep(3), 3);
    refused("[{\"a\":[{}]}]", F::TooDeep(3), 7);
    refused(" ".repeat(65), F::TooLarge(64), 64);
    let deep = "[".repeat(1_000_000);
    let error = parse(deep.as_bytes(), &Limits::default()).expect_err("accepted");
    assert_eq!((error.fault, error.offset), (F::TooDeep(128), 128));
}

#[test]
fn a_name_occurs_once_per_object() {
    refused(r#"{"a":1,"a":2}"#, F::DuplicateKey, 7);
    refused(r#"{"method":1,"m\u0065thod":2}"#, F::DuplicateKey, 12);
    refused(r#"{"\ud83d\ude00":1,"😀":2}"#, F::DuplicateKey, 18);
    refused(r#"[{"b":{"a":1,"a":2}}]"#, F::DuplicateKey, 13);
    refused(r#"{"":1,"":2}"#, F::DuplicateKey, 6);
    refused(r#"{"a":{"x":1},"a":2}"#, F::DuplicateKey, 13);
}

#[test]
fn large_objects_are_checked_as_well() {
    for count in [15, 16, 17, 18, 1000] {
        let names: Vec<String> = (0..count)
            .map(|n| format!("\"k{n}\":{{\"k0\":{n}}}"))
            .collect();
        let sound = format!("[{{{0}}},{{{0}}}]", names.join(","));
        assert!(parse(sound.as_bytes(), &Limits::default()).is_ok());
        for again in [0, count / 2, count - 1] {
            let twice = format!("{{{},\"\\u006b{again}\":0}}", names.join(","));
            let error = parse(twice.as_bytes(), &Limits::default()).expect_err("accepted");
            assert_eq!(error.fault, F::DuplicateKey, "{again} of {count}");
        }
    }
}

#[test]
fn values_are_found_where_they_are() {
    let text = r#" {"a":[1, "x\n" ,{"b":true}],"\u0062" : -1.50 ,"c":{},"d":null} "#;
    let json = root(text);
    assert_eq!(json.kind(), Kind::Object);
    assert_eq!(json.get("b").map(Json::lexeme), Some("-1.50"));
    assert_eq!(json.at(&["a", "b"]).map(Json::lexeme), None);
    let elements: Vec<&str> = json
        .get("a")
        .into_iter()
        .flat_map(Json::elements)
        .map(Json::lexeme)
        .collect();
    assert_eq!(elements, ["1", r#""x\n""#, r#"{"b":true}"#]);
    let names: Vec<_> = json.members().map(|member| member.name()).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
    let spans: Vec<&str> = json.members().map(|m| &text[m.span().range()]).collect();
    assert_eq!(spans[1], r#""\u0062" : -1.50"#);
    assert_eq!(json.get("c").map(|c| c.members().count()), Some(0));
    assert!(json.get("d").is_some_and(Json::is_null));
    assert_eq!(root("[1]").get("a").map(Json::lexeme), None);
    assert_eq!(root("{\"a\":1}").elements().count(), 0);
    assert_eq!(root("-7").as_i64(), Some(-7));
    assert_eq!(root("7").as_u64(), Some(7));
    assert_eq!(root("1.0").as_i64(), None);
    assert_eq!(root("99999999999999999999").as_i64(), None);
    assert_eq!(
        root(r#""\ud83d\ude00\"\/\u00e9x""#).text().as_deref(),
        Some("😀\"/éx")
    );
    assert_eq!(root("1").text(), None);
}

#[test]
fn only_the_spliced_bytes_change() {
    let text = r#"{"n":1.10,"s":"x","z":12345678901234567890123}"#;
    let json = root(text);
    let span = |name| json.get(name).map(Json::span).expect(name);
    let edits: [(Span, &[u8]); 2] = [(span("n"), b"2"), (span("s"), b"\"longer\"")];
    let out = splice(text.as_bytes(), &edits).expect("in order");
    assert_eq!(out, br#"{"n":2,"s":"longer","z":12345678901234567890123}"#);
    assert_eq!(splice(text.as_bytes(), &[]).as_deref(), Ok(text.as_bytes()));
    let at = |start, end| Span { start, end };
    let insert: [(Span, &[u8]); 2] = [(at(1, 1), b"a"), (at(1, 2), b"b")];
    assert_eq!(splice(b"xyz", &insert).as_deref(), Ok(b"xabz".as_slice()));
    for (first, second, error) in [
        (at(0, 2), at(1, 3), SpliceError::OutOfOrder(at(1, 3))),
        (at(1, 2), at(0, 1), SpliceError::OutOfOrder(at(0, 1))),
        (at(0, 1), at(2, 4), SpliceError::OutOfBounds(at(2, 4))),
        (at(2, 1), at(2, 3), SpliceError::OutOfBounds(at(2, 1))),
    ] {
        assert_eq!(splice(b"xyz", &[(first, b""), (second, b"")]), Err(error));
    }
}

#[test]
fn a_line_is_left_alone_and_more_lines_become_one() {
    for (text, line) in [
        (
            r#"{"a" : 1.10,  "b":"  x  "}"#,
            r#"{"a" : 1.10,  "b":"  x  "}"#,
        ),
        (
            "{\n  \"a\" : 1.10,\r\n\t\"b\\\" \": \" x \\n \"\n}\n",
            r#"{"a":1.10,"b\" ":" x \n "}"#,
        ),
        ("[\r1,\r2]", "[1,2]"),
    ] {
        assert_eq!(compact(&Bytes::copy_from_slice(text.as_bytes())), line);
    }
    let one_line = Bytes::from_static(b"{ }");
    assert_eq!(compact(&one_line).as_ptr(), one_line.as_ptr());
}

#[test]
fn text_is_written_so_that_it_reads_the_same() {
    for text in [
        "",
        "plain",
        "\"\\/",
        "\u{0}\u{1f}\u{7f}\u{8}\n\r\t",
        "é😀\u{2028}",
    ] {
        let written = mcp::json::string(text);
        assert_eq!(root(&written).text().as_deref(), Some(text));
        assert_eq!(
            serde_json::from_str::<String>(&written).ok().as_deref(),
            Some(text)
        );
    }
}
