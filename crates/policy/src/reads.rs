//! Which facts about commands the policies for an action read: no others need be stated.

use std::collections::HashSet;

use serde_json::Value;

use crate::vocabulary::COMMANDS;

/// The attributes that are read, by the language whose record they are of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Reads([Of; COMMANDS.len()]);

/// What is read of one language's record.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Of {
    /// These attributes.
    Some(HashSet<String>),
    /// It as a whole, or in a way that is not looked through.
    All,
}

impl Default for Of {
    fn default() -> Self {
        Self::Some(HashSet::new())
    }
}

impl Reads {
    /// Adds what a policy reads, in Cedar's JSON form; `None`: it has none, so that it may read anything.
    pub(crate) fn add(&mut self, policy: Option<&Value>) {
        match policy.and_then(|policy| policy.get("conditions")) {
            Some(conditions) => self.look(conditions),
            None => self.0.fill(Of::All),
        }
    }

    /// Whether the attribute of a language, by its place in [`COMMANDS`], is read.
    pub(crate) fn has(&self, language: usize, attribute: &str) -> bool {
        match self.0.get(language) {
            Some(Of::Some(read)) => read.contains(attribute),
            Some(Of::All) | None => true,
        }
    }

    fn look(&mut self, value: &Value) {
        match value {
            Value::Array(elements) => elements.iter().for_each(|element| self.look(element)),
            Value::Object(members) => {
                for (name, member) in members {
                    match name.as_str() {
                        // What is written in the policy itself.
                        "Value" => {}
                        "." | "has" => self.access(name, member),
                        // The context as a whole.
                        "Var" if member == "context" => self.0.fill(Of::All),
                        _ => self.look(member),
                    }
                }
            }
            _ => {}
        }
    }

    /// `left.attr` or `left has attr`.
    fn access(&mut self, how: &str, access: &Value) {
        let (Some(left), Some(attribute)) = (access.get("left"), name_of(access)) else {
            // Not a form that is known.
            return self.0.fill(Of::All);
        };
        if is_context(left) {
            // `context has sql` reads nothing of it; what becomes of `context.sql` itself is not known.
            if let (".", Some(all)) = (how, self.of(attribute)) {
                *all = Of::All;
            }
            return;
        }
        let language = left
            .get(".")
            .filter(|of| of.get("left").is_some_and(is_context));
        match language.and_then(name_of) {
            Some(language) => {
                if let Some(Of::Some(read)) = self.of(language) {
                    read.insert(attribute.to_owned());
                }
            }
            None => self.look(left),
        }
    }

    fn of(&mut self, language: &str) -> Option<&mut Of> {
        let at = COMMANDS.iter().position(|known| known.name == language)?;
        self.0.get_mut(at)
    }
}

fn name_of(access: &Value) -> Option<&str> {
    access.get("attr").and_then(Value::as_str)
}

fn is_context(value: &Value) -> bool {
    value.get("Var").is_some_and(|of| of == "context")
}

#[cfg(test)]
mod tests {
    use cedar_policy::Policy;

    use super::Reads;

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
            let mut reads = Reads::default();
            reads.add(Some(&policy.to_json().unwrap()));
            let at = |attribute: &str| reads.has(0, attribute);
            assert_eq!(
                [at("drop"), at("read"), at("lock")],
                expected,
                "{condition}"
            );
        }
    }
}
