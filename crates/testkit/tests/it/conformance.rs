//! The official suite's verdict on the fixture server itself.

use testkit::conformance::{self, Requirements};
use testkit::spawn;

/// Runs one set directly; every scenario must pass. Needs `npm ci` in `tests/node`.
fn passes_every_scenario(requirements: Requirements, scenarios: usize) {
    let server = spawn::fixture_server().expect("the fixture server starts");
    let folder = conformance::results_folder()
        .join(requirements.as_str())
        .join("fixture");
    let run = conformance::run(server.url(), requirements, &folder).expect("the suite runs");
    assert_eq!(run.failing(), Vec::<&str>::new(), "{run}");
    assert_eq!(run.scenarios.len(), scenarios, "{run}");
}

#[test]
fn legacy_conformance() {
    passes_every_scenario(Requirements::Legacy2025_11_25, 33);
}

#[test]
fn modern_conformance() {
    passes_every_scenario(Requirements::Modern2026_07_28, 50);
}
