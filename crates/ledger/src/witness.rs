//! Asking a witness for its cosignature (C2SP tlog-witness `add-checkpoint`), without the HTTP.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::note::{Checkpoint, Cosignature, WitnessKey};
use crate::publish::{Publication, PublishError};
use crate::published::{CosignError, Published};

/// The content type of a size (C2SP tlog-witness).
const SIZE_TYPE: &str = "text/x.tlog.size";
/// How often a witness may say that it knows another size before we give up until the next time:
/// others may submit the same log.
const TRIES_MAX: u32 = 3;

/// A witness's answer to `add-checkpoint`.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The content type, as it was sent.
    pub content_type: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// What the witness knows of our log and we do not: somebody rolled the log back, or forked it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// It cosigned a larger tree.
    #[error(
        "the witness `{witness}` knows {known} entries of `{log}`, and there are {ours}: the log was rolled back or forked"
    )]
    Larger {
        /// The witness.
        witness: String,
        /// The log's origin.
        log: String,
        /// The size that it cosigned.
        known: u64,
        /// The size of our newest checkpoint.
        ours: u64,
    },
    /// It cosigned another tree of this size, of which ours is no continuation.
    #[error(
        "the witness `{witness}` knows another tree of {size} entries of `{log}`: the log was forked"
    )]
    Root {
        /// The witness.
        witness: String,
        /// The log's origin.
        log: String,
        /// The size that it cosigned.
        size: u64,
    },
}

/// Why there is no cosignature this time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It does not know the log (404).
    #[error("the witness does not know this log: register its verifier key there")]
    UnknownLog,
    /// It does not trust the log's key (403).
    #[error("the witness does not trust this log's key")]
    Key,
    /// The size that it knows changed too often.
    #[error("the witness was told other sizes meanwhile")]
    Moving,
    /// Not what the specification allows.
    #[error("the witness answers with status {0}, which says nothing about the log")]
    Status(u16),
    /// What it cosigned, or what could not be stored.
    #[error(transparent)]
    Cosign(#[from] CosignError),
    /// A proof could not be made.
    #[error(transparent)]
    Proof(#[from] PublishError),
    /// It knows something that contradicts the log.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
}

/// One checkpoint on its way to one witness.
#[derive(Debug)]
pub struct Submission {
    log: Arc<Published>,
    of: Publication,
    witness: WitnessKey,
    old: u64,
    tries: u32,
}

impl Submission {
    /// Of the log's newest checkpoint; `None` before the first. `old`: the size that the witness
    /// cosigned last, as far as is known; it says so if it is another.
    pub fn new(log: Arc<Published>, witness: WitnessKey, old: u64) -> Option<Self> {
        let of = log.latest()?;
        Some(Self {
            old: old.min(of.checkpoint.size.0),
            log,
            of,
            witness,
            tries: 0,
        })
    }

    /// The checkpoint.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.of.checkpoint
    }

    const fn size(&self) -> u64 {
        self.of.checkpoint.size.0
    }

    /// The body of the next request.
    ///
    /// # Errors
    ///
    /// [`Refusal::Proof`] if the tiles cannot be read.
    pub fn body(&self) -> Result<Vec<u8>, Refusal> {
        let mut body = format!("old {}\n", self.old);
        for hash in self.log.consistency(self.old, self.size())? {
            STANDARD.encode_string(hash.as_bytes(), &mut body);
            body.push('\n');
        }
        body.push('\n');
        body.push_str(&self.of.note);
        Ok(body.into_bytes())
    }

    /// Takes the answer. `None`: ask again, with another body.
    ///
    /// # Errors
    ///
    /// Why there is no cosignature.
    pub fn take(&mut self, answer: Answer<'_>) -> Result<Option<Cosignature>, Refusal> {
        self.tries += 1;
        match answer.status {
            200 => Ok(Some(self.log.cosign(
                &self.of,
                answer.body,
                &self.witness,
            )?)),
            409 => self.conflict(known_size(answer)).map(|()| None),
            // Our proof does not lead from what the witness cosigned to what we have.
            422 if self.old > 0 => Err(self.other_root(self.old)),
            404 => Err(Refusal::UnknownLog),
            403 => Err(Refusal::Key),
            status => Err(Refusal::Status(status)),
        }
    }

    fn conflict(&mut self, known: Option<u64>) -> Result<(), Refusal> {
        let size = self.size();
        match known {
            Some(known) if known > size => Err(Contradiction::Larger {
                witness: self.witness.name().to_owned(),
                log: self.log.key().name().to_owned(),
                known,
                ours: size,
            }
            .into()),
            // It knows the very size that we named, so it is the root that differs.
            Some(known) if known == self.old && known == size => Err(self.other_root(size)),
            None if self.old == size => Err(self.other_root(size)),
            Some(known) if known != self.old && self.tries < TRIES_MAX => {
                self.old = known;
                Ok(())
            }
            Some(known) if known != self.old => Err(Refusal::Moving),
            _ => Err(Refusal::Status(409)),
        }
    }

    fn other_root(&self, size: u64) -> Refusal {
        Refusal::Contradiction(Contradiction::Root {
            witness: self.witness.name().to_owned(),
            log: self.log.key().name().to_owned(),
            size,
        })
    }
}

/// `<decimal>\n` of the right content type; anything else says nothing.
fn known_size(answer: Answer<'_>) -> Option<u64> {
    let essence = answer.content_type.split(';').next()?.trim();
    let text = std::str::from_utf8(answer.body).ok()?.strip_suffix('\n')?;
    let size: u64 = text.parse().ok()?;
    (essence.eq_ignore_ascii_case(SIZE_TYPE) && size.to_string() == text).then_some(size)
}
