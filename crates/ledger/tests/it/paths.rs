//! Paths of published files: one path per file, and nothing else is a path.

use ledger::tile::TileName;
use ledger::{LogFile, LogPath};
use proptest::prelude::*;

#[test]
fn what_is_no_path_is_refused() {
    let refused = [
        "",
        "/",
        "Checkpoint",
        "checkpoint/",
        "checkpoint ",
        "vkey/../checkpoint",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile//000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000",
        "tile/0/x000/000",
        "tile/0/x001",
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/0/+01",
        "tile/00/000",
        "tile/+0/000",
        "tile/64/000",
        "tile/256/000",
        "tile/-1/000",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/257",
        "tile/0/000.p/01",
        "tile/0/000.p/+1",
        "tile/0/000.p/1/2",
        "tile/0/000.p/1.p/1",
        "tile/entries/../../keys/root.key",
        "tile/0/../../../../keys/root.key",
        "tile/0/%2e%2e",
        "tile/0/00\u{0661}",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
        "keys/root.key",
        "..",
    ];
    for path in refused {
        assert_eq!(LogFile::parse(path), None, "{path}");
    }
}

#[test]
fn a_log_is_named_by_a_node_and_an_epoch() {
    let parse = |path| LogPath::parse(path).map(|path| (path.name, path.epoch));
    assert_eq!(parse("n1/1/checkpoint"), Some(("n1".into(), Some(1))));
    assert_eq!(parse("n1/checkpoint"), Some(("n1".into(), None)));
    assert_eq!(parse("org/tile/0/000"), Some(("org".into(), None)));
    let refused = [
        "checkpoint",
        "/1/checkpoint",
        "../checkpoint",
        "../1/checkpoint",
        "./1/checkpoint",
        ".hidden/1/checkpoint",
        "n1/01/checkpoint",
        "n1/+1/checkpoint",
        "n1/-1/checkpoint",
        "n1/4294967296/checkpoint",
        "n1/1/1/checkpoint",
        "n1//checkpoint",
        "n1/1//checkpoint",
        "n1/../n1/1/checkpoint",
        "n\\1/1/checkpoint",
        "n1%2f1/1/checkpoint",
        "n\u{e9}/1/checkpoint",
        "n1/1/../../../keys/root.key",
    ];
    for path in refused {
        assert_eq!(LogPath::parse(path), None, "{path}");
    }
    assert_eq!(LogPath::parse(&format!("{}/1/vkey", "n".repeat(129))), None);
}

#[test]
fn only_tiles_under_an_epoch_never_change() {
    let immutable = |path| LogPath::parse(path).unwrap().is_immutable();
    assert!(immutable("n1/1/tile/0/000"));
    assert!(immutable("n1/1/tile/entries/000.p/3"));
    assert!(!immutable("n1/tile/0/000"), "the newest epoch changes");
    assert!(!immutable("n1/1/checkpoint"));
    assert!(!immutable("n1/1/vkey"));
}

proptest! {
    #[test]
    fn every_name_comes_back(level in prop::option::of(0_u8..64), number: u64, width in 1_u16..=256) {
        let file = LogFile::Tile(TileName { level, number, width });
        prop_assert_eq!(LogFile::parse(&file.key()), Some(file));
    }

    #[test]
    fn what_is_accepted_is_what_is_written(path in "(tile|entries|[0-9x]{1,4}|\\.p|\\.|/|%){0,12}") {
        if let Some(file) = LogFile::parse(&path) {
            prop_assert_eq!(file.key(), path);
        }
    }
}
