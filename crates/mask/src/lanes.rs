//! The bytes of a text by class, a bit for each: runs of a class are read off sixty-four bytes at a
//! time.

use std::ops::Range;

/// Which classes of bytes a text has: the union over its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen(u8);

/// `[A-Za-z0-9_+/=.~-]`.
const TOKEN: u8 = 1;
/// ASCII letters and digits.
const WORD: u8 = 1 << 1;
/// `0` to `9`.
const DIGIT: u8 = 1 << 2;
/// `@`, `:` and `=`.
const SIGN: u8 = 1 << 3;
/// A byte of a character beyond ASCII, or a control character but for tab and ends of lines.
const UNUSUAL: u8 = 1 << 4;
/// `\`.
const BACKSLASH: u8 = 1 << 5;
/// `%` and `&`.
const ESCAPE: u8 = 1 << 6;
/// Line feed and carriage return.
const LINE: u8 = 1 << 7;

/// So many bytes have their bits in one word.
const BLOCK: usize = 64;

/// Which bytes of a text are of a class, for three classes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Lanes {
    blocks: Vec<Block>,
    /// The text's length in bytes.
    len: usize,
}

/// A bit for each byte, the lowest for the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Block {
    token: u64,
    word: u64,
    digit: u64,
}

impl Seen {
    /// The classes of a text's bytes.
    pub(crate) fn of(text: &str) -> Self {
        Self(text.bytes().fold(0, |seen, byte| seen | class(byte)))
    }

    /// Characters beyond ASCII, or control characters: a normalised view may differ.
    pub(crate) const fn unusual(self) -> bool {
        self.0 & UNUSUAL != 0
    }

    pub(crate) const fn backslash(self) -> bool {
        self.0 & BACKSLASH != 0
    }

    /// `%` or `&`.
    pub(crate) const fn escape(self) -> bool {
        self.0 & ESCAPE != 0
    }

    pub(crate) const fn line(self) -> bool {
        self.0 & LINE != 0
    }

    pub(crate) const fn digit(self) -> bool {
        self.0 & DIGIT != 0
    }

    /// `@`, `:` or `=`.
    pub(crate) const fn sign(self) -> bool {
        self.0 & SIGN != 0
    }

    /// Nothing but letters and punctuation: a member's name as most are.
    pub(crate) const fn plain(self) -> bool {
        self.0 & !(TOKEN | WORD) == 0
    }
}

impl Lanes {
    /// Reads a text.
    pub(crate) fn read(&mut self, text: &[u8]) -> Seen {
        self.blocks.clear();
        self.len = text.len();
        let mut seen = 0;
        let (whole, rest) = text.as_chunks::<BLOCK>();
        self.blocks.reserve(whole.len() + 1);
        for bytes in whole {
            self.blocks.push(Block::of(bytes, &mut seen));
        }
        if !rest.is_empty() {
            self.blocks.push(Block::of(rest, &mut seen));
        }
        Seen(seen.to_le_bytes().iter().fold(0, |all, part| all | part))
    }

    /// Calls for each run of [`is_token`], from left to right.
    pub(crate) fn each_token(&self, take: impl FnMut(Range<usize>)) {
        self.each_run(|block| block.token, take);
    }

    /// Calls for each run of ASCII letters and digits.
    pub(crate) fn each_word(&self, take: impl FnMut(Range<usize>)) {
        self.each_run(|block| block.word, take);
    }

    /// Calls for each run of digits.
    pub(crate) fn each_digits(&self, take: impl FnMut(Range<usize>)) {
        self.each_run(|block| block.digit, take);
    }

    /// Whether there is a digit in a span that is not empty.
    pub(crate) fn has_digit(&self, span: &Range<usize>) -> bool {
        let (first, last) = (span.start / BLOCK, (span.end - 1) / BLOCK);
        let from = u64::MAX << (span.start % BLOCK);
        let to = u64::MAX >> (BLOCK - 1 - (span.end - 1) % BLOCK);
        let digits = |number: usize| self.blocks.get(number).map_or(0, |block| block.digit);
        if first == last {
            return digits(first) & from & to != 0;
        }
        digits(first) & from != 0
            || digits(last) & to != 0
            || (first + 1..last).any(|number| digits(number) != 0)
    }

    fn each_run(&self, lane: impl Fn(&Block) -> u64, mut take: impl FnMut(Range<usize>)) {
        let mut start = 0;
        let mut before = 0;
        for (number, block) in self.blocks.iter().enumerate() {
            let bits = lane(block);
            // Where a run begins and where the first byte behind it is, in turn.
            let mut edges = bits ^ (bits << 1 | before);
            let mut inside = before == 1;
            while edges != 0 {
                let at = number * BLOCK + edges.trailing_zeros() as usize;
                edges &= edges - 1;
                if inside {
                    take(start..at);
                } else {
                    start = at;
                }
                inside = !inside;
            }
            before = bits >> (BLOCK - 1);
        }
        if before == 1 {
            take(start..self.len);
        }
    }
}

impl Block {
    /// `seen` gathers the classes of the bytes, those of eight bytes side by side.
    fn of(bytes: &[u8], seen: &mut u64) -> Self {
        let mut block = Self::default();
        let (eights, rest) = bytes.as_chunks::<8>();
        for (number, eight) in eights.iter().enumerate() {
            block.add(eight.map(class), 8 * number, seen);
        }
        let mut classes = [0; 8];
        for (to, from) in classes.iter_mut().zip(rest) {
            *to = class(*from);
        }
        if !rest.is_empty() {
            block.add(classes, 8 * eights.len(), seen);
        }
        block
    }

    fn add(&mut self, classes: [u8; 8], at: usize, seen: &mut u64) {
        let classes = u64::from_le_bytes(classes);
        *seen |= classes;
        self.token |= gathered(classes, TOKEN) << at;
        self.word |= gathered(classes, WORD) << at;
        self.digit |= gathered(classes, DIGIT) << at;
    }
}

/// The bits that eight bytes have in common, side by side.
const fn gathered(bytes: u64, bit: u8) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // Moves the lowest bit of the byte `n` to the bit `56 + n`.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    ((bytes >> bit.trailing_zeros()) & ONES).wrapping_mul(GATHER) >> 56
}

/// Whether a byte may stand in a token.
pub(crate) fn is_token(byte: u8) -> bool {
    class(byte) & TOKEN != 0
}

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(0)
}

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(
            clippy::indexing_slicing,
            clippy::cast_possible_truncation,
            reason = "evaluated by the compiler, and the loop ends at 256"
        )]
        {
            table[byte] = class_of(byte as u8);
        }
        byte += 1;
    }
    table
}

const fn class_of(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => TOKEN | WORD | DIGIT,
        b'A'..=b'Z' | b'a'..=b'z' => TOKEN | WORD,
        b'_' | b'+' | b'/' | b'.' | b'~' | b'-' => TOKEN,
        b'=' => TOKEN | SIGN,
        b'@' | b':' => SIGN,
        b'\\' => BACKSLASH,
        b'%' | b'&' => ESCAPE,
        b'\n' | b'\r' => LINE,
        b'\t' => 0,
        0..=31 | 127.. => UNUSUAL,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Lanes, is_token};

    fn runs(text: &str, like: impl Fn(u8) -> bool) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for (at, _) in text.bytes().enumerate().filter(|(_, byte)| like(*byte)) {
            match runs.last_mut() {
                Some((_, end)) if *end == at => *end += 1,
                _ => runs.push((at, at + 1)),
            }
        }
        runs
    }

    proptest! {
        #[test]
        fn runs_are_those_of_the_bytes(text in "[a-z0-9 é_-]{0,200}") {
            let mut lanes = Lanes::default();
            let seen = lanes.read(text.as_bytes());
            let (mut tokens, mut words, mut digits) = (Vec::new(), Vec::new(), Vec::new());
            lanes.each_token(|run| tokens.push((run.start, run.end)));
            lanes.each_word(|run| {
                let has = text.as_bytes()[run.clone()].iter().any(u8::is_ascii_digit);
                assert_eq!(lanes.has_digit(&run), has);
                words.push((run.start, run.end));
            });
            lanes.each_digits(|run| digits.push((run.start, run.end)));
            prop_assert_eq!(tokens, runs(&text, is_token));
            prop_assert_eq!(words, runs(&text, |byte| byte.is_ascii_alphanumeric()));
            prop_assert_eq!(digits, runs(&text, |byte| byte.is_ascii_digit()));
            prop_assert_eq!(seen.unusual(), !text.is_ascii());
            prop_assert_eq!(seen.digit(), text.bytes().any(|byte| byte.is_ascii_digit()));
        }
    }
}
