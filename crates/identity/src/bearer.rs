use std::fmt;

use crate::TokenFault;

/// What a request shows as its credential.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential<'a> {
    /// No `Authorization` header.
    None,
    /// A bearer token (RFC 6750 §2.1).
    Bearer(&'a str),
}

impl fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Bearer(_) => "Bearer(…)",
        })
    }
}

/// Why a login was refused. Nothing in it is a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// No credential was shown, and this upstream wants one.
    #[error("no credential was shown")]
    Missing,
    /// More than one `Authorization` header, or one that is no bearer token.
    #[error("the authorization header is malformed")]
    Malformed,
    /// No such key, or another secret than the key's.
    #[error("the key is unknown")]
    Unknown,
    /// The key has expired.
    #[error("the key `{0}` has expired")]
    Expired(String),
    /// The key was revoked.
    #[error("the key `{0}` was revoked")]
    Revoked(String),
    /// The key does not open this upstream.
    #[error("the key `{0}` is not for this upstream")]
    OtherUpstream(String),
    /// Keys of this gateway do not open this upstream at all.
    #[error("keys do not open this upstream")]
    KeysNotTaken,
    /// A token stands in the URL, where logs and browsers keep it.
    #[error("a token stands in the query of the URL")]
    InQuery,
    /// The token is longer than any that an issuer makes.
    #[error("the token is longer than {bytes_max} bytes")]
    TooLong {
        /// The limit in bytes.
        bytes_max: usize,
    },
    /// An access token that does not hold here and now.
    #[error(transparent)]
    Token(#[from] TokenFault),
    /// The issuer would have to be asked, and cannot be.
    #[error("the issuer `{issuer}` cannot be asked: {why}")]
    Unavailable {
        /// Its name.
        issuer: String,
        /// Why not.
        why: String,
    },
}

/// What a client may learn of a login that failed (RFC 6750 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginFault {
    /// It showed nothing.
    NoCredential,
    /// What it showed cannot be read, or stands in the wrong place.
    InvalidRequest,
    /// What it showed opens nothing here, or nothing any more.
    InvalidToken,
    /// It cannot be decided whether what it showed is good.
    Unavailable,
}

impl AuthError {
    /// What the client is told.
    pub const fn fault(&self) -> LoginFault {
        match self {
            Self::Missing => LoginFault::NoCredential,
            Self::Malformed | Self::InQuery | Self::TooLong { .. } => LoginFault::InvalidRequest,
            Self::Unavailable { .. } => LoginFault::Unavailable,
            Self::Unknown
            | Self::Expired(_)
            | Self::Revoked(_)
            | Self::OtherUpstream(_)
            | Self::KeysNotTaken
            | Self::Token(_) => LoginFault::InvalidToken,
        }
    }
}

/// Whether the query of a URL has a token in it (RFC 6750 §2.3, which MCP forbids).
pub fn token_in_query(query: &str) -> bool {
    let mut names = query.split('&').map(|pair| pair.split('=').next());
    names.any(|name| name == Some("access_token"))
}

/// The credential of a request, from the values of all its `Authorization` headers (RFC 6750
/// §2.1; the scheme's name is case-insensitive, RFC 9110 §11.1).
///
/// # Errors
///
/// [`AuthError::Malformed`] for two headers, another scheme, or a token with characters outside
/// of `b64token`.
pub fn authorization<'a>(
    mut values: impl Iterator<Item = &'a [u8]>,
) -> Result<Credential<'a>, AuthError> {
    let Some(value) = values.next() else {
        return Ok(Credential::None);
    };
    if values.next().is_some() {
        return Err(AuthError::Malformed);
    }
    let text = std::str::from_utf8(value).map_err(|_| AuthError::Malformed)?;
    let (scheme, token) = text.split_once(' ').ok_or(AuthError::Malformed)?;
    let token = token.trim_matches(' ');
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() || !token.chars().all(allowed) {
        return Err(AuthError::Malformed);
    }
    Ok(Credential::Bearer(token))
}

#[cfg(test)]
mod tests {
    use super::{AuthError, Credential, authorization};

    #[test]
    fn the_authorization_header() {
        let check = |headers: &[&str], expected: Result<Credential<'_>, AuthError>| {
            assert_eq!(
                authorization(headers.iter().map(|h| h.as_bytes())),
                expected,
                "{headers:?}"
            );
        };
        check(&[], Ok(Credential::None));
        check(&["Bearer abc"], Ok(Credential::Bearer("abc")));
        check(
            &["bearer  a.b-c_d~e+f/g="],
            Ok(Credential::Bearer("a.b-c_d~e+f/g=")),
        );
        check(&["Bearer"], Err(AuthError::Malformed));
        check(&["Bearer "], Err(AuthError::Malformed));
        check(&["Basic abc"], Err(AuthError::Malformed));
        check(&["Bearer a b"], Err(AuthError::Malformed));
        check(&["Bearer a,b"], Err(AuthError::Malformed));
        check(&["Bearer a", "Bearer b"], Err(AuthError::Malformed));
    }
}
