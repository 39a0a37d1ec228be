use std::time::Duration;

use bytes::Bytes;
use gate::Ending;
use http::{Method, Request, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};

use super::ANSWER_MS_MAX;
use crate::upstream::HttpClient;

/// The most bytes that an answer may have: far more than any cosignature or timestamp.
const ANSWER_BYTES_MAX: usize = 256 << 10;

/// An answer, whatever its status.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: Bytes,
}

/// Sends a body and waits for the whole answer, for a limited time.
pub(super) async fn post(
    client: &HttpClient,
    url: &Uri,
    content_type: &'static str,
    body: Vec<u8>,
) -> Result<Reply, String> {
    let request = Request::builder()
        .method(Method::POST)
        .uri(url)
        .header(header::CONTENT_TYPE, content_type)
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| error.to_string())?;
    let answered = async {
        let response = client.send(request).await.map_err(|ending| match ending {
            Ending::UpstreamUnreachable { detail } | Ending::UpstreamBroke { detail, .. } => detail,
            other => format!("{other:?}"),
        })?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX)
            .collect()
            .await
            .map_err(|error| error.to_string())?;
        let content_type = parts.headers.get(header::CONTENT_TYPE);
        Ok(Reply {
            status: parts.status.as_u16(),
            content_type: content_type
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned(),
            body: body.to_bytes(),
        })
    };
    let wait = Duration::from_millis(ANSWER_MS_MAX);
    tokio::time::timeout(wait, answered)
        .await
        .unwrap_or_else(|_| Err(format!("no answer within {ANSWER_MS_MAX} ms")))
}
