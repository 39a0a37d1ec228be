//! The plan as the drivers read it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// Sessions to hold, one after the other.
#[derive(Deserialize)]
pub(crate) struct Plan {
    pub(crate) runs: Vec<Run>,
}

/// One session: how to connect and what to do.
#[derive(Deserialize)]
pub(crate) struct Run {
    pub(crate) id: String,
    /// `legacy`, `auto`, or a modern revision, which is then the only one offered.
    pub(crate) mode: String,
    /// `http` or `stdio`.
    pub(crate) transport: String,
    pub(crate) url: Option<String>,
    #[serde(default)]
    pub(crate) command: Vec<String>,
    #[serde(default)]
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) token: Option<String>,
    pub(crate) steps: Vec<Step>,
}

/// One thing to do. Which members a verb needs is in `tests/clients/README.md`.
#[derive(Deserialize)]
pub(crate) struct Step {
    #[serde(rename = "do")]
    pub(crate) verb: String,
    #[serde(rename = "as")]
    label: Option<String>,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) arguments: serde_json::Map<String, Value>,
    #[serde(default)]
    pub(crate) uri: String,
    #[serde(default)]
    pub(crate) method: String,
    #[serde(default)]
    pub(crate) params: Value,
    #[serde(rename = "ref", default)]
    pub(crate) reference: Value,
    #[serde(default)]
    pub(crate) argument: Value,
    #[serde(default)]
    pub(crate) level: Value,
    #[serde(default)]
    pub(crate) filter: Value,
    /// How many progress notifications to wait for.
    #[serde(default)]
    pub(crate) count: usize,
    pub(crate) then: Option<Box<Step>>,
    /// A notification to wait for once the step is done.
    pub(crate) hears: Option<String>,
    /// A server request that must have been answered before the step starts.
    pub(crate) answers: Option<String>,
}

impl Step {
    pub(crate) fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.verb)
    }
}
