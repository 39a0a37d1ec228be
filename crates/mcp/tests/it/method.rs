//! The method table.

use std::collections::HashSet;

use mcp::Direction::{ClientToServer, ServerToClient};
use mcp::Revision::{self, V2024_11_05, V2025_03_26, V2025_11_25, V2026_07_28};
use mcp::{METHODS, Method, Shape};

#[test]
fn every_row_is_found_by_its_name() {
    let names: HashSet<_> = METHODS.iter().map(|info| info.name).collect();
    assert_eq!(names.len(), METHODS.len());
    for info in METHODS {
        assert_eq!(Method::of(info.name), info.method);
        assert_eq!(info.method.info(), Some(info));
        let notifies = info.name.starts_with("notifications/");
        assert_eq!(info.shape == Shape::Notification, notifies, "{}", info.name);
        assert!(info.uses.iter().all(|used| used.first <= used.last));
    }
    assert_eq!(Method::Unknown.info(), None);
    assert_eq!(Method::of("Tools/Call"), Method::Unknown);
}

#[track_caller]
fn known(name: &str, revision: Revision, expected: (bool, bool)) {
    let info = Method::of(name).info().expect(name);
    let seen = (
        info.known_in(revision, ClientToServer),
        info.known_in(revision, ServerToClient),
    );
    assert_eq!(seen, expected, "{name} in {revision}");
}

#[test]
fn revisions_have_their_methods() {
    known("initialize", V2024_11_05, (true, false));
    known("initialize", V2026_07_28, (false, false));
    known("ping", V2025_03_26, (true, true));
    known("ping", V2026_07_28, (false, false));
    known("tools/call", V2026_07_28, (true, false));
    known("elicitation/create", V2025_03_26, (false, false));
    known("elicitation/create", V2025_11_25, (false, true));
    known("tasks/get", V2025_11_25, (true, true));
    known("tasks/get", V2026_07_28, (true, false));
    known("tasks/list", V2025_11_25, (true, true));
    known("tasks/list", V2026_07_28, (false, false));
    known("tasks/update", V2025_11_25, (false, false));
    known("tasks/update", V2026_07_28, (true, false));
    known("notifications/tasks", V2026_07_28, (false, true));
    known("notifications/tasks/status", V2025_11_25, (true, true));
    known("notifications/progress", V2026_07_28, (false, true));
    known("server/discover", V2025_11_25, (false, false));
    known("subscriptions/listen", V2026_07_28, (true, false));
}

#[test]
fn lists_and_caching() {
    let cacheable: HashSet<_> = METHODS
        .iter()
        .filter(|i| i.cacheable)
        .map(|i| i.name)
        .collect();
    let expected = HashSet::from([
        "server/discover",
        "tools/list",
        "prompts/list",
        "resources/list",
        "resources/templates/list",
        "resources/read",
    ]);
    assert_eq!(cacheable, expected);
    let mrtr: HashSet<_> = METHODS.iter().filter(|i| i.mrtr).map(|i| i.name).collect();
    assert_eq!(
        mrtr,
        HashSet::from(["tools/call", "prompts/get", "resources/read"])
    );
    let lists = Method::ResourcesTemplatesList
        .info()
        .and_then(|info| info.lists);
    assert_eq!(lists, Some("resourceTemplates"));
}

#[test]
fn revisions_are_dates() {
    for revision in Revision::ALL {
        assert_eq!(Revision::parse(revision.as_str()), Some(revision));
    }
    assert_eq!(Revision::parse("2026-07-29"), None);
    assert!(Revision::ALL.is_sorted());
}
