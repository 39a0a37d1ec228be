//! GET and DELETE: a legacy session's standing stream, and its end.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use gate::{Call, Limit, Refusal, Subject};
use http::Response;
use mcp::Era;
use mcp::era;

use super::Admitted;
use crate::flight::{self, Owner};
use crate::respond::{Body, respond};
use crate::sessions::{InUse, McpSession};
use crate::{ops, random, running};

/// Opens the server's own stream of messages, or resumes one.
pub(super) async fn open(admitted: Admitted) -> Response<Body> {
    let session = match named(&admitted).await {
        Ok(session) => session,
        Err(response) => return response,
    };
    if let Err(fault) = era::check_get(&admitted.headers()) {
        let refusal = Refusal::Transport(fault);
        return admitted.refuse(Some(&session), refusal).await;
    }
    let streams_max = admitted.shared.config.limits.session_streams_max;
    if session.streams.load(Ordering::Acquire) >= streams_max {
        let refusal = Refusal::Limited(Limit::Streams);
        return admitted.refuse(Some(&session), refusal).await;
    }
    let last_event_id = admitted.headers().last_event_id().map(Arc::from);
    let subject = Subject::Stream { last_event_id };
    let Some(call) = call(&admitted, &session, subject) else {
        return ops::no_randomness();
    };
    let outs = flight::launch(&admitted.shared, Owner::Session(session), call);
    respond(outs, admitted.manner(None)).await
}

/// Ends a session. A server that does not offer this keeps it, and so does the gateway.
pub(super) async fn end(admitted: Admitted) -> Response<Body> {
    let session = match named(&admitted).await {
        Ok(session) => session,
        Err(response) => return response,
    };
    let visible = session.visible.clone();
    let Some(call) = call(&admitted, &session, Subject::EndSession) else {
        return ops::no_randomness();
    };
    let outs = flight::launch(&admitted.shared, Owner::Session(session), call);
    let response = respond(outs, admitted.manner(None)).await;
    let gone = response.status() == http::StatusCode::NOT_FOUND;
    if response.status().is_success() || gone {
        running::close_soon(&admitted.shared, &visible, "deleted");
    }
    response
}

/// The session of a request that cannot do without one.
async fn named(admitted: &Admitted) -> Result<InUse<McpSession>, Response<Body>> {
    if admitted.claimed_era() == Era::Modern {
        return Err(admitted
            .refuse(None, Refusal::MethodNotAllowed { allow: "POST" })
            .await);
    }
    if let Err(fault) = admitted.headers().check_repeated() {
        return Err(admitted.refuse(None, Refusal::Transport(fault)).await);
    }
    match admitted.session() {
        Some(Ok(session)) => Ok(session),
        Some(Err(refusal)) => Err(admitted.refuse(None, refusal).await),
        None => Err(admitted.refuse(None, Refusal::SessionMissing).await),
    }
}

fn call(admitted: &Admitted, session: &McpSession, subject: Subject) -> Option<Call> {
    let at = random::now();
    let id = random::call_id(at).ok()?;
    Some(Call {
        id,
        exchange: Arc::new(admitted.exchange(Some(session))),
        subject,
        at,
    })
}
