//! What does not open anything, as rows: what is sent, and what the operator reads of it.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::KeyPair as _;
use identity::{AuthError, TokenType};
use serde_json::{Value, json};

use crate::world::{ISSUER, Keys, NOW, World, base64, claims};

fn check(world: &World, token: &str, expected: &str) {
    let told = world.now(token).map_err(|error| error.to_string());
    assert_eq!(told, Err(expected.to_owned()), "{token}");
    // What was refused once is not remembered as good.
    assert!(world.now(token).is_err(), "{token}");
}

#[test]
fn claims_that_do_not_hold_here() {
    let world = World::new(|_| {});
    let audience = "the token is for another audience; this is `https://gw.example/mcp/db`";
    let claim = |name| format!("the claim `{name}` is missing, or is not what it must be");
    let rows: Vec<(Value, String)> = vec![
        (
            json!({"exp": NOW - 61}),
            "the token expired 61 s ago".to_owned(),
        ),
        (
            json!({"exp": NOW - 60}),
            "the token expired 60 s ago".to_owned(),
        ),
        (
            json!({"nbf": NOW + 61}),
            "the token holds only in 61 s (`nbf`)".to_owned(),
        ),
        (
            json!({"iat": NOW + 3_600}),
            "the token holds only in 3600 s (`iat`)".to_owned(),
        ),
        (json!({"exp": null}), claim("exp")),
        (json!({"exp": "2030-01-01"}), claim("exp")),
        (json!({"exp": -1}), claim("exp")),
        (json!({"exp": 1e300}), claim("exp")),
        (json!({"nbf": []}), claim("nbf")),
        (
            json!({"aud": "https://other.example/mcp/db"}),
            audience.to_owned(),
        ),
        (
            json!({"aud": "https://gw.example/mcp/db/"}),
            audience.to_owned(),
        ),
        (
            json!({"aud": "https://gw.example/mcp/d"}),
            audience.to_owned(),
        ),
        (json!({"aud": []}), audience.to_owned()),
        (
            json!({"aud": [["https://gw.example/mcp/db"]]}),
            claim("aud"),
        ),
        (json!({"aud": null}), claim("aud")),
        (json!({"iss": null}), claim("iss")),
        (json!({"iss": [ISSUER]}), claim("iss")),
        (
            json!({"iss": "https://idp.example/realms/main/"}),
            "the issuer `https://idp.example/realms/main/` does not vouch for callers here"
                .to_owned(),
        ),
        (json!({"sub": 7}), claim("sub")),
        (json!({"sub": ""}), claim("sub")),
        (
            json!({"cnf": {"jkt": "x"}}),
            "the token is bound to a key (`cnf`), so it is no bearer token".to_owned(),
        ),
    ];
    for (changes, expected) in rows {
        let token = world.token(|claims| {
            for (name, value) in changes.as_object().expect("an object") {
                claims[name] = value.clone();
                if name == "sub" {
                    claims["client_id"] = Value::Null;
                }
            }
        });
        check(&world, &token, &expected);
    }
}

#[test]
fn signatures_that_prove_nothing() {
    let world = World::new(|_| {});
    let claims = claims(|_| {}).to_string();
    let signed = |header: &str| world.keys.sign(header, &claims);
    let stranger = Keys::new();
    let not = "the signature is not that of the issuer";
    let good = signed(r#"{"alg":"RS256","kid":"r"}"#);
    assert!(world.now(&good).is_ok());

    // Of nobody.
    let none = |alg: &str| {
        format!(
            "{}.{}.",
            base64(format!("{{\"alg\":\"{alg}\"}}").as_bytes()),
            base64(claims.as_bytes())
        )
    };
    for alg in ["none", "None", "NONE", "nOnE", "", "HS512", "RS1", "es256"] {
        let expected = format!("the algorithm `{alg}` is not allowed for this issuer");
        check(&world, &none(alg), &expected);
    }
    let (body, _) = good.rsplit_once('.').expect("a signature");
    check(&world, &format!("{body}."), not);
    // Of the public key, taken for a shared secret.
    let head = base64(br#"{"alg":"HS256","kid":"r"}"#);
    let body = format!("{head}.{}", base64(claims.as_bytes()));
    let public = world.keys.rsa.public_key();
    let key = hmac::Key::new(hmac::HMAC_SHA256, public.as_ref());
    let tag = hmac::sign(&key, body.as_bytes());
    let confused = format!("{body}.{}", base64(tag.as_ref()));
    check(
        &world,
        &confused,
        "the algorithm `HS256` is not allowed for this issuer",
    );
    // Of somebody else, who brings the key along or says where it is.
    let jwk = stranger.jwks()["keys"][1].to_string();
    for header in [
        r#"{"alg":"ES256","kid":"e"}"#.to_owned(),
        r#"{"alg":"ES256"}"#.to_owned(),
        format!(r#"{{"alg":"ES256","kid":"e","jwk":{jwk}}}"#),
        r#"{"alg":"ES256","kid":"e","jku":"https://evil.example/keys"}"#.to_owned(),
        r#"{"alg":"ES256","kid":"e","x5u":"https://evil.example/pem","x5c":["MIIB"]}"#.to_owned(),
    ] {
        check(&world, &stranger.sign(&header, &claims), not);
    }
    let asked = world.network.asked.lock().expect("not poisoned");
    assert!(
        asked
            .iter()
            .all(|ask| ask.url.starts_with("https://idp.example/"))
    );
}

#[test]
fn headers_that_play_tricks() {
    let world = World::new(|config| config.token_type = TokenType::AtJwt);
    let claims = claims(|_| {}).to_string();
    let header = "the header is no JSON object with each name once and members of their types";
    let critical = "the header demands an extension that is not understood (`crit`)";
    let no_key = |kid: &str| format!("the issuer has no key `{kid}` for this algorithm");
    let typ = |typ: &str| format!("the type `{typ}` is not that of an access token of this issuer");
    for (fields, expected) in [
        (r#""kid":"../../dev/null""#, no_key("../../dev/null")),
        (r#""kid":"e' OR '1'='1""#, no_key("e' OR '1'='1")),
        (r#""kid":"E""#, no_key("E")),
        (r#""kid":"r""#, no_key("r")),
        (r#""kid":7"#, header.to_owned()),
        (r#""kid":["e"]"#, header.to_owned()),
        (r#""kid":"e","alg":"ES256""#, header.to_owned()),
        (r#""kid":"e","crit":["exp"]"#, critical.to_owned()),
        (r#""kid":"e","crit":[]"#, critical.to_owned()),
        (r#""kid":"e","b64":false"#, critical.to_owned()),
    ] {
        let header = format!(r#"{{"alg":"ES256","typ":"at+jwt",{fields}}}"#);
        check(&world, &world.keys.sign(&header, &claims), &expected);
    }
    for (kind, good) in [
        ("at+jwt", true),
        ("AT+JWT", true),
        ("application/at+jwt", true),
        ("JWT", false),
        ("logout+jwt", false),
    ] {
        let header = format!(r#"{{"alg":"ES256","kid":"e","typ":"{kind}"}}"#);
        let token = world.keys.sign(&header, &claims);
        if good {
            assert!(world.now(&token).is_ok(), "{kind}");
        } else {
            check(&world, &token, &typ(kind));
        }
    }
    let any = World::new(|_| {});
    for kind in ["logout+jwt", "dpop+jwt", "oauth-id-jag+jwt"] {
        let header = format!(r#"{{"alg":"ES256","kid":"e","typ":"{kind}"}}"#);
        check(&any, &any.keys.sign(&header, &claims), &typ(kind));
    }
}

#[test]
fn what_is_no_token() {
    let world = World::new(|_| {});
    let good = world.token(|_| {});
    let compact = "the token is no signed token in compact form";
    let (head, rest) = good.split_once('.').expect("a header");
    let (payload, signature) = rest.split_once('.').expect("a payload");
    let with = |payload: &str| world.keys.sign(r#"{"alg":"ES256","kid":"e"}"#, payload);
    let json = "the payload is no JSON object with each name once and members of their types";
    for (token, expected) in [
        ("opaque", compact),
        ("a.b.c.d.e", compact),
        (
            &good.replacen(head, &format!("{head}="), 1),
            "the header is not base64url",
        ),
        (
            &format!("{head}.{payload}=.{signature}"),
            "the payload is not base64url",
        ),
        (
            &format!("{head}.{payload}.{signature}!"),
            "the signature is not base64url",
        ),
        (&with("[]"), json),
        (&with("{}{}"), json),
        (
            &with(r#"{"iss":"https://idp.example/realms/main","iss":"x"}"#),
            json,
        ),
        (&with(r#"{"sub":"ada","\u0073ub":"root"}"#), json),
    ] {
        check(&world, token, expected);
    }
    let long = world.now(&"a".repeat(16_385));
    assert_eq!(long, Err(AuthError::TooLong { bytes_max: 16_384 }));
    // The last character of a signature carries bits that do not count: another one is another text.
    let twin = match signature.chars().last() {
        Some('A') => 'B',
        _ => char::from(signature.as_bytes()[signature.len() - 1] + 1),
    };
    let mut body = good.clone();
    body.pop();
    let twin = format!("{body}{twin}");
    assert!(world.now(&twin).is_err());
}

#[test]
fn algorithms_that_an_issuer_may_not_use() {
    let world = World::new(|config| {
        config.algorithms = vec![identity::Algorithm::Ps256, identity::Algorithm::EdDsa];
    });
    let claims = claims(|_| {}).to_string();
    let sign = |alg: &str, kid: &str| {
        let header = format!(r#"{{"alg":"{alg}","kid":"{kid}"}}"#);
        world.keys.sign(&header, &claims)
    };
    assert!(world.now(&sign("PS256", "r")).is_ok());
    assert!(world.now(&sign("EdDSA", "d")).is_ok());
    for (alg, kid) in [("RS256", "r"), ("ES256", "e")] {
        let expected = format!("the algorithm `{alg}` is not allowed for this issuer");
        check(&world, &sign(alg, kid), &expected);
    }
}
