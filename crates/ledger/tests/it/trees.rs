use std::collections::HashMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ledger::FormatError;
use ledger::merkle::{
    CompactRange, Nodes, consistency_proof, inclusion_proof, leaf_hash, node_hash,
    verify_consistency, verify_inclusion,
};
use ledger::tile::{Tile, TileBuilder, TileName, TileNodes, bundle_entries, root_from_tiles};
use model::Digest;
use proptest::prelude::*;
use sha2::Sha256;

/// RFC 6962 §2.1, word by word.
fn slow_root(hashes: &[Digest]) -> Digest {
    match hashes {
        [] => ledger::merkle::empty_root(),
        [leaf] => *leaf,
        _ => {
            let mut k = 1;
            while k * 2 < hashes.len() {
                k *= 2;
            }
            node_hash(&slow_root(&hashes[..k]), &slow_root(&hashes[k..]))
        }
    }
}

pub(crate) fn record(n: u64) -> Vec<u8> {
    format!("record-{n}").into_bytes()
}

fn hashes(size: u64) -> Vec<Digest> {
    (0..size).map(|n| leaf_hash(&record(n))).collect()
}

/// A published tree in memory.
#[derive(Default)]
pub(crate) struct Published {
    pub(crate) builder: TileBuilder,
    pub(crate) tiles: HashMap<String, Vec<u8>>,
}

impl Published {
    pub(crate) fn grow(&mut self, size: u64) {
        for n in self.builder.size()..size {
            let tiles = &mut self.tiles;
            self.builder.push(&record(n), |Tile { name, bytes }| {
                tiles.insert(name.key(), bytes);
            });
        }
        for Tile { name, bytes } in self.builder.partials() {
            self.tiles.insert(name.key(), bytes);
        }
    }

    pub(crate) fn fetch(&self, name: TileName) -> Result<Vec<u8>, FormatError> {
        let found = self.tiles.get(&name.key()).cloned();
        found.ok_or(FormatError::Value("a tile that is not there"))
    }

    pub(crate) fn nodes(&self, size: u64) -> impl Nodes<Error = FormatError> + '_ {
        TileNodes::new(size, |name| self.fetch(name))
    }
}

#[test]
fn a_compact_range_has_the_root_that_the_definition_gives() {
    let all = hashes(1_030);
    let mut range = CompactRange::new();
    for size in 0..=all.len() {
        assert_eq!(range.root(), slow_root(&all[..size]), "size {size}");
        if let Some(hash) = all.get(size) {
            range.push(*hash);
        }
    }
}

#[test]
fn every_pair_of_sizes_up_to_130_has_proofs_that_hold_and_no_others() {
    let all = hashes(130);
    let mut published = Published::default();
    for new in 0..=130_u64 {
        published.grow(new);
        let root = slow_root(&all[..new as usize]);
        for index in 0..new {
            let leaf = all[index as usize];
            let proof = inclusion_proof(&mut published.nodes(new), index, new).unwrap();
            verify_inclusion(index, new, leaf, &proof, root).unwrap();
            let longer = [proof.as_slice(), &[root]].concat();
            verify_inclusion(index, new, leaf, &longer, root).unwrap_err();
            if let Some((_, shorter)) = proof.split_last() {
                verify_inclusion(index, new, leaf, shorter, root).unwrap_err();
            }
            verify_inclusion((index + 1) % new.max(2), new, leaf, &proof, root).unwrap_err();
        }
        for old in 0..=new {
            let old_root = slow_root(&all[..old as usize]);
            let proof = consistency_proof(&mut published.nodes(new), old, new).unwrap();
            verify_consistency(old, old_root, new, root, &proof).unwrap();
            let longer = [proof.as_slice(), &[root]].concat();
            verify_consistency(old, old_root, new, root, &longer).unwrap_err();
            if old > 0 && old < new {
                verify_consistency(old, root, new, root, &proof).unwrap_err();
                verify_consistency(old, old_root, new, old_root, &proof).unwrap_err();
            }
        }
    }
}

#[test]
fn tiles_at_their_boundaries_give_the_root_and_resume() {
    let mut published = Published::default();
    let mut range = CompactRange::new();
    for size in [0, 1, 2, 3, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537] {
        for n in range.size()..size {
            range.push(leaf_hash(&record(n)));
        }
        published.grow(size);
        assert_eq!(published.builder.root(), range.root(), "size {size}");
        let root = root_from_tiles(size, |name| published.fetch(name)).unwrap();
        assert_eq!(root, range.root(), "size {size}");
        let resumed = TileBuilder::resume(size, |name| published.fetch(name)).unwrap();
        assert_eq!(resumed, published.builder, "size {size}");
    }
    let bundle = published.fetch(TileName {
        level: None,
        number: 255,
        width: 256,
    });
    let bundle = bundle.unwrap();
    let entries: Vec<_> = bundle_entries(&bundle).map(Result::unwrap).collect();
    assert_eq!(entries.len(), 256);
    assert_eq!(entries[255], record(65_535));
}

#[test]
fn tile_paths_are_those_of_other_implementations() {
    let name = |level, number, width| TileName {
        level,
        number,
        width,
    };
    assert_eq!(name(Some(0), 1_234_067, 256).key(), "tile/0/x001/x234/067");
    assert_eq!(name(None, 5, 7).key(), "tile/entries/005.p/7");
    for number in [0, 1, 999, 1_000, 1_001, 999_999, 1_000_000, 1_234_067_890] {
        for (level, width) in [(0_u8, 256_u16), (1, 3), (3, 255)] {
            let theirs = tlog_tiles::tile::Tile::new(8, level, number, width.into(), false).path();
            // Go's scheme names the height, C2SP fixes it at 8.
            let theirs = theirs.replacen("tile/8/", "tile/", 1);
            assert_eq!(name(Some(level), number, width).key(), theirs);
        }
    }
}

#[test]
fn ct_merkle_agrees() {
    let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let mut published = Published::default();
    let mut range = CompactRange::new();
    for size in 1..=300_u64 {
        theirs.push(record(size - 1));
        range.push(leaf_hash(&record(size - 1)));
        assert_eq!(theirs.root().as_bytes().as_slice(), range.root().as_bytes());
    }
    published.grow(300);
    for index in [0, 1, 127, 128, 254, 255, 256, 298, 299] {
        let ours = inclusion_proof(&mut published.nodes(300), index, 300).unwrap();
        let ours: Vec<u8> = ours.iter().flat_map(|d| *d.as_bytes()).collect();
        assert_eq!(theirs.prove_inclusion(index as usize).as_bytes(), ours);
    }
    for old in [1, 2, 3, 255, 256, 257, 299] {
        let ours = consistency_proof(&mut published.nodes(300), old, 300).unwrap();
        let ours: Vec<u8> = ours.iter().flat_map(|d| *d.as_bytes()).collect();
        assert_eq!(
            theirs.prove_consistency((300 - old) as usize).as_bytes(),
            ours
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn proofs_of_any_sizes_hold_and_changed_ones_do_not(
        new in 1_u64..3_000, a in any::<u64>(), b in any::<u64>(), bit in any::<u16>(),
    ) {
        let (index, old) = (a % new, b % new + 1);
        let all = hashes(new);
        let mut published = Published::default();
        published.grow(new);
        let root = published.builder.root();
        let mut proof = inclusion_proof(&mut published.nodes(new), index, new).unwrap();
        prop_assert_eq!(verify_inclusion(index, new, all[index as usize], &proof, root), Ok(()));
        if let Some(at) = usize::from(bit).checked_rem(proof.len()) {
            proof[at] = flip(proof[at], bit);
            prop_assert!(verify_inclusion(index, new, all[index as usize], &proof, root).is_err());
        }
        let mut range = CompactRange::new();
        all.iter().take(old as usize).for_each(|hash| range.push(*hash));
        let proof = consistency_proof(&mut published.nodes(new), old, new).unwrap();
        prop_assert_eq!(verify_consistency(old, range.root(), new, root, &proof), Ok(()));
    }
}

fn flip(digest: Digest, bit: u16) -> Digest {
    let mut bytes = *digest.as_bytes();
    bytes[usize::from(bit / 8) % 32] ^= 1 << (bit % 8);
    Digest::from_bytes(bytes)
}
