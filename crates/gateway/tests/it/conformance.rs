//! The official suite sees no difference between a server and the same server behind the gateway.

use gateway::{Access, HttpTarget, Target, UpstreamConfig};
use ledger::Kind;
use testkit::conformance::{self, Requirements};
use testkit::raw::Script;
use testkit::spawn;

use crate::rig::Rig;

/// Runs one set directly and through the gateway, with everything on record. Needs `npm ci` in
/// `tests/node`.
async fn no_scenario_differs(requirements: Requirements, scenarios: usize) {
    let server = spawn::fixture_server().expect("the fixture server starts");
    let target = Target::Http(HttpTarget {
        url: server.url().parse().expect("a URL"),
        headers: Vec::new(),
        authorities_pem: Vec::new(),
    });
    let mut rig = Rig::with(Script::new(), |config| {
        let upstream = UpstreamConfig {
            target,
            access: Access::keys(true),
            arguments: std::sync::Arc::default(),
        };
        let name = "fixture".parse().expect("a name");
        config.upstreams.insert(name, upstream);
    })
    .await;
    let (direct, through) = (
        server.url().to_owned(),
        format!("http://{}/mcp/fixture", rig.addr),
    );
    let folder = conformance::results_folder().join("gateway");
    let compared = tokio::task::spawn_blocking(move || {
        conformance::compare(&direct, &through, requirements, &folder)
    });
    let comparison = compared
        .await
        .expect("it does not panic")
        .expect("the suite runs");
    assert!(comparison.is_clean(), "{comparison}");
    assert_eq!(comparison.direct.scenarios.len(), scenarios, "{comparison}");
    assert_eq!(comparison.through.scenarios.len(), scenarios);
    rig.stop().await;
    // Every call that went out came back, or is on record with how it ended.
    let records = rig.records();
    let of = |kinds: &[Kind]| {
        let calls = records.iter().filter(|record| kinds.contains(&record.kind));
        calls
            .filter_map(|record| record.facts.call.clone())
            .collect::<std::collections::BTreeSet<_>>()
    };
    let sent = of(&[Kind::Intent]);
    let ended = of(&[Kind::Outcome, Kind::Failure, Kind::Transport]);
    assert!(sent.len() > scenarios, "{} calls", sent.len());
    let open: Vec<_> = sent.difference(&ended).collect();
    assert!(open.is_empty(), "without an ending: {open:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn legacy() {
    no_scenario_differs(Requirements::Legacy2025_11_25, 33).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn modern() {
    no_scenario_differs(Requirements::Modern2026_07_28, 50).await;
}
