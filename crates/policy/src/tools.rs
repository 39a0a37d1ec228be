//! Tools whose arguments policies may speak about by name: the types are those of the tool's own
//! `inputSchema`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::vocabulary::quoted;

/// Deeper than this an argument is not typed, and no policy can look into it.
const DEPTH_MAX: usize = 8;

/// The tools of all servers, as far as their definitions are known.
#[derive(Debug, Clone, Default)]
pub struct Tools(BTreeMap<String, Tool>);

/// One tool: the name of its action, and the type of its arguments.
#[derive(Debug, Clone)]
pub struct Tool {
    action: String,
    arguments: Type,
}

/// The type of an argument, as far as Cedar has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    Integer,
    Decimal,
    Boolean,
    Set(Box<Self>),
    /// By name: the type, and whether it is always there.
    Record(BTreeMap<String, (Self, bool)>),
}

impl Tools {
    /// Adds a tool of a server by its JSON Schema. What of it has no type in Cedar is left out, so
    /// that no policy can name it.
    pub fn add(&mut self, server: &str, tool: &str, input_schema: &Value) {
        let action = action(server, tool);
        let arguments = match type_of(input_schema, DEPTH_MAX) {
            Some(record @ Type::Record(_)) => record,
            _ => Type::Record(BTreeMap::new()),
        };
        let tool = Tool {
            action: action.clone(),
            arguments,
        };
        self.0.insert(action, tool);
    }

    /// Each, ordered by its action.
    pub fn iter(&self) -> impl Iterator<Item = &Tool> {
        self.0.values()
    }

    pub(crate) fn get(&self, action: &str) -> Option<&Tool> {
        self.0.get(action)
    }
}

/// The action that stands for calls of one tool. No method of MCP has a colon, and no server's name:
/// a server called `tools` with a tool `list` is no `tools/list`.
pub(crate) fn action(server: &str, tool: &str) -> String {
    format!("{server}:{tool}")
}

/// Whether an action stands for calls of one tool.
pub(crate) fn is_action(action: &str) -> bool {
    action.contains(':')
}

impl Tool {
    /// The name of its action: `SERVER:TOOL`.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// The type of its arguments, in Cedar's schema syntax.
    pub(crate) fn arguments(&self) -> String {
        let mut out = String::new();
        self.arguments.write(&mut out);
        out
    }

    pub(crate) const fn arguments_type(&self) -> &Type {
        &self.arguments
    }
}

impl Type {
    fn write(&self, out: &mut String) {
        match self {
            Self::Text => out.push_str("String"),
            Self::Integer => out.push_str("Long"),
            Self::Decimal => out.push_str("decimal"),
            Self::Boolean => out.push_str("Bool"),
            Self::Set(of) => {
                out.push_str("Set<");
                of.write(out);
                out.push('>');
            }
            Self::Record(members) => {
                out.push('{');
                for (name, (of, required)) in members {
                    // Writing to a string does not fail.
                    let _ = write!(
                        out,
                        "{}{}: ",
                        quoted(name),
                        if *required { "" } else { "?" }
                    );
                    of.write(out);
                    out.push(',');
                }
                out.push('}');
            }
        }
    }
}

fn type_of(schema: &Value, depth: usize) -> Option<Type> {
    let depth = depth.checked_sub(1)?;
    match one_type(schema)? {
        "string" => Some(Type::Text),
        "integer" => Some(Type::Integer),
        "number" => Some(Type::Decimal),
        "boolean" => Some(Type::Boolean),
        "array" => type_of(schema.get("items")?, depth).map(|of| Type::Set(Box::new(of))),
        "object" => Some(Type::Record(members(schema, depth))),
        _ => None,
    }
}

/// Its type, if it is one; `null` besides it is the same as absent.
fn one_type(schema: &Value) -> Option<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => Some(name),
        Some(Value::Array(names)) => {
            let mut names = names
                .iter()
                .filter_map(Value::as_str)
                .filter(|n| *n != "null");
            let first = names.next()?;
            names.next().is_none().then_some(first)
        }
        Some(_) => None,
        // A list of strings to choose from has no other type.
        None => schema
            .get("enum")?
            .as_array()?
            .iter()
            .all(Value::is_string)
            .then_some("string"),
    }
}

fn members(schema: &Value, depth: usize) -> BTreeMap<String, (Type, bool)> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return BTreeMap::new();
    };
    properties
        .iter()
        .filter_map(|(name, schema)| {
            let nullable = matches!(schema.get("type"), Some(Value::Array(_)));
            let always = required.contains(&name.as_str()) && !nullable;
            Some((name.clone(), (type_of(schema, depth)?, always)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Tools;

    #[test]
    fn arguments_are_typed_as_far_as_cedar_has_types() {
        let mut tools = Tools::default();
        let schema = json!({
            "type": "object",
            "required": ["n", "note", "where"],
            "properties": {
                "n": {"type": "integer"},
                "price": {"type": "number"},
                "note": {"type": ["string", "null"]},
                "kind": {"enum": ["a", "b"]},
                "tags": {"type": "array", "items": {"type": "string"}},
                "where": {"type": "object", "properties": {"deep": {"type": "boolean"}}},
                "any": {},
                "either": {"type": ["string", "integer"]},
                "mixed": {"type": "array"},
            },
        });
        tools.add("shop", "order", &schema);
        let tool = tools.get("shop:order").unwrap();
        assert_eq!(
            tool.arguments(),
            "{\"kind\"?: String,\"n\": Long,\"note\"?: String,\"price\"?: decimal,\
             \"tags\"?: Set<String>,\"where\": {\"deep\"?: Bool,},}"
        );
    }
}
