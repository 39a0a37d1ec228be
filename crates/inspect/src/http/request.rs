//! Requests as texts.

use serde_json::Value;

/// A request as it is about to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The method; empty is `GET`.
    pub method: String,
    /// The URL as it was written.
    pub url: String,
    /// The headers, in any case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// Reads a request; nothing where the text is none.
pub(super) fn parse(text: &str) -> Option<Request> {
    let text = text.trim();
    if text.len() > super::REQUEST_BYTES_MAX {
        return None;
    }
    if text.starts_with('{') {
        return json(text);
    }
    let first = text.split_whitespace().next()?;
    if matches!(first, "curl" | "wget" | "http" | "https") {
        let words: Vec<&str> = text
            .split_whitespace()
            .skip(1)
            .map(|word| word.trim_matches(['\'', '"']))
            .collect();
        return super::command::requests(first, &words)
            .requests
            .into_iter()
            .next();
    }
    lines(text)
}

fn json(text: &str) -> Option<Request> {
    let value: Value = serde_json::from_str(text).ok()?;
    let string = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| value.get(name).and_then(Value::as_str))
            .map(str::to_owned)
    };
    let headers = match value.get("headers") {
        Some(Value::Object(headers)) => headers
            .iter()
            .map(|(name, value)| {
                (
                    name.clone(),
                    value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned),
                )
            })
            .collect(),
        _ => Vec::new(),
    };
    let body = match value.get("body").or(value.get("data")) {
        Some(Value::String(body)) => body.clone(),
        Some(body) if !body.is_null() => body.to_string(),
        _ => String::new(),
    };
    Some(Request {
        method: string(&["method", "verb"]).unwrap_or_default(),
        url: string(&["url", "uri", "endpoint"])?,
        headers,
        body,
    })
}

fn lines(text: &str) -> Option<Request> {
    let (head, body) = text
        .split_once("\n\n")
        .or(text.split_once("\r\n\r\n"))
        .unwrap_or((text, ""));
    let mut lines = head.lines();
    let mut words = lines.next()?.split_whitespace();
    let first = words.next()?;
    let (method, url) = match words.next() {
        Some(url) if first.chars().all(|c| c.is_ascii_alphabetic()) => {
            (first.to_owned(), url.to_owned())
        }
        Some(_) => return None,
        None => (String::new(), first.to_owned()),
    };
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect();
    let host = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("host"))
        .map(|(_, host)| host.as_str());
    let url = match host {
        Some(host) if url.starts_with('/') => format!("http://{host}{url}"),
        _ => url,
    };
    Some(Request {
        method,
        url,
        headers,
        body: body.to_owned(),
    })
}
