//! What an endpoint says about itself to OAuth clients (RFC 9728, RFC 6750 §3).

use std::sync::Arc;

use model::Caller;
use serde_json::{Map, Value, json};

use crate::LoginFault;

/// A scope that only asks for a refresh token (OpenID Connect Core §11): no resource needs it.
const OFFLINE_ACCESS: &str = "offline_access";

/// One endpoint as an OAuth protected resource.
#[derive(Debug, Clone, Default)]
pub struct ProtectedResource {
    /// Its resource identifier: the URL that clients call, character by character.
    pub resource: Arc<str>,
    /// Where its metadata is.
    pub metadata_url: Arc<str>,
    /// The issuer identifiers of the authorization servers whose tokens open it. None: tokens do not.
    pub issuers: Vec<Arc<str>>,
    /// The scopes that every call needs.
    pub scopes: Vec<Arc<str>>,
    /// The scopes that calls of tools need besides, by pattern of the tool's name: `*` is any text.
    pub tool_scopes: Vec<(Arc<str>, Vec<Arc<str>>)>,
}

/// What a challenge is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Challenge {
    /// A login that failed.
    Login(LoginFault),
    /// A call that needs these scopes.
    Scopes(Vec<Arc<str>>),
}

impl ProtectedResource {
    /// Whether there is anything to say: whether tokens open it.
    pub fn takes_tokens(&self) -> bool {
        !self.issuers.is_empty()
    }

    /// Its metadata (RFC 9728 §2).
    pub fn metadata(&self) -> String {
        let mut metadata = Map::new();
        let mut member = |name: &str, value: Value| metadata.insert(name.to_owned(), value);
        member("resource", json!(self.resource));
        member("authorization_servers", json!(self.issuers));
        member("bearer_methods_supported", json!(["header"]));
        let scopes = self.scopes_supported();
        if !scopes.is_empty() {
            member("scopes_supported", json!(scopes));
        }
        Value::Object(metadata).to_string()
    }

    /// The `WWW-Authenticate` field of a refusal.
    pub fn challenge(&self, about: &Challenge) -> String {
        let mut fields = Vec::new();
        let mut field = |name: &str, value: &str| fields.push(format!("{name}=\"{value}\""));
        let (error, description, scopes) = match about {
            Challenge::Login(LoginFault::NoCredential | LoginFault::Unavailable) => {
                (None, None, &self.scopes)
            }
            Challenge::Login(LoginFault::InvalidRequest) => {
                (Some("invalid_request"), None, &self.scopes)
            }
            Challenge::Login(LoginFault::InvalidToken) => {
                (Some("invalid_token"), None, &self.scopes)
            }
            Challenge::Scopes(needed) => (
                Some("insufficient_scope"),
                Some("this call needs more scopes"),
                needed,
            ),
        };
        if let Some(error) = error {
            field("error", error);
        }
        if let Some(description) = description {
            field("error_description", description);
        }
        if self.takes_tokens() {
            field("resource_metadata", &self.metadata_url);
            let scopes = asked_for(scopes.iter());
            if !scopes.is_empty() {
                field("scope", &scopes.join(" "));
            }
        }
        if fields.is_empty() {
            return "Bearer".to_owned();
        }
        format!("Bearer {}", fields.join(", "))
    }

    /// All scopes that calls of these tools need, if the caller's token lacks one. A key of this
    /// gateway has no scopes, and lacks none.
    pub fn lacking<'a>(
        &self,
        caller: &Caller,
        tools: impl Iterator<Item = &'a str>,
    ) -> Option<Vec<Arc<str>>> {
        let token = caller.token.as_ref()?;
        let mut needed = self.scopes.clone();
        for tool in tools {
            for (pattern, scopes) in &self.tool_scopes {
                if matches(pattern, tool) {
                    needed.extend(scopes.iter().cloned());
                }
            }
        }
        let needed = unique(needed.iter());
        let lacks = needed.iter().any(|scope| !token.scopes.contains(scope));
        lacks.then_some(needed)
    }

    fn scopes_supported(&self) -> Vec<Arc<str>> {
        let of_tools = self.tool_scopes.iter().flat_map(|(_, scopes)| scopes);
        asked_for(self.scopes.iter().chain(of_tools))
    }
}

/// Whether a text may be a scope (RFC 6749 §3.3).
pub fn is_scope_token(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    !text.is_empty() && text.bytes().all(allowed)
}

/// The scopes that a client is told to ask for.
fn asked_for<'a>(scopes: impl Iterator<Item = &'a Arc<str>>) -> Vec<Arc<str>> {
    unique(scopes.filter(|scope| ***scope != *OFFLINE_ACCESS))
}

fn unique<'a>(scopes: impl Iterator<Item = &'a Arc<str>>) -> Vec<Arc<str>> {
    let mut all: Vec<Arc<str>> = Vec::new();
    for scope in scopes {
        if !all.contains(scope) {
            all.push(scope.clone());
        }
    }
    all
}

/// Whether a pattern with `*` for any text describes a name.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{AccessToken, Caller};

    use super::{Challenge, ProtectedResource, matches};
    use crate::LoginFault;

    fn resource() -> ProtectedResource {
        ProtectedResource {
            resource: "https://gw.example/mcp/db".into(),
            metadata_url: "https://gw.example/.well-known/oauth-protected-resource/mcp/db".into(),
            issuers: vec!["https://idp.example".into()],
            scopes: vec!["mcp".into(), "offline_access".into()],
            tool_scopes: vec![("drop_*".into(), vec!["mcp".into(), "mcp:write".into()])],
        }
    }

    #[test]
    fn what_clients_are_told() {
        // The order of members is not ours to choose.
        let told: serde_json::Value = serde_json::from_str(&resource().metadata()).unwrap();
        let expected = serde_json::json!({
            "authorization_servers": ["https://idp.example"],
            "bearer_methods_supported": ["header"],
            "resource": "https://gw.example/mcp/db",
            "scopes_supported": ["mcp", "mcp:write"],
        });
        assert_eq!(told, expected);
        let place = r#"resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp/db", scope="mcp""#;
        for (fault, expected) in [
            (LoginFault::NoCredential, format!("Bearer {place}")),
            (
                LoginFault::InvalidToken,
                format!(r#"Bearer error="invalid_token", {place}"#),
            ),
            (
                LoginFault::InvalidRequest,
                format!(r#"Bearer error="invalid_request", {place}"#),
            ),
        ] {
            assert_eq!(resource().challenge(&Challenge::Login(fault)), expected);
        }
        let keys_only = ProtectedResource::default();
        let challenge = Challenge::Login(LoginFault::NoCredential);
        assert_eq!(keys_only.challenge(&challenge), "Bearer");
    }

    #[test]
    fn what_a_tool_needs_is_asked_for_at_once() {
        let with = |scopes: &[&str]| Caller {
            token: Some(Arc::new(AccessToken {
                scopes: scopes.iter().map(|scope| Arc::from(*scope)).collect(),
                ..AccessToken::default()
            })),
            ..Caller::anonymous()
        };
        let mut resource = resource();
        resource.scopes = vec!["mcp".into()];
        let lacking = |scopes: &[&str], tool: &str| {
            let needed = resource.lacking(&with(scopes), [tool].into_iter())?;
            Some(needed.join(" "))
        };
        assert_eq!(lacking(&["mcp"], "read"), None);
        assert_eq!(lacking(&[], "read").as_deref(), Some("mcp"));
        assert_eq!(
            lacking(&["mcp"], "drop_all").as_deref(),
            Some("mcp mcp:write")
        );
        assert_eq!(
            lacking(&["mcp:write"], "drop_all").as_deref(),
            Some("mcp mcp:write")
        );
        assert_eq!(lacking(&["mcp", "mcp:write"], "drop_all"), None);
        assert_eq!(
            resource.lacking(&Caller::anonymous(), ["drop_all"].into_iter()),
            None
        );
    }

    #[test]
    fn patterns_of_names() {
        for (pattern, name, is) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "abc", true),
            ("a*b*c", "axbxc", true),
            ("a*b*c", "axc", false),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(matches(pattern, name), is, "{pattern} {name}");
        }
    }
}
