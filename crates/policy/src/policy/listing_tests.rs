use super::tests::{PERMIT, caller, load, told};
use crate::{Facts, MessageFacts, Pin, Request, Target};

fn listed(
    text: &str,
    target: Target<'_>,
    action: &str,
    facts: &MessageFacts,
    named: bool,
) -> String {
    let request = Request {
        caller: &caller(),
        groups: &["staff".into()],
        server: &"shop".parse().unwrap(),
        action,
        target,
        facts: Facts::Message(facts),
    };
    let verdict = load(text).decide_listed(&request, named);
    told(&verdict).split(' ').next().unwrap().to_owned()
}

#[test]
fn only_what_is_refused_whatever_its_arguments_is_not_listed() {
    let tools = "action == Probity::Action::\"tools/call\"";
    let rows = [
        (String::new(), "refuse"),
        (PERMIT.to_owned(), "permit"),
        // What is held may be approved.
        (
            format!("{PERMIT}@hold(\"ops\") forbid(principal, action, resource);"),
            "permit",
        ),
        // Who, and what.
        (
            format!("{PERMIT}forbid(principal in Probity::Group::\"staff\", {tools}, resource);"),
            "refuse",
        ),
        (
            format!("{PERMIT}forbid(principal in Probity::Group::\"guests\", {tools}, resource);"),
            "permit",
        ),
        (
            format!("permit(principal, {tools}, resource == Probity::Tool::\"shop/order\");"),
            "permit",
        ),
        (
            format!("permit(principal, {tools}, resource == Probity::Tool::\"shop/list\");"),
            "refuse",
        ),
        (
            format!("permit(principal, {tools}, resource) when {{ resource.name like \"o*\" }};"),
            "permit",
        ),
        // What the definition itself says.
        (
            format!("{PERMIT}forbid(principal, {tools}, resource) when {{ context.pin.changed }};"),
            "refuse",
        ),
        (
            format!(
                "{PERMIT}forbid(principal, {tools}, resource) when {{ !context.hints.read_only }};"
            ),
            "refuse",
        ),
        // What only a call says: a forbid may not match, and a permit may.
        (
            format!("{PERMIT}forbid(principal, {tools}, resource) when {{ context.credentials }};"),
            "permit",
        ),
        (
            format!(
                "{PERMIT}forbid(principal, {tools}, resource) when {{ {{\"Value\": context.credentials}}.Value }};"
            ),
            "permit",
        ),
        (
            format!("{PERMIT}forbid(principal, {tools}, resource) unless {{ context has sql }};"),
            "permit",
        ),
        (
            format!("permit(principal, {tools}, resource) when {{ context has sql }};"),
            "permit",
        ),
        (
            format!(
                "permit(principal, {tools}, resource == Probity::Tool::\"shop/list\") when {{ context has sql }};"
            ),
            "refuse",
        ),
        // The clock and the connection are not the caller's.
        (
            format!(
                "{PERMIT}forbid(principal, {tools}, resource) when {{ context.clock.hour >= 0 }};"
            ),
            "permit",
        ),
        (
            format!(
                "{PERMIT}forbid(principal, {tools}, resource) when {{ context.agent == \"\" }};"
            ),
            "permit",
        ),
        // The tool's own action, whose arguments nobody has.
        (
            format!(
                "{PERMIT}forbid(principal, action == Probity::Action::\"shop:order\", resource) when {{ context.arguments.n > 3 }};"
            ),
            "permit",
        ),
        (
            format!(
                "{PERMIT}forbid(principal, action == Probity::Action::\"shop:order\", resource);"
            ),
            "refuse",
        ),
        // A policy that cannot be evaluated is a refusal here as there.
        (
            format!(
                "{PERMIT}forbid(principal, {tools}, resource) when {{ context.hints.read_only || 9223372036854775807 + 1 > 0 }};"
            ),
            "refuse",
        ),
    ];
    let facts = MessageFacts {
        pin: Pin::Changed,
        ..MessageFacts::default()
    };
    for (text, expected) in rows {
        let seen = listed(&text, Target::Tool("order"), "tools/call", &facts, true);
        assert_eq!(seen, expected, "{text}");
    }
}

#[test]
fn a_template_is_listed_where_some_resource_could_be_read() {
    let read = "action == Probity::Action::\"resources/read\"";
    for (text, expected) in [
        (PERMIT.to_owned(), "permit"),
        (
            format!(
                "{PERMIT}forbid(principal, {read}, resource) when {{ resource.uri like \"file:///etc/*\" }};"
            ),
            "permit",
        ),
        (
            format!(
                "permit(principal, {read}, resource == Probity::Resource::\"shop/file:///a\");"
            ),
            "permit",
        ),
        (
            format!("{PERMIT}forbid(principal, {read}, resource in Probity::Server::\"shop\");"),
            "refuse",
        ),
        (
            format!("{PERMIT}forbid(principal, {read}, resource) when {{ context.pin.changed }};"),
            "refuse",
        ),
    ] {
        let facts = MessageFacts {
            pin: Pin::Changed,
            ..MessageFacts::default()
        };
        let target = Target::Resource("file:///{path}");
        let seen = listed(&text, target, "resources/read", &facts, false);
        assert_eq!(seen, expected, "{text}");
    }
}

#[test]
fn lists_depend_on_the_caller_only_where_a_policy_can_leave_something_out() {
    let tools = "action == Probity::Action::\"tools/call\"";
    for (text, filters) in [
        (String::new(), true),
        (PERMIT.to_owned(), false),
        (
            format!("permit(principal, action, resource); @hold(\"ops\") forbid(principal, {tools}, resource);"),
            false,
        ),
        (
            format!("permit(principal, action, resource); forbid(principal, {tools}, resource) when {{ context.credentials }};"),
            false,
        ),
        (
            format!("permit(principal, action, resource); forbid(principal, {tools}, resource) when {{ context.pin.changed }};"),
            true,
        ),
        (
            "permit(principal, action, resource); forbid(principal, action == Probity::Action::\"shop:order\", resource);".to_owned(),
            true,
        ),
        (
            "permit(principal, action, resource); forbid(principal, action == Probity::Action::\"prompts/get\", resource);".to_owned(),
            false,
        ),
    ] {
        assert_eq!(load(&text).filters("tools/call"), filters, "{text}");
    }
}
