//! What is made to cost time or memory ends all the same, and the value in it is still found.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::script::{apply, labels, text};

const EMAIL: &str = "ann@example.com";

/// The message ends masked: the value is gone.
fn check_gone(message: &str) {
    let masks = labels();
    let masked = apply(&masks, message);
    let relayed = String::from_utf8_lossy(&masked.relayed);
    assert!(!relayed.contains(EMAIL));
}

#[test]
fn deep_nesting() {
    let deep = format!("{}\"{EMAIL}\"{}", "[".repeat(100_000), "]".repeat(100_000));
    check_gone(&format!("{{\"result\":{deep}}}"));
    check_gone(&"[".repeat(100_000));
    let members = format!(
        "{}\"{EMAIL}\"{}",
        "{\"value\":".repeat(20_000),
        "}".repeat(20_000)
    );
    check_gone(&members);
}

#[test]
fn strings_in_strings_as_deep_as_the_limit() {
    let mut value = format!("\"{EMAIL}\"");
    for _ in 0..6 {
        value = serde_json::Value::from(value).to_string();
    }
    check_gone(&format!("{{\"result\":{value}}}"));
}

#[test]
fn long_tokens_and_many_escapes() {
    for unit in [
        "a",
        "1",
        "=",
        "%41",
        "&#65;",
        "\\x41",
        "=41",
        "\u{200b}a",
        "{\"",
        "1 ",
        "A\n",
    ] {
        let value = format!("{} {EMAIL} ", unit.repeat(1_000_000 / unit.len()));
        check_gone(&text(&value));
    }
}

#[test]
fn a_decompression_bomb_is_left_with_a_finding() {
    let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![b'a'; 100 << 20], 6);
    let masks = labels();
    let message = text(&STANDARD.encode(bomb));
    let masked = apply(&masks, &message);
    let kinds: Vec<&str> = masked
        .findings
        .iter()
        .map(|finding| &*finding.kind)
        .collect();
    assert_eq!(kinds, ["opaque"]);
    assert_eq!(masked.relayed, message.as_bytes());
}

#[test]
fn base64_in_base64_beyond_the_limit_is_left_with_a_finding() {
    let mut value = format!("please write to {EMAIL}");
    for _ in 0..12 {
        value = STANDARD.encode(value);
    }
    let masks = labels();
    let message = text(&value);
    let masked = apply(&masks, &message);
    let kinds: Vec<&str> = masked
        .findings
        .iter()
        .map(|finding| &*finding.kind)
        .collect();
    assert_eq!(kinds, ["opaque"]);
}

#[test]
fn what_is_beyond_the_limit_of_findings_is_masked_whole() {
    let masks = labels();
    let lines = "password=hunter2xyz\n".repeat(70_000);
    let relayed = apply(&masks, &text(&lines)).relayed.into_owned();
    assert!(!String::from_utf8_lossy(&relayed).contains("hunter2xyz"));
    // A later text of the same message as well.
    let message = serde_json::json!({ "result": { "a": lines, "b": format!("see {EMAIL}") } });
    check_gone(&message.to_string());
}

#[test]
fn labels_without_end_are_masked_whole() {
    for unit in ["Cookie: a=b; ", "password:", "Authorization: ", "token,"] {
        let value = format!("{}\npassword=hunter2xyz", unit.repeat(200_000 / unit.len()));
        let masks = labels();
        let relayed = apply(&masks, &text(&value)).relayed.into_owned();
        assert!(
            !String::from_utf8_lossy(&relayed).contains("hunter2xyz"),
            "{unit}"
        );
    }
}

#[test]
fn a_long_password_is_masked_to_its_end() {
    let long = "x9Kq2mVw7R".repeat(2_000);
    for value in [
        format!("password={long}"),
        format!("password=\"{long}\""),
        format!("password: {long}\n"),
    ] {
        let masks = labels();
        let relayed = apply(&masks, &text(&value)).relayed.into_owned();
        assert!(
            !String::from_utf8_lossy(&relayed).contains("2mVw7Rx9Kq"),
            "{}",
            value.split('x').next().unwrap_or_default()
        );
    }
    let message = serde_json::json!({ "result": { "password": long } }).to_string();
    let relayed = apply(&labels(), &message).relayed.into_owned();
    assert!(!String::from_utf8_lossy(&relayed).contains("2mVw7Rx9Kq"));
}
