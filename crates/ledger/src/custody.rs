//! What the leaf of a purge says in the open, so that a stranger with nothing but the public key
//! can tell what was destroyed on record from what is missing.

use model::SessionId;

use crate::format::{Fields, FormatError};

/// The purge domain of records about custody themselves: purges and legal holds. Nothing in it is
/// ever purged, so grounds and names outlive what they are about.
pub const CUSTODY_DOMAIN: u32 = 1;

/// The public part of a purge's record; it stands at the end of the leaf, which has
/// [`PurgeNotice::BYTES`] more than others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PurgeNotice {
    /// Random: the same in all records of one purge.
    pub id: [u8; 16],
    /// How far the purge is.
    pub step: PurgeStep,
    /// How many people approved.
    pub approvals: u8,
    /// What is purged.
    pub scope: PurgeScope,
}

/// How far a purge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurgeStep {
    /// It is decided; from here on keys may be gone.
    Begun,
    /// The keys are gone.
    Completed,
}

/// What a purge destroys, of what was on record before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PurgeScope {
    /// One record of a session.
    Record {
        /// The session.
        session: SessionId,
        /// The record's number in it.
        seq: u64,
    },
    /// All records of a session.
    Session(SessionId),
    /// All sessions of a retention bucket.
    Bucket {
        /// Their purge domain.
        domain: u32,
        /// The UTC day of their opening, counted from 1970-01-01.
        bucket: u32,
    },
}

impl PurgeNotice {
    /// Its length in a leaf.
    pub const BYTES: usize = 52;

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let (code, session, seq, domain, bucket) = match self.scope {
            PurgeScope::Record { session, seq } => (1, Some(session), seq, 0, 0),
            PurgeScope::Session(session) => (2, Some(session), 0, 0, 0),
            PurgeScope::Bucket { domain, bucket } => (3, None, 0, domain, bucket),
        };
        let step = match self.step {
            PurgeStep::Begun => 1,
            PurgeStep::Completed => 2,
        };
        out.extend_from_slice(&[step, code, self.approvals, 0]);
        out.extend_from_slice(&self.id);
        out.extend_from_slice(&session.map_or([0; 16], |session| *session.as_bytes()));
        out.extend_from_slice(&u64::to_be_bytes(seq));
        out.extend_from_slice(&u32::to_be_bytes(domain));
        out.extend_from_slice(&u32::to_be_bytes(bucket));
    }

    pub(crate) fn decode(from: &mut Fields<'_>) -> Result<Self, FormatError> {
        let bytes = from.take(Self::BYTES)?;
        let mut fields = Fields::new(bytes, "a purge");
        let [step, code, approvals, _] = fields.array()?;
        let id = fields.array()?;
        let session = SessionId::from_bytes(fields.array()?);
        let seq = fields.u64()?;
        let (domain, bucket) = (fields.u32()?, fields.u32()?);
        let impossible = || FormatError::Value("a purge");
        let notice = Self {
            id,
            approvals,
            step: match step {
                1 => PurgeStep::Begun,
                2 => PurgeStep::Completed,
                _ => return Err(impossible()),
            },
            scope: match code {
                1 => PurgeScope::Record { session, seq },
                2 => PurgeScope::Session(session),
                3 => PurgeScope::Bucket { domain, bucket },
                _ => return Err(impossible()),
            },
        };
        // One purge has one encoding: what does not belong to its scope is zero.
        let mut again = Vec::with_capacity(Self::BYTES);
        notice.encode(&mut again);
        if again == bytes {
            Ok(notice)
        } else {
            Err(impossible())
        }
    }
}
