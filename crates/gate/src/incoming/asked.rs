//! What a server asks of the client within another message: `inputRequests` (MCP 2026-07-28 mrtr, and
//! its tasks).

use mcp::Message;
use mcp::json::Json;

/// The methods that a result asks for.
pub(super) fn of_result(message: &Message) -> Vec<String> {
    message.result().map(inputs).unwrap_or_default()
}

/// The methods that a notification asks for.
pub(super) fn of_notification(message: &Message) -> Vec<String> {
    message.params().map(inputs).unwrap_or_default()
}

/// A request without a method is one that nobody knows.
fn inputs(of: Json<'_>) -> Vec<String> {
    let requests = of.get("inputRequests");
    let requests = requests.filter(|requests| !requests.is_null());
    let Some(requests) = requests else {
        return Vec::new();
    };
    if !requests.is_object() {
        return vec![String::new()];
    }
    let methods = requests.members().map(|member| {
        let method = member.value.get("method").and_then(Json::text);
        method.unwrap_or_default().into_owned()
    });
    methods.collect()
}
