//! Words: runs of ASCII letters and digits, by what they are made of.

use std::ops::Range;

/// A run of ASCII letters and digits that nothing of its kind touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) span: Range<usize>,
    pub(super) made_of: MadeOf,
}

/// The classes of bytes in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MadeOf(u8);

impl MadeOf {
    const LOWER: u8 = 1;
    const UPPER: u8 = 2;
    const DIGIT: u8 = 4;

    /// Letters alone.
    pub(super) const fn is_letters(self) -> bool {
        self.0 & Self::DIGIT == 0
    }

    /// Digits alone.
    pub(super) const fn is_digits(self) -> bool {
        self.0 == Self::DIGIT
    }

    /// Letters and digits, the letters all of one case.
    pub(super) const fn is_code(self) -> bool {
        self.0 == Self::DIGIT | Self::UPPER || self.0 == Self::DIGIT | Self::LOWER
    }

    /// No letter in lower case.
    pub(super) const fn is_upper(self) -> bool {
        self.0 & Self::LOWER == 0
    }
}

impl MadeOf {
    /// The classes of these letters and digits.
    pub(super) fn of(word: &[u8]) -> Self {
        let class = |byte: &u8| CLASSES.get(usize::from(*byte)).copied().unwrap_or(0);
        Self(word.iter().fold(0, |all, byte| all | class(byte)))
    }
}

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        #[expect(clippy::indexing_slicing, reason = "a byte below 256, at compile time")]
        {
            classes[byte as usize] = if byte.is_ascii_lowercase() {
                MadeOf::LOWER
            } else if byte.is_ascii_uppercase() {
                MadeOf::UPPER
            } else if byte.is_ascii_digit() {
                MadeOf::DIGIT
            } else {
                0
            };
        }
        byte += 1;
    }
    classes
};
