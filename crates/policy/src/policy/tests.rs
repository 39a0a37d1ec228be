use std::sync::Arc;

use model::{Caller, Principal};
use serde_json::{Value, json};

use super::Policy;
use crate::reads::Reads;
use crate::vocabulary::COMMANDS;
use crate::{
    AnswerFacts, Arguments, Calls, Effects, Facts, Hints, MessageFacts, Pin, Request, Source,
    Target, Tools, Verb, Verdict,
};

pub(super) fn load(text: &str) -> Policy {
    let source = Source {
        name: "a.cedar".into(),
        text: text.into(),
    };
    let mut tools = Tools::default();
    let schema = json!({
        "type": "object",
        "required": ["n"],
        "properties": {"n": {"type": "integer"}, "price": {"type": "number"}},
    });
    tools.add("shop", "order", &schema);
    Policy::load(&[source], tools).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
}

pub(super) fn told(verdict: &Verdict) -> String {
    let (name, reason) = match verdict {
        Verdict::Permit(reason) => ("permit", reason),
        Verdict::Hold(reason, _) => ("hold", reason),
        Verdict::Refuse(reason) => ("refuse", reason),
    };
    format!("{name} {}", reason.rules.join(","))
}

pub(super) fn caller() -> Caller {
    let principal = Principal::Person {
        issuer: "key".into(),
        subject: "alice".into(),
    };
    Caller::by_key(principal, "".into())
}

fn decide(policy: &Policy, target: Target<'_>, action: &str, facts: &MessageFacts) -> Verdict {
    policy.decide(&Request {
        caller: &caller(),
        groups: &[Arc::from("staff")],
        server: &"shop".parse().unwrap(),
        action,
        target,
        facts: Facts::Message(facts),
    })
}

fn check(text: &str, facts: &MessageFacts, expected: &str) {
    let verdict = decide(&load(text), Target::Tool("order"), "tools/call", facts);
    assert_eq!(told(&verdict), expected, "{text}");
}

pub(super) const PERMIT: &str = "@id(\"p\") permit(principal, action, resource);\n";

#[test]
fn forbid_wins_over_hold_over_permit_and_nothing_refuses() {
    let any = "(principal, action, resource);";
    let facts = MessageFacts::default();
    let forbid = format!("@id(\"f\") forbid{any}");
    let hold = format!("@id(\"h\") @hold(\"ops\") forbid{any}");
    check("", &facts, "refuse ");
    check(PERMIT, &facts, "permit p");
    check(&format!("{PERMIT}{hold}"), &facts, "hold h");
    check(&format!("{PERMIT}{hold}{forbid}"), &facts, "refuse h,f");
    // Nothing would permit it once it is approved.
    check(&hold, &facts, "refuse h");
}

#[test]
fn the_strictest_terms_hold() {
    let policy = load(&format!(
        "{PERMIT}@hold(\"a\") @expires(\"10m\") forbid(principal, action, resource);\n\
         @hold(\"b\") @quorum(\"2\") @reason(\"why\") @severity(\"low\") forbid(principal, action, resource);"
    ));
    let facts = MessageFacts::default();
    let Verdict::Hold(reason, terms) = decide(&policy, Target::Tool("order"), "tools/call", &facts)
    else {
        panic!("it is held");
    };
    assert_eq!(terms.groups, ["a".into(), "b".into()]);
    assert_eq!((terms.quorum, terms.hold_ms_max), (2, 600_000));
    assert_eq!(reason.told.as_deref(), Some("why"));
    assert_eq!(reason.rules, ["a/2".into(), "a/3".into()]);
}

#[test]
fn who_and_what_are_told_apart() {
    let facts = MessageFacts::default();
    for (scope, expected) in [
        (
            "principal == Probity::Person::\"key|alice\", action, resource",
            "permit p",
        ),
        (
            "principal == Probity::Person::\"https://idp|alice\", action, resource",
            "refuse ",
        ),
        (
            "principal in Probity::Group::\"staff\", action, resource",
            "permit p",
        ),
        (
            "principal in Probity::Group::\"boss\", action, resource",
            "refuse ",
        ),
        (
            "principal, action in Probity::Action::\"from_client\", resource",
            "permit p",
        ),
        (
            "principal, action in Probity::Action::\"from_server\", resource",
            "refuse ",
        ),
        (
            "principal, action == Probity::Action::\"shop:order\", resource",
            "permit p",
        ),
        (
            "principal, action, resource in Probity::Server::\"shop\"",
            "permit p",
        ),
        (
            "principal, action, resource == Probity::Tool::\"shop/order\"",
            "permit p",
        ),
        (
            "principal, action, resource == Probity::Tool::\"shop/other\"",
            "refuse ",
        ),
        ("principal, action, resource is Probity::Prompt", "refuse "),
    ] {
        let facts = MessageFacts {
            arguments: Arguments::Given(json!({"n": 1})),
            ..facts.clone()
        };
        check(&format!("@id(\"p\") permit({scope});"), &facts, expected);
    }
}

#[test]
fn arguments_are_read_by_their_types() {
    let policy = load(&format!(
        "{PERMIT}@id(\"many\") forbid(principal, action == Probity::Action::\"shop:order\", resource)\n\
         when {{ context.arguments.n > 10 || (context.arguments has price && context.arguments.price.greaterThan(decimal(\"9.5\"))) }};"
    ));
    assert!(policy.reads_arguments("shop", "order"));
    assert!(!policy.reads_arguments("shop", "list"));
    let rows: &[(Value, &str)] = &[
        (json!({"n": 10}), "permit p"),
        (json!({"n": 11}), "refuse many"),
        (json!({"n": 1, "price": 9.5}), "permit p"),
        (json!({"n": 1, "price": 9.51}), "refuse many"),
        (json!({"n": 1, "price": null, "other": []}), "permit p"),
        // What does not fit cannot be judged.
        (json!({"n": "11"}), "refuse "),
        (json!({"n": 1, "price": 1.000_01}), "refuse "),
        (json!({}), "refuse "),
        (json!([]), "refuse "),
    ];
    for (arguments, expected) in rows {
        let facts = MessageFacts {
            arguments: Arguments::Given(arguments.clone()),
            ..MessageFacts::default()
        };
        let verdict = decide(&policy, Target::Tool("order"), "tools/call", &facts);
        assert_eq!(told(&verdict), *expected, "{arguments}");
    }
}

#[test]
fn what_cannot_be_read_or_stated_is_refused_without_its_value() {
    let policy = load(&format!(
        "{PERMIT}@id(\"many\") forbid(principal, action == Probity::Action::\"shop:order\", resource)\n\
         when {{ context.arguments.n > 10 }};"
    ));
    for arguments in [
        Arguments::Unreadable,
        Arguments::Given(json!({"n": 1, "price": 4_111_111_111_111_111_u64})),
        Arguments::Given(json!({"n": "4111111111111111"})),
    ] {
        let facts = MessageFacts {
            arguments,
            ..MessageFacts::default()
        };
        let verdict = decide(&policy, Target::Tool("order"), "tools/call", &facts);
        let Verdict::Refuse(reason) = verdict else {
            panic!("{facts:?} is refused");
        };
        assert_eq!(reason.errors.len(), 1, "{reason:?}");
        assert!(!format!("{reason:?}").contains("4111"), "{reason:?}");
    }
}

#[test]
fn a_tool_is_no_method_of_mcp() {
    let policy = load(
        "@id(\"lists\") permit(principal, action == Probity::Action::\"tools/list\", resource);",
    );
    let facts = MessageFacts::default();
    let verdict = policy.decide(&Request {
        caller: &Caller::anonymous(),
        groups: &[],
        server: &"tools".parse().unwrap(),
        action: "tools/call",
        target: Target::Tool("list"),
        facts: Facts::Message(&facts),
    });
    assert_eq!(told(&verdict), "refuse ");
}

#[test]
fn what_cannot_be_evaluated_is_refused() {
    // Two numbers that do not fit into 64 bits when they are added.
    let text = format!(
        "{PERMIT}@id(\"sum\") forbid(principal, action == Probity::Action::\"tools/call\", resource)\n\
         when {{ context.calls.session + 9223372036854775807 == 0 }};"
    );
    let mut facts = MessageFacts::default();
    check(&text, &facts, "permit p");
    facts.calls.session = 1;
    let verdict = decide(&load(&text), Target::Tool("order"), "tools/call", &facts);
    let Verdict::Refuse(reason) = verdict else {
        panic!("it is refused");
    };
    assert!(
        reason.errors.iter().any(|error| error.contains("sum")),
        "{reason:?}"
    );
    assert_eq!(
        reason.errors,
        ["`sum`: a number does not fit into 64 bits".into()]
    );
}

#[test]
fn facts_that_are_not_there_are_false() {
    let text = format!(
        "{PERMIT}@id(\"f\") forbid(principal, action == Probity::Action::\"tools/call\", resource)\n\
         when {{ context has sql && context.sql.writes.contains(\"orders\") }};"
    );
    let mut facts = MessageFacts::default();
    check(&text, &facts, "permit p");
    facts.sql = Some(Effects {
        names: vec![("writes", ["orders".to_owned()].into())],
        ..Effects::default()
    });
    check(&text, &facts, "refuse f");
}

#[test]
fn answers_are_judged_by_what_is_in_them() {
    let policy = load(&format!(
        "{PERMIT}@id(\"large\") forbid(principal, action == Probity::Action::\"answer\", resource)\n\
         when {{ context.bytes > 1000 || context.kinds.contains(\"payment_card\") }};"
    ));
    let caller = Caller::anonymous();
    for (bytes, kind, expected) in [
        (1000, "email", "permit p"),
        (1001, "email", "refuse large"),
        (1, "payment_card", "refuse large"),
    ] {
        let facts = AnswerFacts {
            method: "tools/call".into(),
            bytes,
            kinds: [kind.into()].into(),
            credentials: false,
        };
        let verdict = policy.decide(&Request {
            caller: &caller,
            groups: &[],
            server: &"shop".parse().unwrap(),
            action: "answer",
            target: Target::Tool("order"),
            facts: Facts::Answer(&facts),
        });
        assert_eq!(told(&verdict), expected);
    }
}

#[test]
fn an_answer_passes_unless_something_forbids_it() {
    let calls = "permit(principal, action == Probity::Action::\"tools/call\", resource);\n";
    let answers = "forbid(principal, action == Probity::Action::\"answer\", resource)";
    for (text, judges, passes) in [
        (calls.to_owned(), false, true),
        (
            format!("{calls}{answers} when {{ context.bytes > 9 }};"),
            true,
            true,
        ),
        (format!("{calls}{answers};"), true, false),
        (format!("{calls}@hold(\"ops\") {answers};"), true, false),
    ] {
        let policy = load(&text);
        assert_eq!(policy.judges_answers(), judges, "{text}");
        let facts = AnswerFacts::default();
        let verdict = policy.decide_answer(&Request {
            caller: &caller(),
            groups: &[],
            server: &"shop".parse().unwrap(),
            action: "answer",
            target: Target::Server,
            facts: Facts::Answer(&facts),
        });
        assert_eq!(matches!(verdict, Verdict::Permit(_)), passes, "{text}");
    }
}

#[test]
fn what_is_hidden_says_so() {
    let policy = load(&format!(
        "{PERMIT}@hide @id(\"h\") forbid(principal, action, resource);\n\
         @id(\"f\") forbid(principal, action, resource);"
    ));
    let facts = MessageFacts::default();
    let verdict = decide(&policy, Target::Tool("order"), "tools/call", &facts);
    assert_eq!(told(&verdict), "refuse h,f");
    assert!(verdict.reason().hidden);
}

#[test]
fn the_digest_tells_sets_apart() {
    assert_ne!(load("").digest(), load(PERMIT).digest());
    assert_eq!(load(PERMIT).digest(), load(PERMIT).digest());
    assert_eq!(Policy::permit_all().rules().len(), 1);
}

#[test]
fn policies_of_one_target_are_asked_of_that_one_only() {
    let text = format!(
        "{PERMIT}@id(\"one\") forbid(principal, action, resource == Probity::Tool::\"shop/order\");\n\
         @id(\"wait\") @hold(\"ops\") forbid(principal, action, resource == Probity::Tool::\"shop/other\");\n\
         @id(\"every\") forbid(principal, action == Probity::Action::\"tools/call\", resource) when {{ context.calls.session > 3 }};"
    );
    let policy = load(&text);
    for (tool, calls, expected) in [
        ("order", 0, "refuse one"),
        ("order", 4, "refuse one,every"),
        ("other", 0, "hold wait"),
        ("other", 4, "refuse wait,every"),
        ("third", 0, "permit p"),
        ("third", 4, "refuse every"),
    ] {
        let mut facts = MessageFacts::default();
        facts.calls.session = calls;
        let verdict = decide(&policy, Target::Tool(tool), "tools/call", &facts);
        assert_eq!(told(&verdict), expected, "{tool} after {calls} calls");
    }
}

/// Policies of every form that something is told of before Cedar is asked, and of forms that can fail.
const OWN: &str = r#"
@id("o1") forbid(principal, action in Probity::Action::"from_client", resource) when { context.pin.changed } unless { context.verb.read };
@id("o2") @hold("ops") forbid(principal, action == Probity::Action::"tools/call", resource)
  when { !(context.hints.read_only || context.unread) && context.calls.session > 90 };
@id("o3") forbid(principal, action == Probity::Action::"tools/call", resource)
  when { context.calls.session * 9223372036854775807 > 1 && context.unread };
@id("o4") forbid(principal, action == Probity::Action::"tools/call", resource)
  when { context.unread && context.calls.session * 9223372036854775807 > 1 };
@id("o5") permit(principal in Probity::Group::"guests", action, resource) when { true };
@id("o6") forbid(principal, action == Probity::Action::"tools/call", resource == Probity::Tool::"shop/order")
  when { context has sql && context.sql has drop && context.sql.writes.contains("orders") };
@id("o7") forbid(principal, action == Probity::Action::"tools/call", resource)
  when { if context has shell then context.shell.read && context.clock.hour < 9 else context has intent };
@id("o8") forbid(principal, action == Probity::Action::"tools/call", resource)
  when { context has sql && context has shell && context.sql == context.sql && context.shell.unknown };
@id("o9") @hide forbid(principal, action == Probity::Action::"tools/call", resource)
  unless { context.hints.destructive || context.pin.known };
"#;

/// Leaving out what is not satisfied, and what is not read, changes nothing: with the shipped policies and
/// others, for each combination of languages, and facts that vary.
#[test]
fn what_cannot_match_decides_nothing() {
    let mut sources = crate::defaults::sources();
    sources.push(Source {
        name: "own.cedar".into(),
        text: OWN.into(),
    });
    let policy = Policy::load(&sources, Tools::default()).unwrap();
    let mut seed = 7_u64;
    let mut chance = |of: u64| {
        // Knuth's linear congruential generator, MMIX.
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % of
    };
    let mut seen = std::collections::BTreeSet::new();
    for round in 0..4_000_u64 {
        // From calls of which nothing is true to those of which much is.
        let rare = [3, 12, 60, 400][usize::try_from(round / 64 % 4).unwrap()];
        let mut effects = |words: &[&'static [&'static str]], at: u32| {
            let there = round >> at & 1 == 1;
            let is = words.iter().copied().flatten();
            let is = is.copied().filter(|_| chance(rare) == 0).collect();
            let names = [("writes", ["orders".to_owned()].into())].into();
            there.then_some(Effects { is, names })
        };
        let [sql, shell, cloud, http, paths, nosql] =
            [0, 1, 2, 3, 4, 5].map(|at| effects(COMMANDS[at].facts, u32::try_from(at).unwrap()));
        let mut is = || chance(rare) == 0;
        let facts = MessageFacts {
            sql,
            shell,
            cloud,
            http,
            paths,
            nosql,
            credentials: is(),
            unread: is(),
            suspicious: is(),
            verb: Verb {
                read: is(),
                write: is(),
                delete: is(),
                execute: is(),
            },
            hints: Hints {
                read_only: is(),
                destructive: !is(),
                idempotent: is(),
                open_world: is(),
            },
            intent: is().then(|| "to look".into()),
            pin: [Pin::Unknown, Pin::FirstSeen, Pin::Unchanged, Pin::Changed]
                [usize::try_from(chance(4)).unwrap()],
            calls: Calls {
                session: chance(100).saturating_sub(if chance(2) == 0 { 100 } else { 0 }),
                ..Calls::default()
            },
            ..MessageFacts::default()
        };
        let request = Request {
            caller: &caller(),
            groups: &[],
            server: &"shop".parse().unwrap(),
            action: "tools/call",
            target: Target::Tool(["order", "list"][usize::try_from(chance(2)).unwrap()]),
            facts: Facts::Message(&facts),
        };
        let verdict = policy.decide(&request);
        let (action, set) = policy.set_of(&request);
        let all = set.asked(&request).all();
        let whole = policy.decide_among(&request, &action, &all, &Reads::ALL);
        assert_eq!(verdict, whole, "{facts:?}");
        seen.insert(format!("{} {:?}", told(&verdict), verdict.reason().errors));
    }
    for form in [
        "permit allow []",
        "hold ",
        "refuse ",
        "`o3`",
        "`o4`",
        "o1",
        "o2",
        "o6",
        "o7",
        "o8",
        "o9",
    ] {
        assert!(seen.iter().any(|seen| seen.contains(form)), "{form}");
    }
}
