//! The leaf: what the Merkle tree is built over. Opaque, of a few fixed layouts, for ever.

use aws_lc_rs::hmac;
use model::{CallId, Digest, SessionId, Timestamp};

use crate::custody::PurgeNotice;
use crate::format::{Fields, FormatError};
use crate::record::Kind;

/// The version of the layout that is written.
const VERSION: u8 = 1;
/// Length of [`Prefix`] in bytes.
pub const PREFIX_BYTES: usize = 224;
/// Length of a leaf in bytes, without what only a session's last leaf or a purge's has.
pub const LEAF_BYTES: usize = PREFIX_BYTES + 72;
/// Length of the longest leaf in bytes.
pub const LEAF_BYTES_MAX: usize = LEAF_BYTES + PurgeNotice::BYTES;

/// The body was compressed with zstd before it was encrypted.
const COMPRESSED: u8 = 1 << 0;
/// After this record its call still awaits an outcome.
const AWAITS: u8 = 1 << 1;
/// The session is the node's own.
const NODE: u8 = 1 << 2;

/// A keyed pseudonym: equal texts have equal pseudonyms within one node, and without the key
/// nothing can be guessed from it. All zeros: no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Pseudonym(pub [u8; 16]);

impl Pseudonym {
    /// Of a text: the first 16 bytes of HMAC-SHA256 over `domain || 0x00 || text`. The domain is
    /// `server`, `tool` or `principal`.
    pub fn of(key: &[u8; 32], domain: &[u8], text: &str) -> Self {
        Self::under(&hmac::Key::new(hmac::HMAC_SHA256, key), domain, text)
    }

    pub(crate) fn under(key: &hmac::Key, domain: &[u8], text: &str) -> Self {
        if text.is_empty() {
            return Self::default();
        }
        let mut context = hmac::Context::with_key(key);
        context.update(domain);
        context.update(&[0]);
        context.update(text.as_bytes());
        let tag = context.sign();
        Self(tag.as_ref().first_chunk().copied().unwrap_or_default())
    }
}

/// The part of a leaf that is known before the record gets its place; the associated data of the
/// body's encryption, so that no body can be moved to another leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix {
    /// [`Kind::code`]; kept as a number, because later versions have more kinds.
    pub kind_code: u8,
    /// [`crate::VerdictCode::code`].
    pub verdict_code: u8,
    /// The body was compressed with zstd before it was encrypted.
    pub compressed: bool,
    /// After this record its call still awaits an outcome.
    pub awaits_outcome: bool,
    /// The session is the node's own: it holds what belongs to no MCP session.
    pub node: bool,
    /// The epoch of the log.
    pub epoch: u32,
    /// Random: names the record and is the nonce under which its secret is wrapped.
    pub record: [u8; 16],
    /// The session that the record belongs to.
    pub session: SessionId,
    /// When it happened, by the gateway's clock.
    pub at: Timestamp,
    /// Length of the sealed body in bytes.
    pub body_bytes: u32,
    /// The retention bucket of the session's keyring: the UTC day of its opening, counted from
    /// 1970-01-01.
    pub bucket: u32,
    /// The purge domain: which retention rules apply. 0 is the node's default.
    pub domain: u32,
    /// The call that the record belongs to: a random identifier. All zeros in the encoding: none.
    pub call: Option<CallId>,
    /// Pseudonym of the upstream's name.
    pub server: Pseudonym,
    /// Pseudonym of the tool, prompt or resource.
    pub tool: Pseudonym,
    /// Pseudonym of the principal.
    pub principal: Pseudonym,
    /// Digest of the masking policy that was applied. All zeros: none.
    pub mask_policy: Digest,
    /// The number of places that were masked.
    pub findings: u32,
    /// Commits to the record's key: one ciphertext has one plaintext.
    pub key_commitment: Digest,
    /// RFC 6962 root over the field commitments. All zeros: the record has none.
    pub fields_root: Digest,
}

/// One leaf of a node log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// What was known before the record got its place.
    pub prefix: Prefix,
    /// SHA-256 of the sealed body.
    pub body_hash: Digest,
    /// The record's number in its session, counted from 0.
    pub session_seq: u64,
    /// The hash of the session's previous leaf. All zeros for the first.
    pub previous: Digest,
    /// In the leaf that ends a session: the RFC 6962 root over all earlier leaf hashes of it.
    /// How many those are is `session_seq`.
    pub session_root: Option<Digest>,
    /// In the leaf of a purge: what is purged.
    pub purge: Option<PurgeNotice>,
}

impl Prefix {
    /// The kind, if this version knows it.
    pub const fn kind(&self) -> Option<Kind> {
        Kind::from_code(self.kind_code)
    }

    /// Its bytes, at the start of the leaf's.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(PREFIX_BYTES);
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        out.extend_from_slice(&[
            VERSION,
            self.kind_code,
            self.verdict_code,
            flag(self.compressed, COMPRESSED)
                | flag(self.awaits_outcome, AWAITS)
                | flag(self.node, NODE),
        ]);
        out.extend_from_slice(&self.epoch.to_be_bytes());
        out.extend_from_slice(&self.record);
        out.extend_from_slice(self.session.as_bytes());
        out.extend_from_slice(&self.at.unix_us().to_be_bytes());
        out.extend_from_slice(&self.body_bytes.to_be_bytes());
        out.extend_from_slice(&self.bucket.to_be_bytes());
        out.extend_from_slice(&self.domain.to_be_bytes());
        out.extend_from_slice(&self.call.map_or([0; 16], |call| *call.as_bytes()));
        out.extend_from_slice(&self.server.0);
        out.extend_from_slice(&self.tool.0);
        out.extend_from_slice(&self.principal.0);
        out.extend_from_slice(self.mask_policy.as_bytes());
        out.extend_from_slice(&self.findings.to_be_bytes());
        out.extend_from_slice(self.key_commitment.as_bytes());
        out.extend_from_slice(self.fields_root.as_bytes());
        out
    }

    fn decode(from: &mut Fields<'_>) -> Result<Self, FormatError> {
        let [version, kind_code, verdict_code, flags] = from.array()?;
        if version != VERSION {
            return Err(FormatError::Version(version, "a leaf"));
        }
        if flags & !(COMPRESSED | AWAITS | NODE) != 0 {
            return Err(FormatError::Value("the flags of a leaf"));
        }
        Ok(Self {
            kind_code,
            verdict_code,
            compressed: flags & COMPRESSED != 0,
            awaits_outcome: flags & AWAITS != 0,
            node: flags & NODE != 0,
            epoch: from.u32()?,
            record: from.array()?,
            session: SessionId::from_bytes(from.array()?),
            at: Timestamp::from_unix_us(from.u64()?),
            body_bytes: from.u32()?,
            bucket: from.u32()?,
            domain: from.u32()?,
            call: Some(from.array()?)
                .filter(|bytes| *bytes != [0; 16])
                .map(CallId::from_bytes),
            server: Pseudonym(from.array()?),
            tool: Pseudonym(from.array()?),
            principal: Pseudonym(from.array()?),
            mask_policy: from.digest()?,
            findings: from.u32()?,
            key_commitment: from.digest()?,
            fields_root: from.digest()?,
        })
    }
}

impl Leaf {
    /// Its bytes: deterministic, [`LEAF_BYTES`] of them, 32 more if it ends a session, and
    /// [`PurgeNotice::BYTES`] more if it is a purge's.
    pub fn encode(&self) -> Vec<u8> {
        self.encode_after(self.prefix.encode())
    }

    /// The same, where the prefix's bytes exist already.
    pub(crate) fn encode_after(&self, mut prefix: Vec<u8>) -> Vec<u8> {
        prefix.reserve_exact(LEAF_BYTES_MAX - PREFIX_BYTES);
        prefix.extend_from_slice(self.body_hash.as_bytes());
        prefix.extend_from_slice(&self.session_seq.to_be_bytes());
        prefix.extend_from_slice(self.previous.as_bytes());
        if let Some(root) = &self.session_root {
            prefix.extend_from_slice(root.as_bytes());
        }
        if let Some(purge) = &self.purge {
            purge.encode(&mut prefix);
        }
        prefix
    }

    /// From its bytes.
    ///
    /// # Errors
    ///
    /// If the length, the version or a flag is none that this version knows, or if the root of a
    /// session or the notice of a purge is there and should not be, or the other way round.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut from = Fields::new(bytes, "a leaf");
        let prefix = Prefix::decode(&mut from)?;
        let ends = ends_session(prefix.kind_code);
        let purges = prefix.kind() == Some(Kind::Purge);
        let leaf = Self {
            prefix,
            body_hash: from.digest()?,
            session_seq: from.u64()?,
            previous: from.digest()?,
            session_root: if ends { Some(from.digest()?) } else { None },
            purge: if purges {
                Some(PurgeNotice::decode(&mut from)?)
            } else {
                None
            },
        };
        from.end()?;
        Ok(leaf)
    }
}

/// Whether a record of this kind is the first of its session.
pub(crate) fn opens_session(kind_code: u8) -> bool {
    matches!(
        Kind::from_code(kind_code),
        Some(Kind::SessionOpened | Kind::LogOpened)
    )
}

/// Whether a record of this kind is the last of its session.
pub(crate) fn ends_session(kind_code: u8) -> bool {
    matches!(
        Kind::from_code(kind_code),
        Some(Kind::SessionClosed | Kind::SessionAbandoned)
    )
}
