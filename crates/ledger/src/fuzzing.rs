//! What must hold for any bytes: one function per kind of input, each panicking where it does not
//! hold. Whatever a reader accepts is written again as the same bytes: one thing has one encoding.
//!
//! The fuzz targets and the smoke run of the tests call the same functions.

use crate::leaf::Leaf;
use crate::note::{LogPublicKey, Policy, SignedNote, WitnessKey};
use crate::org::OrgEntry;
use crate::path::{LogFile, LogPath};
use crate::proof::{Disclosure, TlogProof};
use crate::tile::{bundle_entries, tile_hashes};
use crate::timestamp::attested;
use crate::wal::{EntryView, Frame, FrameHeader, SegmentStart};

/// A function that takes any bytes.
pub type Target = fn(&[u8]);

/// Every target, by its name.
pub const TARGETS: &[(&str, Target)] = &[
    ("note", note),
    ("proof", proof),
    ("leaf", leaf),
    ("tile", tile),
    ("wal", wal),
    ("timestamp", timestamp),
];

/// Signed notes, trust policies and verifier keys.
pub fn note(data: &[u8]) {
    if let Ok(note) = SignedNote::parse(data) {
        assert_eq!(note.to_text().as_bytes(), data);
        if let Ok(policy) = Policy::parse(data) {
            // Nobody signed it: what it names does not matter.
            assert!(policy.open(data).is_err());
        }
    }
    let _ = Policy::parse(data).map(|policy| policy.witnesses().count());
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(key) = LogPublicKey::from_vkey(text) {
        assert_eq!(key.to_vkey(), text.trim_end());
    }
    if let Ok(key) = WitnessKey::from_vkey(text) {
        assert_eq!(key.to_vkey(), text.trim_end());
    }
}

/// Proofs and disclosures.
pub fn proof(data: &[u8]) {
    if let Ok(proof) = TlogProof::parse(data) {
        assert_eq!(proof.to_text().as_bytes(), data);
    }
    if let Ok(disclosure) = Disclosure::from_json(data) {
        let text = disclosure.to_json();
        let again = Disclosure::from_json(text.as_bytes()).map(|again| again.to_json());
        assert_eq!(again.ok(), Some(text));
    }
}

/// Leaves, entries of the org log, and the names of files.
pub fn leaf(data: &[u8]) {
    if let Ok(leaf) = Leaf::decode(data) {
        assert_eq!(leaf.encode(), data);
    }
    if let Ok(entry) = OrgEntry::decode(data) {
        assert_eq!(entry.encode(), data);
    }
    let Ok(path) = std::str::from_utf8(data) else {
        return;
    };
    if let Some(file) = LogFile::parse(path) {
        assert_eq!(file.key(), path);
    }
    let _ = LogPath::parse(path);
}

/// Tiles and bundles.
pub fn tile(data: &[u8]) {
    for width in [1, 2, 14, 255, 256] {
        if let Ok(hashes) = tile_hashes(data, width) {
            let bytes: Vec<u8> = hashes.iter().flat_map(|h| *h.as_bytes()).collect();
            assert_eq!(bytes, data);
        }
    }
    let entries: Result<Vec<_>, _> = bundle_entries(data).collect();
    if let Ok(entries) = entries {
        let bytes = entries.iter().map(|entry| entry.len() + 2).sum::<usize>();
        assert_eq!(bytes, data.len());
    }
}

/// Frames of the write-ahead log, their entries, and the state at the start of a segment. What is
/// behind a checksum is read as if it were right.
pub fn wal(data: &[u8]) {
    if let Ok(header) = FrameHeader::decode(data)
        && let Ok(frame) = Frame::decode_checked(data, &header)
    {
        let _ = header.end_index();
        assert!(header.frame_bytes() > 0);
        let entries = frame.entries().flatten();
        entries.for_each(|entry| drop(entry.to_entry()));
        let _ = frame.entry_bytes(u32::MAX);
        let _ = SegmentStart::decode(1, frame.payload());
    }
    let _ = SegmentStart::previous_end(data);
    let _ = SegmentStart::decode(1, data);
    let _ = EntryView::decode(data).map(|entry| entry.to_entry());
}

/// Answers of timestamp authorities.
pub fn timestamp(data: &[u8]) {
    // No authority answered about this note.
    assert!(attested(data, b"a note that nobody stamped").is_err());
}
