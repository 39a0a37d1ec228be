//! The fuzz target over its corpus, over every beginning of it, and with one byte replaced.

use std::fs;
use std::path::PathBuf;

use inspect::fuzzing::canonical;

#[test]
fn the_target_holds_over_corpus_and_mutations() {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus/canonical"]
        .iter()
        .collect();
    let mut files = 0;
    for entry in fs::read_dir(&folder).expect("the corpus") {
        let bytes = fs::read(entry.expect("an entry").path()).expect("a file");
        files += 1;
        for at in 0..=bytes.len() {
            canonical(bytes.split_at(at).0);
            for token in *b"\"\\{}[],:01e-. \xff" {
                let mut other = bytes.clone();
                if let Some(byte) = other.get_mut(at) {
                    *byte = token;
                }
                canonical(&other);
            }
        }
    }
    assert!(files > 0, "no corpus in {}", folder.display());
}
