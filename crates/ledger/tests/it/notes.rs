use ledger::note::{
    Checkpoint, CheckpointError, LogKey, LogPublicKey, NoteError, NoteKeyError, SignedNote,
    WitnessKey, WitnessSigner,
};
use model::{Digest, TreeSize};
use proptest::prelude::*;
use signed_note::{Note, StandardSigner, StandardVerifier, VerifierList};

const ORIGIN: &str = "example.org/gw/n1/1";

fn checkpoint(size: u64) -> Checkpoint {
    Checkpoint {
        origin: ORIGIN.to_owned(),
        size: TreeSize(size),
        root: Digest::from_bytes([size as u8; 32]),
    }
}

#[test]
fn signed_note_reads_what_we_sign_and_signs_what_we_read() {
    let key = LogKey::generate(ORIGIN).unwrap();
    let text = checkpoint(5).sign(&key).unwrap().to_text();
    let verifier = StandardVerifier::new(&key.public().to_vkey()).unwrap();
    let list = VerifierList::new(vec![Box::new(verifier)]);
    let note = Note::from_bytes(text.as_bytes()).unwrap();
    assert_eq!(note.verify(&list).unwrap().0.len(), 1);

    let signer = StandardSigner::new(key.to_secret_text().as_str()).unwrap();
    let mut theirs = Note::new(checkpoint(6).to_text().as_bytes(), &[]).unwrap();
    theirs.add_sigs(&[&signer]).unwrap();
    let opened = Checkpoint::open(&theirs.to_bytes(), &key.public()).unwrap();
    assert_eq!(opened, checkpoint(6));
}

#[test]
fn tlog_tiles_reads_our_checkpoints() {
    let text = checkpoint(7).to_text();
    let theirs = tlog_tiles::checkpoint::Checkpoint::from_bytes(text.as_bytes()).unwrap();
    assert_eq!((theirs.origin(), theirs.size()), (ORIGIN, 7));
    assert_eq!(theirs.hash().0, [7; 32]);
}

#[test]
fn keys_survive_their_text() {
    let key = LogKey::generate(ORIGIN).unwrap();
    let again = LogKey::from_secret_text(&key.to_secret_text()).unwrap();
    assert_eq!(again.public(), key.public());
    let vkey = key.public().to_vkey();
    assert_eq!(LogPublicKey::from_vkey(&vkey).unwrap(), key.public());
    let other_name = vkey.replacen("n1", "n2", 1);
    assert_eq!(LogPublicKey::from_vkey(&other_name), Err(NoteKeyError::Id));
    let short = LogPublicKey::from_vkey("a+b");
    assert_eq!(short, Err(NoteKeyError::Shape));
}

#[test]
fn what_is_no_checkpoint_of_this_log_is_refused() {
    let key = LogKey::generate(ORIGIN).unwrap();
    let stranger = LogKey::generate(ORIGIN).unwrap();
    let other = LogKey::generate("example.org/gw/n2/1").unwrap();
    let open = |note: &str| Checkpoint::open(note.as_bytes(), &key.public()).unwrap_err();
    let note = |error| CheckpointError::Note(error);
    let signed = checkpoint(5).sign(&key).unwrap().to_text();

    assert_eq!(open(""), note(NoteError::Shape));
    assert_eq!(open(signed.trim_end()), note(NoteError::Shape));
    let unsigned = checkpoint(5).sign(&stranger).unwrap().to_text();
    assert_eq!(open(&unsigned), note(NoteError::Unsigned(ORIGIN.into())));
    let changed = signed.replacen("\n5\n", "\n6\n", 1);
    assert_eq!(open(&changed), note(NoteError::Forged(ORIGIN.into())));
    let foreign = checkpoint(5).sign(&other).unwrap().to_text();
    assert_eq!(open(&foreign), note(NoteError::Unsigned(ORIGIN.into())));

    let sign = |text: &str| SignedNote::sign(text, &key).unwrap().to_text();
    let elsewhere = checkpoint(5).to_text().replacen("n1", "n9", 1);
    assert!(matches!(
        open(&sign(&elsewhere)),
        CheckpointError::Origin { .. }
    ));
    for text in [
        "example.org/gw/n1/1\n+5\nAAAA\n",
        "example.org/gw/n1/1\n05\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\n",
        "example.org/gw/n1/1\n5\nBQUF\n",
        "example.org/gw/n1/1\n5\n",
    ] {
        assert_eq!(open(&sign(text)), CheckpointError::Shape, "{text}");
    }
}

#[test]
fn a_cosignature_is_of_its_witness_its_time_and_its_checkpoint() {
    let log = LogKey::generate(ORIGIN).unwrap();
    let w1 = WitnessSigner::generate("witness.example/w1").unwrap();
    let w2 = WitnessSigner::generate("witness.example/w2").unwrap();
    let (key1, key2) = (w1.public(), w2.public());
    let mut note = checkpoint(5).sign(&log).unwrap();
    let unsigned = |key: &WitnessKey| Err(NoteError::Unsigned(key.name().to_owned()));
    let forged = |key: &WitnessKey| Err(NoteError::Forged(key.name().to_owned()));
    assert_eq!(note.cosigned_by(&key1), unsigned(&key1));

    let lines = w1.cosign(&note, 1_700_000_000) + &w2.cosign(&note, 1_700_000_001);
    let stated = note.add_cosignature(lines.as_bytes(), &key1).unwrap();
    assert_eq!(
        (stated.time_s, &*stated.witness),
        (1_700_000_000, "witness.example/w1")
    );
    assert_eq!(note.cosigned_by(&key2), unsigned(&key2));
    let later = w1.cosign(&note, 1_700_000_009);
    note.add_cosignature(later.as_bytes(), &key1).unwrap();
    assert_eq!(
        note.to_text().lines().count(),
        6,
        "the earlier one is replaced"
    );
    let again = SignedNote::parse(note.to_text().as_bytes()).unwrap();
    assert_eq!(again.cosigned_by(&key1).unwrap().time_s, 1_700_000_009);
    assert_eq!(
        Checkpoint::open(note.to_text().as_bytes(), &log.public()),
        Ok(checkpoint(5))
    );

    let other = checkpoint(6).sign(&log).unwrap();
    let before = note.clone();
    for (lines, expected) in [
        (w1.cosign(&other, 1), forged(&key1)),
        (w1.cosign(&note, 1 << 63), forged(&key1)),
        (w2.cosign(&note, 1), unsigned(&key1)),
        (String::new(), Err(NoteError::Shape)),
        (
            w1.cosign(&note, 1).trim_end().to_owned(),
            Err(NoteError::Shape),
        ),
    ] {
        assert_eq!(
            note.add_cosignature(lines.as_bytes(), &key1),
            expected,
            "{lines}"
        );
        assert_eq!(note, before);
    }
}

#[test]
fn a_witness_key_is_no_log_key() {
    let witness = WitnessSigner::generate("witness.example/w1")
        .unwrap()
        .public();
    let vkey = witness.to_vkey();
    assert_eq!(WitnessKey::from_vkey(&vkey), Ok(witness));
    assert_eq!(LogPublicKey::from_vkey(&vkey), Err(NoteKeyError::Type));
    let log = LogKey::generate(ORIGIN).unwrap().public().to_vkey();
    assert_eq!(WitnessKey::from_vkey(&log), Err(NoteKeyError::Type));
}

proptest! {
    #[test]
    fn no_bytes_make_the_parsers_fall_over(bytes in any::<Vec<u8>>()) {
        let key = LogPublicKey::from_vkey(
            "gateway.example/log/n1+1ee41b8b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
        ).unwrap();
        prop_assert!(Checkpoint::open(&bytes, &key).is_err());
        let text = String::from_utf8_lossy(&bytes);
        prop_assert!(LogPublicKey::from_vkey(&text).is_err());
        prop_assert!(ledger::wal::Frame::decode(&bytes).is_err());
        prop_assert!(ledger::Leaf::decode(&bytes).is_err());
        let _ = ledger::wal::EntryView::decode(&bytes);
        let _ = ledger::wal::SegmentStart::decode(1, &bytes);
    }
}
