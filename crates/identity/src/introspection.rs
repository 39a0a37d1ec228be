//! Tokens that say nothing themselves: their issuer is asked (RFC 7662).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::Timestamp;
use serde_json::{Map, Value};

use crate::issuer::{Introspection, IssuerConfig};
use crate::jose::object;
use crate::keyring::Keyring;
use crate::{AuthError, Fetch, TokenFault};

/// Questions to one issuer that are under way at most: anybody can send tokens that do not exist.
const ASKED_MAX: usize = 64;

/// Asks one issuer about tokens.
#[derive(Default)]
pub(crate) struct Inquiry {
    under_way: AtomicUsize,
}

impl Inquiry {
    /// The claims of a token that holds, as its issuer says.
    pub(crate) async fn claims(
        &self,
        config: &IssuerConfig,
        how: &Introspection,
        keyring: &Arc<Keyring>,
        fetch: &dyn Fetch,
        token: &str,
        now: Timestamp,
    ) -> Result<Map<String, Value>, AuthError> {
        let _turn = self.turn().ok_or_else(|| AuthError::Unavailable {
            issuer: config.name.to_string(),
            why: format!("{ASKED_MAX} questions are under way"),
        })?;
        let url = match &how.url {
            Some(url) => url.clone(),
            None => keyring.endpoint(now).await?,
        };
        let unavailable = |why: String| AuthError::Unavailable {
            issuer: config.name.to_string(),
            why,
        };
        let document = fetch
            .fetch(how.ask(&url, token))
            .await
            .map_err(|error| unavailable(error.to_string()))?;
        if document.status != 200 {
            return Err(unavailable(format!("`{url}` answers {}", document.status)));
        }
        let claims = object(&document.body)
            .ok_or_else(|| unavailable(format!("`{url}` has no JSON object")))?;
        if claims.get("active") != Some(&Value::Bool(true)) {
            return Err(AuthError::Token(TokenFault::Inactive));
        }
        match claims.get("iss") {
            None => {}
            Some(Value::String(issuer)) if **issuer == *config.url => {}
            Some(other) => {
                let named = other.as_str().unwrap_or_default();
                return Err(AuthError::Token(TokenFault::issuer(named)));
            }
        }
        Ok(claims)
    }

    fn turn(&self) -> Option<Turn<'_>> {
        let turn = Turn(&self.under_way);
        let before = self.under_way.fetch_add(1, Ordering::AcqRel);
        (before < ASKED_MAX).then_some(turn)
    }
}

/// A question that is under way.
struct Turn<'a>(&'a AtomicUsize);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
