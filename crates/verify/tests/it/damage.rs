//! One file per kind of damage; the damage is named after the file that has it.

use std::fs;
use std::path::{Path, PathBuf};

use verify::{Exit, LeafVerdict};

use crate::support::{copy, files, has, only, problems, report, stopped};

fn flip(file: &Path, at: usize, bit: u8) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at] ^= 1 << bit;
    fs::write(file, bytes).unwrap();
}

/// A file of each kind that a verifier reads.
fn kinds(root: &Path) -> Vec<PathBuf> {
    let log = root.join("log/n1/1");
    let segments = files(&root.join("wal/1"));
    vec![
        log.join("checkpoint"),
        log.join("tile/0/000"),
        log.join("tile/0/002.p/95"),
        log.join("tile/1/000.p/2"),
        log.join("tile/entries/000"),
        log.join("tile/entries/002.p/95"),
        root.join("head/1"),
        segments[0].clone(),
        segments[segments.len() - 1].clone(),
    ]
}

#[test]
fn one_flipped_bit_in_any_file_is_found_and_named() {
    let whole = stopped(3, 200);
    for kind in kinds(whole.path()) {
        let name = kind.strip_prefix(whole.path()).unwrap().to_owned();
        let length = fs::metadata(&kind).unwrap().len() as usize;
        for step in 0..24_usize {
            let at = (step * length / 24 + step * 7) % length;
            let dir = copy(whole.path());
            let file = dir.path().join(&name);
            flip(&file, at, (step % 8) as u8);
            let found = report(dir.path());
            let seen = problems(&found);
            assert_eq!(
                found.exit(),
                Exit::Corrupt,
                "{} byte {at}: {seen:?}",
                name.display()
            );
            let named = has(&found, LeafVerdict::Corrupt, &file, dir.path());
            assert!(named, "{} byte {at}: {seen:?}", name.display());
        }
    }
}

#[test]
fn a_missing_file_is_named() {
    let whole = stopped(3, 200);
    for kind in kinds(whole.path()) {
        let name = kind.strip_prefix(whole.path()).unwrap().to_owned();
        let dir = copy(whole.path());
        fs::remove_file(dir.path().join(&name)).unwrap();
        let found = report(dir.path());
        assert_eq!(
            found.exit(),
            Exit::Missing,
            "{}: {:?}",
            name.display(),
            problems(&found)
        );
    }
}

#[test]
fn one_flipped_bit_in_a_body_spoils_one_leaf() {
    let dir = stopped(1, 300);
    let bundle = fs::read(dir.path().join("log/n1/1/tile/entries/000")).unwrap();
    let leaf = ledger::tile::bundle_entries(&bundle)
        .nth(150)
        .unwrap()
        .unwrap();
    // Behind the leaf: the previous index, the wrapped secret, no carry, the body's length.
    let body = leaf.len() + 8 + 48 + 1 + 4;
    let (segment, at) = files(&dir.path().join("wal/1"))
        .into_iter()
        .find_map(|segment| {
            let bytes = fs::read(&segment).unwrap();
            let at = bytes
                .windows(leaf.len())
                .position(|window| window == leaf)?;
            Some((segment, at))
        })
        .unwrap();
    flip(&segment, at + body, 3);
    let found = report(dir.path());
    assert_eq!(found.exit(), Exit::Corrupt);
    let counts = only(&found).counts;
    assert_eq!((counts.intact, counts.corrupt, counts.missing), (302, 1, 0));
    let leaf = only(&found).problems.iter().find_map(|p| p.leaves);
    assert_eq!(leaf, Some((150, 150)));
}

#[test]
fn a_replayed_old_state_contradicts_the_signers_head() {
    let dir = stopped(1, 100);
    let old = copy(&dir.path().join("log"));
    let opened = store::DataDir::open(dir.path(), &crate::support::options()).unwrap();
    opened.close().unwrap();
    fs::remove_dir_all(dir.path().join("log")).unwrap();
    for file in files(old.path()) {
        let target = dir
            .path()
            .join("log")
            .join(file.strip_prefix(old.path()).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(file, target).unwrap();
    }
    let found = report(dir.path());
    assert_eq!(found.exit(), Exit::Missing, "{:?}", problems(&found));
    assert!(has(
        &found,
        LeafVerdict::Missing,
        &dir.path().join("head/1"),
        dir.path()
    ));
}
