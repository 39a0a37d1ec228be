//! Which facts of a message policies read: no others need be stated.

use serde_json::Value;

use crate::condition::{is_context, name_of};
use crate::vocabulary::{COMMANDS, Language};

/// What the context of a message has besides its commands, as far as it is left out where nobody reads it.
const MEMBERS: &[&str] = &[
    "method",
    "agent",
    "intent",
    "kinds",
    "credentials",
    "unread",
    "verb",
    "hints",
    "pin",
    "calls",
    "clock",
];

/// The facts that are read, a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Reads {
    /// Of [`MEMBERS`].
    members: u64,
    /// Of the record of each of [`COMMANDS`].
    commands: [u64; COMMANDS.len()],
}

impl Reads {
    /// Everything.
    pub(crate) const ALL: Self = Self {
        members: u64::MAX,
        commands: [u64::MAX; COMMANDS.len()],
    };

    /// What a policy reads, in Cedar's JSON form.
    pub(crate) fn of(policy: &Value) -> Self {
        let mut reads = Self::default();
        match policy.get("conditions") {
            Some(conditions) => reads.look(conditions),
            None => reads = Self::ALL,
        }
        reads
    }

    /// What either reads.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.members |= other.members;
        for (of, others) in self.commands.iter_mut().zip(other.commands) {
            *of |= others;
        }
        self
    }

    /// Whether a member of the context is read, or asked whether it is there.
    pub(crate) fn member(&self, name: &str) -> bool {
        bit(MEMBERS.iter().copied(), name).is_none_or(|bit| self.members & bit != 0)
    }

    /// Of a language, by its place in [`COMMANDS`], the attributes that are read.
    pub(crate) fn attributes(&self, at: usize, language: &Language) -> Vec<&'static str> {
        let read = self.commands.get(at).copied().unwrap_or(u64::MAX);
        let attributes = attributes(language).enumerate();
        let attributes =
            attributes.filter(|(place, _)| place_bit(*place).is_none_or(|bit| read & bit != 0));
        attributes.map(|(_, name)| name).collect()
    }

    fn look(&mut self, value: &Value) {
        match value {
            Value::Array(elements) => elements.iter().for_each(|element| self.look(element)),
            Value::Object(members) => {
                for (name, member) in members {
                    match name.as_str() {
                        // What is written in the policy itself.
                        "Value" => {}
                        // Its members have whatever names the policy gives them.
                        "Record" => self.look_at_values(member),
                        "." | "has" => self.access(name, member),
                        // The context as a whole.
                        "Var" if member == "context" => *self = Self::ALL,
                        _ => self.look(member),
                    }
                }
            }
            _ => {}
        }
    }

    fn look_at_values(&mut self, record: &Value) {
        match record.as_object() {
            Some(members) => members.values().for_each(|member| self.look(member)),
            None => *self = Self::ALL,
        }
    }

    /// `left.attr` or `left has attr`.
    fn access(&mut self, how: &str, access: &Value) {
        let (Some(left), Some(attribute)) = (access.get("left"), name_of(access)) else {
            // Not a form that is known.
            *self = Self::ALL;
            return;
        };
        if is_context(left) {
            self.members |= bit(MEMBERS.iter().copied(), attribute).unwrap_or(0);
            // `context has sql` reads nothing of it; what becomes of `context.sql` itself is not known.
            if let (".", Some((_, all))) = (how, self.language(attribute)) {
                *all = u64::MAX;
            }
            return;
        }
        let record = left
            .get(".")
            .filter(|of| of.get("left").is_some_and(is_context));
        match record
            .and_then(name_of)
            .and_then(|record| self.language(record))
        {
            Some((language, read)) => *read |= bit(attributes(language), attribute).unwrap_or(0),
            None => self.look(left),
        }
    }

    /// A language, and what is read of it.
    fn language(&mut self, name: &str) -> Option<(&'static Language, &mut u64)> {
        let mut all = COMMANDS.iter().zip(&mut self.commands);
        all.find(|(language, _)| language.name == name)
    }
}

/// The attributes of a language's record.
fn attributes(language: &Language) -> impl Iterator<Item = &'static str> {
    let facts = language.facts.iter().copied().flatten();
    facts.chain(language.sets).copied()
}

/// The bit of a name. What has none is always stated.
fn bit(mut names: impl Iterator<Item = &'static str>, name: &str) -> Option<u64> {
    place_bit(names.position(|known| known == name)?)
}

fn place_bit(place: usize) -> Option<u64> {
    1_u64.checked_shl(u32::try_from(place).ok()?)
}

#[cfg(test)]
mod tests {
    use cedar_policy::Policy;

    use super::Reads;
    use crate::vocabulary::COMMANDS;

    /// A condition, and whether `drop`, `read` and the rest of SQL are read by it.
    #[test]
    fn what_is_read_is_what_is_named() {
        for (condition, expected) in [
            ("context has sql", [false, false, false]),
            ("context has sql && context.sql.drop", [true, false, false]),
            (
                "context has sql && (context.sql.drop || !context.sql.read)",
                [true, true, false],
            ),
            (
                "context has sql && context.sql has drop",
                [true, false, false],
            ),
            (
                "context has sql && context.sql.writes.contains(\"drop\")",
                [false, false, false],
            ),
            (
                "context has sql && context.sql == context.sql",
                [true, true, true],
            ),
            (
                "context has sql && [context.sql].isEmpty()",
                [true, true, true],
            ),
            ("[context].contains(context)", [true, true, true]),
            (
                "context has sql && {\"Value\": context.sql.drop}.Value",
                [true, false, false],
            ),
            (
                "context has sql && {\"Var\": context.sql.drop, \".\": context.sql.read}.Var",
                [true, true, false],
            ),
            (
                "(if context.credentials then context else context).credentials",
                [true, true, true],
            ),
            ("principal.sql.drop", [false, false, false]),
            (
                "context has shell && context.shell.drop",
                [false, false, false],
            ),
        ] {
            let text = format!("forbid(principal, action, resource) when {{ {condition} }};");
            let policy = Policy::parse(None, &text).unwrap();
            let reads = Reads::of(&policy.to_json().unwrap());
            let read = reads.attributes(0, &COMMANDS[0]);
            let read = ["drop", "read", "lock"].map(|name| read.contains(&name));
            assert_eq!(read, expected, "{condition}");
        }
    }

    /// A condition, and whether the clock, the calls and the verb are read by it.
    #[test]
    fn members_that_are_not_named_are_not_read() {
        for (condition, expected) in [
            ("context.credentials", [false, false, false]),
            ("context.clock.hour > 8", [true, false, false]),
            (
                "context.calls.session > context.clock.hour",
                [true, true, false],
            ),
            ("context has verb && context.unread", [false, false, true]),
            ("context.verb == context.verb", [false, false, true]),
            ("[context].contains(context)", [true, true, true]),
        ] {
            let text = format!("forbid(principal, action, resource) when {{ {condition} }};");
            let policy = Policy::parse(None, &text).unwrap();
            let reads = Reads::of(&policy.to_json().unwrap());
            let read = ["clock", "calls", "verb"].map(|name| reads.member(name));
            assert_eq!(read, expected, "{condition}");
        }
    }
}
