//! C2SP tlog-policy: what parses, what does not, and who is enough.

use ledger::note::{
    Checkpoint, CheckpointError, LogKey, NoteError, Policy, PolicyFault, WitnessSigner,
};
use model::{Digest, TreeSize};
use proptest::prelude::*;
use zeroize::Zeroizing;

const ORIGIN: &str = "example.org/gw/n1/1";

fn log(n: u8) -> LogKey {
    LogKey::from_seed(ORIGIN, Zeroizing::new([n; 32])).unwrap()
}

fn witness(n: u8) -> WitnessSigner {
    let name = format!("witness.example/{n}");
    WitnessSigner::from_seed(&name, Zeroizing::new([n; 32])).unwrap()
}

/// `$L1` and `$W2` stand for keys.
fn policy(text: &str) -> Result<Policy, (usize, PolicyFault)> {
    let mut text = text.to_owned();
    for n in 1..=6 {
        text = text.replace(&format!("$L{n}"), &log(n).public().to_vkey());
        text = text.replace(&format!("$W{n}"), &witness(n).public().to_vkey());
    }
    Policy::parse(text.as_bytes()).map_err(|error| (error.line, error.fault))
}

const TWO_OF_THREE_AND_ONE_OF_TWO: &str = "\
# two organisations
log $L1 https://log.example/
 witness X1 $W1
witness\tX2 $W2 https://w.example/
witness X3 $W3
group X 2 X1 X2 X3

witness Y1 $W4
witness Y2 $W5
group Y any Y1 Y2
group X-and-Y all X Y
quorum X-and-Y
";

#[test]
fn a_quorum_is_reached_by_the_witnesses_that_it_names() {
    let policy = policy(TWO_OF_THREE_AND_ONE_OF_TWO).unwrap();
    assert_eq!(policy.logs(), [log(1).public()]);
    assert_eq!(policy.witnesses().count(), 5);
    for signed in 0..64_u8 {
        let checkpoint = Checkpoint {
            origin: ORIGIN.to_owned(),
            size: TreeSize(7),
            root: Digest::from_bytes([7; 32]),
        };
        let mut note = checkpoint.sign(&log(1)).unwrap();
        let has = |n: u8| signed & (1 << (n - 1)) != 0;
        for n in (1..=6).filter(|n| has(*n)) {
            // The later the number, the earlier the time.
            let line = witness(n).cosign(&note, 100 - u64::from(n));
            note.add_cosignature(line.as_bytes(), &witness(n).public())
                .unwrap();
        }
        let times: Vec<u64> = (1..=5)
            .rev()
            .filter(|n| has(*n))
            .map(|n| 100 - u64::from(n))
            .collect();
        let xs = (1..=3).filter(|n| has(*n)).collect::<Vec<_>>();
        let enough = xs.len() >= 2 && (has(4) || has(5));
        let judged = policy.judge(&note).unwrap();
        let found: Vec<u64> = judged.cosignatures.iter().map(|c| c.time_s).collect();
        assert_eq!(found, times);
        assert_eq!(judged.quorum, enough, "{signed:b}");
        // All of Y come before all of X here: the second of X completes it.
        let last = enough.then(|| 100 - u64::from(xs[xs.len() - 2]));
        assert_eq!(judged.time_s, last, "{signed:b}");
        assert_eq!(policy.open(note.to_text().as_bytes()).unwrap(), checkpoint);
    }
}

#[test]
fn nobody_is_enough_if_nobody_is_asked_for() {
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: TreeSize(7),
        root: Digest::from_bytes([7; 32]),
    };
    let mut note = checkpoint.sign(&log(1)).unwrap();
    let policy = policy("witness none-of-them $W1\nquorum none\nlog $L2").unwrap();
    let judged = policy.judge(&note).unwrap();
    assert_eq!((judged.quorum, judged.time_s), (true, None));
    let line = witness(1).cosign(&note, 5);
    note.add_cosignature(line.as_bytes(), &witness(1).public())
        .unwrap();
    assert_eq!(policy.judge(&note).unwrap().time_s, Some(5));
    let unsigned = policy.open(note.to_text().as_bytes()).unwrap_err();
    assert!(matches!(
        unsigned,
        CheckpointError::Note(NoteError::Unsigned(_))
    ));
    let forged = note.to_text().replace("\n7\n", "\n8\n");
    let forged = ledger::note::SignedNote::parse(forged.as_bytes()).unwrap();
    let name = "witness.example/1".to_owned();
    assert_eq!(policy.judge(&forged), Err(NoteError::Forged(name)));
}

#[test]
fn what_is_no_policy_is_refused_with_its_line() {
    let member = |name: &str| PolicyFault::Member(name.to_owned());
    let unknown = |name: &str| PolicyFault::Unknown(name.to_owned());
    for (text, line, fault) in [
        ("", 1, PolicyFault::Quorum),
        ("log $L1\n", 2, PolicyFault::Quorum),
        ("quorum none\nquorum none\n", 2, PolicyFault::Quorum),
        ("quorum\n", 1, PolicyFault::Shape),
        ("quorum none none\n", 1, PolicyFault::Shape),
        ("quorum none\r\n", 1, PolicyFault::Control),
        ("quorum W\nwitness W $W1\n", 1, unknown("W")),
        ("log $L1 url more\n", 1, PolicyFault::Shape),
        ("log $L1\nlog $L1\n", 2, PolicyFault::SameKey),
        ("witness A $W1\nwitness B $W1\n", 2, PolicyFault::SameKey),
        ("witness A $W1\nwitness A $W2\n", 2, PolicyFault::NameTaken),
        ("witness none $W1\n", 1, PolicyFault::NameTaken),
        ("witness A $W1\ngroup A any A\n", 2, PolicyFault::NameTaken),
        ("group G any none\n", 1, unknown("none")),
        ("group G any\n", 1, PolicyFault::Threshold),
        ("witness A $W1\ngroup G 0 A\n", 2, PolicyFault::Threshold),
        ("witness A $W1\ngroup G 2 A\n", 2, PolicyFault::Threshold),
        ("witness A $W1\ngroup G +1 A\n", 2, PolicyFault::Threshold),
        ("witness A $W1\ngroup G any A A\n", 2, member("A")),
        (
            "witness A $W1\ngroup G any A\ngroup H any A\n",
            3,
            member("A"),
        ),
        ("group G any G\n", 1, unknown("G")),
        ("mirror X\n", 1, PolicyFault::Shape),
    ] {
        assert_eq!(policy(text), Err((line, fault)), "{text:?}");
    }
    for keys in ["log $W1\n", "witness A $L1\n", "log nonsense\n"] {
        assert!(
            matches!(policy(keys), Err((1, PolicyFault::Key(_)))),
            "{keys}"
        );
    }
}

#[test]
fn a_witness_that_is_not_understood_is_never_seen() {
    // The id is that of this name and a key of 1312 zeros.
    let bytes = [&[6_u8][..], &[0; 1312]].concat();
    let id = ledger::merkle::sha256(&[b"pq.example", b"\n", &bytes]).to_string();
    let encoded = crate::hex::base64(&bytes);
    let text = format!("witness A pq.example+{}+{encoded}\nquorum A\n", &id[..8]);
    let policy = Policy::parse(text.as_bytes()).unwrap();
    assert_eq!(policy.witnesses().count(), 0);
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: TreeSize(1),
        root: Digest::default(),
    };
    let judged = policy.judge(&checkpoint.sign(&log(1)).unwrap()).unwrap();
    assert_eq!((judged.quorum, judged.time_s), (false, None));
}

proptest! {
    #[test]
    fn no_bytes_make_it_fall_over(bytes in any::<Vec<u8>>()) {
        let _ = Policy::parse(&bytes);
    }
}
