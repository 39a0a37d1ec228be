//! Tokens that were validated, by their hash, so that the next call with one costs no signature. Two
//! halves, of which the older one is dropped when the younger one is full: what is used stays.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::{Caller, Timestamp};

use crate::claims::Validity;

/// Tokens in one half.
const HALF: usize = 8_192;

/// The SHA-256 of a token.
pub(crate) type TokenHash = [u8; 32];

/// A token whose issuer vouched for it.
#[derive(Debug)]
pub(crate) struct Validated {
    /// Which of the issuers it was.
    pub(crate) issuer: usize,
    pub(crate) caller: Caller,
    pub(crate) audiences: Vec<Arc<str>>,
    pub(crate) validity: Validity,
    pub(crate) vouched: Vouched,
}

/// How long the issuer's word counts without asking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vouched {
    /// As long as it has the keys of this change.
    Keys(u64),
    /// Until then.
    Until(Timestamp),
}

#[derive(Default)]
pub(crate) struct Remembered(Mutex<Halves>);

#[derive(Default)]
struct Halves {
    young: HashMap<TokenHash, Arc<Validated>>,
    old: HashMap<TokenHash, Arc<Validated>>,
}

impl Remembered {
    pub(crate) fn get(&self, hash: &TokenHash) -> Option<Arc<Validated>> {
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = halves.young.get(hash) {
            return Some(found.clone());
        }
        let found = halves.old.remove(hash)?;
        halves.add(*hash, found.clone());
        Some(found)
    }

    pub(crate) fn insert(&self, hash: TokenHash, token: Arc<Validated>) {
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        halves.add(hash, token);
    }

    pub(crate) fn remove(&self, hash: &TokenHash) {
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        halves.young.remove(hash);
        halves.old.remove(hash);
    }
}

impl Halves {
    fn add(&mut self, hash: TokenHash, token: Arc<Validated>) {
        if self.young.len() >= HALF {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(hash, token);
    }
}
