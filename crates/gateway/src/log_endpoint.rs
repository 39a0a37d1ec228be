//! The published logs under `/log/`, read-only (C2SP tlog-tiles). Nothing here is a call: what is
//! served is what anybody may have, and the gateway opens no file for it.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use ledger::{LogFile, LogPath};

use crate::ops;
use crate::respond::{Body, plain};
use crate::shared::Shared;

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

/// C2SP tlog-tiles: caching headers of tiles should be long-lived. A year, as RFC 9111 caches take it.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// C2SP tlog-tiles: a checkpoint should not be cached beyond a few seconds.
const A_MOMENT: &str = "public, max-age=1";

/// Where published files come from. May block.
pub trait PublishedLogs: Send + Sync {
    /// A published file; `None` if there is none.
    ///
    /// # Errors
    ///
    /// If it is unknown whether there is one.
    fn read(&self, path: &LogPath) -> io::Result<Option<Vec<u8>>>;
}

/// Answers one request to `/log/{below}`.
pub(crate) async fn serve<T>(shared: &Shared, request: &Request<T>, below: &str) -> Response<Body> {
    let (Some(published), Some(path)) = (&shared.wiring.published, LogPath::parse(below)) else {
        return ops::not_found();
    };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return not_allowed();
    }
    let published = Arc::clone(published);
    let (wanted, immutable, file) = (path.clone(), path.is_immutable(), path.file);
    let read = tokio::task::spawn_blocking(move || published.read(&wanted)).await;
    match read.unwrap_or_else(|error| Err(io::Error::other(error))) {
        Ok(Some(bytes)) => found(request.headers(), file, immutable, bytes),
        // Not yet, or a partial tile of which the full one exists: whoever asks takes that.
        Ok(None) => with_cache(
            plain(StatusCode::NOT_FOUND, TEXT, GONE.to_owned()),
            A_MOMENT,
        ),
        Err(error) => {
            tracing::error!(%error, path = below, "a published file cannot be read");
            let text = "the log cannot be read at the moment\n".to_owned();
            plain(StatusCode::SERVICE_UNAVAILABLE, TEXT, text)
        }
    }
}

const GONE: &str = "there is no such file; where a partial tile is gone, take the full one\n";

fn found(asked: &HeaderMap, file: LogFile, immutable: bool, bytes: Vec<u8>) -> Response<Body> {
    let tag = format!("\"{}\"", ledger::merkle::sha256(&[&bytes]));
    let known = asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .any(|value| names(value, &tag));
    let (status, bytes) = if known {
        (StatusCode::NOT_MODIFIED, Bytes::new())
    } else {
        (StatusCode::OK, Bytes::from(bytes))
    };
    let mut response = Response::new(Full::new(bytes).boxed_unsync());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if !known {
        let kind = match file {
            LogFile::Tile(_) => BYTES,
            LogFile::Timestamp(..) => ledger::timestamp::REPLY_TYPE,
            LogFile::Checkpoint
            | LogFile::VerifierKey
            | LogFile::Cosigned
            | LogFile::Stamped(_) => TEXT,
        };
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    with_cache(response, if immutable { FOR_EVER } else { A_MOMENT })
}

/// Whether an `If-None-Match` names this tag, or any (RFC 9110 §13.1.2: weak comparison).
fn names(value: &HeaderValue, tag: &str) -> bool {
    let Ok(text) = value.to_str() else {
        return false;
    };
    text.split(',')
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

fn with_cache(mut response: Response<Body>, control: &'static str) -> Response<Body> {
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(control));
    response
}

fn not_allowed() -> Response<Body> {
    let text = "the log is read-only\n".to_owned();
    let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, TEXT, text);
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}
