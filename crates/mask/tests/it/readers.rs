//! What each reader is shown.

use std::borrow::Cow;

use mask::{Class, Crossing, Key, MaskSet, Showing, Style};

use crate::script::{apply, standard};

const MESSAGE: &str = r#"{"result":"4111 1111 1111 1111 of ann@example.com"}"#;

#[test]
fn contact_data_is_stored_under_pseudonyms_and_relayed() {
    let masks = standard();
    let masked = apply(&masks, MESSAGE);
    let relayed = String::from_utf8_lossy(&masked.relayed);
    assert_eq!(
        relayed,
        r#"{"result":"****-****-****-1111 of ann@example.com"}"#
    );
    let stored = String::from_utf8_lossy(&masked.stored);
    assert!(
        stored.starts_with(r#"{"result":"****-****-****-1111 of [email:"#),
        "{stored}"
    );
}

#[test]
fn a_server_is_sent_what_the_agent_sent() {
    let masks = standard();
    let masked = masks.apply(MESSAGE.as_bytes(), &Crossing::to_server("shop"));
    assert_eq!(masked.relayed, MESSAGE.as_bytes());
    assert_ne!(masked.stored, MESSAGE.as_bytes());
}

#[test]
fn a_clean_message_is_not_copied() {
    let masks = standard();
    let masked = apply(
        &masks,
        r#"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#,
    );
    assert!(matches!(masked.stored, Cow::Borrowed(_)));
    assert!(matches!(masked.relayed, Cow::Borrowed(_)));
}

#[test]
fn the_same_value_gets_the_same_pseudonym_under_one_key() {
    let shown = |key: u8, message: &str| {
        let masks = MaskSet::standard(Key::from_bytes(&[key; 32]));
        let masked = masks.apply(message.as_bytes(), &Crossing::to_agent("a"));
        let found = masked.findings.first().cloned().unwrap();
        masked.stored[found.stored_span].to_vec()
    };
    let first = shown(1, r#"{"result":"to ann@example.com"}"#);
    assert_eq!(
        first,
        shown(1, r#"{"error":{"message":"\u0061nn@Example.com?"}}"#)
    );
    assert_ne!(first, shown(2, r#"{"result":"to ann@example.com"}"#));
}

#[test]
fn one_kind_may_be_shown_differently() {
    let mut showing = Showing::default();
    showing
        .to_agent
        .kinds
        .insert("email".to_owned(), Style::Full);
    let masks = MaskSet::builder().showing(showing).build();
    let masked = apply(&masks, r#"{"result":"ann@example.com"}"#);
    assert_eq!(masked.relayed.as_ref(), br#"{"result":"[masked]"}"#);
}

#[test]
fn the_digest_is_of_everything_that_decides() {
    let key = || Key::from_bytes(&[1; 32]);
    let sets = [
        MaskSet::empty(),
        MaskSet::standard(key()),
        MaskSet::standard(Key::from_bytes(&[2; 32])),
        MaskSet::builder().build(),
        MaskSet::builder().with(Class::Network).build(),
        MaskSet::builder().without(Class::Contact).build(),
        MaskSet::builder().showing(Showing::strict()).build(),
    ];
    for (at, set) in sets.iter().enumerate() {
        for (other_at, other) in sets.iter().enumerate() {
            assert_eq!(set.digest() == other.digest(), at == other_at);
        }
    }
    assert_eq!(
        MaskSet::standard(key()).digest(),
        MaskSet::standard(key()).digest()
    );
}
