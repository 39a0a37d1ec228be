//! What can be told of a policy before Cedar is asked: that it is not satisfied by the facts of a message.
//!
//! Most policies ask for facts that are true or false, and of most messages all of these are false. Such a
//! policy need not be asked. A [`Condition`] is what of a policy is made of such facts; it is evaluated as
//! Cedar does it, from the left, and stops at the first operand of which it cannot tell what Cedar would
//! say, a failure included. So what is told is what Cedar says.
//!
//! The head of a policy does not matter: it cannot fail, and a policy whose conditions are false is not
//! satisfied whatever its head says.

use serde_json::Value;

use crate::request::{Effects, Facts, MessageFacts, Pin};
use crate::vocabulary::COMMANDS;

/// Nested deeper than this, a condition is left to Cedar: its own limit is the stack.
const DEPTH_MAX: usize = 64;

/// A policy's conditions, as far as they can be told.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// `true` or `false`, as it is written.
    Is(bool),
    Fact(Fact),
    Not(Box<Self>),
    And(Box<[Self; 2]>),
    Or(Box<[Self; 2]>),
    /// Anything else.
    Untold,
}

/// Something that is true or false of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fact {
    /// `context has sql`: the language by its place in [`COMMANDS`].
    Language(usize),
    /// `context.sql.drop`: Cedar fails at it where the language is not there.
    Command(usize, &'static str),
    /// `context.credentials`, `context.verb.read`.
    Message(fn(&MessageFacts) -> bool),
}

impl Condition {
    /// Of a policy in Cedar's JSON form.
    pub(crate) fn of(policy: &Value) -> Self {
        let Some(clauses) = policy.get("conditions").and_then(Value::as_array) else {
            return Self::Untold;
        };
        let clauses = clauses.iter().map(|clause| {
            let body = clause.get("body").unwrap_or(&Value::Null);
            let body = Self::of_expression(body, DEPTH_MAX);
            match clause.get("kind").and_then(Value::as_str) {
                Some("when") => body,
                Some("unless") => Self::Not(Box::new(body)),
                _ => Self::Untold,
            }
        });
        let all = clauses.reduce(|all, clause| Self::And(Box::new([all, clause])));
        all.unwrap_or(Self::Is(true))
    }

    /// Whether it is known not to be satisfied by these facts.
    pub(crate) fn is_false(&self, facts: &Facts<'_>) -> bool {
        match facts {
            Facts::Message(facts) => self.told(facts) == Some(false),
            Facts::Answer(_) | Facts::Approval(_) => false,
        }
    }

    /// What Cedar says of it; `None`: that cannot be told, and it may fail.
    fn told(&self, facts: &MessageFacts) -> Option<bool> {
        match self {
            Self::Is(is) => Some(*is),
            Self::Fact(fact) => fact.told(facts),
            Self::Not(of) => of.told(facts).map(|is| !is),
            Self::And(operands) => {
                let [left, right] = &**operands;
                if left.told(facts)? {
                    right.told(facts)
                } else {
                    Some(false)
                }
            }
            Self::Or(operands) => {
                let [left, right] = &**operands;
                if left.told(facts)? {
                    Some(true)
                } else {
                    right.told(facts)
                }
            }
            Self::Untold => None,
        }
    }

    fn of_expression(expression: &Value, depth: usize) -> Self {
        let only = expression.as_object().filter(|members| members.len() == 1);
        let Some((operator, of)) = only.and_then(|members| members.iter().next()) else {
            return Self::Untold;
        };
        let Some(depth) = depth.checked_sub(1) else {
            return Self::Untold;
        };
        let operand = |name: &str| {
            of.get(name)
                .map_or(Self::Untold, |operand| Self::of_expression(operand, depth))
        };
        match operator.as_str() {
            "Value" => of.as_bool().map_or(Self::Untold, Self::Is),
            "!" => Self::Not(Box::new(operand("arg"))),
            "&&" => Self::And(Box::new([operand("left"), operand("right")])),
            "||" => Self::Or(Box::new([operand("left"), operand("right")])),
            "has" => Fact::presence(of).map_or(Self::Untold, Self::Fact),
            "." => Fact::access(of).map_or(Self::Untold, Self::Fact),
            _ => Self::Untold,
        }
    }
}

impl Fact {
    fn told(self, facts: &MessageFacts) -> Option<bool> {
        let effects = |at: usize| -> Option<&Effects> { facts.commands().get(at)?.1 };
        match self {
            Self::Language(at) => Some(effects(at).is_some()),
            Self::Command(at, word) => effects(at).map(|effects| effects.is.contains(word)),
            Self::Message(is) => Some(is(facts)),
        }
    }

    /// `context has NAME`.
    fn presence(of: &Value) -> Option<Self> {
        let name = name_of(of)?;
        let of_context = of.get("left").is_some_and(is_context);
        of_context
            .then(|| language(name))
            .flatten()
            .map(Self::Language)
    }

    /// `context.NAME`, `context.RECORD.NAME`.
    fn access(of: &Value) -> Option<Self> {
        let (left, name) = (of.get("left")?, name_of(of)?);
        if is_context(left) {
            return message_fact("", name);
        }
        let record = left
            .get(".")
            .filter(|of| of.get("left").is_some_and(is_context))?;
        let record = name_of(record)?;
        match language(record) {
            Some(at) => {
                let mut words = COMMANDS.get(at)?.facts.iter().copied().flatten();
                let word = words.find(|word| **word == name)?;
                Some(Self::Command(at, word))
            }
            None => message_fact(record, name),
        }
    }
}

/// A fact of each message that is true or false, by its record in the context, if it is in one.
fn message_fact(record: &str, name: &str) -> Option<Fact> {
    let is: fn(&MessageFacts) -> bool = match (record, name) {
        ("", "credentials") => |facts| facts.credentials,
        ("", "unread") => |facts| facts.unread,
        ("verb", "read") => |facts| facts.verb.read,
        ("verb", "write") => |facts| facts.verb.write,
        ("verb", "delete") => |facts| facts.verb.delete,
        ("verb", "execute") => |facts| facts.verb.execute,
        ("hints", "read_only") => |facts| facts.hints.read_only,
        ("hints", "destructive") => |facts| facts.hints.destructive,
        ("hints", "idempotent") => |facts| facts.hints.idempotent,
        ("hints", "open_world") => |facts| facts.hints.open_world,
        ("pin", "known") => |facts| facts.pin != Pin::Unknown,
        ("pin", "first_seen") => |facts| facts.pin == Pin::FirstSeen,
        ("pin", "changed") => |facts| facts.pin == Pin::Changed,
        ("pin", "suspicious") => |facts| facts.suspicious,
        _ => return None,
    };
    Some(Fact::Message(is))
}

fn language(name: &str) -> Option<usize> {
    COMMANDS.iter().position(|language| language.name == name)
}

/// The attribute that an access, or a test for one, names.
pub(crate) fn name_of(access: &Value) -> Option<&str> {
    access.get("attr").and_then(Value::as_str)
}

/// Whether an expression is the context itself.
pub(crate) fn is_context(value: &Value) -> bool {
    value.get("Var").is_some_and(|of| of == "context")
}

#[cfg(test)]
mod tests {
    use cedar_policy::Policy;

    use super::Condition;
    use crate::request::{Effects, MessageFacts};

    /// What is told of conditions about a message with SQL that drops something, and no shell.
    #[test]
    fn what_is_told_is_what_the_facts_say() {
        let facts = MessageFacts {
            sql: Some(Effects {
                is: ["drop"].into(),
                names: Vec::new(),
            }),
            credentials: true,
            ..MessageFacts::default()
        };
        let deep = format!("when {{ {}context.unread }}", "!".repeat(4));
        for (conditions, expected) in [
            ("", Some(true)),
            ("when { true }", Some(true)),
            ("when { context has sql }", Some(true)),
            ("when { context has shell }", Some(false)),
            ("unless { context has sql }", Some(false)),
            ("when { context has sql && context.sql.drop }", Some(true)),
            ("when { context has sql && context.sql.lock }", Some(false)),
            (
                "when { context has shell && context.shell.read }",
                Some(false),
            ),
            ("when { context.unread || context.credentials }", Some(true)),
            ("when { context.unread || context.verb.write }", Some(false)),
            ("when { context.pin.changed }", Some(false)),
            ("when { context.hints.destructive }", Some(true)),
            (
                "when { context.unread } when { context.calls.session > 1 }",
                Some(false),
            ),
            (&deep, Some(false)),
            // Cedar fails at it.
            ("when { context.shell.read }", None),
            ("when { context.shell.read && context.unread }", None),
            // It may fail before it is known to be false.
            (
                "when { context.calls.session * 9223372036854775807 > 1 && context.unread }",
                None,
            ),
            ("when { context.calls.session > 1 || context.unread }", None),
            (
                "when { context.calls.session > 1 } when { context.unread }",
                None,
            ),
            // What is not looked through.
            (
                "when { context.credentials && context.calls.session > 1 }",
                None,
            ),
            ("when { context.credentials == false }", None),
            ("when { if context.unread then true else false }", None),
            ("when { principal has sql }", None),
            ("when { principal.unread }", None),
            ("when { context has intent }", None),
            ("when { context.sql has drop }", None),
            ("when { context.sql.writes.contains(\"drop\") }", None),
        ] {
            let text = format!("forbid(principal, action, resource) {conditions};");
            let policy = Policy::parse(None, &text).unwrap();
            let condition = Condition::of(&policy.to_json().unwrap());
            assert_eq!(condition.told(&facts), expected, "{conditions}");
        }
    }

    #[test]
    fn what_is_nested_too_deep_is_left_to_cedar() {
        let nested = |depth: usize| {
            let operands = vec!["context.unread"; depth].join(" || ");
            let text = format!("forbid(principal, action, resource) when {{ {operands} }};");
            let policy = Policy::parse(None, &text).unwrap();
            Condition::of(&policy.to_json().unwrap()).told(&MessageFacts::default())
        };
        assert_eq!(nested(60), Some(false));
        assert_eq!(nested(70), None);
    }
}
