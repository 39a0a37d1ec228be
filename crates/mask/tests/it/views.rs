//! Each view in which a value may hide, and what a value is written back as.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::script::{check, check_text, text};

const CARD: &str = "4111 1111 1111 1111";

#[test]
fn plain_text() {
    check_text("write to ann@example.com today", "write to [email] today");
    check_text(
        "card 4111 1111 1111 1111, thanks",
        "card [payment_card], thanks",
    );
}

#[test]
fn escapes_of_the_wire() {
    check(
        r#"{"result":{"a":"to \u0061nn\u0040example.com\n\"now\""}}"#,
        r#"{"result":{"a":"to [email]\n\"now\""}}"#,
    );
}

#[test]
fn json_in_a_string_twice() {
    let inner = r#"{"to":"ann@example.com","n":1.10}"#;
    let outer = format!(r#"{{"body":{}}}"#, serde_json::Value::from(inner));
    check_text(inner, r#"{"to":"[email]","n":1.10}"#);
    check_text(&outer, &outer.replace("ann@example.com", "[email]"));
    check_text(
        &format!("answer: {inner} ok"),
        r#"answer: {"to":"[email]","n":1.10} ok"#,
    );
}

#[test]
fn base64_in_its_kinds() {
    let plain = "please write to ann@example.com";
    let masked = "please write to [email]";
    check_text(&STANDARD.encode(plain), &STANDARD.encode(masked));
    check_text(
        &URL_SAFE_NO_PAD.encode(plain),
        &URL_SAFE_NO_PAD.encode(masked),
    );
    let twice = |text: &str| STANDARD.encode(STANDARD.encode(text));
    check_text(&twice(plain), &twice(masked));
    let utf16 = |text: &str| {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        STANDARD.encode(bytes)
    };
    check_text(&utf16(plain), &utf16(masked));
    let data = |text: &str| format!("see data:text/plain;base64,{}", STANDARD.encode(text));
    check_text(&data(plain), &data(masked));
}

#[test]
fn base64_over_lines() {
    let wrapped = |text: &str| {
        let encoded = STANDARD.encode(text);
        let lines: Vec<&str> = encoded
            .as_bytes()
            .chunks(24)
            .flat_map(std::str::from_utf8)
            .collect();
        lines.join("\n")
    };
    let plain = "a longer text, in which ann@example.com is asked to answer";
    check_text(
        &wrapped(plain),
        &wrapped(&plain.replace("ann@example.com", "[email]")),
    );
}

#[test]
fn hexadecimal() {
    let hex = |text: &str| {
        text.bytes()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    check_text(&hex("write to ann@example.com"), &hex("write to [email]"));
}

#[test]
fn compressed_text_goes_as_a_whole() {
    let deflated = miniz_oxide::deflate::compress_to_vec(b"please write to ann@example.com", 6);
    let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    gzip.extend(deflated);
    gzip.extend([0; 8]);
    check_text(&format!("log: {}", STANDARD.encode(gzip)), "log: [email]");
}

#[test]
fn escapes_of_texts() {
    check_text("to=ann%40example.com&x=%20", "to=%5Bemail%5D&x=%20");
    check_text("to=ann%2540example.com", "to=%255Bemail%255D");
    check_text("<b>ann&#64;example&#x2e;com</b>", "<b>[email]</b>");
    check_text("say \\\"ann\\u0040example.com\\\"", "say \\\"[email]\\\"");
    check_text("ann=40example=2Ecom", "[email]");
}

#[test]
fn odd_characters() {
    check_text("ann\u{200b}@exam\u{feff}ple.com", "[email]");
    check_text(
        "\u{1b}[31m4111 1111\u{1b}[0m 1111 1111",
        "\u{1b}[31m[payment_card]",
    );
    check_text("card \u{ff14}111 1111 1111 1111", "card [payment_card]");
    check_text(
        "card 4111\u{a0}1111\u{2013}1111\u{2009}1111",
        "card [payment_card]",
    );
    check_text("card 4111  1111  1111  1111", "card [payment_card]");
    check_text("card 4111 1111\n1111 1111", "card [payment_card]");
}

#[test]
fn what_is_no_secret_stays_byte_for_byte() {
    let noise: Vec<u8> = (0..600_u32).map(|n| (n * n % 251) as u8).collect();
    for value in [
        STANDARD.encode(noise),
        STANDARD.encode("a harmless text that is long enough"),
        "C:\\new\\table 100%25 &amp; =3D \u{1b}[0m".to_owned(),
        "3f1c2d9e-7c1b-4f7e-9f6a-0c7d2b5e8a11".to_owned(),
        "line one\nline two\n  indented_line\nsha256 9f86d081884c7d659a2feaa0c55ad015".to_owned(),
    ] {
        check_text(&value, &value);
    }
    let odd = r#"{"a":1.10,"a":12345678901234567890123,"s":"\ud800\/","e":1E400, "t" : [ ] }"#;
    check(odd, odd);
    let message = text(&format!("nothing, then {CARD}"));
    assert!(message.contains(CARD));
}
