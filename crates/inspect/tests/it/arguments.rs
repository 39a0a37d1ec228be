use inspect::arguments::{Argument, Call, Language, Settings, inspect};
use serde_json::{Value, json};

/// What was read, as `pointer language basis`.
fn read(server: &str, tool: &str, arguments: &Value, settings: &Settings) -> Vec<String> {
    let call = Call {
        server,
        tool,
        arguments,
    };
    let commands = inspect(&call, settings);
    assert!(!commands.unread);
    let line = |place: &inspect::arguments::Place| {
        format!("{} {} {}", place.pointer, place.language, place.basis)
    };
    commands.places.iter().map(line).collect()
}

#[test]
fn arguments_are_read_as_what_they_are() {
    let rows = [
        // By name.
        (
            "db",
            "run",
            json!({"sql": "nonsense"}),
            &["/sql sql name"][..],
        ),
        (
            "postgres",
            "query",
            json!({"query": "nonsense"}),
            &["/query sql name"],
        ),
        (
            "x",
            "bash",
            json!({"command": "nonsense"}),
            &["/command shell name"],
        ),
        (
            "x",
            "run",
            json!({"command": ["rm", "-rf", "/"]}),
            &["/command shell name"],
        ),
        (
            "x",
            "run",
            json!({"command": "rm", "args": ["-rf", "/"]}),
            &["/command shell name"],
        ),
        (
            "x",
            "python",
            json!({"code": "import os"}),
            &["/code shell name"],
        ),
        (
            "fs",
            "write_file",
            json!({"path": "a", "content": "rm -rf /"}),
            &["/path path name"],
        ),
        (
            "x",
            "fetch",
            json!({"url": "http://a.example/", "method": "DELETE"}),
            &["/url http name"],
        ),
        (
            "x",
            "fetch",
            json!({"url": "file:///etc/passwd"}),
            &["/url path content", "/url http name"],
        ),
        (
            "redis",
            "call",
            json!({"command": "FLUSHALL"}),
            &["/command redis name"],
        ),
        // By content.
        ("x", "y", json!({"z": "DROP TABLE t"}), &["/z sql content"]),
        (
            "x",
            "y",
            json!({"z": {"a/b": ["x", "rm -rf /"]}}),
            &["/z/a~1b/1 shell content"],
        ),
        ("x", "y", json!({"z": "/etc/shadow"}), &["/z path content"]),
        (
            "x",
            "y",
            json!({"z": "{\"sql\": \"DROP TABLE t\"}"}),
            &["/z/sql sql name"],
        ),
        (
            "x",
            "y",
            json!({"z": "cm0gLXJmIC92YXIvbGli"}),
            &["/z shell content"],
        ),
        // Not at all.
        (
            "x",
            "str_replace_editor",
            json!({"command": "view", "path": "a.rs"}),
            &["/path path name"],
        ),
        ("x", "send", json!({"message": "DROP TABLE t"}), &[]),
        ("x", "search_code", json!({"query": "rm -rf /"}), &[]),
        ("x", "weather", json!({"city": "Paris", "days": 3}), &[]),
        ("x", "y", json!({"uri": "demo://resource/1"}), &[]),
    ];
    for (server, tool, arguments, expected) in rows {
        let found = read(server, tool, &arguments, &Settings::default());
        assert_eq!(found, expected, "{tool} {arguments}");
    }
}

#[test]
fn the_operator_goes_first() {
    let argument = |tool: Option<&str>, argument: &str, language| Argument {
        tool: tool.map(Into::into),
        argument: argument.into(),
        language,
    };
    let settings = Settings {
        arguments: vec![
            argument(Some("ask"), "/sql", Language::Text),
            argument(None, "filter", Language::Sql),
        ],
        ..Settings::default()
    };
    for (tool, arguments, expected) in [
        (
            "ask",
            json!({"sql": "DROP TABLE t"}),
            &["/sql text configured"][..],
        ),
        ("other", json!({"sql": "DROP TABLE t"}), &["/sql sql name"]),
        (
            "other",
            json!({"a": {"Filter": "x"}}),
            &["/a/Filter sql configured"],
        ),
    ] {
        assert_eq!(
            read("x", tool, &arguments, &settings),
            expected,
            "{tool} {arguments}"
        );
    }
}

#[test]
fn what_is_too_much_is_said_to_be() {
    let many: Vec<String> = (0..5000).map(|n| format!("word {n}")).collect();
    let deep = (0..40).fold(json!("x"), |inner, _| json!([inner]));
    for arguments in [json!({ "z": many }), json!({ "z": deep })] {
        let call = Call {
            server: "x",
            tool: "y",
            arguments: &arguments,
        };
        assert!(inspect(&call, &Settings::default()).unread);
    }
}

#[test]
fn sql_of_an_unknown_dialect_is_read_in_each() {
    let commands = |text: &str| {
        let arguments = json!({ "sql": text });
        let call = Call {
            server: "x",
            tool: "y",
            arguments: &arguments,
        };
        inspect(&call, &Settings::default()).sql
    };
    // Only one knows it, and nobody else makes it unknown.
    let known = commands("SELECT TOP 3 name FROM users");
    assert!(
        known.iter().all(|facts| facts.unknown.is_none()),
        "{known:?}"
    );
    let unknown = commands("SELEC 1 FRM x");
    assert!(
        unknown.iter().any(|facts| facts.unknown.is_some()),
        "{unknown:?}"
    );
}
