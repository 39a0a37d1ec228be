//! What changes, as server-sent events (WHATWG HTML, Server-sent events).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use gate::HeldCall;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, Response};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};

use crate::api::Body;
use crate::desk::Desk;
use crate::shown;

/// One listener.
struct Listener {
    desk: Arc<dyn Desk>,
    /// What it showed: it has to hold as long as the stream does.
    headers: HeaderMap,
    changes: BoxStream<'static, Arc<HeldCall>>,
    keep_alive: Duration,
    begun: bool,
}

/// A stream that ends when changes were missed, or when the listener's credential does not hold any
/// more. Its first comment says that nothing is missed from then on.
pub(crate) fn stream(
    desk: Arc<dyn Desk>,
    headers: HeaderMap,
    keep_alive_ms: u64,
) -> Response<Body> {
    let listener = Listener {
        changes: desk.changes(),
        desk,
        headers,
        keep_alive: Duration::from_millis(keep_alive_ms),
        begun: false,
    };
    let frames = stream::unfold(listener, |mut listener| async {
        let bytes = listener.next().await?;
        Some((Ok::<_, Infallible>(Frame::data(bytes)), listener))
    });
    let mut response = Response::new(StreamBody::new(frames).boxed_unsync());
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/event-stream");
    headers.insert(header::CONTENT_TYPE, kind);
    // Proxies that buffer hold events back.
    let buffering = HeaderName::from_static("x-accel-buffering");
    headers.insert(buffering, HeaderValue::from_static("no"));
    response
}

impl Listener {
    async fn next(&mut self) -> Option<Bytes> {
        if !self.begun {
            self.begun = true;
            return Some(comment());
        }
        let change = tokio::time::timeout(self.keep_alive, self.changes.next()).await;
        self.desk.who(&self.headers).await.ok()?;
        match change {
            Err(_) => Some(comment()),
            Ok(change) => change.map(|held| event(&held)),
        }
    }
}

fn comment() -> Bytes {
    Bytes::from_static(b":\n\n")
}

/// JSON has no line ends of its own.
fn event(held: &HeldCall) -> Bytes {
    format!("event: approval\ndata: {}\n\n", shown::held(held)).into()
}
