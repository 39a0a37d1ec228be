//! Where a server wants its messages posted: a URI reference, which must stay with the server.

use std::fmt;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

/// Why a server's endpoint is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EndpointFault {
    /// It is no URI reference.
    Unreadable,
    /// It is on another server than the stream. Posting there would let one server make the
    /// gateway speak to any other (MCP basic/transports 2024-11-05; same origin as RFC 6454 §5).
    OtherOrigin,
}

impl fmt::Display for EndpointFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "the `endpoint` event has no URI in it",
            Self::OtherOrigin => "the `endpoint` event names another server than the stream's",
        })
    }
}

/// Resolves a reference against the stream's own URL (RFC 3986 §5.2).
pub(super) fn resolve(base: &Uri, reference: &str) -> Result<Uri, EndpointFault> {
    let reference = reference.trim();
    let reference = reference.split('#').next().unwrap_or(reference);
    if reference.is_empty() || reference.contains('\\') {
        return Err(EndpointFault::Unreadable);
    }
    let path = match absolute(base, reference)? {
        Some(path) => path,
        None => relative(base, reference)?,
    };
    let mut parts = base.clone().into_parts();
    parts.path_and_query = Some(path);
    Uri::from_parts(parts).map_err(|_| EndpointFault::Unreadable)
}

/// The path of a reference that names a server, if it does and it is the same one.
fn absolute(base: &Uri, reference: &str) -> Result<Option<PathAndQuery>, EndpointFault> {
    let with_scheme = match reference.strip_prefix("//") {
        Some(_) => format!("{}:{reference}", base.scheme_str().unwrap_or("http")),
        None if has_scheme(reference) => reference.to_owned(),
        None => return Ok(None),
    };
    let uri: Uri = with_scheme.parse().map_err(|_| EndpointFault::Unreadable)?;
    if origin(&uri).is_none() || origin(&uri) != origin(base) {
        return Err(EndpointFault::OtherOrigin);
    }
    let path = uri.into_parts().path_and_query;
    Ok(Some(path.unwrap_or_else(|| PathAndQuery::from_static("/"))))
}

fn relative(base: &Uri, reference: &str) -> Result<PathAndQuery, EndpointFault> {
    let (path, query) = match reference.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (reference, None),
    };
    let merged = match path {
        "" => base.path().to_owned(),
        absolute if absolute.starts_with('/') => without_dots(absolute),
        _ => {
            let directory = base
                .path()
                .rsplit_once('/')
                .map_or("", |(directory, _)| directory);
            without_dots(&format!("{directory}/{path}"))
        }
    };
    let whole = match query {
        Some(query) => format!("{merged}?{query}"),
        None => merged,
    };
    whole.parse().map_err(|_| EndpointFault::Unreadable)
}

/// RFC 3986 §5.2.4, for a path that starts with a slash.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            segment => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

/// Whether it begins with `scheme:` (RFC 3986 §3.1).
fn has_scheme(reference: &str) -> bool {
    let Some((scheme, _)) = reference.split_once(':') else {
        return false;
    };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// Scheme, host in lower case, port. `None` where there is none, or with user information in it.
fn origin(uri: &Uri) -> Option<(Scheme, String, u16)> {
    let scheme = uri.scheme()?.clone();
    let authority: &Authority = uri.authority()?;
    if authority.as_str().contains('@') {
        return None;
    }
    let default = if scheme == Scheme::HTTPS { 443 } else { 80 };
    let port = authority.port_u16().unwrap_or(default);
    Some((scheme, authority.host().to_ascii_lowercase(), port))
}

#[cfg(test)]
mod tests {
    use super::{EndpointFault, resolve};

    #[test]
    fn an_endpoint_stays_with_its_server() {
        let base = "http://mcp.example:8080/a/sse?x=1".parse().expect("a URL");
        let stays = |path: &str| Ok(format!("http://mcp.example:8080{path}"));
        let leaves = || Err(EndpointFault::OtherOrigin);
        let unreadable = || Err(EndpointFault::Unreadable);
        for (reference, expected) in [
            ("/message?sessionId=1", stays("/message?sessionId=1")),
            ("message?s=1", stays("/a/message?s=1")),
            ("./message", stays("/a/message")),
            ("../message/", stays("/message/")),
            ("../../../message", stays("/message")),
            ("?s=1", stays("/a/sse?s=1")),
            ("/m#fragment", stays("/m")),
            (" /m\n", stays("/m")),
            (
                "/m?u=http://other.example/",
                stays("/m?u=http://other.example/"),
            ),
            ("m:1", leaves()),
            ("http://mcp.example:8080/m", stays("/m")),
            ("HTTP://MCP.Example:8080/m", stays("/m")),
            ("//mcp.example:8080/m?a", stays("/m?a")),
            ("http://mcp.example/m", leaves()),
            ("https://mcp.example:8080/m", leaves()),
            ("http://127.0.0.1:8080/m", leaves()),
            ("//169.254.169.254/latest", leaves()),
            ("http://mcp.example:8080@evil.example/m", leaves()),
            ("http://user@mcp.example:8080/m", leaves()),
            ("file:///etc/passwd", unreadable()),
            ("\\\\evil.example\\m", unreadable()),
            ("/a b", unreadable()),
            ("", unreadable()),
            ("#", unreadable()),
        ] {
            let resolved = resolve(&base, reference).map(|uri| uri.to_string());
            assert_eq!(resolved, expected, "{reference:?}");
        }
    }
}
