//! Cosignatures of witnesses: timestamped Ed25519, type 0x04 (C2SP tlog-cosignature). Those of type
//! 0x06, ML-DSA-44, are signatures of unknown keys here, and ignored.

use zeroize::Zeroizing;

use super::keys::{LogKey, LogPublicKey, NoteKeyError};
use super::signed::{NoteError, Signature, SignedNote};
use super::vkey;

/// C2SP signed-note: the type of timestamped Ed25519 cosignatures.
const COSIGNATURE_TYPE: u8 = 0x04;
/// C2SP tlog-cosignature: a timestamp must not exceed 2^63 - 1.
const TIME_MAX_S: u64 = i64::MAX as u64;

/// The public half of a witness's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessKey {
    // Ed25519 has one key for both types; only the id and what is signed differ.
    key: LogPublicKey,
}

/// A witness's statement about a checkpoint, verified: at this time, no larger tree of the log was
/// known to the witness, and the tree was consistent with all that it had seen before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cosignature {
    /// When, by the witness's clock: seconds since 1970-01-01T00:00:00Z.
    pub time_s: u64,
    /// The name of the witness's key.
    pub witness: String,
}

/// A witness's signing key: for witnesses that tests run, and for mirrors.
#[derive(Debug, Clone)]
pub struct WitnessSigner {
    key: LogKey,
}

impl WitnessKey {
    /// From a verifier key's text: `<name>+<8 hex>+base64(0x04 || public key)`.
    ///
    /// # Errors
    ///
    /// If it is not such a text.
    pub fn from_vkey(text: &str) -> Result<Self, NoteKeyError> {
        let (name, key) = vkey::parse(text, COSIGNATURE_TYPE)?;
        let key = LogPublicKey::from_parts(name, key);
        Ok(Self { key })
    }

    /// The verifier key's text.
    pub fn to_vkey(&self) -> String {
        vkey::write(self.name(), COSIGNATURE_TYPE, self.key.as_bytes())
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        self.key.name()
    }

    /// The Ed25519 public key (RFC 8032).
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// `SHA-256(name || 0x0A || 0x04 || public key)`, the first four bytes.
    pub fn id(&self) -> [u8; 4] {
        vkey::id(self.name(), COSIGNATURE_TYPE, self.key.as_bytes())
    }

    fn verified(&self, text: &str, signature: &Signature) -> Option<Cosignature> {
        let (time, ed25519) = signature.bytes.split_first_chunk()?;
        let time_s = u64::from_be_bytes(*time);
        let genuine = time_s <= TIME_MAX_S && self.key.verifies(&message(text, time_s), ed25519);
        genuine.then(|| Cosignature {
            time_s,
            witness: self.name().to_owned(),
        })
    }
}

impl WitnessSigner {
    /// A new random key.
    ///
    /// # Errors
    ///
    /// If the name cannot be one, or there are no random numbers.
    pub fn generate(name: &str) -> Result<Self, NoteKeyError> {
        let key = LogKey::generate(name)?;
        Ok(Self { key })
    }

    /// From an Ed25519 seed (RFC 8032).
    ///
    /// # Errors
    ///
    /// If the name cannot be one.
    pub fn from_seed(name: &str, seed: Zeroizing<[u8; 32]>) -> Result<Self, NoteKeyError> {
        let key = LogKey::from_seed(name, seed)?;
        Ok(Self { key })
    }

    /// The public half.
    pub fn public(&self) -> WitnessKey {
        let key = self.key.public();
        WitnessKey { key }
    }

    /// The signature line over a checkpoint, with a newline at its end: what a witness answers to
    /// `add-checkpoint` (C2SP tlog-witness). Whether the checkpoint is consistent with those
    /// before it is for the caller to know.
    pub fn cosign(&self, note: &SignedNote, time_s: u64) -> String {
        let signature = self.key.sign(&message(note.text(), time_s));
        Signature {
            name: self.key.name().to_owned(),
            id: self.public().id(),
            bytes: [time_s.to_be_bytes().as_slice(), &signature].concat(),
        }
        .to_line()
    }
}

impl SignedNote {
    /// What a witness states about the checkpoint in this note; its latest statement if there are
    /// several.
    ///
    /// # Errors
    ///
    /// If the witness did not cosign, or a cosignature in its name is not its own.
    pub fn cosigned_by(&self, witness: &WitnessKey) -> Result<Cosignature, NoteError> {
        let mut latest = None;
        for signature in self.signatures_of(witness.name(), witness.id()) {
            let cosignature = witness
                .verified(self.text(), signature)
                .ok_or_else(|| NoteError::Forged(witness.name().to_owned()))?;
            latest = latest.max(Some(cosignature));
        }
        latest.ok_or_else(|| NoteError::Unsigned(witness.name().to_owned()))
    }

    /// Takes over the witness's cosignature from signature lines, which is what a witness answers
    /// to `add-checkpoint`. It replaces an earlier one of the same witness; lines of other keys are
    /// left out.
    ///
    /// # Errors
    ///
    /// If these are not signature lines, none is the witness's, or one in its name is not its own.
    /// The note is as it was then.
    pub fn add_cosignature(
        &mut self,
        lines: &[u8],
        witness: &WitnessKey,
    ) -> Result<Cosignature, NoteError> {
        let answer = self.with_only(lines)?;
        let cosignature = answer.cosigned_by(witness)?;
        self.replace_signatures_of(witness.name(), witness.id(), answer);
        Ok(cosignature)
    }
}

/// What is signed: a header, the time, and the text of the note.
fn message(text: &str, time_s: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {time_s}\n{text}").into_bytes()
}
