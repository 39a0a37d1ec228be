//! The published vectors of RFC 8785, and what has no canonical form.

use inspect::canonical;

fn of(document: &str) -> Option<String> {
    canonical(document.as_bytes()).and_then(|bytes| String::from_utf8(bytes).ok())
}

#[test]
fn rfc_8785_section_3_2_2() {
    let document = r#"{
        "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]
    }"#;
    let expected = r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
    assert_eq!(of(document).as_deref(), Some(expected));
}

#[test]
fn rfc_8785_section_3_2_3() {
    let document = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#;
    let expected = "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}";
    assert_eq!(of(document).as_deref(), Some(expected));
}

#[test]
fn rfc_8785_appendix_b() {
    for (bits, expected) in [
        (0x0000_0000_0000_0000, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0xc340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
        (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
        (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0x41b3_de43_5555_5554, "333333333.33333325"),
        (0x41b3_de43_5555_5555, "333333333.3333333"),
        (0x41b3_de43_5555_5556, "333333333.3333334"),
        (0x41b3_de43_5555_5557, "333333333.33333343"),
        (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ] {
        let exact = format!("{:.1100}", f64::from_bits(bits));
        assert_eq!(of(&exact).as_deref(), Some(expected), "{bits:016x}");
        assert_eq!(of(expected).as_deref(), Some(expected), "{bits:016x}");
    }
}

#[test]
fn spellings_of_one_document_are_one_text() {
    for (document, expected) in [
        (" [ ] ", "[]"),
        ("{\n}", "{}"),
        (
            r#"[56,{"d":true,"10":null,"1":[]}]"#,
            r#"[56,{"1":[],"10":null,"d":true}]"#,
        ),
        (r#"{"b":1.0,"a":-0,"A":10e-1}"#, r#"{"A":1,"a":0,"b":1}"#),
        (r#""\u0008\u0009\u000c\u007f\/""#, "\"\\b\\t\\f\u{7f}/\""),
        ("18446744073709551615", "18446744073709552000"),
    ] {
        assert_eq!(of(document).as_deref(), Some(expected));
        assert_eq!(of(expected).as_deref(), Some(expected));
    }
}

#[test]
fn some_documents_have_no_canonical_form() {
    let deep = |depth| "[".repeat(depth) + &"]".repeat(depth);
    for document in [
        "",
        "[",
        "{\"a\":1,}",
        "nan",
        "1 2",
        r#"{"a":1,"\u0061":1}"#,
        r#"[{"b":{"a":1,"a":1}}]"#,
        "1e400",
        "[-1e400]",
        r#""\ud800""#,
        &deep(200),
        &deep(100_000),
    ] {
        assert_eq!(
            of(document),
            None,
            "{}",
            document.get(..20).unwrap_or(document)
        );
    }
    assert!(of(&deep(100)).is_some());
    assert_eq!(canonical(b"\"\xff\""), None);
}
