//! C2SP tlog-proof and disclosures.

use ledger::fields::FieldTree;
use ledger::merkle::{ProofError, inclusion_proof, leaf_hash};
use ledger::note::{Checkpoint, LogKey};
use ledger::proof::{Disclosed, Disclosure, DisclosureError, Shown, TlogProof, TlogProofError};
use ledger::wal::EntryView;
use ledger::{BodyError, Derivation, Leaf, RecordSecret, open_plaintext};
use model::{Digest, TreeSize};
use proptest::prelude::*;
use zeroize::Zeroizing;

use crate::records::{Sealed, sealed};

const ORIGIN: &str = "example.org/gw/n1/1";

/// A log of the leaves, its checkpoint, and the proof for one of them.
fn proof_of(leaves: &[Vec<u8>], index: u64) -> (TlogProof, Checkpoint) {
    let hashes: Vec<Digest> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: TreeSize(hashes.len() as u64),
        root: ledger::tile::root_of(&hashes),
    };
    let key = LogKey::from_seed(ORIGIN, Zeroizing::new([9; 32])).unwrap();
    let proof = TlogProof {
        extra: None,
        index,
        hashes: inclusion_proof(&mut hashes.as_slice(), index, checkpoint.size.0).unwrap(),
        checkpoint: checkpoint.sign(&key).unwrap().to_text(),
    };
    (proof, checkpoint)
}

#[test]
fn a_proof_survives_its_text_and_holds_for_its_entry_only() {
    let leaves: Vec<Vec<u8>> = (0..11_u8).map(|n| vec![n]).collect();
    for index in 0..11 {
        let (mut proof, checkpoint) = proof_of(&leaves, index);
        for extra in [None, Some(b"more".to_vec()), Some(Vec::new())] {
            proof.extra = extra;
            assert_eq!(
                TlogProof::parse(proof.to_text().as_bytes()),
                Ok(proof.clone())
            );
        }
        let entry = &leaves[index as usize];
        assert_eq!(proof.verify(entry, &checkpoint), Ok(()));
        let other = proof.verify(b"other", &checkpoint);
        assert_eq!(other, Err(TlogProofError::Inclusion(ProofError::Root)));
        proof.hashes.pop();
        let short = proof.verify(entry, &checkpoint);
        assert_eq!(short, Err(TlogProofError::Inclusion(ProofError::Length)));
    }
}

#[test]
fn the_text_is_that_of_the_specification() {
    let (proof, _) = proof_of(&[vec![0], vec![1]], 1);
    let text = proof.to_text();
    let lines: Vec<_> = text.split('\n').collect();
    assert_eq!(lines[..2], ["c2sp.org/tlog-proof@v1", "index 1"]);
    assert_eq!(
        (lines[2].len(), lines[3], lines[4], lines[5]),
        (44, "", ORIGIN, "2")
    );
    for (from, to) in [
        ("@v1", "@v2"),
        ("index 1", "index 01"),
        ("index 1", "index +1"),
        ("index 1", "extra !\nindex 1"),
        ("index 1", "index 1\nextra AA=="),
        ("index 1\n", ""),
        ("\n\n", "\n"),
        (lines[2], &lines[2][1..]),
        (lines[2], &format!("{}\n", lines[2]).repeat(65)),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        assert_eq!(
            TlogProof::parse(changed.as_bytes()),
            Err(TlogProofError::Shape),
            "{changed}"
        );
    }
}

/// The second of the sealed records, and what proves it.
fn disclosed() -> (Sealed, TlogProof, Checkpoint) {
    let mut records = sealed();
    let leaves: Vec<_> = records.iter().map(|record| record.leaf.clone()).collect();
    let (proof, checkpoint) = proof_of(&leaves, 1);
    (records.remove(1), proof, checkpoint)
}

fn again(disclosure: &Disclosure) -> Disclosure {
    Disclosure::from_json(disclosure.to_json().as_bytes()).unwrap()
}

#[test]
fn a_record_is_disclosed_with_its_secret() {
    let (record, proof, checkpoint) = disclosed();
    let shown = |secret: &RecordSecret, body: &[u8]| Shown::Record {
        secret: RecordSecret::from_bytes(Zeroizing::new(*secret.expose())),
        body: body.to_vec(),
    };
    let disclosure = |shown| Disclosure {
        leaf: record.leaf.clone(),
        proof: proof.clone(),
        shown,
    };
    let whole = disclosure(shown(&record.secret, &record.body));
    let Disclosed::Record { plaintext, .. } = again(&whole).verify(&checkpoint).unwrap() else {
        panic!("the record is disclosed");
    };
    assert_eq!(plaintext.payload(), b"{\"jsonrpc\":\"2.0\",\"id\":17}");
    let stranger = RecordSecret::from_bytes(Zeroizing::new([1; 32]));
    let error = disclosure(shown(&stranger, &record.body)).verify(&checkpoint);
    assert!(matches!(
        error,
        Err(DisclosureError::Body(BodyError::OtherKey))
    ));
    let error = disclosure(shown(&record.secret, b"")).verify(&checkpoint);
    assert!(matches!(
        error,
        Err(DisclosureError::Body(BodyError::Altered))
    ));
    let mut elsewhere = disclosure(shown(&record.secret, &record.body));
    elsewhere.leaf[45] ^= 1;
    let error = elsewhere.verify(&checkpoint);
    assert!(matches!(error, Err(DisclosureError::Proof(_))));
}

#[test]
fn fields_are_disclosed_without_the_secret() {
    let (record, proof, checkpoint) = disclosed();
    let leaf = Leaf::decode(&record.leaf).unwrap();
    let plaintext = open_plaintext(&record.leaf, &leaf, &record.secret, &record.body).unwrap();
    let keys = Derivation::new(&record.secret, &leaf.prefix.record);
    let tree = FieldTree::new(&plaintext, keys).unwrap();
    let fields = ["/payload/id", "/facts/upstream"].map(|path| tree.prove(path).unwrap());
    let disclosure = Disclosure {
        leaf: record.leaf.clone(),
        proof,
        shown: Shown::Fields(fields.to_vec()),
    };
    let text = disclosure.to_json();
    assert!(!text.contains("secret") && !text.contains("sealed_body"));
    let Disclosed::Fields { fields: shown, .. } = again(&disclosure).verify(&checkpoint).unwrap()
    else {
        panic!("the fields are disclosed");
    };
    assert_eq!(shown, fields);

    let mut changed = again(&disclosure);
    if let Shown::Fields(fields) = &mut changed.shown {
        fields[1].value = b"\"elsewhere\"".to_vec();
    }
    let error = changed.verify(&checkpoint).unwrap_err().to_string();
    assert!(
        error.starts_with("the leaf does not commit to this `/facts/upstream`"),
        "{error}"
    );
}

#[test]
fn a_file_that_is_no_disclosure_is_refused() {
    let (record, proof, _) = disclosed();
    let secret = record.secret;
    let body = record.body;
    let shown = Shown::Record { secret, body };
    let leaf = record.leaf;
    let text = Disclosure { leaf, proof, shown }.to_json();
    for (from, to) in [
        ("disclosure/v1", "disclosure/v2"),
        ("\"record\"", "\"fields\""),
        ("\"leaf\"", "\"leaves\""),
        ("c2sp.org", "c2sp.com"),
        ("\"secret\": \"", "\"secret\": \"AAAA"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        assert!(
            Disclosure::from_json(changed.as_bytes()).is_err(),
            "{changed}"
        );
    }
}

/// Records of before there were field commitments have none; they are disclosed as a whole.
#[test]
fn an_old_record_is_disclosed_as_a_whole_only() {
    let vectors = std::fs::read(crate::records::VECTORS).unwrap();
    let vectors: serde_json::Value = serde_json::from_slice(&vectors).unwrap();
    let opening = crate::hex::unhex(vectors["records"][0]["entry"].as_str().unwrap());
    let entry = EntryView::decode(&opening).unwrap().to_entry().unwrap();
    assert_eq!(entry.leaf.prefix.fields_root, Digest::default());
    let prefix = &entry.leaf.prefix;
    let carry = entry.carry.as_ref().unwrap();
    let key = crate::records::transfer()
        .receive(prefix.session, carry)
        .unwrap();
    let secret = RecordSecret::unwrap(&entry.wrapped_secret, &key, prefix.session, &prefix.record);
    let secret = secret.unwrap();
    let (proof, checkpoint) = proof_of(std::slice::from_ref(&entry.leaf_bytes), 0);
    let plaintext = open_plaintext(&entry.leaf_bytes, &entry.leaf, &secret, &entry.body).unwrap();
    let keys = Derivation::new(&secret, &prefix.record);
    let field = FieldTree::new(&plaintext, keys)
        .unwrap()
        .prove("/facts/upstream")
        .unwrap();
    let disclosure = |shown| Disclosure {
        leaf: entry.leaf_bytes.clone(),
        proof: proof.clone(),
        shown,
    };
    let error = disclosure(Shown::Fields(vec![field])).verify(&checkpoint);
    assert!(matches!(error, Err(DisclosureError::NoFields)));
    let body = entry.body.clone();
    assert!(
        disclosure(Shown::Record { secret, body })
            .verify(&checkpoint)
            .is_ok()
    );
}

proptest! {
    #[test]
    fn no_bytes_make_the_parsers_fall_over(bytes in any::<Vec<u8>>()) {
        prop_assert!(TlogProof::parse(&bytes).is_err());
        prop_assert!(Disclosure::from_json(&bytes).is_err());
    }
}
