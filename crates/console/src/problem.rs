//! Whatever goes wrong, as problem details (RFC 9457).

use gate::VoteError;
use http::header::{self, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use identity::AuthError;
use serde_json::json;

use crate::api::{self, Body};
use crate::desk::DeskError;

/// Why a request has no effect.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    /// The end of its `type`.
    kind: &'static str,
    title: &'static str,
    detail: String,
    header: Option<(HeaderName, &'static str)>,
}

impl Problem {
    fn new(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            kind,
            title,
            detail: detail.into(),
            header: None,
        }
    }

    /// The request cannot be understood.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        let title = "The request cannot be understood";
        Self::new(StatusCode::BAD_REQUEST, "malformed", title, detail)
    }

    /// What it asks for cannot be granted as it is said.
    pub(crate) fn allowance(detail: impl Into<String>) -> Self {
        let title = "The grant cannot be given";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "allowance", title, detail)
    }

    pub(crate) fn not_found() -> Self {
        let detail = "there is nothing at this path";
        Self::new(StatusCode::NOT_FOUND, "not-found", "Nothing here", detail)
    }

    pub(crate) fn not_allowed(allows: &'static str) -> Self {
        let title = "Another method is needed";
        let detail = format!("this path takes {allows}");
        Self {
            header: Some((header::ALLOW, allows)),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", title, detail)
        }
    }

    pub(crate) fn too_large(bytes_max: usize) -> Self {
        let detail = format!("a body has {bytes_max} bytes at the most");
        let title = "The body is too large";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", title, detail)
    }

    pub(crate) fn too_slow(ms_max: u64) -> Self {
        let detail = format!("the body did not arrive within {ms_max} ms");
        let title = "The body is too slow";
        Self::new(StatusCode::REQUEST_TIMEOUT, "too-slow", title, detail)
    }

    pub(crate) fn media_type() -> Self {
        let title = "Another media type is needed";
        let detail = "a body is application/json";
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media-type",
            title,
            detail,
        )
    }

    fn unavailable() -> Self {
        let title = "This cannot be done at the moment";
        let detail = "it cannot be put on record, so it has no effect; the gateway's log says why";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            title,
            detail,
        )
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut document = json!({
            "type": format!("urn:probity:problem:{}", self.kind),
            "title": self.title,
            "status": self.status.as_u16(),
        });
        if let Some(members) = document.as_object_mut() {
            members.insert("detail".to_owned(), self.detail.into());
        }
        let mut response = api::json(self.status, &document);
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        if let Some((name, value)) = self.header {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

/// RFC 6750 §3.
impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        let challenge = match error {
            AuthError::Missing => "Bearer realm=\"probity\"",
            AuthError::Malformed => "Bearer realm=\"probity\", error=\"invalid_request\"",
            _ => "Bearer realm=\"probity\", error=\"invalid_token\"",
        };
        let title = "Nobody knows who asks";
        Self {
            header: Some((header::WWW_AUTHENTICATE, challenge)),
            ..Self::new(
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                title,
                error.to_string(),
            )
        }
    }
}

impl From<VoteError> for Problem {
    fn from(error: VoteError) -> Self {
        use StatusCode as S;
        let detail = error.to_string();
        let (status, kind, title) = match error {
            VoteError::Unknown => (S::NOT_FOUND, "unknown", "There is no such held call"),
            VoteError::Over(_) => (S::CONFLICT, "over", "It does not wait any more"),
            VoteError::Expired => (S::CONFLICT, "expired", "It waited too long"),
            VoteError::Twice => (S::CONFLICT, "twice", "You said so already"),
            VoteError::NotAPerson => (S::FORBIDDEN, "not-a-person", "Only people rule"),
            VoteError::OwnCall => (S::FORBIDDEN, "own-call", "It is your own call"),
            VoteError::NotInGroup(_) => (S::FORBIDDEN, "not-in-group", "Others rule on it"),
            VoteError::StaleSignIn => (S::FORBIDDEN, "stale-sign-in", "Sign in again"),
            VoteError::NoEmergency => (S::FORBIDDEN, "no-emergency", "No emergency is foreseen"),
            VoteError::Forbidden => (S::FORBIDDEN, "forbidden", "Policy does not let you"),
            VoteError::NoReason => (S::UNPROCESSABLE_ENTITY, "no-reason", "A reason is needed"),
            VoteError::GrantTooLong(_) => (
                S::UNPROCESSABLE_ENTITY,
                "grant-too-long",
                "The grant is too long",
            ),
            VoteError::Allowance(_) => return Self::allowance(detail),
        };
        Self::new(status, kind, title, detail)
    }
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Vote(error) => error.into(),
            DeskError::NoGrant => {
                let title = "There is no such grant";
                Self::new(StatusCode::NOT_FOUND, "no-grant", title, error.to_string())
            }
            DeskError::Unavailable(why) => {
                tracing::error!(%why, "somebody's word has no effect");
                Self::unavailable()
            }
        }
    }
}
