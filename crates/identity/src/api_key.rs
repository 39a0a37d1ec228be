use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{Caller, Principal, Timestamp, UpstreamName};

use crate::{AuthError, Credential};

/// What every key begins with, so that secret scanners can find one that leaked.
const PREFIX: &str = "probity_";
/// Random bytes of a key's public id.
const ID_BYTES: usize = 9;
/// Random bytes of a key's secret.
const SECRET_BYTES: usize = 32;

/// Whether a bearer token claims to be a key of this gateway.
pub fn is_key(token: &str) -> bool {
    token.starts_with(PREFIX)
}

/// The server-side key of the hashes: without it, stored hashes say nothing.
#[derive(Clone)]
pub struct Pepper(hmac::Key);

impl Pepper {
    /// From 32 random bytes that are kept apart from the hashes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pepper(…)")
    }
}

/// The public part of a key: what listings, records and revocations name.
pub type KeyId = Arc<str>;

/// The random bytes that a key is made of.
pub struct KeySecret {
    /// For the public id.
    pub id: [u8; ID_BYTES],
    /// For the secret.
    pub secret: [u8; SECRET_BYTES],
}

/// Whether a key stands for a human being or for a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A human being.
    Person,
    /// A workload without a person.
    Service,
}

/// A key as it is kept: without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its public id.
    pub id: KeyId,
    /// Whom it stands for: the subject of the caller.
    pub subject: Arc<str>,
    /// What it stands for.
    pub role: Role,
    /// The groups that it puts its caller in.
    pub groups: Vec<Arc<str>>,
    /// HMAC-SHA-256 of the secret under the pepper.
    pub hash: [u8; 32],
    /// The upstreams that it opens; `None`: all.
    pub upstreams: Option<Vec<UpstreamName>>,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it is refused.
    pub expires: Option<Timestamp>,
    /// Since when it is refused.
    pub revoked: Option<Timestamp>,
}

/// A new key: what is kept, and the text that is shown once.
#[derive(Clone)]
pub struct IssuedKey {
    /// What is kept.
    pub key: ApiKey,
    /// What its owner sends as the bearer token.
    pub token: String,
}

impl fmt::Debug for IssuedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuedKey({})", self.key.id)
    }
}

impl ApiKey {
    /// Makes a key for `subject`: shown once, kept as a keyed hash.
    pub fn issue(
        random: &KeySecret,
        pepper: &Pepper,
        subject: &str,
        role: Role,
        created: Timestamp,
    ) -> IssuedKey {
        let id: KeyId = URL_SAFE_NO_PAD.encode(random.id).into();
        let secret = URL_SAFE_NO_PAD.encode(random.secret);
        let mut hash = [0; 32];
        hash.copy_from_slice(hmac::sign(&pepper.0, secret.as_bytes()).as_ref());
        IssuedKey {
            token: format!("{PREFIX}{id}.{secret}"),
            key: Self {
                id,
                subject: subject.into(),
                role,
                groups: Vec::new(),
                hash,
                upstreams: None,
                created,
                expires: None,
                revoked: None,
            },
        }
    }

    fn caller(&self) -> Caller {
        let (issuer, subject) = ("key".into(), self.subject.clone());
        let principal = match self.role {
            Role::Person => Principal::Person { issuer, subject },
            Role::Service => Principal::Service { issuer, subject },
        };
        Caller {
            groups: self.groups.as_slice().into(),
            ..Caller::by_key(principal, self.id.clone())
        }
    }
}

/// All keys, by id.
#[derive(Debug, Clone)]
pub struct ApiKeys {
    pepper: Pepper,
    by_id: HashMap<KeyId, ApiKey>,
}

impl ApiKeys {
    /// The keys that are known; a later key replaces an earlier one of the same id.
    pub fn new(pepper: Pepper, keys: impl IntoIterator<Item = ApiKey>) -> Self {
        let by_id = keys.into_iter().map(|key| (key.id.clone(), key)).collect();
        Self { pepper, by_id }
    }

    /// Who calls `upstream` with this credential at `now`.
    ///
    /// # Errors
    ///
    /// Every reason of [`AuthError`]; an unknown id and a wrong secret are not told apart.
    pub fn authenticate(
        &self,
        credential: &Credential<'_>,
        upstream: &UpstreamName,
        now: Timestamp,
    ) -> Result<Caller, AuthError> {
        let key = self.shown(credential, now)?;
        match &key.upstreams {
            Some(names) if !names.contains(upstream) => {
                Err(AuthError::OtherUpstream(key.id.to_string()))
            }
            _ => Ok(key.caller()),
        }
    }

    /// Who asks the gateway itself with this credential at `now`. A key for some upstreams only is for
    /// nothing else.
    ///
    /// # Errors
    ///
    /// As [`ApiKeys::authenticate`].
    pub fn authenticate_for_all(
        &self,
        credential: &Credential<'_>,
        now: Timestamp,
    ) -> Result<Caller, AuthError> {
        let key = self.shown(credential, now)?;
        match &key.upstreams {
            Some(_) => Err(AuthError::OtherUpstream(key.id.to_string())),
            None => Ok(key.caller()),
        }
    }

    /// The key that is shown, if it is good.
    fn shown(&self, credential: &Credential<'_>, now: Timestamp) -> Result<&ApiKey, AuthError> {
        let token = match credential {
            Credential::None => return Err(AuthError::Missing),
            Credential::Bearer(token) => token,
        };
        let (id, secret) = token
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split_once('.'))
            .ok_or(AuthError::Unknown)?;
        let key = self.by_id.get(id).ok_or(AuthError::Unknown)?;
        hmac::verify(&self.pepper.0, secret.as_bytes(), &key.hash)
            .map_err(|_| AuthError::Unknown)?;
        if key.revoked.is_some_and(|at| at <= now) {
            return Err(AuthError::Revoked(key.id.to_string()));
        }
        if key.expires.is_some_and(|at| at <= now) {
            return Err(AuthError::Expired(key.id.to_string()));
        }
        Ok(key)
    }

    /// Whether the key of this id opens the upstream at `now`: for a call that waited since it was shown.
    pub fn still_opens(&self, id: &str, upstream: &UpstreamName, now: Timestamp) -> bool {
        let past = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        self.by_id.get(id).is_some_and(|key| {
            let names = key.upstreams.as_ref();
            !past(key.revoked)
                && !past(key.expires)
                && names.is_none_or(|all| all.contains(upstream))
        })
    }
}

#[cfg(test)]
mod tests {
    use model::{Principal, Timestamp};

    use super::{ApiKey, ApiKeys, KeySecret, Pepper, Role};
    use crate::{AuthError, Credential};

    const NOW: Timestamp = Timestamp::from_unix_us(1_000_000);

    fn issued() -> super::IssuedKey {
        let random = KeySecret {
            id: [1; 9],
            secret: [2; 32],
        };
        ApiKey::issue(&random, &Pepper::new(&[3; 32]), "ada", Role::Person, NOW)
    }

    fn authenticate(key: ApiKey, token: &str) -> Result<Principal, AuthError> {
        ApiKeys::new(Pepper::new(&[3; 32]), [key])
            .authenticate(&Credential::Bearer(token), &"files".parse().unwrap(), NOW)
            .map(|caller| caller.principal)
    }

    #[test]
    fn a_key_says_who_calls() {
        let issued = issued();
        let person = Principal::Person {
            issuer: "key".into(),
            subject: "ada".into(),
        };
        assert_eq!(authenticate(issued.key, &issued.token), Ok(person));
    }

    #[test]
    fn what_is_no_valid_key_is_refused() {
        let issued = issued();
        let id = issued.key.id.to_string();
        let other_secret = format!("{}x", issued.token);
        let other_id = issued.token.replacen("AQE", "AQI", 1);
        for token in ["", "probity_", "abc", &other_secret, &other_id] {
            assert_eq!(
                authenticate(issued.key.clone(), token),
                Err(AuthError::Unknown),
                "{token}"
            );
        }
        let mut key = issued.key.clone();
        key.expires = Some(NOW);
        assert_eq!(
            authenticate(key, &issued.token),
            Err(AuthError::Expired(id.clone()))
        );
        let mut key = issued.key.clone();
        key.revoked = Some(NOW);
        assert_eq!(
            authenticate(key, &issued.token),
            Err(AuthError::Revoked(id.clone()))
        );
        let mut key = issued.key.clone();
        key.upstreams = Some(vec!["other".parse().unwrap()]);
        assert_eq!(
            authenticate(key, &issued.token),
            Err(AuthError::OtherUpstream(id))
        );
    }

    #[test]
    fn a_hash_under_another_pepper_opens_nothing() {
        let issued = issued();
        let keys = ApiKeys::new(Pepper::new(&[4; 32]), [issued.key]);
        let told = keys.authenticate(
            &Credential::Bearer(&issued.token),
            &"files".parse().unwrap(),
            NOW,
        );
        assert_eq!(told, Err(AuthError::Unknown));
    }
}
