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

/// Calls `take` for each word of a text, from left to right.
pub(super) fn each_word(text: &str, mut take: impl FnMut(Word)) {
    let mut made_of = 0;
    let mut start = 0;
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        let class = CLASSES.get(usize::from(byte)).copied().unwrap_or(0);
        if class != 0 {
            if made_of == 0 {
                start = at;
            }
            made_of |= class;
        } else if made_of != 0 {
            take(Word {
                span: start..at,
                made_of: MadeOf(made_of),
            });
            made_of = 0;
        }
    }
    if made_of != 0 {
        take(Word {
            span: start..text.len(),
            made_of: MadeOf(made_of),
        });
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

#[cfg(test)]
mod tests {
    use super::each_word;

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        let text = "a_b1-É22 X";
        let mut words = Vec::new();
        each_word(text, |word| words.push(text.get(word.span).unwrap()));
        assert_eq!(words, ["a", "b1", "22", "X"]);
    }
}
