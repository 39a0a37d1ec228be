use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use model::{Caller, Timestamp};
use serde_json::{Map, Value};

use crate::claims::{Validity, audiences};
use crate::introspection::Inquiry;
use crate::issuer::IssuerConfig;
use crate::jose::{Compact, object};
use crate::keyring::Keyring;
use crate::remembered::{Remembered, TokenHash, Validated, Vouched};
use crate::{AuthError, Fetch, ProtectedResource, TokenFault};

/// Longest token, in bytes. Tokens with hundreds of groups have some kilobytes.
const TOKEN_BYTES_MAX: usize = 16 << 10;
/// Bytes of a token's hash that stand for it on record.
const FINGERPRINT_BYTES: usize = 16;

/// Every authorization server whose tokens are believed.
pub struct Issuers {
    all: Vec<Issuer>,
    fetch: Arc<dyn Fetch>,
    remembered: Remembered,
}

struct Issuer {
    config: Arc<IssuerConfig>,
    keyring: Arc<Keyring>,
    inquiry: Inquiry,
}

impl Issuers {
    /// Asks nobody yet.
    pub fn new(configs: Vec<IssuerConfig>, fetch: Arc<dyn Fetch>) -> Self {
        let issuer = |config: IssuerConfig| {
            let config = Arc::new(config);
            Issuer {
                keyring: Keyring::new(config.clone(), fetch.clone()),
                config,
                inquiry: Inquiry::default(),
            }
        };
        Self {
            all: configs.into_iter().map(issuer).collect(),
            fetch,
            remembered: Remembered::default(),
        }
    }

    /// Who calls this endpoint with this access token at `now`.
    ///
    /// # Errors
    ///
    /// The token does not hold here and now, or its issuer cannot be asked and must be.
    pub async fn authenticate(
        &self,
        token: &str,
        at: &ProtectedResource,
        now: Timestamp,
    ) -> Result<Caller, AuthError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(AuthError::TooLong {
                bytes_max: TOKEN_BYTES_MAX,
            });
        }
        let hash = sha256(token.as_bytes());
        let validated = match self.remembered(&hash, now) {
            Some(validated) => validated,
            None => {
                let validated = Arc::new(self.validate(token, &hash, at, now).await?);
                self.remembered.insert(hash, validated.clone());
                validated
            }
        };
        self.admit(&validated, at, now).map_err(AuthError::Token)
    }

    /// Fetches keys that are no longer fresh. Whoever runs the gateway does this from time to time, so
    /// that no caller waits for it; what went wrong, by issuer.
    pub async fn upkeep(&self, now: Timestamp) -> Vec<(Arc<str>, String)> {
        let asked = self.all.iter().map(|issuer| async move {
            let told = issuer.keyring.upkeep(now).await.err()?;
            Some((issuer.config.name.clone(), told))
        });
        join_all(asked).await.into_iter().flatten().collect()
    }

    fn remembered(&self, hash: &TokenHash, now: Timestamp) -> Option<Arc<Validated>> {
        let validated = self.remembered.get(hash)?;
        let issuer = self.all.get(validated.issuer)?;
        let still = match validated.vouched {
            Vouched::Keys(generation) => issuer.keyring.generation(now) == Some(generation),
            Vouched::Until(until) => now < until,
        };
        if !still {
            self.remembered.remove(hash);
        }
        still.then_some(validated)
    }

    async fn validate(
        &self,
        token: &str,
        hash: &TokenHash,
        at: &ProtectedResource,
        now: Timestamp,
    ) -> Result<Validated, AuthError> {
        if !Compact::is_likely(token) {
            return self.ask_about(token, hash, at, now).await;
        }
        let compact = Compact::parse(token).map_err(AuthError::Token)?;
        let claims =
            object(&compact.payload).ok_or(AuthError::Token(TokenFault::Json("payload")))?;
        let named = claims.get("iss").and_then(Value::as_str);
        let named = named.ok_or_else(|| AuthError::Token(TokenFault::Claim("iss".to_owned())))?;
        let (number, issuer) = self
            .accepted(at)
            .find(|(_, issuer)| *issuer.config.url == *named)
            .ok_or_else(|| AuthError::Token(TokenFault::issuer(named)))?;
        let header = &compact.header;
        issuer.config.check(header).map_err(AuthError::Token)?;
        // What does not hold anyway is not worth a question to the issuer.
        let validity = Validity::of(&claims).map_err(AuthError::Token)?;
        validity
            .check(now, issuer.config.skew_ms_max)
            .map_err(AuthError::Token)?;
        let (kid, algorithm) = (header.kid.as_deref(), header.algorithm);
        let found = issuer.keyring.find(kid, algorithm, now).await?;
        found
            .verify(kid, algorithm, compact.signed, &compact.signature)
            .map_err(AuthError::Token)?;
        let vouched = Vouched::Keys(found.generation);
        issuer
            .validated(number, &claims, hash, vouched)
            .map_err(AuthError::Token)
    }

    async fn ask_about(
        &self,
        token: &str,
        hash: &TokenHash,
        at: &ProtectedResource,
        now: Timestamp,
    ) -> Result<Validated, AuthError> {
        // One issuer at most: a token is shown to nobody but who issued it.
        let asked = self.accepted(at).find_map(|(number, issuer)| {
            Some((number, issuer, issuer.config.introspection.as_ref()?))
        });
        let Some((number, issuer, how)) = asked else {
            return Err(AuthError::Token(TokenFault::NotCompact));
        };
        let claims = issuer
            .inquiry
            .claims(
                &issuer.config,
                how,
                &issuer.keyring,
                &*self.fetch,
                token,
                now,
            )
            .await?;
        let vouched = Vouched::Until(now.plus_ms(how.remembered_ms_max));
        issuer
            .validated(number, &claims, hash, vouched)
            .map_err(AuthError::Token)
    }

    /// What is asked of a token at each call.
    fn admit(
        &self,
        validated: &Validated,
        at: &ProtectedResource,
        now: Timestamp,
    ) -> Result<Caller, TokenFault> {
        let issuer = self.all.get(validated.issuer);
        let config = issuer
            .map(|issuer| &issuer.config)
            .filter(|config| at.issuers.contains(&config.url))
            .ok_or_else(|| TokenFault::issuer(validated.caller.principal.issuer()))?;
        validated.validity.check(now, config.skew_ms_max)?;
        let ours =
            |audience: &Arc<str>| *audience == at.resource || config.audiences.contains(audience);
        if !validated.audiences.iter().any(ours) {
            return Err(TokenFault::Audience(at.resource.to_string()));
        }
        Ok(validated.caller.clone())
    }

    fn accepted(&self, at: &ProtectedResource) -> impl Iterator<Item = (usize, &Issuer)> {
        let all = self.all.iter().enumerate();
        all.filter(|(_, issuer)| at.issuers.contains(&issuer.config.url))
    }
}

impl Issuer {
    fn validated(
        &self,
        number: usize,
        claims: &Map<String, Value>,
        hash: &TokenHash,
        vouched: Vouched,
    ) -> Result<Validated, TokenFault> {
        let config = &self.config;
        let fingerprint = hash.get(..FINGERPRINT_BYTES).unwrap_or(hash);
        let fingerprint = format!("sha256:{}", URL_SAFE_NO_PAD.encode(fingerprint));
        Ok(Validated {
            issuer: number,
            audiences: audiences(claims)?,
            validity: Validity::of(claims)?,
            caller: config
                .claims
                .caller(&config.url, claims, fingerprint.into())?,
            vouched,
        })
    }
}

fn sha256(bytes: &[u8]) -> TokenHash {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    let mut hash = [0; 32];
    hash.copy_from_slice(digest.as_ref());
    hash
}
