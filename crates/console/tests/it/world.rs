//! A desk in memory, and requests to the API over it.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use console::{Api, Body, Desk, DeskError, Limits};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use gate::{Approver, Binding, Grant, HeldCall, HeldState, Shown, Vote, VoteError};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full};
use identity::{AuthError, Credential, authorization};
use model::{Agent, CallId, Digest, GrantId, Principal, SessionId, Timestamp};
use policy::{Reason, Severity, Terms};
use serde_json::Value;
use tokio::sync::mpsc;

pub(crate) const NOW: Timestamp = Timestamp::from_unix_us(1_700_000_000_000_000);

/// Who has which bearer token.
type People = HashMap<&'static str, Approver>;

pub(crate) struct FakeDesk {
    people: Mutex<People>,
    pub(crate) held: Mutex<BTreeMap<CallId, HeldCall>>,
    pub(crate) grants: Mutex<BTreeMap<GrantId, Grant>>,
    /// What every word comes to, if it is to fail.
    pub(crate) fails: Mutex<Option<DeskError>>,
    /// What was said.
    pub(crate) said: Mutex<Vec<Vote>>,
    listeners: Mutex<Vec<mpsc::UnboundedSender<Arc<HeldCall>>>>,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FakeDesk {
    /// With `ada` and `bob` of the group `finance`, `robot`, and `nobody`.
    pub(crate) fn new() -> Arc<Self> {
        let person = |name: &str, groups: &[&str]| Approver {
            principal: Principal::Person {
                issuer: "key".into(),
                subject: name.into(),
            },
            credential: "k1".into(),
            groups: groups.iter().map(|group| (*group).into()).collect(),
            signed_in_at: None,
        };
        let robot = Principal::Service {
            issuer: "key".into(),
            subject: "robot".into(),
        };
        let other = |principal| Approver {
            principal,
            ..person("", &["finance"])
        };
        Arc::new(Self {
            people: Mutex::new(People::from([
                ("ada", person("ada", &["finance"])),
                ("bob", person("bob", &["finance"])),
                ("robot", other(robot)),
                ("nobody", other(Principal::Anonymous)),
            ])),
            held: Mutex::default(),
            grants: Mutex::default(),
            fails: Mutex::default(),
            said: Mutex::default(),
            listeners: Mutex::default(),
        })
    }

    pub(crate) fn hold(&self, held: HeldCall) {
        lock(&self.held).insert(held.id, held);
    }

    pub(crate) fn forget_person(&self, name: &str) {
        lock(&self.people).remove(name);
    }

    pub(crate) fn change(&self, held: HeldCall) {
        let held = Arc::new(held);
        lock(&self.listeners).retain(|listener| listener.send(held.clone()).is_ok());
    }

    /// All listeners have missed something.
    pub(crate) fn end_streams(&self) {
        lock(&self.listeners).clear();
    }

    fn person(&self, headers: &HeaderMap) -> Result<Approver, AuthError> {
        let values = headers.get_all(http::header::AUTHORIZATION).iter();
        match authorization(values.map(http::HeaderValue::as_bytes))? {
            Credential::None => Err(AuthError::Missing),
            Credential::Bearer(name) => {
                let people = lock(&self.people);
                people.get(name).cloned().ok_or(AuthError::Unknown)
            }
        }
    }

    fn take(&self, id: CallId, vote: Vote) -> Result<HeldCall, DeskError> {
        lock(&self.said).push(vote.clone());
        if let Some(error) = lock(&self.fails).clone() {
            return Err(error);
        }
        let held = self.get(id).ok_or(VoteError::Unknown)?;
        let (after, grant) = held.vote(vote, grant_id(9))?;
        if let Some(grant) = grant {
            lock(&self.grants).insert(grant.id, grant);
        }
        self.hold(after.clone());
        Ok(after)
    }
}

impl Desk for FakeDesk {
    fn who<'a>(&'a self, headers: &'a HeaderMap) -> BoxFuture<'a, Result<Approver, AuthError>> {
        async { self.person(headers) }.boxed()
    }

    fn held(&self) -> Vec<HeldCall> {
        lock(&self.held).values().cloned().collect()
    }

    fn get(&self, id: CallId) -> Option<HeldCall> {
        lock(&self.held).get(&id).cloned()
    }

    fn grants(&self) -> Vec<Grant> {
        lock(&self.grants).values().cloned().collect()
    }

    fn vote(&self, id: CallId, vote: Vote) -> BoxFuture<'_, Result<HeldCall, DeskError>> {
        async move {
            // Whoever asked may go away here.
            tokio::task::yield_now().await;
            self.take(id, vote)
        }
        .boxed()
    }

    fn revoke(&self, id: GrantId, by: Approver) -> BoxFuture<'_, Result<Grant, DeskError>> {
        async move {
            if let Some(error) = lock(&self.fails).clone() {
                return Err(error);
            }
            let mut grants = lock(&self.grants);
            let grant = grants.get_mut(&id).filter(|grant| grant.is_open(NOW));
            let grant = grant.ok_or(DeskError::NoGrant)?;
            grant.revoked = Some((by.name(), NOW));
            Ok(grant.clone())
        }
        .boxed()
    }

    fn changes(&self) -> BoxStream<'static, Arc<HeldCall>> {
        let (sender, receiver) = mpsc::unbounded_channel();
        lock(&self.listeners).push(sender);
        let next = |mut receiver: mpsc::UnboundedReceiver<_>| async {
            let held = receiver.recv().await?;
            Some((held, receiver))
        };
        stream::unfold(receiver, next).boxed()
    }

    fn now(&self) -> Timestamp {
        NOW
    }
}

pub(crate) fn call_id(number: u8) -> CallId {
    CallId::new(NOW, [number; 10])
}

pub(crate) fn grant_id(number: u8) -> GrantId {
    GrantId::new(NOW, [number; 10])
}

/// A refund that `carol` asks for and one of `finance` may allow.
pub(crate) fn refund(number: u8) -> HeldCall {
    let groups: Vec<Arc<str>> = vec!["finance".into()];
    let message = r#"{"method":"tools/call","params":{"name":"refund","arguments":{"order":7}}}"#;
    HeldCall {
        id: call_id(number),
        binding: Binding {
            caller: Principal::Person {
                issuer: "https://idp.example".into(),
                subject: "carol".into(),
            },
            agent: Some(Agent {
                name: "desktop".into(),
                version: "1.2".into(),
            }),
            upstream: "shop".parse().expect("a name"),
            method: "tools/call".into(),
            arguments: Digest::from_bytes([0xaa; 32]),
            definition: Some(Digest::from_bytes([0xbb; 32])),
            policy: Digest::from_bytes([0xcc; 32]),
        },
        session: SessionId::new(NOW, [1; 10]),
        reason: Reason {
            rules: vec!["refunds".into()],
            policy_digest: Digest::from_bytes([0xcc; 32]),
            told: Some("refunds need finance".into()),
            severity: Some(Severity::High),
            hidden: false,
            errors: Vec::new(),
        },
        terms: Terms {
            groups: groups.clone(),
            quorum: 1,
            hold_ms_max: 900_000,
            needs_reason: false,
            sign_in_ms_max: None,
            grant_ms_max: Some(3_600_000),
            emergency: Some(groups),
        },
        shown: Shown {
            name: "refund".into(),
            message: message.into(),
            intent: Some("the customer asked".into()),
            commands: None,
        },
        asked_at: NOW,
        expires_at: NOW.plus_ms(900_000),
        votes: Vec::new(),
        state: HeldState::Waiting,
        leg: 0,
    }
}

pub(crate) fn api(desk: &Arc<FakeDesk>) -> Api {
    let limits = Limits {
        body_bytes_max: 4_096,
        body_ms_max: 50,
        keep_alive_ms: 20,
    };
    Api::with_limits(desk.clone(), limits)
}

/// An answer, read to its end.
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Told {
    /// The end of a problem's type.
    pub(crate) fn problem(&self) -> &str {
        let kind = self.body["type"].as_str().unwrap_or_default();
        kind.rsplit(':').next().unwrap_or_default()
    }
}

pub(crate) fn request<B>(line: &str, token: Option<&str>, body: B) -> Request<B> {
    let (method, path) = line.split_once(' ').expect("a method and a path");
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.body(body).expect("a request")
}

/// Asks with a body that is there at once.
pub(crate) async fn ask(desk: &Arc<FakeDesk>, line: &str, token: &str, body: &str) -> Told {
    let token = (!token.is_empty()).then_some(token);
    let body = Full::new(Bytes::from(body.to_owned()));
    read(api(desk).answer(request(line, token, body)).await).await
}

pub(crate) async fn read(response: Response<Body>) -> Told {
    let (head, body) = response.into_parts();
    let bytes = match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(never) => match never as Infallible {},
    };
    Told {
        status: head.status.as_u16(),
        headers: head.headers,
        body: serde_json::from_slice(&bytes).expect("every answer is JSON"),
    }
}
