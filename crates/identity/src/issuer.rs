use std::fmt;
use std::sync::Arc;

use crate::claims::ClaimMap;
use crate::jose::{Algorithm, Header};
use crate::{Ask, TokenFault};

/// An authorization server whose tokens are believed.
#[derive(Debug, Clone)]
pub struct IssuerConfig {
    /// What operators call it.
    pub name: Arc<str>,
    /// Its issuer identifier (RFC 8414 §2), compared character by character.
    pub url: Arc<str>,
    /// Audiences that count besides the URL of the endpoint that is called.
    pub audiences: Vec<Arc<str>>,
    /// How it may sign.
    pub algorithms: Vec<Algorithm>,
    /// What `typ` its tokens must have.
    pub token_type: TokenType,
    /// Which claims say what.
    pub claims: ClaimMap,
    /// Where its keys are, if its metadata is not to be asked.
    pub jwks_uri: Option<String>,
    /// How tokens that say nothing themselves are asked about.
    pub introspection: Option<Introspection>,
    /// How far its clock and ours may be apart, in milliseconds.
    pub skew_ms_max: u64,
    /// How old its keys may be before they are fetched again, in milliseconds.
    pub keys_fresh_ms: u64,
    /// How old its keys may be at all, in milliseconds: what nobody can fetch that long is not believed
    /// any more.
    pub keys_stale_ms_max: u64,
}

/// The `typ` of access tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenType {
    /// `at+jwt` and nothing else (RFC 9068 §2.1).
    AtJwt,
    /// `at+jwt`, `JWT` or none: tokens of other kinds that name their kind are refused all the same.
    Any,
}

/// How a token is asked about (RFC 7662).
#[derive(Clone)]
pub struct Introspection {
    /// The endpoint; the issuer's metadata says it if it is not given.
    pub url: Option<String>,
    /// As whom the gateway asks.
    pub client_id: String,
    /// The secret of that client.
    pub client_secret: String,
    /// How long an answer counts, in milliseconds: so long a revoked token is still taken.
    pub remembered_ms_max: u64,
}

impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Introspection({:?} as {})", self.url, self.client_id)
    }
}

impl IssuerConfig {
    /// An issuer that signs with any algorithm, with defaults for everything else.
    pub fn new(name: &str, url: &str) -> Self {
        Self {
            name: name.into(),
            url: url.into(),
            audiences: Vec::new(),
            algorithms: Algorithm::ALL.to_vec(),
            token_type: TokenType::Any,
            claims: ClaimMap::default(),
            jwks_uri: None,
            introspection: None,
            skew_ms_max: 60_000,
            keys_fresh_ms: 300_000,
            keys_stale_ms_max: 86_400_000,
        }
    }

    /// Whether its tokens may have this header.
    pub(crate) fn check(&self, header: &Header) -> Result<(), TokenFault> {
        if !self.algorithms.contains(&header.algorithm) {
            return Err(TokenFault::Algorithm(header.algorithm.to_string()));
        }
        let typ = header.typ.as_deref().unwrap_or_default();
        // RFC 7515 §4.1.9: `application/` may be left out, and case does not count.
        let lower = typ.to_ascii_lowercase();
        let lower = lower.strip_prefix("application/").unwrap_or(&lower);
        let good = match self.token_type {
            TokenType::AtJwt => lower == "at+jwt",
            TokenType::Any => matches!(lower, "at+jwt" | "jwt" | ""),
        };
        if good {
            Ok(())
        } else {
            Err(TokenFault::typ(typ))
        }
    }
}

impl Introspection {
    /// The question about a token, with the client's credentials (RFC 6749 §2.3.1).
    pub(crate) fn ask(&self, url: &str, token: &str) -> Ask {
        use base64::Engine as _;
        let pair = format!(
            "{}:{}",
            form_encoded(&self.client_id),
            form_encoded(&self.client_secret)
        );
        let basic = base64::engine::general_purpose::STANDARD.encode(pair);
        Ask {
            url: url.to_owned(),
            authorization: Some(format!("Basic {basic}")),
            form: Some(format!(
                "token={}&token_type_hint=access_token",
                form_encoded(token)
            )),
        }
    }
}

/// `application/x-www-form-urlencoded`, every character that is not safe everywhere escaped.
fn form_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
