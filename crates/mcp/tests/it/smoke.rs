//! A bounded run of the fuzz targets over their corpus and over seeded mutations of it.

use std::fs;
use std::path::PathBuf;

use mcp::fuzzing::{TARGETS, Target};

const MUTATIONS_PER_FILE: usize = 1000;

/// Bytes that formats care about.
const TOKENS: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b":",
    b",",
    b"\\u0061",
    b"\\ud800",
    b"\n",
    b"\r",
    b"\0",
    b"null",
    b"-0",
    b"1e9",
    b"\xEF\xBB\xBF",
    b"\xFF",
    b"data: ",
    b"id:",
    b"=?base64?",
    b"?=",
    b" ",
    b"\"id\":1,",
    b"\"x-mcp-header\":\"A\",",
];

#[test]
fn targets_hold_over_corpus_and_mutations() {
    for (name, target) in TARGETS {
        let corpus = corpus(name);
        assert!(!corpus.is_empty(), "no corpus for {name}");
        for (seed, seeded) in corpus.iter().enumerate() {
            target(seeded);
            mutations(*target, seeded, &corpus, seed as u64 + 1);
        }
        target(b"");
    }
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus", name]
        .iter()
        .collect();
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| fs::read(path).expect("a file"))
        .collect()
}

fn mutations(target: Target, start: &[u8], corpus: &[Vec<u8>], seed: u64) {
    let mut random = Random(seed);
    for _ in 0..MUTATIONS_PER_FILE {
        let mut bytes = start.to_vec();
        for _ in 0..=random.below(3) {
            mutate(&mut bytes, corpus, &mut random);
        }
        target(&bytes);
    }
}

fn mutate(bytes: &mut Vec<u8>, corpus: &[Vec<u8>], random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    let end = (at + random.below(9)).min(bytes.len());
    match random.below(6) {
        0 => drop(bytes.drain(at..end)),
        1 => {
            let copy = bytes[at..end].to_vec();
            bytes.splice(at..at, copy);
        }
        2 => bytes.truncate(at),
        3 => {
            let other = &corpus[random.below(corpus.len())];
            let from = random.below(other.len() + 1);
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        4 if at < end => bytes[at] ^= 1 << random.below(8),
        _ => {
            let token = TOKENS[random.below(TOKENS.len())];
            bytes.splice(at..at, token.iter().copied());
        }
    }
}

/// Xorshift: the same mutations in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound.max(1)
    }
}
