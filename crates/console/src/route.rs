use http::Method;
use model::{CallId, GrantId};

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    Approvals,
    Events,
    Approval(CallId),
    Say(CallId, Saying),
    Grants,
    Grant(GrantId),
}

/// What somebody can say of a held call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Saying {
    Approve,
    Reject,
    BreakGlass,
}

impl Route {
    /// `None`: there is nothing.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let below = path.strip_prefix("/api/v1/")?;
        let mut segments = below.split('/');
        let route = match (segments.next()?, segments.next(), segments.next()) {
            ("approvals", None, None) => Self::Approvals,
            ("approvals", Some("events"), None) => Self::Events,
            ("approvals", Some(id), None) => Self::Approval(id.parse().ok()?),
            ("approvals", Some(id), Some(word)) => Self::Say(id.parse().ok()?, Saying::of(word)?),
            ("grants", None, None) => Self::Grants,
            ("grants", Some(id), None) => Self::Grant(id.parse().ok()?),
            _ => return None,
        };
        segments.next().is_none().then_some(route)
    }

    /// The methods that it takes, as an `Allow` header lists them.
    pub(crate) const fn allows(self) -> &'static str {
        match self {
            Self::Approvals | Self::Approval(_) | Self::Grants => "GET, HEAD",
            Self::Events => "GET",
            Self::Say(..) => "POST",
            Self::Grant(_) => "DELETE",
        }
    }

    /// Whether it takes a method.
    pub(crate) fn takes(self, method: &Method) -> bool {
        let mut allowed = self.allows().split(", ");
        allowed.any(|allowed| allowed == method.as_str())
    }
}

impl Saying {
    fn of(word: &str) -> Option<Self> {
        match word {
            "approve" => Some(Self::Approve),
            "reject" => Some(Self::Reject),
            "break-glass" => Some(Self::BreakGlass),
            _ => None,
        }
    }
}
