//! For the tests of the detectors: a text in, the kinds and values that were found out.

use crate::candidates::collect;
use crate::detect::{Candidates, Hit, Scope};

/// The hits of one text below some names, as the engine would keep them.
pub(super) fn found(text: &str, names: &[&str], definition: bool) -> Vec<Hit> {
    let mut candidates = Candidates::default();
    collect(text, &mut candidates);
    let scope = Scope {
        text,
        candidates: &candidates,
        names,
        definition,
    };
    let mut hits = Vec::new();
    super::find(&scope, &mut hits);
    for hit in &hits {
        assert!(
            text.get(hit.span.clone()).is_some(),
            "{hit:?} cuts a character of {text}"
        );
    }
    hits.sort_by(|a, b| {
        (b.certainty, b.span.len(), a.span.start).cmp(&(a.certainty, a.span.len(), b.span.start))
    });
    let mut kept: Vec<Hit> = Vec::new();
    for hit in hits {
        let overlaps =
            |other: &Hit| hit.span.start < other.span.end && other.span.start < hit.span.end;
        if !kept.iter().any(overlaps) {
            kept.push(hit);
        }
    }
    kept.sort_by_key(|hit| hit.span.start);
    kept
}

/// Asserts kinds and values, in the order of their places.
pub(super) fn check(text: &str, expected: &[(&str, &str)]) {
    check_named(text, &[], expected);
}

/// The same for a text that names govern.
pub(super) fn check_named(text: &str, names: &[&str], expected: &[(&str, &str)]) {
    let hits = found(text, names, false);
    let got: Vec<(&str, &str)> = hits
        .iter()
        .map(|hit| (hit.kind, &text[hit.span.clone()]))
        .collect();
    assert_eq!(got, expected, "{names:?} {text}");
}

/// Asserts that nothing is found in any of the texts.
pub(super) fn survives(texts: &[&str]) {
    let hurt: Vec<(&str, Vec<&str>)> = texts
        .iter()
        .map(|text| (*text, values(text)))
        .filter(|(_, values)| !values.is_empty())
        .collect();
    assert!(hurt.is_empty(), "{hurt:#?}");
}

/// Asserts that each text gives away one value of a kind.
pub(super) fn rows(kind: &str, rows: &[(&str, &str)]) {
    let missed: Vec<(&str, Vec<Hit>)> = rows
        .iter()
        .map(|(text, value)| (*text, *value, found(text, &[], false)))
        .filter(|(text, value, hits)| {
            !matches!(hits.as_slice(), [hit] if hit.kind == kind && text[hit.span.clone()] == **value)
        })
        .map(|(text, _, hits)| (text, hits))
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

fn values(text: &str) -> Vec<&str> {
    let hits = found(text, &[], false);
    hits.iter().map(|hit| &text[hit.span.clone()]).collect()
}
