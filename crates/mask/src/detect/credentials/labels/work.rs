//! What a text's labels may cost: each looks some way ahead, and a text can be full of them.

use std::cell::{Cell, OnceCell};

/// How many bytes may be read for labels: so many for each byte of the text.
const READ_PER_BYTE: usize = 32;

/// And so many besides.
const READ_SPARE: usize = 1 << 20;

/// What was read of one text for its labels.
#[derive(Debug)]
pub(super) struct Work {
    left: Cell<usize>,
    inserts: OnceCell<bool>,
}

impl Work {
    pub(super) const fn new(text: &str) -> Self {
        Self {
            left: Cell::new(READ_SPARE + READ_PER_BYTE * text.len()),
            inserts: OnceCell::new(),
        }
    }

    /// Takes note that so many bytes were read.
    pub(super) fn read(&self, bytes: usize) {
        self.left.set(self.left.get().saturating_sub(bytes));
    }

    /// Whether a label may no longer be looked behind.
    pub(super) const fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    /// Whether the text has the word of SQL's `INSERT INTO` and `REPLACE INTO` at all.
    pub(super) fn inserts(&self, text: &str) -> bool {
        *self.inserts.get_or_init(|| {
            let mut words = text.as_bytes().windows(5);
            words.any(|word| word.eq_ignore_ascii_case(b"into "))
        })
    }
}
