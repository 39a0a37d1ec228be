//! A call that policy holds waits for people, passes once they allowed exactly it, and touches the server
//! once; whatever else is tried does not pass, and is on record.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use gate::{Allowance, Approver, Constraint, HeldCall, HeldState, Vote, VoteError, Word};
use gateway::RulingError;
use identity::ApiKeys;
use ledger::Kind;
use model::{Principal, Timestamp};
use serde_json::{Value, json};
use testkit::raw::{Answer, Script, When};

use crate::rig::{MODERN_VERSION, PATIENCE, Response, Rig, modern, pepper};

const RESULT: &str =
    r#"{"jsonrpc":"2.0","id":$ID,"result":{"resultType":"complete","content":[]}}"#;

const ASK: &str = "permit(principal, action, resource);
@id(\"ask\") @hold(\"ops\") @grant(\"1h\") @expires(\"10m\")
forbid(principal, action == Probity::Action::\"tools/call\", resource);";

fn script() -> Script {
    Script::new().on(
        When::method("tools/call"),
        Answer::Message(RESULT.to_owned()),
    )
}

/// A gateway whose clients wait so long for people.
async fn asking(policy: &str, wait_ms: u64) -> Rig {
    let rig = Rig::with(script(), |config| {
        config.limits.approval_wait_ms_max = wait_ms;
    })
    .await;
    rig.decide_by(policy);
    rig
}

fn now() -> Timestamp {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    Timestamp::from_unix_us(u64::try_from(since.as_micros()).unwrap())
}

fn person(issuer: &str, subject: &str, groups: &[&str]) -> Approver {
    Approver {
        principal: Principal::Person {
            issuer: issuer.into(),
            subject: subject.into(),
        },
        credential: "k1".into(),
        groups: groups.iter().map(|group| Arc::from(*group)).collect(),
        signed_in_at: None,
    }
}

fn says(by: Approver, word: Word) -> Vote {
    Vote {
        by,
        word,
        reason: Some("change 4711".into()),
        channel: "api".into(),
        at: now(),
    }
}

fn approves(subject: &str) -> Vote {
    says(person("key", subject, &["ops"]), Word::Approve(None))
}

/// A legacy session of a person.
struct Client<'a> {
    rig: &'a Rig,
    token: String,
    session: String,
}

impl<'a> Client<'a> {
    async fn open(rig: &'a Rig, token: &str) -> Self {
        let token = format!("Bearer {token}");
        let headers = [("Authorization", &*token)];
        let session = rig.initialize("/mcp/keyed", "2025-11-25", &headers).await;
        Self {
            rig,
            token,
            session,
        }
    }

    async fn call(&self, arguments: &str) -> Response {
        let headers = [
            ("Authorization", &*self.token),
            ("Mcp-Session-Id", &*self.session),
        ];
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"good","arguments":{arguments}}}}}"#
        );
        self.rig.post("/mcp/keyed", &headers, &body).await
    }
}

/// A modern call, perhaps with a state that the client was given.
async fn modern_call(rig: &Rig, token: &str, arguments: &str, state: Option<&str>) -> Value {
    let token = format!("Bearer {token}");
    let headers = [
        ("Authorization", &*token),
        MODERN_VERSION,
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "good"),
    ];
    let state = state.map_or_else(String::new, |state| format!(r#","requestState":"{state}""#));
    let params = format!(r#","name":"good","arguments":{arguments}{state}"#);
    let body = modern(7, "tools/call", &params);
    let answer = rig.post("/mcp/keyed", &headers, &body).await;
    serde_json::from_str(&answer.text()).unwrap()
}

/// The first call that waits.
async fn waits(rig: &Rig) -> HeldCall {
    let started = tokio::time::Instant::now();
    loop {
        let mut held = rig.approvals.held().into_iter();
        if let Some(held) = held.find(|held| held.state == HeldState::Waiting) {
            return held;
        }
        assert!(started.elapsed() < PATIENCE, "nothing is held");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// How often the server was called.
fn touched(rig: &Rig) -> usize {
    let received = rig.raw.received();
    let calls = received
        .iter()
        .filter(|received| String::from_utf8_lossy(&received.body()).contains("\"tools/call\""));
    calls.count()
}

fn is_pending(answer: &Value) -> bool {
    answer.pointer("/result/_meta/dev.probity~1decision/reason") == Some(&json!("approval_pending"))
}

fn state_of(answer: &Value) -> String {
    assert_eq!(answer["result"]["resultType"], "input_required", "{answer}");
    answer["result"]["requestState"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn json_of(answer: &Response) -> Value {
    serde_json::from_str(&answer.text()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_passes_in_the_same_request_once_it_is_allowed() {
    let mut rig = asking(ASK, 20_000).await;
    rig.news();
    {
        let client = Client::open(&rig, &rig.alice).await;
        let allowed = async {
            let held = waits(&rig).await;
            assert_eq!(touched(&rig), 0);
            let message: Value = serde_json::from_str(&held.shown.message).unwrap();
            assert_eq!(message["params"]["arguments"], json!({"a": 1}));
            rig.approvals.vote(held.id, approves("bob")).await.unwrap()
        };
        let (answer, held) = tokio::join!(client.call(r#"{"a":1}"#), allowed);
        assert_eq!(
            json_of(&answer)["result"]["content"],
            json!([]),
            "{answer:?}"
        );
        assert_eq!(rig.approvals.get(held.id).unwrap().state, HeldState::Used);
        assert_eq!(touched(&rig), 1);
    }
    let news = rig
        .news_with(|line| line.kind == Kind::Outcome && line.method() == "tools/call")
        .await;
    let of_call: Vec<Kind> = news
        .iter()
        .filter(|line| {
            line.method() == "tools/call" || matches!(line.kind, Kind::Ruling | Kind::Grant)
        })
        .map(|line| line.kind)
        .collect();
    let expected = [
        Kind::Hold,
        Kind::Ruling,
        Kind::Hold,
        Kind::Intent,
        Kind::Outcome,
    ];
    assert_eq!(of_call, expected);
    let ruling = news.iter().find(|line| line.kind == Kind::Ruling).unwrap();
    let extra = ruling.facts.extra.as_ref().unwrap();
    assert_eq!(extra["by"]["subject"], "bob");
    assert_eq!(extra["ruling"], "approve");
    assert_eq!(extra["reason"], "change 4711");
    assert!(!ruling.payload.is_empty(), "what was ruled on is on record");
    let intent = news.iter().rfind(|line| line.kind == Kind::Intent).unwrap();
    assert_eq!(
        intent.facts.extra.as_ref().unwrap()["by"],
        json!(["key|bob"])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_cannot_wait_repeats_its_call() {
    let rig = asking(ASK, 100).await;
    let client = Client::open(&rig, &rig.alice).await;
    for round in 0..3 {
        let arguments = format!(r#"{{"round":{round}}}"#);
        let answer = json_of(&client.call(&arguments).await);
        assert!(is_pending(&answer), "{answer}");
        let held = waits(&rig).await;
        assert_eq!(
            answer["result"]["_meta"]["dev.probity/decision"]["approval"],
            held.id.to_string()
        );
        let again = json_of(&client.call(&arguments).await);
        assert!(is_pending(&again), "{again}");
        assert_eq!(
            rig.approvals.held().len(),
            round + 1,
            "it joins the call that it repeats"
        );
        rig.approvals.vote(held.id, approves("bob")).await.unwrap();
        let answer = json_of(&client.call(&arguments).await);
        assert_eq!(answer["result"]["content"], json!([]), "{answer}");
        assert_eq!(touched(&rig), round + 1);
    }
    // What was used is used.
    let answer = json_of(&client.call(r#"{"round":0}"#).await);
    assert!(is_pending(&answer), "{answer}");
    let held = waits(&rig).await;
    let rejects = says(person("key", "bob", &["ops"]), Word::Reject);
    rig.approvals.vote(held.id, rejects).await.unwrap();
    for _ in 0..2 {
        let answer = json_of(&client.call(r#"{"round":0}"#).await);
        let reason = &answer["result"]["_meta"]["dev.probity/decision"]["reason"];
        assert_eq!(reason, "rejected", "{answer}");
    }
    assert_eq!(touched(&rig), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modern_client_comes_back_with_the_state_that_it_was_given() {
    let rig = asking(ASK, 100).await;
    let (alice, bob) = (&rig.alice, &rig.bob);
    let mut states = Vec::new();
    for _ in 0..3 {
        let answer =
            modern_call(&rig, alice, r#"{"a":1}"#, states.last().map(String::as_str)).await;
        states.push(state_of(&answer));
    }
    assert_eq!(rig.approvals.held().len(), 1);
    let newest = states.last().unwrap();
    let tampered = format!("{}A", newest);
    for (token, arguments, state) in [
        (alice, r#"{"a":1}"#, &states[0]),
        (alice, r#"{"a":1}"#, &tampered),
        (bob, r#"{"a":1}"#, newest),
    ] {
        let answer = modern_call(&rig, token, arguments, Some(state)).await;
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
    }
    // Other arguments are another call, which waits by itself.
    let held = waits(&rig).await;
    rig.approvals.vote(held.id, approves("bob")).await.unwrap();
    let other = modern_call(&rig, alice, r#"{"a":2}"#, Some(newest)).await;
    assert_eq!(other["error"]["code"], -32602, "{other}");
    assert_eq!(touched(&rig), 0);
    let answer = modern_call(&rig, alice, r#"{"a":1}"#, Some(newest)).await;
    assert_eq!(answer["result"]["content"], json!([]), "{answer}");
    let received = rig.raw.received();
    let sent = received.last().unwrap().body();
    assert!(!String::from_utf8_lossy(&sent).contains("requestState"));
    let replayed = modern_call(&rig, alice, r#"{"a":1}"#, Some(newest)).await;
    assert_ne!(replayed["result"]["content"], json!([]), "{replayed}");
    assert_eq!(touched(&rig), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_that_do_not_count() {
    let policy = "permit(principal, action, resource);
@id(\"ask\") @hold(\"ops\") @quorum(\"2\") @require_reason @expires(\"10m\")
forbid(principal, action == Probity::Action::\"tools/call\", resource);
@id(\"not-eve\") forbid(principal, action == Probity::Action::\"approve\", resource)
when { principal.subject == \"eve\" };";
    let rig = asking(policy, 50).await;
    let client = Client::open(&rig, &rig.alice).await;
    assert!(is_pending(&json_of(&client.call("{}").await)));
    let held = waits(&rig).await;
    let service = Approver {
        principal: Principal::Service {
            issuer: "key".into(),
            subject: "robot".into(),
        },
        ..person("", "", &["ops"])
    };
    let silent = Vote {
        reason: Some(" ".into()),
        ..approves("bob")
    };
    let late = Vote {
        at: held.expires_at,
        ..approves("bob")
    };
    let hour = Allowance {
        ms: 3_600_000,
        with: Vec::new(),
    };
    let bob = || person("key", "bob", &["ops"]);
    for (vote, expected) in [
        (approves("alice"), VoteError::OwnCall),
        (
            says(
                person("https://idp.example", "Alice", &["ops"]),
                Word::Approve(None),
            ),
            VoteError::OwnCall,
        ),
        (says(service, Word::Approve(None)), VoteError::NotAPerson),
        (
            says(person("key", "bob", &["dev"]), Word::Approve(None)),
            VoteError::NotInGroup("ops".to_owned()),
        ),
        (approves("eve"), VoteError::Forbidden),
        (silent, VoteError::NoReason),
        (late, VoteError::Expired),
        (says(bob(), Word::BreakGlass), VoteError::NoEmergency),
        (
            says(bob(), Word::Approve(Some(hour))),
            VoteError::GrantTooLong(0),
        ),
    ] {
        let told = rig.approvals.vote(held.id, vote).await;
        assert!(
            matches!(&told, Err(RulingError::Vote(error)) if *error == expected),
            "{expected:?}: {told:?}"
        );
    }
    rig.approvals.vote(held.id, approves("bob")).await.unwrap();
    // The same person with another key, or at another issuer, is no second person.
    for second in [bob(), person("https://idp.example", "bob", &["ops"])] {
        let told = rig
            .approvals
            .vote(held.id, says(second, Word::Approve(None)))
            .await;
        assert!(
            matches!(told, Err(RulingError::Vote(VoteError::Twice))),
            "{told:?}"
        );
    }
    assert!(is_pending(&json_of(&client.call("{}").await)));
    // Two at one instant: one of them is the second person, the other is late.
    let (carol, dave) = tokio::join!(
        rig.approvals.vote(held.id, approves("carol")),
        rig.approvals.vote(held.id, approves("dave")),
    );
    assert!(carol.is_ok() != dave.is_ok(), "{carol:?} {dave:?}");
    assert_eq!(
        json_of(&client.call("{}").await)["result"]["content"],
        json!([])
    );
    assert_eq!(touched(&rig), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_allowed_is_asked_for_again_when_it_is_made() {
    let forbids = format!(
        "{ASK}\n@id(\"never\") forbid(principal, action == Probity::Action::\"tools/call\", resource);"
    );
    let rig = asking(ASK, 50).await;
    let client = Client::open(&rig, &rig.alice).await;
    let other = Client::open(&rig, &rig.alice).await;
    let allowed = async |arguments: &str| {
        assert!(is_pending(&json_of(&client.call(arguments).await)));
        let held = waits(&rig).await;
        rig.approvals.vote(held.id, approves("bob")).await.unwrap();
        held
    };
    // Another session of the same person has not been allowed anything.
    allowed(r#"{"n":1}"#).await;
    assert!(is_pending(&json_of(&other.call(r#"{"n":1}"#).await)));
    // Nor have other arguments.
    assert!(is_pending(&json_of(&client.call(r#"{"n":1.5}"#).await)));
    // Policy forbids it by now.
    rig.decide_by(&forbids);
    let answer = json_of(&client.call(r#"{"n":1}"#).await);
    assert_eq!(
        answer["result"]["_meta"]["dev.probity/decision"]["reason"], "policy",
        "{answer}"
    );
    // What waited under other policies cannot be allowed any more.
    let waiting = waits(&rig).await;
    let told = rig.approvals.vote(waiting.id, approves("bob")).await;
    assert!(
        matches!(told, Err(RulingError::Vote(VoteError::Over(_)))),
        "{told:?}"
    );
    assert_eq!(touched(&rig), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_revoked_while_its_call_waits_lets_nothing_pass() {
    let rig = asking(ASK, 20_000).await;
    let client = Client::open(&rig, &rig.alice).await;
    let allowed = async {
        let held = waits(&rig).await;
        rig.keys.store(Arc::new(ApiKeys::new(pepper(), [])));
        rig.approvals.vote(held.id, approves("bob")).await.unwrap();
    };
    let (answer, ()) = tokio::join!(client.call("{}"), allowed);
    assert_eq!(answer.status, 401, "{answer:?}");
    assert_eq!(touched(&rig), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_lets_calls_of_its_kind_pass_until_it_is_taken_back() {
    let mut rig = asking(ASK, 50).await;
    rig.news();
    {
        let client = Client::open(&rig, &rig.alice).await;
        assert!(is_pending(&json_of(
            &client.call(r#"{"db":"test","n":1}"#).await
        )));
        let held = waits(&rig).await;
        let allowance = Allowance {
            ms: 600_000,
            with: vec![Constraint {
                at: "/db".into(),
                is: "\"test\"".into(),
            }],
        };
        let bob = person("key", "bob", &["ops"]);
        let word = Word::Approve(Some(allowance));
        rig.approvals
            .vote(held.id, says(bob.clone(), word))
            .await
            .unwrap();
        for n in 1..4 {
            let arguments = format!(r#"{{"db":"test","n":{n}}}"#);
            let answer = json_of(&client.call(&arguments).await);
            assert_eq!(answer["result"]["content"], json!([]), "{answer}");
        }
        assert!(is_pending(&json_of(
            &client.call(r#"{"db":"live","n":1}"#).await
        )));
        let of_bob = Client::open(&rig, &rig.bob).await;
        assert!(is_pending(&json_of(
            &of_bob.call(r#"{"db":"test","n":1}"#).await
        )));
        let grant = rig.approvals.grants().pop().unwrap();
        rig.approvals.revoke(grant.id, &bob).await.unwrap();
        assert!(is_pending(&json_of(
            &client.call(r#"{"db":"test","n":9}"#).await
        )));
        assert_eq!(touched(&rig), 3);
    }
    let changes = rig
        .news()
        .into_iter()
        .filter(|line| line.kind == Kind::Grant);
    let changes: Vec<Value> = changes
        .map(|line| line.facts.extra.unwrap()["change"].clone())
        .collect();
    assert_eq!(changes, ["granted", "revoked"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_approver_says_is_masked_before_it_is_stored() {
    const TOKEN: &str = "ghp_wJalrXUtnFEMIK7MDENGbPxRfiCYzKQ4c9Lw";
    let rig = asking(ASK, 50).await;
    let client = Client::open(&rig, &rig.alice).await;
    assert!(is_pending(&json_of(&client.call("{}").await)));
    let held = waits(&rig).await;
    let allowance = Allowance {
        ms: 600_000,
        with: vec![Constraint {
            at: "/token".into(),
            is: format!("\"{TOKEN}\"").into(),
        }],
    };
    let bob = || person("key", "bob", &["ops"]);
    let told = rig
        .approvals
        .vote(held.id, says(bob(), Word::Approve(Some(allowance))))
        .await;
    let expected = matches!(told, Err(RulingError::Vote(VoteError::Allowance(_))));
    assert!(expected, "{told:?}");
    let vote = Vote {
        reason: Some(format!("they have {TOKEN}").into()),
        ..says(bob(), Word::Reject)
    };
    let after = rig.approvals.vote(held.id, vote).await.unwrap();
    assert!(!format!("{after:?}").contains(TOKEN), "{after:?}");
    let records = rig.records();
    let ruling = records.iter().find(|line| line.kind == Kind::Ruling);
    let extra = ruling.unwrap().facts.extra.as_ref().unwrap().to_string();
    assert!(
        extra.contains("github_token") && !extra.contains(TOKEN),
        "{extra}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_kept_is_refused() {
    let rig = asking(ASK, 50).await;
    let client = Client::open(&rig, &rig.alice).await;
    assert!(is_pending(&json_of(&client.call(r#"{"n":1}"#).await)));
    let held = waits(&rig).await;
    rig.holds.broken.store(true, Ordering::Release);
    let told = rig.approvals.vote(held.id, approves("bob")).await;
    assert!(matches!(told, Err(RulingError::Unkept(_))), "{told:?}");
    let answer = client.call(r#"{"n":2}"#).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(is_pending(&json_of(&client.call(r#"{"n":1}"#).await)));
    assert_eq!(touched(&rig), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_there_after_a_restart() {
    let rig = asking(ASK, 50).await;
    let client = Client::open(&rig, &rig.alice).await;
    assert!(is_pending(&json_of(&client.call(r#"{"n":1}"#).await)));
    let held = waits(&rig).await;
    let ledger = rig.ledger();
    let again = rig.holds.open(&ledger, &rig.policy);
    again.resume().await.unwrap();
    assert_eq!(again.get(held.id).unwrap().state, HeldState::Waiting);
    // Under other policies it was never asked for.
    rig.decide_by("permit(principal, action, resource);");
    let again = rig.holds.open(&ledger, &rig.policy);
    again.resume().await.unwrap();
    assert_eq!(again.get(held.id).unwrap().state, HeldState::Withdrawn);
}
