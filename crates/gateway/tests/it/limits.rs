//! Limits as policies: what they go by is counted exactly, also of calls that come at the same time.

use std::sync::Arc;

use policy::{Policy, Source, Tools};
use testkit::raw::{Answer, Script, When};

use crate::rig::{MODERN_VERSION, Rig, modern, post_bytes};

/// At the same time.
const CALLS: usize = 24;

fn policy(limit: &str) -> Policy {
    let text = format!(
        "@id(\"all\")\npermit(principal, action, resource);\n@id(\"limit\")\n\
         forbid(principal, action == Probity::Action::\"tools/call\", resource) when {{ {limit} }};"
    );
    let source = Source {
        name: "limits.cedar".into(),
        text: text.into(),
    };
    Policy::load(&[source], Tools::default()).expect("a policy")
}

fn call(tool: &str, token: &str) -> Vec<u8> {
    let body = modern(1, "tools/call", &format!(r#","name":"{tool}""#));
    let token = format!("Bearer {token}");
    let headers = [
        MODERN_VERSION,
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", tool),
        ("Authorization", &token),
    ];
    post_bytes("/mcp/keyed", &headers, body.as_bytes())
}

/// How many of these calls at the same time pass.
async fn passed(rig: &Rig, calls: Vec<Vec<u8>>) -> usize {
    let answers = calls.iter().map(|bytes| rig.send(bytes));
    let answers = futures_util::future::join_all(answers).await;
    let blocked = |text: &str| text.contains("Blocked by policy limit");
    answers
        .iter()
        .filter(|answer| !blocked(&answer.text()))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_calls_at_the_same_time_so_many_pass_as_may() {
    let result = r#"{"jsonrpc":"2.0","id":$ID,"result":{"resultType":"complete","content":[]}}"#;
    let answer = result.replace("$ID", "1").len();
    let mut rig = Rig::start(script(result)).await;
    for (limit, alice_a, alice_b, bob_a) in [
        ("context.calls.person_minute > 5", 5, 0, 5),
        ("context.calls.tool_minute > 5", 5, 5, 5),
        ("context.calls.session > 5", 5, 0, 5),
        ("context.calls.session_minute > 5", 5, 0, 5),
    ] {
        let (alice, bob) = (rig.alice.clone(), rig.bob.clone());
        rig.policy.store(Arc::new(policy(limit)));
        let many = |tool: &str, token: &str| vec![call(tool, token); CALLS];
        let found = (
            passed(&rig, many("a", &alice)).await,
            passed(&rig, many("b", &alice)).await,
            passed(&rig, many("a", &bob)).await,
        );
        assert_eq!(found, (alice_a, alice_b, bob_a), "{limit}");
        rig.stop().await;
        rig = Rig::start(script(result)).await;
    }
    // Answers count once they were sent.
    for limit in [
        format!("context.calls.session_bytes >= {}", 3 * answer),
        format!("context.calls.person_bytes_minute >= {}", 3 * answer),
    ] {
        rig.policy.store(Arc::new(policy(&limit)));
        let (alice, bob) = (rig.alice.clone(), rig.bob.clone());
        let mut alone = 0;
        for _ in 0..6 {
            alone += passed(&rig, vec![call("a", &alice)]).await;
        }
        assert_eq!(alone, 3, "{limit}");
        assert_eq!(passed(&rig, vec![call("a", &bob)]).await, 1, "{limit}");
        rig.stop().await;
        rig = Rig::start(script(result)).await;
    }
    // An address and a time of the day.
    rig.policy.store(Arc::new(policy(
        "context has address && context.address.isLoopback() && context.clock.hour >= 0",
    )));
    let alice = rig.alice.clone();
    assert_eq!(passed(&rig, vec![call("a", &alice)]).await, 0);
    rig.stop().await;
}

fn script(result: &str) -> Script {
    let answer = |script: Script, tool| script.on(When::call(tool), Answer::Message(result.into()));
    ["a", "b"].into_iter().fold(Script::new(), answer)
}
