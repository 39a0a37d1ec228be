//! Which arguments of a tool are mirrored into header fields: `x-mcp-header` in its input schema.

use std::fmt;

use super::encode_value;
use crate::json::{Json, Kind};

const ANNOTATION: &str = "x-mcp-header";

/// The arguments of one tool that clients mirror into `Mcp-Param-*` (MCP 2026-07-28
/// streamable-http, Custom Headers from Tool Parameters).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeaderSchema {
    pub(super) params: Vec<Param>,
}

/// One mirrored argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Param {
    /// The part of the field's name after `Mcp-Param-`.
    pub(super) name: String,
    /// The names on the way from the arguments to the value.
    pub(super) path: Vec<String>,
}

/// Why the annotations of a tool are invalid. Clients must not use such a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaFault {
    /// An annotation that is not a string.
    NotText,
    /// An annotation that is empty or is not an HTTP token.
    NotToken(String),
    /// Two annotations that differ in case at most.
    Repeated(String),
    /// An annotated property whose type is not `integer`, `string` or `boolean`.
    NotPrimitive(String),
    /// An annotation that is not reached through `properties` alone.
    Unreachable,
}

impl fmt::Display for SchemaFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText => write!(f, "`{ANNOTATION}` is not a string"),
            Self::NotToken(name) => write!(f, "`{ANNOTATION}` `{name}` is not an HTTP token"),
            Self::Repeated(name) => write!(f, "`{ANNOTATION}` `{name}` occurs twice"),
            Self::NotPrimitive(name) => write!(
                f,
                "`{ANNOTATION}` `{name}` is on a property that is no integer, string or boolean"
            ),
            Self::Unreachable => {
                write!(f, "`{ANNOTATION}` outside of a chain of `properties`")
            }
        }
    }
}

impl std::error::Error for SchemaFault {}

impl HeaderSchema {
    /// The annotations of a tool, as `tools/list` describes it.
    ///
    /// # Errors
    ///
    /// The first annotation that breaks a rule of the specification.
    pub fn of_tool(tool: Json<'_>) -> Result<Self, SchemaFault> {
        let mut found = Self::default();
        let Some(root) = tool.get("inputSchema") else {
            return Ok(found);
        };
        let mut work = vec![(root, Some(Vec::new()))];
        while let Some((schema, path)) = work.pop() {
            for member in schema.members() {
                let name = member.name();
                match (&*name, &path) {
                    (ANNOTATION, Some(path)) if !path.is_empty() => {
                        found.add(schema, member.value, path)?;
                    }
                    (ANNOTATION, _) => return Err(SchemaFault::Unreachable),
                    ("properties", _) => {
                        for property in member.value.members() {
                            let path = path.as_ref().map(|path| {
                                let mut path: Vec<String> = path.clone();
                                path.push(property.name().into_owned());
                                path
                            });
                            work.push((property.value, path));
                        }
                    }
                    (keyword, _) => subschemas(keyword, member.value, |sub| {
                        work.push((sub, None));
                    }),
                }
            }
        }
        found.params.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    /// Whether no argument is mirrored.
    pub fn is_empty(&self) -> bool {
        self.params.is_empty()
    }

    /// The header fields that a call with these arguments needs: names and encoded values.
    pub fn headers_for(&self, arguments: Option<Json<'_>>) -> Vec<(String, String)> {
        self.params
            .iter()
            .filter_map(|param| {
                let value = param.value(arguments)?;
                let text = match value.kind() {
                    Kind::String => value.text()?,
                    Kind::Number | Kind::Bool => value.lexeme().into(),
                    Kind::Object | Kind::Array | Kind::Null => return None,
                };
                let encoded = encode_value(&text).into_owned();
                Some((format!("Mcp-Param-{}", param.name), encoded))
            })
            .collect()
    }

    fn add(
        &mut self,
        schema: Json<'_>,
        annotation: Json<'_>,
        path: &[String],
    ) -> Result<(), SchemaFault> {
        let name = annotation.text().ok_or(SchemaFault::NotText)?.into_owned();
        if name.is_empty() || !name.bytes().all(is_tchar) {
            return Err(SchemaFault::NotToken(name));
        }
        let kind = schema.get("type").and_then(Json::text);
        if !matches!(kind.as_deref(), Some("integer" | "string" | "boolean")) {
            return Err(SchemaFault::NotPrimitive(name));
        }
        let taken = |param: &Param| param.name.eq_ignore_ascii_case(&name);
        if self.params.iter().any(taken) {
            return Err(SchemaFault::Repeated(name));
        }
        self.params.push(Param {
            name,
            path: path.to_vec(),
        });
        Ok(())
    }
}

impl Param {
    /// The argument, if the call has one that is not `null`.
    pub(super) fn value<'a>(&self, arguments: Option<Json<'a>>) -> Option<Json<'a>> {
        let start = arguments?;
        let value = self
            .path
            .iter()
            .try_fold(start, |value, name| value.get(name))?;
        (!value.is_null()).then_some(value)
    }
}

/// The schemas that a keyword of JSON Schema 2020-12 holds, `properties` excepted.
fn subschemas<'a>(keyword: &str, value: Json<'a>, mut found: impl FnMut(Json<'a>)) {
    match keyword {
        "items"
        | "additionalProperties"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "contains"
        | "propertyNames"
        | "not"
        | "if"
        | "then"
        | "else"
        | "contentSchema"
        | "additionalItems" => {
            found(value);
            value.elements().for_each(found);
        }
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => value.elements().for_each(found),
        "$defs" | "definitions" | "patternProperties" | "dependentSchemas" => {
            value.members().for_each(|member| found(member.value));
        }
        _ => {}
    }
}

/// RFC 9110 §5.6.2.
fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
