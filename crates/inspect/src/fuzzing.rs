//! What must hold for any bytes; the fuzz target and the tests call the same function.

use serde_json::Value;

use crate::sql::{Dialect, TEXT_BYTES_MAX, inspect, sniff};

/// A canonical form is its own canonical form, and says what the document said.
pub fn canonical(data: &[u8]) {
    let Some(text) = crate::canonical(data) else {
        return;
    };
    assert_eq!(crate::canonical(&text).as_ref(), Some(&text));
    let value = |text: &[u8]| serde_json::from_slice::<Value>(text).ok();
    // Deeper than what `serde_json` takes into a tree, both are none.
    match (value(data), value(&text)) {
        (Some(before), Some(after)) => assert!(alike(&before, &after), "{before} {after}"),
        (before, after) => assert_eq!(before, after),
    }
}

/// SQL is read in every dialect without a panic, the same each time, and a comment at its end takes
/// nothing away.
pub fn sql(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    sniff(&text);
    for &dialect in Dialect::ALL {
        let facts = inspect(&text, dialect);
        assert_eq!(facts, inspect(&text, dialect));
        let longer = format!("{text}\n/* the end */");
        if longer.len() > TEXT_BYTES_MAX {
            continue;
        }
        let more = inspect(&longer, dialect);
        if facts.unknown.is_none() && more.unknown.is_none() {
            assert_eq!(facts, more, "{text:?}");
        }
    }
}

/// Whether two values are the same, numbers up to the error with which `serde_json` reads
/// fractions.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= a.abs() * f64::EPSILON * 2.0,
            _ => false,
        },
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let same = |(name, a)| b.get(name).is_some_and(|b| alike(a, b));
            a.len() == b.len() && a.iter().all(same)
        }
        _ => a == b,
    }
}

/// Every text has facts, the same ones each time, as a command, a request, a path and a query.
pub fn shell(data: &[u8]) {
    use crate::{http, nosql, paths, shell};
    let text = String::from_utf8_lossy(data);
    for dialect in shell::Dialect::ALL {
        let facts = shell::inspect(&text, *dialect);
        assert_eq!(facts, shell::inspect(&text, *dialect));
    }
    let argv: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    assert_eq!(shell::inspect_argv(&argv), shell::inspect_argv(&argv));
    assert_eq!(shell::sniff(&text), shell::sniff(&text));
    assert_eq!(http::inspect_text(&text), http::inspect_text(&text));
    assert_eq!(paths::inspect(&text, &[]), paths::inspect(&text, &[]));
    assert_eq!(nosql::redis(&text), nosql::redis(&text));
    assert_eq!(nosql::mongodb(&text), nosql::mongodb(&text));
    let search = nosql::elasticsearch("DELETE", &text, &text);
    assert_eq!(search, nosql::elasticsearch("DELETE", &text, &text));
    assert_eq!(nosql::cypher(&text), nosql::cypher(&text));
}
