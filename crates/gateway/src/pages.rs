//! What is served beside the data path: the HTTP API, and whoever implements it.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;

use crate::door;
use crate::respond::{Body, plain};
use crate::shared::Shared;

/// The answer to a request of the HTTP API.
pub type PageAnswer<'a> =
    Pin<Box<dyn Future<Output = Response<UnsyncBoxBody<Bytes, Infallible>>> + Send + 'a>>;

/// What answers below `/api/`.
pub trait Pages: Send + Sync {
    /// Answers a request, whose host and origin were looked at.
    fn answer(&self, request: Request<Incoming>) -> PageAnswer<'_>;
}

pub(crate) async fn serve(shared: &Arc<Shared>, request: Request<Incoming>) -> Response<Body> {
    let Some(pages) = &shared.wiring.pages else {
        return crate::ops::not_found();
    };
    let (parts, body) = request.into_parts();
    if door::check(shared, &parts).is_err() {
        let text = "this host or origin is not allowed here\n".to_owned();
        return plain(StatusCode::FORBIDDEN, "text/plain; charset=utf-8", text);
    }
    pages.answer(Request::from_parts(parts, body)).await
}
