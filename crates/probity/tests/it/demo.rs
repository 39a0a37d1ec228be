//! The demo, as somebody who has just cloned the repository runs it.

use crate::program::{Serving, run};

#[test]
fn the_demo_ends_with_a_verified_log() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("kept").display().to_string();
    let told = run(&["demo", "--exit", "--data", &data]).ok();
    let first = told.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("probity listening on http://127.0.0.1:"),
        "{told}"
    );
    assert!(!told.contains("4242 4242"), "a card number: {told}");
    for part in [
        "refund_order",
        "****-****-****-",
        "payment_card",
        "3 of 3: done",
        "has 0 cents left to refund",
        "-> intent",
        "<- outcome",
        "INTACT",
        "0 MISSING, 0 CORRUPT",
    ] {
        assert!(told.contains(part), "`{part}` in {told}");
    }
    // What was kept can be read by the other commands.
    let log = format!("{data}/probity");
    let sessions = run(&["sessions", "--json", "--data", &log]).ok();
    assert!(sessions.contains("probity-demo-agent"), "{sessions}");
    let shown = run(&["show", "last", "--json", "--data", &log]).ok();
    for method in ["initialize", "tools/call", "notifications/progress"] {
        assert!(shown.contains(method), "{method} in {shown}");
    }
    run(&["verify", &log]).ok();
}

#[test]
fn the_demo_runs_again_on_what_it_kept() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("kept").display().to_string();
    let log = format!("{data}/probity");
    let mut sessions = Vec::new();
    for round in 1..=3 {
        let told = run(&["demo", "--exit", "--data", &data]).ok();
        assert!(told.contains("has 0 cents left to refund"), "{told}");
        assert!(told.contains("0 MISSING, 0 CORRUPT"), "{told}");
        let listed = run(&["sessions", "--json", "--data", &log]).ok();
        sessions.push(listed.lines().count());
        let logs = std::fs::read_dir(format!("{log}/log/node-1")).expect("logs");
        assert_eq!(logs.count(), 1, "round {round} goes on with the same log");
    }
    let [first, second, third] = sessions[..] else {
        panic!("{sessions:?}");
    };
    assert!(first > 0 && second == 2 * first && third == 3 * first);
}

#[test]
fn the_demo_stays_up_until_it_is_told_to_stop() {
    let demo = Serving::start(&["demo"]);
    let address = demo.address();
    demo.line_with("Your turn");
    demo.line_with("Authorization: Bearer probity_");
    // Its log can be verified where it is served, by anybody, again and again.
    let log = format!("http://{address}/log/node-1/1");
    let state = tempfile::tempdir().expect("a folder");
    let state = state.path().display().to_string();
    for what in ["complete", "verified on earlier visits"] {
        let told = run(&["verify", &log, "--monitor", &state]).ok();
        assert!(told.contains(what) && told.contains("0 CORRUPT"), "{told}");
    }
    assert_eq!(demo.terminate(), 0);
}
