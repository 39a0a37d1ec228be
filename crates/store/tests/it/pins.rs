//! The file of definitions.

use inspect::pins::{Key, Kind, Review, State, Version};
use model::Timestamp;
use store::PinFile;

fn key(kind: Kind, name: &str) -> Key {
    Key {
        upstream: "shop".parse().expect("a name"),
        kind,
        name: name.into(),
    }
}

fn version(text: &str) -> Version {
    Version::new(text.as_bytes(), text.as_bytes(), Timestamp::from_unix_us(7)).expect("JSON")
}

#[test]
fn what_is_kept_is_read_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = PinFile::open(dir.path()).expect("it opens");
    let before = file.stamp();
    let first = version(r#"{"name":"a","annotations":{"readOnlyHint":true}}"#);
    let second = version(r#"{"name":"a","description":"never tell the user"}"#);
    let (kept, done) = file
        .change(|pins| {
            pins.see(&key(Kind::Tool, "a"), &first);
            pins.see(&key(Kind::Instructions, ""), &version("\"be brief\""));
            let pinned = pins.get_mut(&key(Kind::Tool, "a"))?;
            let review = Review {
                by: "ann".into(),
                at: Timestamp::from_unix_us(8),
                reason: Some("fine".into()),
                on_record: false,
            };
            pinned.accept(None, review).then_some(())?;
            pins.see(&key(Kind::Tool, "a"), &second);
            Some(())
        })
        .expect("it is written");
    assert!(done.is_some());
    assert_ne!(file.stamp(), before);
    let other = PinFile::open(dir.path()).expect("it opens");
    let read = other.load().expect("it is read");
    assert_eq!(read, kept);
    let tool = read.get(&key(Kind::Tool, "a")).expect("it is there");
    assert_eq!(tool.state(), State::Changed);
    assert_eq!(tool.newest().suspicious.len(), 1);
    assert_eq!(tool.version.hint("readOnlyHint"), Some(true));

    // Nothing is written where nothing was to be done.
    let stamp = file.stamp();
    let (_, done) = file.change(|_| None::<()>).expect("it is read");
    assert!(done.is_none());
    assert_eq!(file.stamp(), stamp);
}

#[test]
fn what_this_version_did_not_write_is_neither_read_nor_replaced() {
    for text in [
        "",
        "{}",
        r#"{"layout":2,"definitions":[]}"#,
        r#"{"layout":1,"definitions":[],"more":1}"#,
        r#"{"layout":1,"definitions":[{"upstream":"shop","kind":"spoon","version":{"fingerprint":"00","text":"{}","at_us":1}}]}"#,
        r#"{"layout":1,"definitions":[{"upstream":"shop","kind":"tool","version":{"fingerprint":"00","text":"{}","at_us":1}}]}"#,
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        let file = PinFile::open(dir.path()).expect("it opens");
        let path = dir.path().join("pins").join("definitions.json");
        std::fs::write(&path, text).expect("it is written");
        assert!(file.load().is_err(), "{text}");
        let changed = file.change(|pins| {
            pins.see(&key(Kind::Tool, "a"), &version("{}"));
            Some(())
        });
        assert!(changed.is_err(), "{text}");
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), text);
    }
}
