use ledger::merkle::{
    CompactRange, consistency_proof, inclusion_proof, leaf_hash, verify_consistency,
    verify_inclusion,
};
use ledger::note::{Checkpoint, LogKey, LogPublicKey, SignedNote, WitnessKey};
use model::{Digest, TreeSize};
use zeroize::Zeroizing;

use crate::hex::unhex as hex;
use crate::trees::{Published, record};

const VECTORS: &str = include_str!("../../../../spec/vectors/tlog.txt");

fn digest(text: &str) -> Digest {
    Digest::from_bytes(hex(text).try_into().unwrap())
}

/// `['aa', 'bb']`
fn digests(text: &str) -> Vec<Digest> {
    text.trim_matches(['[', ']'])
        .split(", ")
        .filter(|item| !item.is_empty())
        .map(|item| digest(item.trim_matches('\'')))
        .collect()
}

fn field(name: &str) -> &'static str {
    let line = VECTORS.lines().find(|line| line.starts_with(name)).unwrap();
    line[name.len()..].trim()
}

fn root_at(size: u64) -> Digest {
    let mut range = CompactRange::new();
    (0..size).for_each(|n| range.push(leaf_hash(&record(n))));
    range.root()
}

#[test]
fn roots() {
    let mut rows = 0;
    for line in VECTORS.lines().filter(|line| line.starts_with("root ")) {
        let (size, root) = line[5..].split_once(' ').unwrap();
        assert_eq!(root_at(size.parse().unwrap()), digest(root), "size {size}");
        rows += 1;
    }
    assert!(rows >= 16);
}

#[test]
fn inclusion_and_consistency_proofs() {
    let mut published = Published::default();
    let mut rows = 0;
    for line in VECTORS.lines() {
        let mut words = line.splitn(4, ' ');
        let kind = words.next().unwrap();
        if kind != "incl" && kind != "cons" {
            continue;
        }
        let a: u64 = words.next().unwrap().parse().unwrap();
        let b: u64 = words.next().unwrap().parse().unwrap();
        let expected = digests(words.next().unwrap());
        if published.builder.size() < b {
            published.grow(b);
        }
        if kind == "incl" {
            let proof = inclusion_proof(&mut published.nodes(b), a, b);
            // Partial tiles exist for the size that was published last only.
            if published.builder.size() == b {
                assert_eq!(proof.unwrap(), expected, "{line}");
            }
            verify_inclusion(a, b, leaf_hash(&record(a)), &expected, root_at(b)).unwrap();
        } else {
            let proof = consistency_proof(&mut published.nodes(b), a, b);
            if published.builder.size() == b {
                assert_eq!(proof.unwrap(), expected, "{line}");
            }
            verify_consistency(a, root_at(a), b, root_at(b), &expected).unwrap();
        }
        rows += 1;
    }
    assert!(rows >= 10);
}

#[test]
fn the_checkpoint_is_signed_to_the_byte() {
    let seed: [u8; 32] = hex(field("seed ")).try_into().unwrap();
    let key = LogKey::from_seed("gateway.example/log/n1", Zeroizing::new(seed)).unwrap();
    assert_eq!(key.public().to_vkey(), field("vkey "));
    let start = VECTORS.find("gateway.example/log/n1\n300\n").unwrap();
    let end = start + VECTORS[start..].find("\n\nincl").unwrap() + 1;
    let note = &VECTORS[start..end];
    let checkpoint = Checkpoint {
        origin: "gateway.example/log/n1".to_owned(),
        size: TreeSize(300),
        root: root_at(300),
    };
    let signed = checkpoint.sign(&key).unwrap().to_text();
    assert!(note.starts_with(&signed), "{signed}");
    let witness = WitnessKey::from_vkey(field("witness vkey ")).unwrap();
    assert_eq!(witness.to_vkey(), field("witness vkey "));
    let cosigned = SignedNote::parse(note.as_bytes()).unwrap();
    let stated = cosigned.cosigned_by(&witness).unwrap();
    assert_eq!(
        (stated.time_s, &*stated.witness),
        (1_700_000_000, "witness.example/w1")
    );
    assert_eq!(cosigned.to_text(), note);
    let vkey = LogPublicKey::from_vkey(field("vkey ")).unwrap();
    assert_eq!(
        Checkpoint::open(note.as_bytes(), &vkey).unwrap(),
        checkpoint
    );
}

/// The leaves and roots of the reference implementation of RFC 6962.
#[test]
fn rfc_6962() {
    let leaves = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut range = CompactRange::new();
    for (leaf, root) in leaves.iter().zip(roots) {
        range.push(leaf_hash(&hex(leaf)));
        assert_eq!(range.root(), digest(root));
    }
}
