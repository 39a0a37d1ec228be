use gate::HeldState;

use crate::world::{FakeDesk, ask, call_id, refund};

#[tokio::test]
async fn pages_of_held_calls() {
    let desk = FakeDesk::new();
    for number in [3, 1, 5, 2, 4] {
        desk.hold(refund(number));
    }
    let mut rejected = refund(6);
    rejected.state = HeldState::Rejected;
    desk.hold(rejected);

    let all: Vec<String> = (1..=6).map(|number| call_id(number).to_string()).collect();
    let rows = [
        ("", &all[..], None),
        ("?limit=200", &all[..], None),
        ("?state=waiting", &all[..5], None),
        ("?state=waiting&limit=5", &all[..5], None),
        ("?state=rejected", &all[5..], None),
        ("?state=used", &[], None),
        ("?limit=2", &all[..2], Some(&all[1])),
        ("?limit=6", &all[..], None),
    ];
    for (query, items, next) in rows {
        let told = ask(&desk, &format!("GET /api/v1/approvals{query}"), "ada", "").await;
        let ids = told.body["items"].as_array().expect("items");
        let ids: Vec<_> = ids.iter().map(|item| item["id"].as_str()).collect();
        let items: Vec<_> = items.iter().map(|id| Some(id.as_str())).collect();
        assert_eq!(ids, items, "{query}");
        assert_eq!(
            told.body["next"].as_str(),
            next.map(String::as_str),
            "{query}"
        );
    }
}

/// Following `next` finds each call once, whatever is gone in between.
#[tokio::test]
async fn a_cursor_outlives_what_it_names() {
    let desk = FakeDesk::new();
    for number in 1..=5 {
        desk.hold(refund(number));
    }
    let (mut seen, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let told = ask(&desk, &format!("GET /api/v1/approvals{query}"), "ada", "").await;
        for item in told.body["items"].as_array().expect("items") {
            seen.push(item["id"].as_str().expect("an id").to_owned());
        }
        let Some(next) = told.body["next"].as_str() else {
            break;
        };
        query = format!("?limit=2&cursor={next}");
        let last = next.parse().expect("an id");
        crate::world::lock(&desk.held).remove(&last);
    }
    let all: Vec<String> = (1..=5).map(|number| call_id(number).to_string()).collect();
    assert_eq!(seen, all);
}

#[tokio::test]
async fn queries_that_make_no_sense() {
    let desk = FakeDesk::new();
    for query in [
        "approvals?limit=0",
        "approvals?limit=201",
        "approvals?limit=-1",
        "approvals?limit=",
        "approvals?limit=99999999999999999999999",
        "approvals?limit=1&limit=2",
        "approvals?state=open",
        "approvals?state=",
        "approvals?state=%77aiting",
        "approvals?cursor=",
        "approvals?cursor=../../etc/passwd",
        "approvals?offset=1",
        "approvals?access_token=ada",
        "grants?state=waiting",
        "grants?cursor=x",
    ] {
        let told = ask(&desk, &format!("GET /api/v1/{query}"), "ada", "").await;
        assert_eq!((told.status, told.problem()), (400, "malformed"), "{query}");
    }
}
