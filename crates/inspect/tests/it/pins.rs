//! Versions of definitions, and what is different between two.

use inspect::difference;
use inspect::pins::{Key, Kind, Pins, Review, State, Version};
use model::Timestamp;

fn version(text: &str) -> Version {
    Version::new(text.as_bytes(), text.as_bytes(), Timestamp::from_unix_us(1)).expect("JSON")
}

fn key() -> Key {
    Key {
        upstream: "shop".parse().expect("a name"),
        kind: Kind::Tool,
        name: "order".into(),
    }
}

fn review() -> Review {
    Review {
        by: "ann".into(),
        at: Timestamp::from_unix_us(2),
        reason: None,
        on_record: false,
    }
}

#[test]
fn a_change_stays_one_until_somebody_accepts_it() {
    let (a, b, c) = (
        version("{\"v\":1}"),
        version("{\"v\":2}"),
        version("{\"v\":3}"),
    );
    let mut pins = Pins::default();
    let state = |pins: &Pins| pins.get(&key()).map_or(State::Unknown, |p| p.state());
    assert_eq!(state(&pins), State::Unknown);
    assert!(pins.see(&key(), &a));
    assert_eq!(state(&pins), State::FirstSeen);
    assert!(!pins.see(&key(), &version("{ \"v\": 1.0 }")), "the same");
    let pinned = pins.get_mut(&key()).expect("it is known");
    assert!(pinned.accept(None, review()));
    assert_eq!(state(&pins), State::Unchanged);

    assert!(pins.see(&key(), &b));
    assert!(!pins.see(&key(), &b), "it is no news twice");
    assert!(!pins.see(&key(), &a), "going back takes nothing back");
    assert_eq!(state(&pins), State::Changed);
    assert!(pins.see(&key(), &c));
    let pinned = pins.get_mut(&key()).expect("it is known");
    assert!(!pinned.accept(Some(b.fingerprint), review()), "it is gone");
    assert_eq!(pinned.state(), State::Changed);
    assert!(pinned.accept(Some(c.fingerprint), review()));
    assert_eq!(
        (pinned.state(), pinned.version.fingerprint),
        (State::Unchanged, c.fingerprint)
    );

    // The old one may be kept.
    assert!(pins.see(&key(), &a));
    let pinned = pins.get_mut(&key()).expect("it is known");
    assert!(pinned.accept(Some(c.fingerprint), review()));
    assert_eq!(
        (pinned.state(), pinned.version.fingerprint),
        (State::Unchanged, c.fingerprint)
    );
}

#[test]
fn hints_are_the_servers_own_word() {
    let tool = version("{\"annotations\":{\"readOnlyHint\":true,\"title\":\"x\"}}");
    assert_eq!(tool.hint("readOnlyHint"), Some(true));
    assert_eq!(tool.hint("destructiveHint"), None);
    assert_eq!(tool.hint("title"), None);
}

#[test]
fn a_difference_has_places_and_both_values() {
    type Places = &'static [(&'static str, &'static str, &'static str)];
    let rows: &[(&str, &str, Places)] = &[
        ("{\"a\":1}", "{ \"a\": 1.0 }", &[]),
        ("{\"a\":1}", "{\"a\":2}", &[("/a", "1", "2")]),
        ("{}", "{\"x-vendor\":[1]}", &[("/x-vendor", "", "[1]")]),
        ("{\"a/b~\":\"x\"}", "{}", &[("/a~1b~0", "\"x\"", "")]),
        (
            "{\"l\":[1,{\"d\":\"old\"}]}",
            "{\"l\":[1,{\"d\":\"new\"},3]}",
            &[("/l/1/d", "\"old\"", "\"new\""), ("/l/2", "", "3")],
        ),
        ("{\"a\":{}}", "{\"a\":[]}", &[("/a", "{}", "[]")]),
    ];
    for (old, new, expected) in rows {
        let found = difference(old.as_bytes(), new.as_bytes());
        assert_eq!(found.more, 0);
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let found: Vec<_> = found
            .changes
            .iter()
            .map(|change| (change.path.clone(), text(&change.old), text(&change.new)))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(path, old, new)| (path.to_string(), old.to_string(), new.to_string()))
            .collect();
        assert_eq!(found, expected, "{old} -> {new}");
    }
    let many: Vec<u32> = (0..300).collect();
    let all = difference(
        b"[]",
        serde_json::to_string(&many).expect("JSON").as_bytes(),
    );
    assert_eq!((all.changes.len(), all.more), (200, 100));
}
