use std::sync::Arc;

use crate::Timestamp;

/// Who is accountable for a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Principal {
    /// A human being, as an identity provider or a key names them.
    Person {
        /// Who vouches: an issuer's URL, or `key` for a key of this gateway.
        issuer: Arc<str>,
        /// The stable identifier at that issuer.
        subject: Arc<str>,
    },
    /// A workload without a person.
    Service {
        /// Who vouches: an issuer's URL, or `key` for a key of this gateway.
        issuer: Arc<str>,
        /// The stable identifier at that issuer.
        subject: Arc<str>,
    },
    /// Nobody: exists only where an upstream is configured so.
    Anonymous,
}

impl Principal {
    /// `person`, `service` or `anonymous`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Person { .. } => "person",
            Self::Service { .. } => "service",
            Self::Anonymous => "anonymous",
        }
    }

    /// The issuer that vouches; empty for [`Principal::Anonymous`].
    pub fn issuer(&self) -> &str {
        match self {
            Self::Person { issuer, .. } | Self::Service { issuer, .. } => issuer,
            Self::Anonymous => "",
        }
    }

    /// The identifier at the issuer; empty for [`Principal::Anonymous`].
    pub fn subject(&self) -> &str {
        match self {
            Self::Person { subject, .. } | Self::Service { subject, .. } => subject,
            Self::Anonymous => "",
        }
    }
}

/// The software that speaks for the principal, as it describes itself. Never an identity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Agent {
    /// `clientInfo.name`, or empty.
    pub name: Arc<str>,
    /// `clientInfo.version`, or empty.
    pub version: Arc<str>,
}

/// Who calls: the authenticated principal, and with which credential.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Caller {
    /// Who is accountable.
    pub principal: Principal,
    /// The groups that whoever vouches puts the principal in.
    pub groups: Arc<[Arc<str>]>,
    /// Which credential was shown: a key's id or a token's fingerprint, never the credential.
    /// Empty for an anonymous caller.
    pub credential: Arc<str>,
    /// What an access token says besides who calls; none for a key of this gateway.
    pub token: Option<Arc<AccessToken>>,
}

/// What the issuer of an access token says in it besides who calls. The token itself is not here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct AccessToken {
    /// The software that it was issued to: the OAuth client. Empty if it does not say.
    pub client: Arc<str>,
    /// Its id at the issuer (`jti`), which that issuer's own logs may name. Empty if it has none.
    pub id: Arc<str>,
    /// From when on it is no good (`exp`); never absent of one that was validated.
    pub expires: Option<Timestamp>,
    /// What its holder agreed to.
    pub scopes: Arc<[Arc<str>]>,
}

impl Caller {
    /// Known by a key of this gateway.
    pub fn by_key(principal: Principal, credential: Arc<str>) -> Self {
        Self {
            principal,
            groups: Arc::default(),
            credential,
            token: None,
        }
    }

    /// The caller of an upstream that is configured to take anyone.
    pub fn anonymous() -> Self {
        Self::by_key(Principal::Anonymous, "".into())
    }

    /// The OAuth client that the token was issued to; empty if nobody says.
    pub fn client(&self) -> &str {
        self.token.as_ref().map_or("", |token| &token.client)
    }
}
