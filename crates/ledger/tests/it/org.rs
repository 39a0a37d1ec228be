//! The org log's entries: one text for one entry, and nothing else is one.

use ledger::org::{OrgEntry, OrgKind, Stated};
use model::Timestamp;
use proptest::prelude::*;

fn entry(kind: OrgKind, checkpoint: Stated) -> OrgEntry {
    let opens = matches!(kind, OrgKind::LogOpened | OrgKind::EpochOpened);
    OrgEntry {
        kind,
        at: Timestamp::from_unix_us(1_785_231_000_000_000),
        log: "example.org/gw/n1/2".to_owned(),
        key: if opens { "example.org/gw/n1/2+0+A" } else { "" }.to_owned(),
        checkpoint,
    }
}

#[test]
fn an_entry_is_a_text() {
    let note = "example.org/gw/n1/1\n5\nAAAA\n\n\u{2014} example.org/gw/n1/1 BBBB\n";
    let entry = entry(OrgKind::EpochOpened, Stated::Note(note.to_owned()));
    let text = "probity/v1/org epoch-opened\ntime 1785231000000000\nlog example.org/gw/n1/2\n\
                key example.org/gw/n1/2+0+A\ncheckpoint below\n\n\
                example.org/gw/n1/1\n5\nAAAA\n\n\u{2014} example.org/gw/n1/1 BBBB\n";
    assert_eq!(String::from_utf8(entry.encode()).unwrap(), text);
    assert_eq!(OrgEntry::decode(text.as_bytes()).unwrap(), entry);
}

#[test]
fn every_kind_comes_back() {
    for kind in [
        OrgKind::LogOpened,
        OrgKind::EpochOpened,
        OrgKind::EpochClosed,
        OrgKind::NodeJoined,
        OrgKind::NodeLeft,
        OrgKind::NodeCheckpoint,
    ] {
        for checkpoint in [
            Stated::None,
            Stated::Unknown,
            Stated::Note(String::new()),
            Stated::Note("a\nb".into()),
        ] {
            let entry = entry(kind, checkpoint);
            assert_eq!(OrgEntry::decode(&entry.encode()).unwrap(), entry);
        }
    }
}

#[test]
fn what_is_no_entry_is_refused() {
    for text in [
        "",
        "probity/v1/org node-joined\n",
        "probity/v1/org node-vanished\ntime 1\nlog a\ncheckpoint none\n",
        "probity/v1/org node-joined\ntime 01\nlog a\ncheckpoint none\n",
        "probity/v1/org node-joined\ntime +1\nlog a\ncheckpoint none\n",
        "probity/v1/org node-joined\ntime 1\nlog a\ncheckpoint none\nmore\n",
        "probity/v1/org node-joined\ntime 1\nlog a\ncheckpoint none",
        "probity/v1/org node-joined\ntime 1\nlog a\ncheckpoint below\n",
        "probity/v1/org node-joined\ntime 1\nlog a\nkey a+0+A\ncheckpoint none\n",
        "probity/v1/org epoch-opened\ntime 1\nlog a\ncheckpoint none\n",
        "probity/v2/org node-joined\ntime 1\nlog a\ncheckpoint none\n",
    ] {
        assert!(OrgEntry::decode(text.as_bytes()).is_err(), "{text:?}");
    }
}

proptest! {
    #[test]
    fn no_bytes_are_two_entries(cut in 0_usize..200, byte: u8) {
        let whole = entry(OrgKind::EpochOpened, Stated::Unknown).encode();
        let mut bytes = whole.clone();
        let at = cut % bytes.len();
        bytes[at] = byte;
        if let Ok(entry) = OrgEntry::decode(&bytes) {
            prop_assert_eq!(entry.encode(), bytes);
        }
        prop_assert!(OrgEntry::decode(&whole[..at]).is_err());
    }
}
