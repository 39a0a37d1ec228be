use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;

use bytes::Bytes;
use gate::{Approver, Vote, VoteError};
use http::header::{self, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use identity::AuthError;
use model::{CallId, GrantId, Principal};
use serde_json::Value;

use crate::ask;
use crate::body;
use crate::desk::{Desk, DeskError};
use crate::events;
use crate::page::Page;
use crate::problem::Problem;
use crate::route::{Route, Saying};
use crate::shown;

/// The body of an answer.
pub type Body = UnsyncBoxBody<Bytes, Infallible>;

/// Through what people speak here, in records.
const CHANNEL: &str = "api";

/// The HTTP API below `/api/v1/`.
pub struct Api {
    desk: Arc<dyn Desk>,
    limits: Limits,
}

/// What a client may take.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of a body.
    pub body_bytes_max: usize,
    /// Milliseconds until a body is there.
    pub body_ms_max: u64,
    /// Silence before a comment is sent to a listener, in milliseconds.
    pub keep_alive_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: 64 << 10,
            body_ms_max: 10_000,
            keep_alive_ms: 15_000,
        }
    }
}

impl Api {
    /// Over a desk.
    pub fn new(desk: Arc<dyn Desk>) -> Self {
        Self::with_limits(desk, Limits::default())
    }

    /// Over a desk, with other limits.
    pub fn with_limits(desk: Arc<dyn Desk>, limits: Limits) -> Self {
        Self { desk, limits }
    }

    /// Answers one request. A word that somebody said is taken to the end even if they do not wait for
    /// the answer.
    pub async fn answer<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let answer = self.find_answer(request).await;
        let mut response = answer.unwrap_or_else(Problem::into_response);
        let headers = response.headers_mut();
        let no_store = HeaderValue::from_static("no-store");
        headers.insert(header::CACHE_CONTROL, no_store);
        let no_sniff = HeaderValue::from_static("nosniff");
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, no_sniff);
        response
    }

    async fn find_answer<B>(&self, request: Request<B>) -> Result<Response<Body>, Problem>
    where
        B: http_body::Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let by = self.desk.who(request.headers()).await?;
        if by.principal == Principal::Anonymous {
            return Err(AuthError::Missing.into());
        }
        let route = Route::of(request.uri().path()).ok_or_else(Problem::not_found)?;
        if !route.takes(request.method()) {
            return Err(Problem::not_allowed(route.allows()));
        }
        let query = request.uri().query().unwrap_or_default();
        match route {
            Route::Approvals => self.approvals(query),
            Route::Approval(id) => self.approval(id),
            Route::Events => {
                let (desk, headers) = (self.desk.clone(), request.headers().clone());
                Ok(events::stream(desk, headers, self.limits.keep_alive_ms))
            }
            Route::Say(id, saying) => {
                let body = body::read(request, &self.limits).await?;
                self.say(id, saying, by, &body).await
            }
            Route::Grants => self.grants(query),
            Route::Grant(id) => self.revoke(id, by).await,
        }
    }

    fn approvals(&self, query: &str) -> Result<Response<Body>, Problem> {
        let page = Page::<CallId>::parse(query, true)?;
        let held = self.desk.held().into_iter();
        let held = held.filter(|held| page.state.is_none_or(|state| held.state == state));
        Ok(ok(&page.of(held, |held| held.id, shown::held)))
    }

    fn approval(&self, id: CallId) -> Result<Response<Body>, Problem> {
        let held = self.desk.get(id).ok_or(VoteError::Unknown)?;
        Ok(ok(&shown::held(&held)))
    }

    fn grants(&self, query: &str) -> Result<Response<Body>, Problem> {
        let page = Page::<GrantId>::parse(query, false)?;
        let now = self.desk.now();
        let shown = |grant: &_| shown::grant(grant, now);
        Ok(ok(&page.of(self.desk.grants(), |grant| grant.id, shown)))
    }

    async fn say(
        &self,
        id: CallId,
        saying: Saying,
        by: Approver,
        body: &[u8],
    ) -> Result<Response<Body>, Problem> {
        let (word, reason) = ask::word(saying, body)?;
        let vote = Vote {
            by,
            word,
            reason,
            channel: CHANNEL.into(),
            at: self.desk.now(),
        };
        let desk = self.desk.clone();
        let held = to_the_end(async move { desk.vote(id, vote).await }).await?;
        Ok(ok(&shown::held(&held)))
    }

    async fn revoke(&self, id: GrantId, by: Approver) -> Result<Response<Body>, Problem> {
        if !matches!(by.principal, Principal::Person { .. }) {
            return Err(VoteError::NotAPerson.into());
        }
        let desk = self.desk.clone();
        let grant = to_the_end(async move { desk.revoke(id, by).await }).await?;
        Ok(ok(&shown::grant(&grant, self.desk.now())))
    }
}

/// A client that goes away drops its request wherever that waits: what puts a word on record and then
/// in force may not end between the two.
async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, DeskError>> + Send + 'static,
) -> Result<T, DeskError> {
    let done = tokio::spawn(work).await;
    done.unwrap_or_else(|error| Err(DeskError::Unavailable(error.to_string())))
}

fn ok(document: &Value) -> Response<Body> {
    json(StatusCode::OK, document)
}

pub(crate) fn json(status: StatusCode, document: &Value) -> Response<Body> {
    let text = Bytes::from(document.to_string());
    let mut response = Response::new(Full::new(text).boxed_unsync());
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
