//! Bounded looks around a place: what lies further away than a window is not seen, so that a text
//! full of labels costs no more than so many windows.

/// How far a line, a tag or a statement is followed, in bytes.
pub(super) const WINDOW_BYTES: usize = 2048;

/// Where the window before `at` begins.
pub(super) fn floor(text: &str, at: usize) -> usize {
    let mut floor = at.saturating_sub(WINDOW_BYTES);
    while !text.is_char_boundary(floor) {
        floor += 1;
    }
    floor
}

/// Where the window behind `at` ends.
pub(super) fn ceiling(text: &str, at: usize) -> usize {
    let mut ceiling = at.saturating_add(WINDOW_BYTES).min(text.len());
    while !text.is_char_boundary(ceiling) {
        ceiling -= 1;
    }
    ceiling.max(at)
}

/// The text before `at`, within the window.
pub(super) fn before(text: &str, at: usize) -> &str {
    text.get(floor(text, at)..at).unwrap_or_default()
}

/// The text from `at`, within the window.
pub(super) fn behind(text: &str, at: usize) -> &str {
    text.get(at..ceiling(text, at)).unwrap_or_default()
}

/// Where the line of `at` begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let head = before(text, at);
    at - head.len() + head.rfind('\n').map_or(0, |place| place + 1)
}

/// The line from `at` on.
pub(super) fn line(text: &str, at: usize) -> &str {
    behind(text, at).split('\n').next().unwrap_or_default()
}
