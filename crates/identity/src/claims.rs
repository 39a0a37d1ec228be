//! What the claims of a token say: whether it holds now and here, and who calls with it.

use std::sync::Arc;

use model::{AccessToken, Caller, Principal, Timestamp};
use serde_json::{Map, Value};

use crate::jose::Algorithm;

/// Groups of one token that are taken.
const GROUPS_MAX: usize = 1_000;
/// Text of a token that a message quotes, in characters.
const QUOTED_CHARS_MAX: usize = 200;

/// Which claims say what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimMap {
    /// Who it is; `sub` unless something else is said.
    pub subject: ClaimPath,
    /// Which software it was issued to, the first that is there: `client_id` (RFC 9068), then `azp`.
    pub client: Vec<ClaimPath>,
    /// The groups, if any claim says them.
    pub groups: Option<ClaimPath>,
    /// What is put before the name of each group, so that two issuers' groups are not mixed up.
    pub group_prefix: String,
    /// The scopes, the first that is there: `scope` (RFC 9068), then `scp`.
    pub scopes: Vec<ClaimPath>,
    /// Claims of which one with this value says that no person is behind the token.
    pub service_when: Vec<(ClaimPath, String)>,
}

impl Default for ClaimMap {
    fn default() -> Self {
        let all = |names: &[&str]| names.iter().map(|name| ClaimPath::new(name)).collect();
        Self {
            subject: ClaimPath::new("sub"),
            client: all(&["client_id", "azp"]),
            groups: None,
            group_prefix: String::new(),
            scopes: all(&["scope", "scp"]),
            service_when: Vec::new(),
        }
    }
}

/// Where a claim stands: names with dots between them (`realm_access.roles`), or a JSON Pointer
/// (RFC 6901) for names that have dots themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimPath {
    text: String,
    pointer: String,
}

impl ClaimPath {
    /// From its text.
    pub fn new(text: &str) -> Self {
        let pointer = if text.starts_with('/') {
            text.to_owned()
        } else {
            text.split('.')
                .map(|name| format!("/{}", name.replace('~', "~0").replace('/', "~1")))
                .collect()
        };
        Self {
            text: text.to_owned(),
            pointer,
        }
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn of<'a>(&self, claims: &'a Value) -> Option<&'a Value> {
        claims.pointer(&self.pointer)
    }

    fn text_of<'a>(&self, claims: &'a Value) -> Option<&'a str> {
        let text = self.of(claims)?.as_str()?;
        (!text.is_empty()).then_some(text)
    }

    /// The name of the outermost member.
    fn head(&self) -> &str {
        let text = self.pointer.trim_start_matches('/');
        text.split('/').next().unwrap_or_default()
    }
}

/// What is wrong with an access token. Nothing of it that could be used is quoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It is not three parts with dots between them.
    #[error("the token is no signed token in compact form")]
    NotCompact,
    /// A part is not base64url without padding.
    #[error("the {0} is not base64url")]
    Encoding(&'static str),
    /// A part is no JSON object, has a name twice, or members of other types than it must have.
    #[error("the {0} is no JSON object with each name once and members of their types")]
    Json(&'static str),
    /// The header demands an extension.
    #[error("the header demands an extension that is not understood (`crit`)")]
    Critical,
    /// Signed in a way that its issuer is not allowed.
    #[error("the algorithm `{0}` is not allowed for this issuer")]
    Algorithm(String),
    /// A token of another kind, such as a logout token.
    #[error("the type `{0}` is not that of an access token of this issuer")]
    Type(String),
    /// Its issuer is not among those that vouch here.
    #[error("the issuer `{0}` does not vouch for callers here")]
    Issuer(String),
    /// No key of the issuer has this id.
    #[error("the issuer has no key `{0}` for this algorithm")]
    Key(String),
    /// The signature is not the issuer's.
    #[error("the signature is not that of the issuer")]
    Signature,
    /// A claim is missing, or has another type than it must have.
    #[error("the claim `{0}` is missing, or is not what it must be")]
    Claim(String),
    /// It has expired.
    #[error("the token expired {0} s ago")]
    Expired(u64),
    /// It does not hold yet.
    #[error("the token holds only in {0} s (`{1}`)")]
    NotYet(u64, &'static str),
    /// It was issued for somebody else.
    #[error("the token is for another audience; this is `{0}`")]
    Audience(String),
    /// It is bound to a key that its holder must prove to have (RFC 7800), and no proof is taken.
    #[error("the token is bound to a key (`cnf`), so it is no bearer token")]
    Bound,
    /// The issuer left the groups out of it, for they are too many.
    #[error("the issuer left the groups out of the token: let it name fewer")]
    GroupsLeftOut,
    /// The issuer says that it does not hold, without saying why.
    #[error("the issuer says that the token is not active")]
    Inactive,
}

impl TokenFault {
    pub(crate) fn algorithm(name: &str) -> Self {
        Self::Algorithm(quoted(name))
    }

    pub(crate) fn typ(name: &str) -> Self {
        Self::Type(quoted(name))
    }

    pub(crate) fn issuer(name: &str) -> Self {
        Self::Issuer(quoted(name))
    }

    pub(crate) fn key(kid: Option<&str>, algorithm: Algorithm) -> Self {
        Self::Key(kid.map_or_else(|| algorithm.to_string(), quoted))
    }
}

fn quoted(text: &str) -> String {
    text.chars().take(QUOTED_CHARS_MAX).collect()
}

/// When a token holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Validity {
    not_before: Option<u64>,
    issued: Option<u64>,
    expires: u64,
}

impl Validity {
    /// From `exp`, `nbf` and `iat`, in seconds since 1970 (RFC 7519 §2, NumericDate).
    pub(crate) fn of(claims: &Map<String, Value>) -> Result<Self, TokenFault> {
        Ok(Self {
            expires: seconds(claims, "exp")?.ok_or_else(|| missing("exp"))?,
            not_before: seconds(claims, "nbf")?,
            issued: seconds(claims, "iat")?,
        })
    }

    /// Whether it holds at `now`, give or take the skew of two clocks.
    pub(crate) fn check(&self, now: Timestamp, skew_ms: u64) -> Result<(), TokenFault> {
        let (now, skew) = (now.unix_ms() / 1_000, skew_ms / 1_000);
        if now >= self.expires.saturating_add(skew) {
            return Err(TokenFault::Expired(now - self.expires));
        }
        for (at, name) in [(self.not_before, "nbf"), (self.issued, "iat")] {
            if let Some(at) = at.filter(|at| *at > now.saturating_add(skew)) {
                return Err(TokenFault::NotYet(at - now, name));
            }
        }
        Ok(())
    }
}

fn seconds(claims: &Map<String, Value>, name: &str) -> Result<Option<u64>, TokenFault> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    if let Some(whole) = value.as_u64() {
        return Ok(Some(whole));
    }
    let fraction = value.as_f64().filter(|at| (0.0..=9e15).contains(at));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range was checked, and fractions of a second do not count"
    )]
    let whole = fraction.map(|at| at as u64);
    whole.map(Some).ok_or_else(|| missing(name))
}

fn missing(name: &str) -> TokenFault {
    TokenFault::Claim(name.to_owned())
}

/// Whom it was issued for (RFC 7519 §4.1.3): one name, or several.
pub(crate) fn audiences(claims: &Map<String, Value>) -> Result<Vec<Arc<str>>, TokenFault> {
    texts(claims.get("aud").unwrap_or(&Value::Null)).ok_or_else(|| missing("aud"))
}

/// One text, or several.
fn texts(value: &Value) -> Option<Vec<Arc<str>>> {
    match value {
        Value::String(text) => Some(vec![text.as_str().into()]),
        Value::Array(all) => all.iter().map(|one| one.as_str().map(Arc::from)).collect(),
        _ => None,
    }
}

impl ClaimMap {
    /// Who calls with a token of `issuer` that has these claims.
    pub(crate) fn caller(
        &self,
        issuer: &Arc<str>,
        claims: &Map<String, Value>,
        fingerprint: Arc<str>,
    ) -> Result<Caller, TokenFault> {
        if claims.get("cnf").is_some_and(|cnf| !cnf.is_null()) {
            return Err(TokenFault::Bound);
        }
        let claims = &Value::Object(claims.clone());
        let first = |paths: &[ClaimPath]| paths.iter().find_map(|path| path.text_of(claims));
        let client = first(&self.client).unwrap_or_default();
        let subject = self.subject.text_of(claims);
        let issuer = issuer.clone();
        let principal = if self.is_service(claims, client) {
            let subject = subject.filter(|subject| !subject.is_empty());
            let subject = subject.or_else(|| (!client.is_empty()).then_some(client));
            let subject = subject.ok_or_else(|| missing(self.subject.as_str()))?;
            Principal::Service {
                issuer,
                subject: subject.into(),
            }
        } else {
            let subject = subject.ok_or_else(|| missing(self.subject.as_str()))?;
            Principal::Person {
                issuer,
                subject: subject.into(),
            }
        };
        let id = claims.get("jti").and_then(Value::as_str);
        let expires = claims.as_object().map(|claims| seconds(claims, "exp"));
        let expires = expires.transpose()?.flatten();
        Ok(Caller {
            principal,
            groups: self.groups(claims)?,
            credential: fingerprint,
            token: Some(Arc::new(AccessToken {
                client: client.into(),
                id: quoted(id.unwrap_or_default()).into(),
                expires: expires
                    .map(|at| Timestamp::from_unix_us(0).plus_ms(at.saturating_mul(1_000))),
                scopes: self.scopes(claims),
            })),
        })
    }

    /// No person is behind a token without a subject, or whose subject is the software itself
    /// (RFC 9068 §2.2, client credentials), or of which the configuration says so.
    fn is_service(&self, claims: &Value, client: &str) -> bool {
        let sub = claims.get("sub").and_then(Value::as_str);
        let of_software = sub.is_none_or(|sub| sub == client) && !client.is_empty();
        let told = self
            .service_when
            .iter()
            .any(|(path, is)| path.text_of(claims) == Some(is));
        of_software || told
    }

    fn groups(&self, claims: &Value) -> Result<Arc<[Arc<str>]>, TokenFault> {
        let Some(path) = &self.groups else {
            return Ok(Arc::default());
        };
        // OpenID Connect Core §5.6.2: the claim is elsewhere. A `forbid` for a group would not match.
        let elsewhere = claims.get("_claim_names").and_then(|n| n.get(path.head()));
        if elsewhere.is_some() {
            return Err(TokenFault::GroupsLeftOut);
        }
        let Some(value) = path.of(claims).filter(|value| !value.is_null()) else {
            return Ok(Arc::default());
        };
        let groups = texts(value).ok_or_else(|| missing(path.as_str()))?;
        if groups.len() > GROUPS_MAX {
            return Err(missing(path.as_str()));
        }
        if self.group_prefix.is_empty() {
            return Ok(groups.into());
        }
        let prefix = &self.group_prefix;
        let named = groups.iter().map(|group| format!("{prefix}{group}").into());
        Ok(named.collect())
    }

    fn scopes(&self, claims: &Value) -> Arc<[Arc<str>]> {
        let mut values = self.scopes.iter().filter_map(|path| path.of(claims));
        let value = values.find(|value| !value.is_null());
        match value {
            // RFC 6749 §3.3: one text, with spaces between them.
            Some(Value::String(text)) => text.split_ascii_whitespace().map(Arc::from).collect(),
            Some(value) => texts(value).unwrap_or_default().into(),
            None => Arc::default(),
        }
    }
}
