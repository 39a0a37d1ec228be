use super::{Found, is_basic, is_masked, is_random, is_reference, is_secret};
use crate::detect::credentials::names::Sensitive;

#[test]
fn references_are_no_secrets() {
    for value in [
        "${DB_PASSWORD}",
        "$DB_PASSWORD",
        "$pw",
        "%DB_PASSWORD%",
        "${{ secrets.X }}",
        "op://vault/item/field",
        "vault:secret/data/app#password",
        "arn:aws:secretsmanager:eu-west-1:1:secret:x",
        "{{ .Values.pw }}",
        "process.env.PASSWORD",
        "!vault |",
        "<password>",
        "projects/1/secrets/x/versions/latest",
        "$env:PW",
    ] {
        assert!(is_reference(value), "{value}");
    }
    for value in [
        "hunter2",
        "$ecr3t!",
        "pa$$word",
        "$2b$12$abcdefghijklmnopqrstuv",
        "p%40ss",
    ] {
        assert!(!is_reference(value), "{value}");
    }
}

#[test]
fn what_was_masked_stays() {
    for value in [
        "********",
        "[github_token]",
        "[email:k7q2…]",
        "<redacted>",
        "xxxxxxxx",
        "YOUR_API_KEY",
        "…",
    ] {
        assert!(is_masked(value), "{value}");
    }
    assert!(!is_masked("hunter2"));
    assert!(!is_masked("p*ss-w*rd"));
}

#[test]
fn what_a_value_must_look_like_depends_on_how_it_was_found() {
    let yes = [
        (Sensitive::Password, "hunter2", Found::Word),
        (Sensitive::Password, "letmein", Found::Line),
        (
            Sensitive::Password,
            "correct horse battery staple",
            Found::Whole,
        ),
        (Sensitive::Password, "12345678", Found::Whole),
        (Sensitive::Secret, "s3cr3t-value", Found::Whole),
        (Sensitive::Token, "q8Zr2LmXc4", Found::Word),
        (
            Sensitive::Token,
            "550e8400-e29b-41d4-a716-446655440000",
            Found::Whole,
        ),
        (Sensitive::Pin, "4821", Found::Whole),
        (Sensitive::SecurityCode, "123", Found::Whole),
    ];
    for (what, value, found) in yes {
        assert!(is_secret(what, value, found), "{value}");
    }
    let no = [
        (Sensitive::Password, "required", Found::Word),
        (Sensitive::Password, "incorrect", Found::Word),
        (Sensitive::Password, "true", Found::Whole),
        (Sensitive::Password, "config.password", Found::Line),
        (Sensitive::Password, "get_password()", Found::Line),
        (
            Sensitive::Password,
            "Your password must have 8 characters.",
            Found::Whole,
        ),
        (Sensitive::Secret, "my-app-credentials", Found::Whole),
        (Sensitive::Token, "USDC", Found::Whole),
        (Sensitive::Token, "1234", Found::Whole),
        (Sensitive::ApiKey, "X-API-Key", Found::Whole),
        (Sensitive::Pin, "13", Found::Whole),
        (Sensitive::SeedPhrase, "42", Found::Whole),
    ];
    for (what, value, found) in no {
        assert!(!is_secret(what, value, found), "{value}");
    }
}

#[test]
fn basic_credentials_decode_to_a_pair() {
    assert!(is_basic("YWxpY2U6aHVudGVyMg=="));
    assert!(!is_basic("YWxpY2VodW50ZXIy"));
    assert!(!is_basic("realm"));
    assert!(is_random("a1b2c3d4"));
    assert!(!is_random("authorization"));
}
