//! Rules of one's own, and what somebody outside found.

use std::sync::Arc;

use mask::{Certainty, Class, Crossing, Leaf, MaskSet, Outside, Rules, Spot};
use model::Digest;

use crate::script::apply;

/// Finds a word, and every value under one path.
#[derive(Debug)]
struct Own;

impl Rules for Own {
    fn digest(&self) -> Digest {
        Digest::from_bytes([1; 32])
    }

    fn find(&self, leaf: &Leaf<'_>, found: &mut Vec<Spot>) {
        let spot = |span| Spot {
            kind: "project".into(),
            class: Class::Identifier,
            certainty: Certainty::Shaped,
            span,
        };
        if let Some(at) = leaf.text.find("PRJ-7") {
            found.push(spot(at..at + 5));
        }
        if leaf.path().as_deref() == Some("/result/secret/0") {
            found.push(spot(0..leaf.text.len()));
        }
    }
}

#[test]
fn own_rules_are_asked_for_each_text() {
    let masks = MaskSet::builder().rules(Arc::new(Own)).build();
    let masked = apply(
        &masks,
        r#"{"result":{"secret":["abc","abc"],"t":"see \u0050RJ-7 now"}}"#,
    );
    assert_eq!(
        String::from_utf8_lossy(&masked.relayed),
        r#"{"result":{"secret":["[project]","abc"],"t":"see [project] now"}}"#
    );
    assert_ne!(masks.digest(), MaskSet::builder().build().digest());
}

#[test]
fn what_was_found_outside_is_merged() {
    let masks = MaskSet::builder().build();
    let mut outside = Outside::default();
    outside.add(
        "/result/who",
        Spot {
            kind: "person".into(),
            class: Class::Identifier,
            certainty: Certainty::Named,
            span: 4..12,
        },
    );
    let message = r#"{"result":{"who":"\u0061sk Ann Jones"}}"#;
    let at = Crossing::to_agent("shop");
    let masked = masks.apply_with(message.as_bytes(), &at, &outside);
    assert_eq!(
        masked.relayed.as_ref(),
        br#"{"result":{"who":"\u0061sk [person]s"}}"#
    );
}
