//! What the tests of the detectors share.

use super::super::{Candidates, Class, Hit, Scope};
use super::find;
use crate::candidates::collect;

/// The candidates of a text.
pub(super) fn scan(text: &str) -> Candidates {
    let mut candidates = Candidates::default();
    collect(text, &mut candidates);
    candidates
}

fn hits(names: &[&str], text: &str) -> Vec<Hit> {
    let candidates = scan(text);
    let scope = Scope {
        text,
        candidates: &candidates,
        names,
        definition: false,
    };
    let mut hits = Vec::new();
    find(&scope, true, &mut hits);
    hits
}

/// The text has this value, and nothing else.
pub(super) fn found(names: &[&str], text: &str, kind: &str, value: &str) {
    let hits = hits(names, text);
    let seen: Vec<_> = hits
        .iter()
        .map(|hit| (hit.kind, text.get(hit.span.clone()).unwrap()))
        .collect();
    assert_eq!(seen, [(kind, value)], "in {names:?} `{text}`");
}

/// The text has no address of a network.
pub(super) fn no_address(text: &str) {
    let hits = hits(&[], text);
    assert!(
        hits.iter().all(|hit| hit.class != Class::Network),
        "{hits:?} in `{text}`"
    );
}

/// The text has nothing, network addresses apart, which most have for a good reason.
pub(super) fn nothing(names: &[&str], text: &str) {
    let mut hits = hits(names, text);
    hits.retain(|hit| hit.class != Class::Network);
    let seen: Vec<_> = hits
        .iter()
        .map(|hit| (hit.kind, text.get(hit.span.clone()).unwrap()))
        .collect();
    assert!(hits.is_empty(), "{seen:?} in {names:?} `{text}`");
}

/// The values of the digits in a text.
pub(super) fn digits_of(text: &str) -> Vec<u8> {
    text.bytes()
        .filter(u8::is_ascii_digit)
        .map(|byte| byte - b'0')
        .collect()
}

/// Numbers of random digits, the same ones every time (the generator of Knuth's MMIX).
pub(super) fn random_digits(len: usize, count: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut digit = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u8::try_from((state >> 33) % 10).unwrap()
    };
    (0..count).map(move |_| (0..len).map(|_| digit()).collect())
}
