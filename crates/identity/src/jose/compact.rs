use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::{Algorithm, object};
use crate::TokenFault;

/// A JWS in its compact form (RFC 7515 §7.1), taken apart. Nothing of it was verified.
pub(crate) struct Compact<'a> {
    pub(crate) header: Header,
    pub(crate) payload: Vec<u8>,
    /// What is signed: header and payload as they were sent.
    pub(crate) signed: &'a [u8],
    pub(crate) signature: Vec<u8>,
}

/// The members of a header that count. Keys in it, or addresses of keys (`jwk`, `jku`, `x5c`,
/// `x5u`), do not: who signs would choose who is believed.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: Option<String>,
    pub(crate) typ: Option<String>,
}

impl<'a> Compact<'a> {
    /// Whether a bearer token looks like one, so that its issuer can be asked for keys.
    pub(crate) fn is_likely(token: &str) -> bool {
        token.matches('.').count() == 2 && token.starts_with("ey")
    }

    pub(crate) fn parse(token: &'a str) -> Result<Self, TokenFault> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenFault::NotCompact)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenFault::NotCompact)?;
        let decode = |part: &str, name| {
            URL_SAFE_NO_PAD
                .decode(part)
                .map_err(|_| TokenFault::Encoding(name))
        };
        Ok(Self {
            header: Header::parse(&decode(header, "header")?)?,
            payload: decode(payload, "payload")?,
            signed: signed.as_bytes(),
            signature: decode(signature, "signature")?,
        })
    }
}

impl Header {
    fn parse(bytes: &[u8]) -> Result<Self, TokenFault> {
        let map = object(bytes).ok_or(TokenFault::Json("header"))?;
        // No extension is understood here, and RFC 7515 §4.1.11 forbids to ignore one.
        if map.contains_key("crit") || map.contains_key("b64") {
            return Err(TokenFault::Critical);
        }
        let text = |name: &'static str| match map.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(TokenFault::Json("header")),
        };
        let name = text("alg")?.ok_or(TokenFault::Json("header"))?;
        let algorithm = Algorithm::named(&name).ok_or_else(|| TokenFault::algorithm(&name))?;
        Ok(Self {
            algorithm,
            kid: text("kid")?,
            typ: text("typ")?,
        })
    }
}
