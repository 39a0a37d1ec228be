use console::DeskError;
use gate::VoteError;

use crate::world::{FakeDesk, ask, call_id, grant_id, lock, refund};

/// What every failure of a word comes to.
#[tokio::test]
async fn words_without_effect() {
    let desk = FakeDesk::new();
    desk.hold(refund(1));
    let rows = [
        (VoteError::Unknown, 404, "unknown"),
        (VoteError::Over("used"), 409, "over"),
        (VoteError::Expired, 409, "expired"),
        (VoteError::Twice, 409, "twice"),
        (VoteError::NotAPerson, 403, "not-a-person"),
        (VoteError::OwnCall, 403, "own-call"),
        (VoteError::NotInGroup("finance".into()), 403, "not-in-group"),
        (VoteError::StaleSignIn, 403, "stale-sign-in"),
        (VoteError::NoEmergency, 403, "no-emergency"),
        (VoteError::Forbidden, 403, "forbidden"),
        (VoteError::NoReason, 422, "no-reason"),
        (VoteError::GrantTooLong(5), 422, "grant-too-long"),
        (VoteError::Allowance("no"), 422, "allowance"),
    ];
    for (error, status, kind) in rows {
        let detail = error.to_string();
        *lock(&desk.fails) = Some(error.into());
        for word in ["approve", "reject", "break-glass"] {
            let line = format!("POST /api/v1/approvals/{}/{word}", call_id(1));
            let told = ask(&desk, &line, "ada", "").await;
            assert_eq!((told.status, told.problem()), (status, kind), "{line}");
            assert_eq!(told.body["status"], status);
            assert_eq!(told.body["detail"], *detail);
            assert!(told.body["title"].is_string());
            assert_eq!(told.headers["content-type"], "application/problem+json");
        }
    }
}

/// The operator's reason stays with the operator.
#[tokio::test]
async fn what_cannot_be_put_on_record() {
    let desk = FakeDesk::new();
    *lock(&desk.fails) = Some(DeskError::Unavailable("/data/held.db: disk full".into()));
    for line in [
        format!("POST /api/v1/approvals/{}/approve", call_id(1)),
        format!("DELETE /api/v1/grants/{}", grant_id(1)),
    ] {
        let told = ask(&desk, &line, "ada", "").await;
        assert_eq!((told.status, told.problem()), (503, "unavailable"));
        assert!(!told.body.to_string().contains("disk full"));
    }
}

#[tokio::test]
async fn paths_and_methods() {
    let desk = FakeDesk::new();
    desk.hold(refund(1));
    let id = call_id(1);
    let missing = call_id(2);
    let rows = [
        ("GET /api/v1/approvals".to_owned(), 200, ""),
        ("HEAD /api/v1/approvals".to_owned(), 200, ""),
        ("GET /api/v1/grants".to_owned(), 200, ""),
        (format!("GET /api/v1/approvals/{id}"), 200, ""),
        (format!("GET /api/v1/approvals/{missing}"), 404, ""),
        (format!("GET /api/v1/approvals/{id}/"), 404, ""),
        (format!("GET /api/v1/approvals/{id}/approve/x"), 404, ""),
        (format!("POST /api/v1/approvals/{id}/allow"), 404, ""),
        ("GET /api/v1/approvals/..".to_owned(), 404, ""),
        ("GET /api/v1/approvals/%2e%2e".to_owned(), 404, ""),
        ("GET /api/v1/approvals/".to_owned(), 404, ""),
        ("GET /api/v1/".to_owned(), 404, ""),
        ("GET /api/v2/approvals".to_owned(), 404, ""),
        ("GET /".to_owned(), 404, ""),
        (format!("DELETE /api/v1/grants/{}", grant_id(1)), 404, ""),
        ("POST /api/v1/approvals".to_owned(), 405, "GET, HEAD"),
        ("POST /api/v1/approvals/events".to_owned(), 405, "GET"),
        (format!("DELETE /api/v1/approvals/{id}"), 405, "GET, HEAD"),
        (format!("GET /api/v1/approvals/{id}/approve"), 405, "POST"),
        (format!("PUT /api/v1/approvals/{id}/reject"), 405, "POST"),
        ("DELETE /api/v1/grants".to_owned(), 405, "GET, HEAD"),
        (format!("GET /api/v1/grants/{}", grant_id(1)), 405, "DELETE"),
        (format!("get /api/v1/approvals/{id}"), 405, "GET, HEAD"),
    ];
    for (line, status, allow) in rows {
        let told = ask(&desk, &line, "ada", "").await;
        assert_eq!(told.status, status, "{line}: {}", told.body);
        let allowed = told.headers.get("allow");
        assert_eq!(
            allowed.map_or("", |a| a.to_str().expect("text")),
            allow,
            "{line}"
        );
        assert_eq!(told.headers["cache-control"], "no-store");
        assert_eq!(told.headers["x-content-type-options"], "nosniff");
        assert!(!told.headers.contains_key("set-cookie"));
    }
    assert!(lock(&desk.said).is_empty(), "none of these says anything");
}

/// Nobody learns anything, not even which paths there are, without showing who they are.
#[tokio::test]
async fn whoever_is_not_known_gets_nothing() {
    let desk = FakeDesk::new();
    desk.hold(refund(1));
    let lines = [
        "GET /api/v1/approvals".to_owned(),
        "GET /api/v1/approvals/events".to_owned(),
        "GET /api/v1/nothing".to_owned(),
        "POST /api/v1/approvals".to_owned(),
        format!("POST /api/v1/approvals/{}/approve", call_id(1)),
        format!("DELETE /api/v1/grants/{}", grant_id(1)),
    ];
    let rows = [
        ("", "Bearer realm=\"probity\""),
        ("nobody", "Bearer realm=\"probity\""),
        (
            "mallory",
            "Bearer realm=\"probity\", error=\"invalid_token\"",
        ),
        ("a b", "Bearer realm=\"probity\", error=\"invalid_request\""),
    ];
    for line in &lines {
        for (token, challenge) in rows {
            let told = ask(&desk, line, token, "").await;
            assert_eq!(
                (told.status, told.problem()),
                (401, "unauthenticated"),
                "{line}"
            );
            assert_eq!(
                told.headers["www-authenticate"], challenge,
                "{line} {token}"
            );
        }
    }
    assert!(lock(&desk.said).is_empty());
}

/// Services read. They say nothing.
#[tokio::test]
async fn a_service_reads_and_rules_on_nothing() {
    let desk = FakeDesk::new();
    desk.hold(refund(1));
    let told = ask(&desk, "GET /api/v1/approvals", "robot", "").await;
    assert_eq!(told.status, 200);
    for line in [
        format!("POST /api/v1/approvals/{}/approve", call_id(1)),
        format!("POST /api/v1/approvals/{}/reject", call_id(1)),
        format!("DELETE /api/v1/grants/{}", grant_id(1)),
    ] {
        let told = ask(&desk, &line, "robot", "").await;
        assert_eq!(
            (told.status, told.problem()),
            (403, "not-a-person"),
            "{line}"
        );
    }
}
