//! The keys of one issuer, how old they are, and when they may be asked for again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use model::Timestamp;

use crate::discovery::{Metadata, discover};
use crate::issuer::IssuerConfig;
use crate::jose::{Algorithm, Key, key_set};
use crate::{Ask, AuthError, Fetch, TokenFault};

/// Pause before keys are asked for again because of a key that is not among them, in milliseconds:
/// anybody can name keys that do not exist.
const UNKNOWN_MS_MIN: u64 = 10_000;
/// Pause before keys are asked for again that could not be had, in milliseconds.
const RETRY_MS_MIN: u64 = 5_000;

/// The keys that are known of an issuer.
pub(crate) struct Keyring {
    config: Arc<IssuerConfig>,
    fetch: Arc<dyn Fetch>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    known: Option<Known>,
    endpoint: Option<String>,
    /// How often other keys than before came.
    generation: u64,
    asked: Option<Timestamp>,
    failure: Option<String>,
    under_way: Option<Shared<BoxFuture<'static, ()>>>,
}

struct Known {
    keys: Arc<[Key]>,
    written: Vec<u8>,
    at: Timestamp,
}

/// What an issuer said about itself.
struct Told {
    endpoint: Option<String>,
    keys: Result<Vec<u8>, String>,
}

/// Keys, and to which change of them they belong.
#[derive(Clone)]
pub(crate) struct Found {
    keys: Arc<[Key]>,
    pub(crate) generation: u64,
}

impl Keyring {
    pub(crate) fn new(config: Arc<IssuerConfig>, fetch: Arc<dyn Fetch>) -> Arc<Self> {
        Arc::new(Self {
            config,
            fetch,
            state: Mutex::default(),
        })
    }

    /// The keys that may have signed with this algorithm under this id. Waits for the issuer only if
    /// there are none.
    ///
    /// # Errors
    ///
    /// The issuer has no such key, or cannot be asked.
    pub(crate) async fn find(
        self: &Arc<Self>,
        kid: Option<&str>,
        algorithm: Algorithm,
        now: Timestamp,
    ) -> Result<Found, AuthError> {
        if let Ok(found) = self.look(kid, algorithm, now) {
            return Ok(found);
        }
        self.ask_if_due(now).await;
        self.look(kid, algorithm, now)
    }

    /// To which change of the keys what is believed now belongs; `None`: nothing is believed.
    pub(crate) fn generation(&self, now: Timestamp) -> Option<u64> {
        let state = self.state();
        let known = state.known.as_ref()?;
        (now.us_since(known.at) / 1_000 <= self.config.keys_stale_ms_max)
            .then_some(state.generation)
    }

    /// Where tokens are asked about, if the issuer says so.
    pub(crate) async fn endpoint(self: &Arc<Self>, now: Timestamp) -> Result<String, AuthError> {
        if self.state().endpoint.is_none() {
            self.ask_if_due(now).await;
        }
        let state = self.state();
        state.endpoint.clone().ok_or_else(|| {
            let why = state.failure.clone();
            self.unavailable(why.unwrap_or_else(|| "it names no introspection endpoint".to_owned()))
        })
    }

    /// Fetches the keys again if that is due; what went wrong.
    pub(crate) async fn upkeep(self: &Arc<Self>, now: Timestamp) -> Result<(), String> {
        let due = {
            let state = self.state();
            let fresh = state.known.as_ref().is_some_and(|known| {
                known.at <= now && now.us_since(known.at) / 1_000 < self.config.keys_fresh_ms
            });
            !fresh && passed(state.asked, now, RETRY_MS_MIN)
        };
        if due {
            self.ask(now).await;
            if let Some(failure) = self.state().failure.clone() {
                return Err(failure);
            }
        }
        Ok(())
    }

    fn look(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
        now: Timestamp,
    ) -> Result<Found, AuthError> {
        let state = self.state();
        let known = state.known.as_ref();
        let known = known
            .filter(|known| now.us_since(known.at) / 1_000 <= self.config.keys_stale_ms_max)
            .ok_or_else(|| {
                let why = state.failure.clone();
                self.unavailable(why.unwrap_or_else(|| "it was not asked yet".to_owned()))
            })?;
        let found = Found {
            keys: known.keys.clone(),
            generation: state.generation,
        };
        if found.candidates(kid, algorithm).next().is_none() {
            return Err(AuthError::Token(TokenFault::key(kid, algorithm)));
        }
        Ok(found)
    }

    async fn ask_if_due(self: &Arc<Self>, now: Timestamp) {
        let due = {
            let state = self.state();
            let pause = match &state.known {
                Some(_) => UNKNOWN_MS_MIN,
                None => RETRY_MS_MIN,
            };
            state.under_way.is_some() || passed(state.asked, now, pause)
        };
        if due {
            self.ask(now).await;
        }
    }

    /// Asks the issuer, or waits with those who do.
    async fn ask(self: &Arc<Self>, now: Timestamp) {
        let asking = {
            let mut state = self.state();
            if let Some(under_way) = &state.under_way {
                under_way.clone()
            } else {
                let keyring = self.clone();
                let asking = async move {
                    let told = keyring.load().await;
                    keyring.learn(told, now);
                };
                let asking = asking.boxed().shared();
                state.asked = Some(now);
                state.under_way = Some(asking.clone());
                asking
            }
        };
        asking.await;
    }

    async fn load(&self) -> Result<Told, String> {
        let config = &self.config;
        let told_where = config.introspection.as_ref().map(|i| i.url.is_some());
        let metadata = if config.jwks_uri.is_some() && told_where != Some(false) {
            Metadata::default()
        } else {
            discover(&config.url, &*self.fetch).await?
        };
        let jwks_uri = config.jwks_uri.clone().or(metadata.jwks_uri);
        let keys = match jwks_uri {
            None => Err("its metadata names no `jwks_uri`".to_owned()),
            Some(url) => match self.fetch.fetch(Ask::get(&url)).await {
                Ok(document) if document.status == 200 => Ok(document.body),
                Ok(document) => Err(format!("`{url}` answers {}", document.status)),
                Err(error) => Err(error.to_string()),
            },
        };
        Ok(Told {
            endpoint: metadata.introspection_endpoint,
            keys,
        })
    }

    fn learn(&self, told: Result<Told, String>, at: Timestamp) {
        let mut state = self.state();
        state.under_way = None;
        let written = told.and_then(|told| {
            state.endpoint = told.endpoint.or_else(|| state.endpoint.take());
            told.keys
        });
        let learned = written.and_then(|written| {
            if let Some(known) = state
                .known
                .as_mut()
                .filter(|known| known.written == written)
            {
                known.at = at;
                return Ok(());
            }
            let keys = key_set(&written, &self.config.algorithms)
                .ok_or_else(|| "its keys are no JWK Set".to_owned())?;
            state.generation += 1;
            state.known = Some(Known {
                keys: keys.into(),
                written,
                at,
            });
            Ok(())
        });
        state.failure = learned.err();
    }

    fn unavailable(&self, why: String) -> AuthError {
        AuthError::Unavailable {
            issuer: self.config.name.to_string(),
            why,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change of the state is one assignment after the other: a panic leaves it usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Found {
    fn candidates(&self, kid: Option<&str>, algorithm: Algorithm) -> impl Iterator<Item = &Key> {
        let named = move |key: &&Key| kid.is_none_or(|kid| key.kid.as_deref() == Some(kid));
        let keys = self.keys.iter();
        keys.filter(move |key| key.is_for(algorithm)).filter(named)
    }

    /// Whether one of the keys signed this.
    pub(crate) fn verify(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
        signed: &[u8],
        signature: &[u8],
    ) -> Result<(), TokenFault> {
        let mut keys = self.candidates(kid, algorithm);
        keys.any(|key| key.verifies(algorithm, signed, signature))
            .then_some(())
            .ok_or(TokenFault::Signature)
    }
}

/// Whether so much time passed since then, or the clock stepped back.
fn passed(then: Option<Timestamp>, now: Timestamp, ms: u64) -> bool {
    then.is_none_or(|then| then > now || now.us_since(then) / 1_000 >= ms)
}
