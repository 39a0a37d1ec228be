use std::sync::Arc;

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
    /// Which credential was shown: a key's id or a token's fingerprint, never the credential.
    /// Empty for an anonymous caller.
    pub credential: Arc<str>,
}

impl Caller {
    /// The caller of an upstream that is configured to take anyone.
    pub fn anonymous() -> Self {
        Self {
            principal: Principal::Anonymous,
            credential: "".into(),
        }
    }
}
