//! The `outputSchema` of a tool: what clients hold its `structuredContent` to (MCP 2025-06-18
//! server/tools, "Output Schema").

use std::fmt;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonschema::{PatternOptions, Validator};
use mcp::Message;
use mcp::json::Json;
use serde_json::Value;

/// Larger schemas are not read.
const SCHEMA_BYTES_MAX: usize = 64 << 10;

/// So many steps may a pattern of a server go back.
const BACKTRACK_MAX: usize = 10_000;

/// The schema of one tool's structured results. Nothing that it refers to is fetched.
pub struct OutputSchema {
    /// `None`: it cannot be read.
    document: Option<Value>,
    bytes: usize,
    /// Made when it is first needed. `None`: it is no schema, or refers to somewhere else.
    validator: OnceLock<Option<Validator>>,
}

impl fmt::Debug for OutputSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutputSchema({} bytes)", self.bytes)
    }
}

impl OutputSchema {
    fn new(schema: Json<'_>) -> Self {
        let bytes = schema.raw().len();
        let document = (bytes <= SCHEMA_BYTES_MAX).then_some(schema.raw());
        Self {
            document: document.and_then(|raw| serde_json::from_slice(raw).ok()),
            bytes,
            validator: OnceLock::new(),
        }
    }

    /// How much it takes, in bytes.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// What checks a result; `None`: nobody can say what fits.
    pub(crate) fn validator(&self) -> Option<&Validator> {
        let made = self.validator.get_or_init(|| {
            let document = self.document.as_ref()?;
            // What clients in JavaScript check besides the standard's own formats.
            jsonschema::options()
                .should_validate_formats(true)
                .with_format("byte", |text: &str| STANDARD.decode(text).is_ok())
                .with_format("url", |text: &str| text.contains("://"))
                .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(BACKTRACK_MAX))
                .build(document)
                .ok()
        });
        made.as_ref()
    }
}

/// The tools in the answer to `tools/list`, each with its schema if it has one.
pub(crate) fn listed(answer: &Message) -> Vec<(String, Option<OutputSchema>)> {
    let tools = answer.result().and_then(|result| result.get("tools"));
    let tools = tools.into_iter().flat_map(Json::elements);
    tools
        .filter_map(|tool| {
            let name = tool.get("name")?.text()?.into_owned();
            Some((name, tool.get("outputSchema").map(OutputSchema::new)))
        })
        .collect()
}
