use bytes::Bytes;

use super::portions;
use crate::sse::{Decoder, End, Event, Frame, FrameTooLarge, encode};
use crate::stdio::{LineTooLong, Lines};

const FRAME_BYTES_MAX: usize = 300;
const LINE_BYTES_MAX: usize = 60;

/// However a stream is cut into portions, its events are the same and no byte is lost.
pub fn sse_stream(data: &[u8]) {
    let (whole, end, broke) = decode(&[data], FRAME_BYTES_MAX);
    for seed in [1, data.len() as u32] {
        let (frames, parted_end, parted_broke) = decode(&portions(data, seed), FRAME_BYTES_MAX);
        assert_eq!(events(&frames), events(&whole));
        assert_eq!(parted_broke, broke);
        if !broke {
            assert_eq!(joined(&frames, &parted_end), data);
            assert_eq!(parted_end.cut, end.cut);
        }
    }
    if !broke {
        assert_eq!(joined(&whole, &end), data);
    }
    whole.iter().for_each(edited);
}

/// However the input is cut into portions, its lines are the same.
pub fn stdio_lines(data: &[u8]) {
    let whole = lines(&[data]);
    assert_eq!(lines(&portions(data, 3)), whole);
    for line in whole.0.iter().flatten() {
        assert!(line.len() <= LINE_BYTES_MAX && !line.contains(&b'\n'));
    }
}

fn decode(portions: &[&[u8]], frame_bytes_max: usize) -> (Vec<Frame>, End, bool) {
    let mut decoder = Decoder::new(frame_bytes_max);
    let mut frames = Vec::new();
    let mut broke = false;
    for portion in portions {
        decoder.push(portion);
        while let Some(frame) = decoder.next_frame() {
            match frame {
                Ok(frame) => frames.push(frame),
                Err(FrameTooLarge { .. }) => broke = true,
            }
        }
    }
    (frames, decoder.finish(), broke)
}

type Seen<'a> = (
    Option<&'a str>,
    Option<&'a str>,
    Option<u64>,
    Option<&'a [u8]>,
);

/// What the stream says, without the frames that say nothing.
fn events(frames: &[Frame]) -> Vec<Seen<'_>> {
    frames
        .iter()
        .map(|frame| {
            let (id, event) = (frame.id.as_deref(), frame.event.as_deref());
            (id, event, frame.retry_ms, frame.data.as_deref())
        })
        .filter(|seen| *seen != (None, None, None, None))
        .collect()
}

fn joined(frames: &[Frame], end: &End) -> Vec<u8> {
    let raws = frames.iter().map(|frame| frame.raw.as_ref());
    raws.chain([end.rest.as_ref()]).collect::<Vec<_>>().concat()
}

/// Other data in the same frame, and the same event written anew, decode to what was meant.
fn edited(frame: &Frame) {
    let Some(data) = &frame.data else { return };
    let unlimited = usize::MAX;
    let same = frame.with_data(data);
    let lines = Bytes::from_static(b"two\nlines");
    let other = frame.with_data(&lines);
    let written = encode(&Event {
        id: frame.id.as_deref(),
        event: frame.event.as_deref(),
        retry_ms: frame.retry_ms,
        data,
    });
    for (bytes, data) in [(same, data), (other, &lines), (written, data)] {
        let (frames, end, _) = decode(&[&bytes], unlimited);
        // Bytes that are not UTF-8 do not survive in an `id` or an `event`, and NUL is left out.
        let datas: Vec<&Bytes> = frames.iter().filter_map(|f| f.data.as_ref()).collect();
        assert_eq!(datas, [data], "{frame:?} {bytes:?}");
        assert!(!end.cut);
    }
}

fn lines(portions: &[&[u8]]) -> (Vec<Result<Bytes, LineTooLong>>, Option<Bytes>) {
    let mut reader = Lines::new(LINE_BYTES_MAX);
    let mut lines = Vec::new();
    for portion in portions {
        reader.push(portion);
        while let Some(line) = reader.next_line() {
            lines.push(line);
        }
    }
    (lines, reader.finish())
}
