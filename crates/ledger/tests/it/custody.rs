//! The leaf of a purge.

use ledger::{
    FormatError, Kind, LEAF_BYTES, Leaf, Prefix, Pseudonym, PurgeNotice, PurgeScope, PurgeStep,
};
use model::{Digest, SessionId, Timestamp};

fn leaf(purge: Option<PurgeNotice>) -> Leaf {
    let kind = if purge.is_some() {
        Kind::Purge
    } else {
        Kind::Access
    };
    Leaf {
        prefix: Prefix {
            kind_code: kind.code(),
            verdict_code: 0,
            compressed: false,
            awaits_outcome: false,
            node: true,
            epoch: 1,
            record: [1; 16],
            session: SessionId::from_bytes([2; 16]),
            at: Timestamp::from_unix_us(3),
            body_bytes: 4,
            bucket: 5,
            domain: 1,
            call: None,
            server: Pseudonym::default(),
            tool: Pseudonym::default(),
            principal: Pseudonym::default(),
            mask_policy: Digest::default(),
            findings: 0,
            key_commitment: Digest::default(),
            fields_root: Digest::default(),
        },
        body_hash: Digest::default(),
        session_seq: 6,
        previous: Digest::default(),
        session_root: None,
        purge,
    }
}

fn notice(scope: PurgeScope) -> PurgeNotice {
    PurgeNotice {
        id: [7; 16],
        step: PurgeStep::Completed,
        approvals: 2,
        scope,
    }
}

fn scopes() -> [PurgeScope; 3] {
    let session = SessionId::from_bytes([8; 16]);
    [
        PurgeScope::Record { session, seq: 9 },
        PurgeScope::Session(session),
        PurgeScope::Bucket {
            domain: 0,
            bucket: 20_000,
        },
    ]
}

#[test]
fn a_purge_stands_in_its_leaf() {
    for scope in scopes() {
        let leaf = leaf(Some(notice(scope)));
        let bytes = leaf.encode();
        assert_eq!(bytes.len(), LEAF_BYTES + PurgeNotice::BYTES);
        assert_eq!(Leaf::decode(&bytes), Ok(leaf));
    }
}

#[test]
fn a_purge_has_one_encoding() {
    for scope in scopes() {
        let bytes = leaf(Some(notice(scope))).encode();
        // Every byte but the id and the number of approvals says something about the scope.
        for at in (LEAF_BYTES..bytes.len()).filter(|at| !(298..=299).contains(at)) {
            let mut other = bytes.clone();
            other[at] ^= 0x40;
            if let Ok(leaf) = Leaf::decode(&other) {
                assert_eq!(leaf.encode(), other, "byte {at}");
            }
        }
        let mut reserved = bytes.clone();
        reserved[299] = 1;
        assert_eq!(Leaf::decode(&reserved), Err(FormatError::Value("a purge")));
    }
}

#[test]
fn only_a_purge_has_a_notice() {
    let with = leaf(Some(notice(scopes()[1]))).encode();
    let without = leaf(None).encode();
    let mut access = with.clone();
    access[1] = Kind::Access.code();
    assert!(matches!(
        Leaf::decode(&access),
        Err(FormatError::Trailing(52, _))
    ));
    let mut purge = without.clone();
    purge[1] = Kind::Purge.code();
    assert!(matches!(
        Leaf::decode(&purge),
        Err(FormatError::Truncated(_))
    ));
}
