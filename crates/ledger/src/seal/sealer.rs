//! Turning a draft into a sealed record, in the thread of whoever commits it.

use std::cell::RefCell;
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::aead::Aad;
use aws_lc_rs::{hmac, rand};
use model::{Digest, SessionId};
use zeroize::Zeroizing;
use zstd::bulk::Compressor;

use super::body::{body_nonce, sealed_bytes, write_plaintext};
use super::derive::Derivation;
use super::keys::{
    Key, KeyError, RecordSecret, SessionCarry, TransferKey, WRAPPED_KEY_BYTES, cipher,
};
use crate::committed::CommitError;
use crate::custody::PurgeNotice;
use crate::fields::Committer;
use crate::leaf::{Prefix, Pseudonym};
use crate::merkle::sha256;
use crate::record::{Direction, Draft, Facts, Kind};

/// Bodies shorter than this are not compressed: of a small answer's record, compression takes off
/// an eighth, for some 4 % of the whole call's processor time.
const COMPRESS_BYTES_MIN: usize = 512;
/// The fastest regular level of zstd: sealing is on the path of every call.
const COMPRESSION_LEVEL: i32 = 1;
/// Buffers that grew beyond this are given back after use.
const SCRATCH_BYTES_KEPT: usize = 1 << 20;

/// A record that lacks only its place in the log.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) prefix: Prefix,
    pub(crate) prefix_bytes: Vec<u8>,
    pub(crate) body_hash: Digest,
    pub(crate) wrapped_secret: [u8; WRAPPED_KEY_BYTES],
    pub(crate) carry: Option<SessionCarry>,
    /// Kept as long as the session's key is on its way under it.
    pub(crate) travels: Option<Arc<TransferKey>>,
    pub(crate) purge: Option<PurgeNotice>,
    pub(crate) body: Vec<u8>,
}

/// What sealing needs besides the session's key.
pub(crate) struct Sealer {
    epoch: u32,
    pseudonyms: hmac::Key,
    transfer: RwLock<Arc<TransferKey>>,
    record_bytes_max: usize,
}

/// What a session contributes to the leaf's prefix.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionFacts {
    pub(crate) id: SessionId,
    pub(crate) bucket: u32,
    pub(crate) domain: u32,
    pub(crate) node: bool,
}

struct Scratch {
    plaintext: Vec<u8>,
    compressed: Vec<u8>,
    compressor: Option<Compressor<'static>>,
    fields: Committer,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = const {
        RefCell::new(Scratch { plaintext: Vec::new(), compressed: Vec::new(), compressor: None, fields: Committer::new() })
    };
}

impl Sealer {
    pub(crate) fn new(
        epoch: u32,
        pseudonym_key: &[u8; 32],
        transfer: TransferKey,
        record_bytes_max: usize,
    ) -> Self {
        Self {
            epoch,
            pseudonyms: hmac::Key::new(hmac::HMAC_SHA256, pseudonym_key),
            transfer: RwLock::new(Arc::new(transfer)),
            record_bytes_max,
        }
    }

    /// Sessions that open from here on travel under `next`. Gives the key under which others may
    /// still be on their way: each of them holds it.
    pub(crate) fn replace_transfer(&self, next: TransferKey) -> Arc<TransferKey> {
        let mut transfer = self
            .transfer
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *transfer, Arc::new(next))
    }

    /// Wraps a session's key for its way through the log, with the first record of the session.
    pub(crate) fn carry(&self, sealed: &mut Sealed, key: &Key) -> Result<(), KeyError> {
        let transfer = Arc::clone(&self.transfer.read().unwrap_or_else(PoisonError::into_inner));
        sealed.carry = Some(transfer.carry(sealed.prefix.session, key)?);
        sealed.travels = Some(transfer);
        Ok(())
    }

    /// Seals a draft.
    pub(crate) fn seal(
        &self,
        session: SessionFacts,
        session_key: &Key,
        draft: &Draft<'_>,
    ) -> Result<Sealed, CommitError> {
        SCRATCH.with_borrow_mut(|scratch| {
            let result = self.seal_with(scratch, session, session_key, draft);
            scratch.give_back();
            result
        })
    }

    fn seal_with(
        &self,
        scratch: &mut Scratch,
        session: SessionFacts,
        session_key: &Key,
        draft: &Draft<'_>,
    ) -> Result<Sealed, CommitError> {
        self.check_size(draft.payload.len())?;
        scratch.plaintext.clear();
        write_plaintext(&draft.facts, draft.payload, &mut scratch.plaintext)
            .map_err(|_| CommitError::Seal)?;
        self.check_size(scratch.plaintext.len())?;
        let facts_end = scratch.plaintext.len() - draft.payload.len();
        let compressed = scratch.compress();
        let plaintext = if compressed {
            &scratch.compressed
        } else {
            &scratch.plaintext
        };

        let mut random = Zeroizing::new([0; 48]);
        rand::fill(random.as_mut_slice()).map_err(|_| CommitError::Seal)?;
        let (record, secret) = split_random(&random);
        let derivation = Derivation::new(&secret, &record);
        let facts = scratch.plaintext.get(4..facts_end).unwrap_or_default();
        let fields_root = scratch
            .fields
            .commit(facts, draft.payload, &derivation)
            .map_err(|_| CommitError::Seal)?;
        let kind = draft.kind;
        let prefix = Prefix {
            kind_code: kind.code(),
            verdict_code: draft.verdict.code(),
            compressed,
            awaits_outcome: awaits_outcome(kind, draft),
            node: session.node,
            epoch: self.epoch,
            record,
            session: session.id,
            at: draft.at,
            body_bytes: u32::try_from(sealed_bytes(plaintext.len()))
                .map_err(|_| CommitError::Seal)?,
            bucket: session.bucket,
            domain: session.domain,
            call: draft.call,
            server: self.pseudonym(b"server", draft.server),
            tool: self.pseudonym(b"tool", draft.tool),
            principal: self.pseudonym(b"principal", &draft.principal),
            mask_policy: mask_policy(&draft.facts),
            findings: u32::try_from(draft.facts.findings.len()).unwrap_or(u32::MAX),
            key_commitment: derivation.key_commitment(),
            fields_root,
        };
        let prefix_bytes = prefix.encode();
        let mut body = Vec::with_capacity(sealed_bytes(plaintext.len()));
        body.extend_from_slice(plaintext);
        cipher(&derivation.data_key())
            .map_err(|_| CommitError::Seal)?
            .seal_in_place_append_tag(body_nonce(), Aad::from(prefix_bytes.as_slice()), &mut body)
            .map_err(|_| CommitError::Seal)?;
        Ok(Sealed {
            wrapped_secret: secret
                .wrap(session_key, session.id, &record)
                .map_err(|_| CommitError::Seal)?,
            body_hash: sha256(&[&body]),
            prefix,
            prefix_bytes,
            carry: None,
            travels: None,
            purge: None,
            body,
        })
    }

    fn check_size(&self, bytes: usize) -> Result<(), CommitError> {
        if bytes > self.record_bytes_max {
            return Err(CommitError::TooLarge {
                bytes: bytes as u64,
                bytes_max: self.record_bytes_max as u64,
            });
        }
        Ok(())
    }

    /// `HMAC-SHA256(pseudonym key, "probity/v1/masking")`.
    pub(crate) fn masking_key(&self) -> Zeroizing<[u8; 32]> {
        let tag = hmac::sign(&self.pseudonyms, b"probity/v1/masking");
        Zeroizing::new(tag.as_ref().first_chunk().copied().unwrap_or_default())
    }

    fn pseudonym(&self, domain: &[u8], text: &str) -> Pseudonym {
        Pseudonym::under(&self.pseudonyms, domain, text)
    }
}

impl Scratch {
    /// Fills `compressed` from `plaintext`; false if that does not help.
    fn compress(&mut self) -> bool {
        if self.plaintext.len() < COMPRESS_BYTES_MIN {
            return false;
        }
        if self.compressor.is_none() {
            self.compressor = Compressor::new(COMPRESSION_LEVEL).ok();
        }
        let Some(compressor) = &mut self.compressor else {
            return false;
        };
        self.compressed.clear();
        self.compressed
            .reserve(zstd::compress_bound(self.plaintext.len()));
        compressor
            .compress_to_buffer(self.plaintext.as_slice(), &mut self.compressed)
            .is_ok_and(|length| length < self.plaintext.len())
    }

    fn give_back(&mut self) {
        for buffer in [&mut self.plaintext, &mut self.compressed] {
            if buffer.capacity() > SCRATCH_BYTES_KEPT {
                *buffer = Vec::new();
            }
        }
        self.fields.give_back(SCRATCH_BYTES_KEPT);
    }
}

fn split_random(random: &[u8; 48]) -> ([u8; 16], RecordSecret) {
    let mut record = [0; 16];
    let mut secret = Zeroizing::new([0; 32]);
    let (head, tail) = random.split_at(16);
    record.copy_from_slice(head);
    secret.copy_from_slice(tail);
    (record, RecordSecret::from_bytes(secret))
}

/// An intent awaits an outcome unless its message is one that is never answered: a notification, an
/// answer, the opening of a standing stream. What a server says before it answers leaves its call
/// waiting.
fn awaits_outcome(kind: Kind, draft: &Draft<'_>) -> bool {
    let message = draft.facts.message.as_ref();
    let shape = message.map(|message| &*message.kind);
    let method = message.and_then(|message| message.method.as_deref());
    let awaits = match kind {
        Kind::Intent => {
            !matches!(shape, Some("notification" | "response" | "error"))
                && method != Some("stream/open")
        }
        Kind::Outcome => matches!(
            shape,
            Some("notification" | "request" | "comment" | "event")
        ),
        Kind::Refusal => {
            draft.facts.direction == Some(Direction::ServerToClient)
                && !matches!(shape, Some("response" | "error"))
        }
        _ => false,
    };
    awaits && draft.call.is_some()
}

fn mask_policy(facts: &Facts) -> Digest {
    facts
        .mask
        .as_ref()
        .and_then(|mask| digest_from_hex(&mask.policy_digest))
        .unwrap_or_default()
}

fn digest_from_hex(text: &str) -> Option<Digest> {
    let mut bytes = [0; 32];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let high = char::from(*high).to_digit(16)?;
        let low = char::from(*low).to_digit(16)?;
        *byte = u8::try_from(high << 4 | low).ok()?;
    }
    Some(Digest::from_bytes(bytes))
}
