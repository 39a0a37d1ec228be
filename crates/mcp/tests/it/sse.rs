//! The event stream decoder and encoder.

use expect_test::{Expect, expect};
use mcp::sse::{Decoder, Event, Frame, comment, encode};

fn decode(portions: &[&[u8]]) -> (Vec<Frame>, String) {
    let mut decoder = Decoder::new(1000);
    let mut frames = Vec::new();
    let mut note = String::new();
    for portion in portions {
        decoder.push(portion);
        while let Some(frame) = decoder.next_frame() {
            match frame {
                Ok(frame) => frames.push(frame),
                Err(error) => note = format!("{error}\n"),
            }
        }
    }
    let end = decoder.finish();
    if end.cut {
        note += &format!("cut {}\n", end.rest.escape_ascii());
    }
    (frames, note)
}

/// One line per frame: its raw bytes, then what it says.
fn check(portions: &[&[u8]], expected: Expect) {
    let (frames, note) = decode(portions);
    let mut trace = String::new();
    for frame in &frames {
        trace += &format!("{}", frame.raw.escape_ascii());
        if let Some(id) = &frame.id {
            trace += &format!(" id={id}");
        }
        if let Some(event) = &frame.event {
            trace += &format!(" event={event}");
        }
        if let Some(retry_ms) = frame.retry_ms {
            trace += &format!(" retry={retry_ms}");
        }
        if let Some(data) = &frame.data {
            trace += &format!(" data={}", data.escape_ascii());
        }
        trace += "\n";
    }
    expected.assert_eq(&(trace + &note));
}

#[test]
fn fields() {
    check(
        &[b"id: 1\nevent:message\nretry: 10\ndata: {\"a\":1}\n\ndata\ndata\n\ndata:x\ndata:  y\n\n"],
        expect![[r#"
            id: 1\nevent:message\nretry: 10\ndata: {\"a\":1}\n\n id=1 event=message retry=10 data={\"a\":1}
            data\ndata\n\n data=\n
            data:x\ndata:  y\n\n data=x\n y
        "#]],
    );
    check(
        &[
            b"id: 7\ndata: \n\n",
            b"id\ndata: a\n\n",
            b"id: a\0b\nretry: 1x\nretry:\nfoo: bar\nDATA: no\n\n",
        ],
        expect![[r#"
            id: 7\ndata: \n\n id=7 data=
            id\ndata: a\n\n id= data=a
            id: a\x00b\nretry: 1x\nretry:\nfoo: bar\nDATA: no\n\n
        "#]],
    );
}

#[test]
fn line_ends_of_every_kind_split_anywhere() {
    check(
        &[
            b"data: a\r\n\r\ndata: b\r\rdata: c\n\r\ndata: d\r",
            b"\ndata: e\r",
            b"\r",
            b"\ndata: f\n\n",
        ],
        expect![[r#"
            data: a\r\n\r\n data=a
            data: b\r\r data=b
            data: c\n\r\n data=c
            data: d\r\ndata: e\r\r data=d\ne
            \ndata: f\n\n data=f
        "#]],
    );
}

#[test]
fn a_line_feed_after_the_last_return_is_no_cut() {
    check(
        &[b"data: a\r\r", b"\n"],
        expect![[r#"
        data: a\r\r data=a
    "#]],
    );
}

#[test]
fn a_byte_order_mark_counts_at_the_start_only() {
    check(
        &[b"\xEF\xBB", b"\xBFdata: a\n\n\xEF\xBB\xBFdata: b\n\n"],
        expect![[r#"
            \xef\xbb\xbfdata: a\n\n data=a
            \xef\xbb\xbfdata: b\n\n
        "#]],
    );
    check(&[b"\xEF\xBB\xBF"], expect![""]);
}

#[test]
fn comments_do_not_wait() {
    check(
        &[b": ping\n", b"\n:\r\n\r\n", b": a\n: b\ndata: x\n: in\n\n"],
        expect![[r#"
            : ping\n
            \n
            :\r\n\r\n
            : a\n
            : b\n
            data: x\n: in\n\n data=x
        "#]],
    );
}

#[test]
fn a_stream_that_ends_inside_a_frame_is_cut() {
    check(
        &[b"data: a\n\ndata: b\n"],
        expect![[r#"
        data: a\n\n data=a
        cut data: b\n
    "#]],
    );
    check(
        &[b"data: a"],
        expect![[r#"
        cut data: a
    "#]],
    );
    check(
        &[b": pi"],
        expect![[r#"
        cut : pi
    "#]],
    );
}

#[test]
fn frames_have_a_limit() {
    let long = [b"data: ".as_slice(), &[b'x'; 2000], b"\n\n"].concat();
    check(
        &[b"data: a\n\n", &long, b"data: b\n\n"],
        expect![[r#"
        data: a\n\n data=a
        an event is longer than 1000 bytes
    "#]],
    );
    let (first, second) = long.split_at(1500);
    check(
        &[first, second],
        expect![[r#"
        an event is longer than 1000 bytes
    "#]],
    );
    let many = b"data: x\n".repeat(200);
    check(
        &[&many],
        expect![[r#"
        an event is longer than 1000 bytes
    "#]],
    );
}

#[test]
fn other_data_in_the_same_frame() {
    let (frames, _) = decode(&[b"id: 1\r\ndata: a\r\n: note\r\ndata: b\r\nretry: 5\r\n\r\n"]);
    let other = frames[0].with_data(b"{\n}");
    assert_eq!(
        other.escape_ascii().to_string(),
        r"id: 1\r\ndata: {\ndata: }\n: note\r\nretry: 5\r\n\r\n"
    );
}

#[test]
fn a_data_line_between_two_line_ends_leaves_both() {
    let (frames, _) = decode(&[b"data: a\n:\rdata: b\n\n"]);
    assert_eq!(frames[0].with_data(b"c"), "data: c\n:\r\n\n");
}

#[test]
fn events_of_our_own() {
    let plain = encode(&Event {
        data: b"{}",
        ..Event::default()
    });
    assert_eq!(plain, "data: {}\n\n");
    let full = encode(&Event {
        id: Some("a\nb"),
        event: Some("message"),
        retry_ms: Some(3),
        data: b"1\r\n2\r3\n",
    });
    assert_eq!(
        full,
        "id: ab\nevent: message\nretry: 3\ndata: 1\ndata: 2\ndata: 3\ndata: \n\n"
    );
    assert_eq!(comment("still\nhere"), ": stillhere\n\n");
}
