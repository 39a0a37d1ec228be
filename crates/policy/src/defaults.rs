//! The policies that decide where the operator names none.

use crate::Source;

macro_rules! shipped {
    ($($name:literal)*) => {
        /// By their names.
        const FILES: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../policies/", $name, ".cedar"))),)*
        ];
    };
}

shipped! { "allow" "sql" "shell" "cloud" "http" "paths" "nosql" "tools" "pins" "servers" "secrets" }

/// All files, in the order in which they are read.
pub fn sources() -> Vec<Source> {
    some(names())
}

/// Those of these names, in the order of the names; nothing for a name that there is not.
pub fn some<'a>(wanted: impl IntoIterator<Item = &'a str>) -> Vec<Source> {
    let files = wanted.into_iter();
    files
        .filter_map(|wanted| FILES.iter().find(|(name, _)| *name == wanted))
        .map(|(name, text)| Source {
            name: format!("default/{name}.cedar").into(),
            text: (*text).into(),
        })
        .collect()
}

/// The names of all files.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use model::Caller;

    use super::sources;
    use crate::{Facts, MessageFacts, Pin, Policy, Request, Target, Tools};

    fn decided(action: &str, target: Target<'_>, facts: &MessageFacts) -> String {
        let policy = Policy::load(&sources(), Tools::default()).unwrap();
        let verdict = policy.decide(&Request {
            caller: &Caller::anonymous(),
            groups: &[],
            server: &"shop".parse().unwrap(),
            action,
            target,
            facts: Facts::Message(facts),
        });
        verdict.reason().rules.join(",")
    }

    #[test]
    fn definitions_servers_and_secrets() {
        let facts = |pin, suspicious, credentials| MessageFacts {
            pin,
            suspicious,
            credentials,
            ..MessageFacts::default()
        };
        let (tool, server) = (Target::Tool("order"), Target::Server);
        for (action, target, facts, expected) in [
            (
                "tools/call",
                tool,
                facts(Pin::Unknown, false, false),
                "allow",
            ),
            (
                "tools/call",
                tool,
                facts(Pin::FirstSeen, false, false),
                "allow",
            ),
            (
                "tools/call",
                tool,
                facts(Pin::Changed, false, false),
                "pins-changed",
            ),
            (
                "prompts/get",
                Target::Prompt("p"),
                facts(Pin::Changed, false, false),
                "pins-changed",
            ),
            (
                "tools/call",
                tool,
                facts(Pin::FirstSeen, true, false),
                "pins-suspicious",
            ),
            // Somebody has accepted it as it is.
            (
                "tools/call",
                tool,
                facts(Pin::Unchanged, true, false),
                "allow",
            ),
            (
                "tools/call",
                tool,
                facts(Pin::Unchanged, false, true),
                "secrets-in-arguments",
            ),
            (
                "prompts/get",
                Target::Prompt("p"),
                facts(Pin::Unchanged, false, true),
                "secrets-in-arguments",
            ),
            (
                "sampling/createMessage",
                server,
                facts(Pin::Unknown, false, false),
                "servers-sampling",
            ),
            (
                "elicitation/create",
                server,
                facts(Pin::Unknown, false, false),
                "servers-elicitation",
            ),
            (
                "roots/list",
                server,
                facts(Pin::Unknown, false, true),
                "secrets-in-arguments",
            ),
        ] {
            assert_eq!(
                decided(action, target, &facts),
                expected,
                "{action} {facts:?}"
            );
        }
        // What a definition says of its tool, before there is a call.
        let policy = Policy::load(&sources(), Tools::default()).unwrap();
        assert!(policy.filters("tools/call"));
    }

    #[test]
    fn they_are_without_a_mistake_and_each_has_a_name_and_a_reason() {
        let policy = Policy::load(&sources(), Tools::default()).unwrap();
        for rule in policy.rules() {
            assert!(!rule.id.contains('/'), "{}", rule.id);
            let permits = rule.says == crate::Says::Permit;
            assert_eq!(rule.told.is_none(), permits, "{}", rule.id);
        }
    }
}
