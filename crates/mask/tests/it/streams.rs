//! Values that are split over blocks, events and notifications.

use mask::{Crossing, Framing, Stream};

use crate::script::{check, labels};

/// What is relayed of a stream that is cut at these places, frame by frame.
fn relayed(framing: Framing, wire: &str, cuts: &[usize]) -> Vec<String> {
    let mut stream = Stream::new(labels(), framing, &Crossing::to_agent("shop"));
    let mut relays = Vec::new();
    let mut from = 0;
    for to in cuts.iter().copied().chain([wire.len()]) {
        relays.extend(stream.push(wire.as_bytes().get(from..to).unwrap_or_default()));
        from = to;
    }
    relays.extend(stream.finish());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    relays.iter().map(|relay| text(&relay.relayed)).collect()
}

fn progress(text: &str) -> String {
    format!(
        "{{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{{\"message\":\"{text}\"}}}}"
    )
}

fn events(texts: &[&str]) -> String {
    texts
        .iter()
        .map(|text| format!("data: {}\n\n", progress(text)))
        .collect()
}

#[test]
fn over_neighbouring_blocks() {
    let blocks = |texts: [&str; 3]| {
        let [a, b, c] = texts;
        format!(
            r#"{{"result":{{"content":[{{"type":"text","text":"{a}"}},{{"type":"text","text":"{b}"}},{{"type":"text","text":"{c}"}}]}}}}"#
        )
    };
    check(
        &blocks(["card 4111 1111", " 1111 1111 is", "it\\n"]),
        &blocks(["card [payment_card]", " is", "it\\n"]),
    );
    check(
        &blocks(["\\u00e9 ann@", "exam", "ple.com\\n"]),
        &blocks(["\\u00e9 [email]", "", "\\n"]),
    );
}

#[test]
fn events_and_lines() {
    let check = |framing: Framing, wire: &str| {
        let relayed = relayed(framing, wire, &[]).concat();
        assert_eq!(relayed, wire.replace("ann@example.com", "[email]"));
    };
    check(
        Framing::Lines,
        "{\"result\":\"ann@example.com\"}\n{\"error\":\"ann@example.com\"}\r\n",
    );
    check(
        Framing::Events,
        "id: 1\nevent: message\ndata: {\"result\":\ndata: \"ann@example.com\"}\n\n: ping\n\ndata:\n\n",
    );
}

#[test]
fn over_successive_notifications() {
    assert_eq!(
        relayed(
            Framing::Events,
            &events(&["card 4111 1111", " 1111 1111 found.", "done."]),
            &[]
        ),
        [
            events(&["card [payment_card]"]),
            events(&[" found."]),
            events(&["done."])
        ]
    );
    assert_eq!(
        relayed(
            Framing::Events,
            &events(&["to ann@exam", "ple.com now."]),
            &[]
        )
        .concat(),
        events(&["to [email]", " now."])
    );
}

#[test]
fn every_cut_gives_the_same_bytes() {
    let wire = events(&[
        "a ghp_x",
        "card 4111 1111",
        " 1111 1111 \u{e9} ok.",
        "ann@example.com",
    ]);
    let whole = relayed(Framing::Events, &wire, &[]);
    for cut in 0..wire.len() {
        assert_eq!(
            relayed(Framing::Events, &wire, &[cut]),
            whole,
            "cut at {cut}"
        );
    }
    let every: Vec<usize> = (0..wire.len()).collect();
    assert_eq!(relayed(Framing::Events, &wire, &every), whole);
}

#[test]
fn a_complete_event_is_not_delayed() {
    let mut stream = Stream::new(labels(), Framing::Events, &Crossing::to_agent("shop"));
    let event = events(&["Working on it."]);
    assert_eq!(stream.push(event.as_bytes()).len(), 1);
    let open = events(&["the card is 4111 1111"]);
    assert_eq!(stream.push(open.as_bytes()).len(), 0);
    assert!(stream.is_holding());
    assert_eq!(stream.flush().len(), 1);
    assert!(!stream.is_holding());
}

#[test]
fn no_more_than_a_few_messages_are_held() {
    let mut stream = Stream::new(labels(), Framing::Events, &Crossing::to_agent("shop"));
    let open = events(&["the card is 4111 11"]);
    let relays: usize = (0..100).map(|_| stream.push(open.as_bytes()).len()).sum();
    assert!(relays > 90, "{relays}");
}
