//! The one place that touches the API.

use mask::{Crossing, Key, MaskSet, Masked, Showing, Style, Styles};

/// Labels for everything, so that a test says what was found.
pub(crate) fn labels() -> MaskSet {
    let all = || Styles::all(Style::Label);
    MaskSet::builder()
        .showing(Showing {
            stored: all(),
            to_agent: all(),
            to_server: all(),
        })
        .build()
}

/// The set that a deployment has.
pub(crate) fn standard() -> MaskSet {
    MaskSet::standard(Key::from_bytes(&[7; 32]))
}

/// Masks a message from a server.
pub(crate) fn apply<'a>(masks: &MaskSet, message: &'a str) -> Masked<'a> {
    masks.apply(message.as_bytes(), &Crossing::to_agent("shop"))
}

/// What is relayed of a message in which everything found is labelled.
#[track_caller]
pub(crate) fn check(message: &str, expected: &str) {
    let masks = labels();
    let masked = apply(&masks, message);
    assert_eq!(String::from_utf8_lossy(&masked.relayed), expected);
    let untouched = message == expected;
    assert_eq!(
        masked.findings.is_empty(),
        untouched,
        "{:?}",
        masked.findings
    );
}

/// A text in the place of `value` in a tool's answer.
pub(crate) fn text(value: &str) -> String {
    let text = serde_json::Value::from(value);
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"result":{{"content":[{{"type":"text","text":{text}}}]}}}}"#
    )
}

/// What becomes of a text in a tool's answer.
#[track_caller]
pub(crate) fn check_text(value: &str, expected: &str) {
    check(&text(value), &text(expected));
}
