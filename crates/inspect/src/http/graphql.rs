//! GraphQL: whether a request asks or changes, whatever its method is.

use super::{Request, Url};

/// Whether the body or the query is GraphQL, and whether it changes something.
pub(super) fn mutates(request: &Request, url: &Url) -> Option<bool> {
    let query = serde_json::from_str::<serde_json::Value>(&request.body)
        .ok()
        .and_then(|body| {
            // Several at once stand in an array.
            let all: Vec<&str> = match &body {
                serde_json::Value::Array(items) => items
                    .iter()
                    .filter_map(|item| item.get("query")?.as_str())
                    .collect(),
                one => one
                    .get("query")
                    .and_then(|query| query.as_str())
                    .into_iter()
                    .collect(),
            };
            (!all.is_empty()).then(|| all.join("\n"))
        })
        .or_else(|| {
            url.parameters()
                .find(|(name, _)| name == "query")
                .map(|(_, value)| value)
        });
    let is_graphql = url.path.to_ascii_lowercase().contains("graphql");
    let text = match query {
        Some(query) => query,
        None if is_graphql => request.body.clone(),
        None => return None,
    };
    let plain = code(&text);
    let mutates = plain
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word == "mutation");
    (is_graphql || plain.trim_start().starts_with(['{', 'q', 'm', 's']))
        .then_some(mutates && (is_graphql || plain.contains('{')))
}

/// GraphQL without its comments and without what stands in quotes.
fn code(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '#']) {
        plain.push_str(rest.get(..at).unwrap_or_default());
        let tail = rest.get(at..).unwrap_or_default();
        let end = if tail.starts_with('#') {
            tail.find('\n')
        } else if let Some(block) = tail.strip_prefix("\"\"\"") {
            block.find("\"\"\"").map(|end| end + 6)
        } else {
            quoted_end(tail)
        };
        plain.push(' ');
        // What does not end is read as code.
        let end = end.unwrap_or(if tail.starts_with('#') { tail.len() } else { 1 });
        rest = tail.get(end..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain
}

/// The length of a text in quotes.
fn quoted_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, char) in text.char_indices().skip(1) {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            '\n' => return None,
            _ => {}
        }
    }
    None
}
