//! The desk of the HTTP API, before what waits in the gateway.

use std::sync::Arc;

use arc_swap::ArcSwap;
use console::{Api, Desk, DeskError};
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use gate::{Approver, Grant, HeldCall, Vote};
use gateway::{Approvals, PageAnswer, Pages, RulingError};
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request};
use hyper::body::Incoming;
use identity::{ApiKeys, AuthError};
use model::{CallId, GrantId, Timestamp};

use crate::system::now;

/// Answers for held calls out of the gateway's own.
pub(crate) struct GatewayDesk {
    approvals: Arc<Approvals>,
    keys: Arc<ArcSwap<ApiKeys>>,
}

/// What the gateway serves below `/api/`.
struct Served(Api);

/// The HTTP API, for the gateway to serve.
pub(crate) fn pages(approvals: Arc<Approvals>, keys: Arc<ArcSwap<ApiKeys>>) -> Arc<dyn Pages> {
    Arc::new(Served(Api::new(Arc::new(GatewayDesk { approvals, keys }))))
}

impl Pages for Served {
    fn answer(&self, request: Request<Incoming>) -> PageAnswer<'_> {
        Box::pin(self.0.answer(request))
    }
}

impl Desk for GatewayDesk {
    fn who<'a>(&'a self, headers: &'a HeaderMap) -> BoxFuture<'a, Result<Approver, AuthError>> {
        Box::pin(async move {
            let values = headers.get_all(AUTHORIZATION);
            let credential = identity::authorization(values.iter().map(|value| value.as_bytes()))?;
            let keys = self.keys.load();
            let caller = keys.authenticate_for_all(&credential, now())?;
            Ok(Approver {
                principal: caller.principal,
                credential: caller.credential,
                groups: caller.groups.to_vec(),
                signed_in_at: None,
            })
        })
    }

    fn held(&self) -> Vec<HeldCall> {
        self.approvals.held()
    }

    fn get(&self, id: CallId) -> Option<HeldCall> {
        self.approvals.get(id)
    }

    fn grants(&self) -> Vec<Grant> {
        self.approvals.grants()
    }

    fn vote(&self, id: CallId, vote: Vote) -> BoxFuture<'_, Result<HeldCall, DeskError>> {
        Box::pin(async move { self.approvals.vote(id, vote).await.map_err(told) })
    }

    fn revoke(&self, id: GrantId, by: Approver) -> BoxFuture<'_, Result<Grant, DeskError>> {
        Box::pin(async move { self.approvals.revoke(id, &by).await.map_err(told) })
    }

    fn changes(&self) -> BoxStream<'static, Arc<HeldCall>> {
        let changes = self.approvals.subscribe();
        stream::unfold(changes, |mut changes| async move {
            let held = changes.recv().await.ok()?;
            Some((held, changes))
        })
        .boxed()
    }

    fn now(&self) -> Timestamp {
        now()
    }
}

fn told(error: RulingError) -> DeskError {
    match error {
        RulingError::Vote(error) => DeskError::Vote(error),
        RulingError::NoGrant => DeskError::NoGrant,
        RulingError::Unrecorded(_) | RulingError::Unkept(_) => {
            DeskError::Unavailable(error.to_string())
        }
    }
}
