//! Every reader of the format, on the real thing and on thousands of small changes of it.

use std::fs;
use std::path::{Path, PathBuf};

use ledger::fuzzing::TARGETS;

/// Changes per seed and target.
const ROUNDS: u64 = 25;
/// What a reader is given of a large file.
const BYTES_MAX: usize = 24 << 10;

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The files of a whole data directory, the entries of its bundles, and their names.
fn seeds() -> Vec<Vec<u8>> {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors/damage/base");
    let mut found = Vec::new();
    files(&base, &mut found);
    found.sort();
    let mut seeds = vec![Vec::new()];
    for file in found {
        let bytes = fs::read(&file).unwrap();
        let name = file.strip_prefix(base.join("log/n1/1"));
        if let Some(name) = name.ok().and_then(Path::to_str) {
            seeds.push(name.as_bytes().to_vec());
        }
        let entries = ledger::tile::bundle_entries(&bytes);
        let entries: Vec<_> = entries.map_while(Result::ok).take(3).collect();
        seeds.extend(entries.into_iter().map(<[u8]>::to_vec));
        seeds.push(bytes.into_iter().take(BYTES_MAX).collect());
    }
    let proof = "c2sp.org/tlog-proof@v1\nextra AA==\nindex 1\n\
                 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\na/log\n2\n\n\u{2014} a/log AAAA\n";
    seeds.push(proof.as_bytes().to_vec());
    seeds.push(b"quorum none\n".to_vec());
    seeds
}

/// SplitMix64: the same changes each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end.max(1) as u64) as usize
    }

    fn change(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.below(3) {
            // Most of what a reader decides on stands in front.
            let end = if self.below(2) == 0 { 256 } else { usize::MAX };
            let at = self.below(bytes.len().min(end));
            match self.below(5) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, self.below(256) as u8),
                2 if at < bytes.len() => drop(bytes.remove(at)),
                3 if at < bytes.len() => bytes[at] = [0, 0xff, b'\n', b'0'][self.below(4)],
                _ if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                _ => {}
            }
        }
        bytes
    }
}

#[test]
fn no_reader_panics_and_nothing_has_two_encodings() {
    let seeds = seeds();
    assert!(seeds.len() > 20);
    let mut dice = Dice(7);
    for (name, target) in TARGETS {
        for seed in &seeds {
            target(seed);
            for _ in 0..ROUNDS {
                let changed = dice.change(seed);
                let outcome = std::panic::catch_unwind(|| target(&changed));
                assert!(
                    outcome.is_ok(),
                    "{name}: {:?}",
                    String::from_utf8_lossy(&changed)
                );
            }
        }
    }
}
