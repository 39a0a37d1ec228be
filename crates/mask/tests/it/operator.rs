//! The operator's own rules: what they find where, and which cannot be in force.

use std::sync::Arc;

use mask::{Class, Crossing, Direction, MaskSet, OperatorRules, Rule, RuleFault};

fn rule(kind: &str) -> Rule {
    Rule {
        kind: kind.to_owned(),
        class: Class::Identifier,
        pattern: None,
        names: None,
        fields: Vec::new(),
        words: Vec::new(),
        upstreams: Vec::new(),
        tools: Vec::new(),
        direction: None,
        finds: Vec::new(),
        keeps: Vec::new(),
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn employee() -> Rule {
    Rule {
        pattern: Some(r"\bEMP-(?<value>\d{6})\b".to_owned()),
        finds: texts(&["EMP-123456", r#"{"result":{"content":"ask EMP-123456"}}"#]),
        keeps: texts(&["EMP-12", "TEMP-123456"]),
        ..rule("employee")
    }
}

/// What is stored of a message.
fn stored(rules: Vec<Rule>, message: &str, at: &Crossing<'_>) -> String {
    let rules = OperatorRules::new(&rules).expect("rules without a fault");
    let set = MaskSet::builder().rules(Arc::new(rules)).build();
    let stored = set.apply(message.as_bytes(), at).stored.into_owned();
    String::from_utf8(stored).expect("UTF-8")
}

#[test]
fn a_pattern_masks_its_value_in_every_view() {
    let at = Crossing::to_agent("hr");
    for (message, expected) in [
        (
            r#"{"result":{"t":"EMP-123456, EMP-654321"}}"#,
            r#"{"result":{"t":"EMP-[employee], EMP-[employee]"}}"#,
        ),
        (
            r#"{"result":{"t":"{\"who\":\"EMP-123456\"}"}}"#,
            r#"{"result":{"t":"{\"who\":\"EMP-[employee]\"}"}}"#,
        ),
        (
            r#"{"result":{"t":"EMP-1234567"}}"#,
            r#"{"result":{"t":"EMP-1234567"}}"#,
        ),
    ] {
        assert_eq!(stored(vec![employee()], message, &at), expected);
    }
}

#[test]
fn names_and_paths_mask_whole_values() {
    let pay = Rule {
        names: Some("(?i)^(salary|bonus)$".to_owned()),
        finds: texts(&[r#"{"params":{"salary":"many"}}"#]),
        keeps: texts(&[r#"{"params":{"salaryBand":"B"}}"#]),
        ..rule("pay")
    };
    let home = Rule {
        fields: texts(&[
            "$..address.street",
            "$.result.structuredContent.people[*].room",
        ]),
        finds: texts(&[r#"{"result":{"address":{"street":"Main"}}}"#]),
        ..rule("place")
    };
    let at = Crossing::to_agent("hr");
    let message = r#"{"result":{"content":[{"type":"text","text":"{\"people\":[{\"room\":\"4b\",\"Salary\":\"lots\"}]}"}],"structuredContent":{"people":[{"room":"4b","Salary":"lots","address":{"street":"Elm","zip":"1"}}]}}}"#;
    let expected = r#"{"result":{"content":[{"type":"text","text":"{\"people\":[{\"room\":\"[place]\",\"Salary\":\"[pay]\"}]}"}],"structuredContent":{"people":[{"room":"[place]","Salary":"[pay]","address":{"street":"[place]","zip":"1"}}]}}}"#;
    assert_eq!(stored(vec![pay, home], message, &at), expected);
}

#[test]
fn words_stand_as_such() {
    let secret = Rule {
        words: texts(&["Falcon", "Project Falcon", "straße"]),
        finds: texts(&["about project falcon"]),
        keeps: texts(&["falconry"]),
        ..rule("code_name")
    };
    let at = Crossing::to_agent("wiki");
    assert_eq!(
        stored(
            vec![secret],
            r#"["Project FALCON, falcon!", "falcons", "Hauptstraße straße"]"#,
            &at
        ),
        r#"["[code_name], [code_name]!", "falcons", "Hauptstraße [code_name]"]"#
    );
}

#[test]
fn a_rule_holds_where_it_says() {
    let narrow = Rule {
        upstreams: texts(&["hr"]),
        tools: texts(&["lookup"]),
        direction: Some(Direction::ServerToClient),
        ..employee()
    };
    let message = r#"{"result":"EMP-123456"}"#;
    for (at, masked) in [
        (Crossing::to_agent("hr").of_tool(Some("lookup")), true),
        (Crossing::to_agent("hr").of_tool(Some("other")), false),
        (Crossing::to_agent("hr"), false),
        (Crossing::to_agent("it").of_tool(Some("lookup")), false),
        (Crossing::to_server("hr").of_tool(Some("lookup")), false),
    ] {
        let changed = stored(vec![narrow.clone()], message, &at) != message;
        assert_eq!(changed, masked, "{at:?}");
    }
}

#[test]
fn rules_that_cannot_be_in_force_say_why() {
    let pattern = |text: &str| Rule {
        pattern: Some(text.to_owned()),
        finds: texts(&["x"]),
        ..rule("r")
    };
    for (rule, expected) in [
        (
            Rule {
                finds: texts(&["x"]),
                ..rule("Kind")
            },
            "Kind, Empty",
        ),
        (pattern("("), "Pattern"),
        (pattern("x*"), "FindsNothing"),
        (pattern(r"\w{1000}{1000}"), "Pattern"),
        (pattern("[^\\s\\S]"), "Misses"),
        (
            Rule {
                finds: Vec::new(),
                ..pattern("x")
            },
            "Unproven",
        ),
        (
            Rule {
                keeps: texts(&["fox"]),
                ..pattern("x")
            },
            "Takes",
        ),
        (
            Rule {
                fields: texts(&["a.b", "$[?@.x]"]),
                ..rule("r")
            },
            "Field, Field",
        ),
        (
            Rule {
                words: texts(&[""]),
                ..rule("r")
            },
            "Words",
        ),
    ] {
        let faults = OperatorRules::new(std::slice::from_ref(&rule)).expect_err("a fault");
        let names: Vec<String> = faults
            .iter()
            .map(|(_, fault)| {
                let name = format!("{fault:?}");
                name.split([' ', '(', '{'])
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect();
        assert_eq!(names.join(", "), expected, "{rule:?}");
    }
}

#[test]
fn the_digest_tells_rules_apart() {
    let digest = |rules: Vec<Rule>| {
        let rules = OperatorRules::new(&rules).expect("rules without a fault");
        MaskSet::builder().rules(Arc::new(rules)).build().digest()
    };
    let narrow = Rule {
        upstreams: texts(&["hr"]),
        ..employee()
    };
    assert_ne!(digest(vec![employee()]), digest(vec![narrow]));
    assert_eq!(digest(vec![employee()]), digest(vec![employee()]));
}

#[test]
fn a_fault_names_its_rule() {
    let faults = OperatorRules::new(&[employee(), rule("empty")]).expect_err("a fault");
    assert_eq!(faults.first(), Some(&(1, RuleFault::Empty)));
}
