//! Fingerprints of tool definitions.

use inspect::fingerprint;

const TOOL: &str = r#"{"name":"t","inputSchema":{"type":"object","properties":{"n":{"type":"integer","maximum":1.0}}},"execution":{"taskSupport":"required"},"x-vendor":[1]}"#;

#[test]
fn it_is_sha_256_over_the_canonical_form() {
    // printf '%s' '{"a":1}' | sha256sum
    let expected = "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862";
    let seen = fingerprint(b"{ \"a\" : 1.0 }").map(|digest| digest.to_string());
    assert_eq!(seen.as_deref(), Some(expected));
    assert_eq!(fingerprint(b"{"), None);
}

#[test]
fn every_member_counts_and_spelling_does_not() {
    let of = |text: &str| fingerprint(text.as_bytes()).expect("a fingerprint");
    let spelled = r#"{ "x-vendor":[1e0], "execution":{"taskSupport":"requir\u0065d"},
        "inputSchema":{"properties":{"n":{"maximum":1,"type":"integer"}},"type":"object"},
        "n\u0061me":"t"}"#;
    assert_eq!(of(TOOL), of(spelled));
    for (from, to) in [
        ("required", "optional"),
        ("\"x-vendor\":[1]", "\"x-vendor\":[2]"),
        ("\"maximum\":1.0", "\"maximum\":1.5"),
        ("\"name\":\"t\"", "\"name\":\"T\""),
        ("x-vendor", "X-vendor"),
    ] {
        let other = TOOL.replacen(from, to, 1);
        assert_ne!(other, TOOL);
        assert_ne!(of(TOOL), of(&other), "{from} -> {to}");
    }
}
