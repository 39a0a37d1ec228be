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
/// `\`, `%` and `&`.
const ESCAPE: u8 = 1 << 5;
/// Small letters, and what parts the words of a seed phrase: white space and commas.
const PROSE: u8 = 1 << 6;
/// Line feed and carriage return.
const LINE: u8 = 1 << 7;

/// So many bytes have their bits in one word.
const BLOCK: usize = 64;

/// Which bytes of a text are of a class, for some classes.
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
    prose: u64,
}

/// How many bytes of a word are digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Digits {
    None,
    Some,
    All,
}

impl Digits {
    const fn of(digits: u64, within: u64) -> Self {
        match digits & within {
            0 => Self::None,
            all if all == within => Self::All,
            _ => Self::Some,
        }
    }

    /// Of a word of which this is the second part.
    const fn with(self, before: Self) -> Self {
        match (before, self) {
            (Self::None, Self::None) => Self::None,
            (Self::All, Self::All) => Self::All,
            _ => Self::Some,
        }
    }
}

impl Seen {
    /// The classes of a text's bytes.
    pub(crate) fn of(text: &str) -> Self {
        Self(text.bytes().fold(0, |seen, byte| seen | class(byte)))
    }

    fn of_lanes(lanes: u64) -> Self {
        let classes = lanes.to_le_bytes().into_iter().enumerate();
        Self(classes.fold(0, |seen, (class, lane)| seen | u8::from(lane != 0) << class))
    }

    /// Characters beyond ASCII, or control characters: a normalised view may differ.
    pub(crate) const fn unusual(self) -> bool {
        self.0 & UNUSUAL != 0
    }

    /// `\`, `%` or `&`.
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
        self.0 & !(TOKEN | WORD | PROSE) == 0
    }
}

impl Lanes {
    /// None yet, and room for those of most texts.
    pub(crate) fn with_room() -> Self {
        const BLOCKS: usize = 32;
        Self {
            blocks: Vec::with_capacity(BLOCKS),
            len: 0,
        }
    }

    /// Reads a text.
    pub(crate) fn read(&mut self, text: &[u8]) -> Seen {
        self.blocks.clear();
        self.len = text.len();
        let mut seen = 0;
        let (whole, rest) = text.as_chunks::<BLOCK>();
        self.blocks.reserve(whole.len() + 1);
        for bytes in whole {
            let mut block = Block::default();
            let (eights, _) = bytes.as_chunks::<8>();
            for (number, eight) in eights.iter().enumerate() {
                let lanes = eight
                    .iter()
                    .fold(0, |lanes, byte| lanes >> 1 | lanes_of(*byte));
                block.add(lanes, 8 * number, &mut seen);
            }
            self.blocks.push(block);
        }
        if !rest.is_empty() {
            let mut block = Block::default();
            for (number, some) in rest.chunks(8).enumerate() {
                let lanes = some
                    .iter()
                    .fold(0, |lanes, byte| lanes >> 1 | lanes_of(*byte));
                block.add(lanes >> (8 - some.len()), 8 * number, &mut seen);
            }
            self.blocks.push(block);
        }
        Seen::of_lanes(seen)
    }

    /// Calls for each run of [`is_token`], from left to right.
    pub(crate) fn each_token(&self, take: impl FnMut(Range<usize>)) {
        self.each_run(|block| block.token, take);
    }

    /// Each run of ASCII letters and digits, with how many of them are digits.
    pub(crate) fn words(&self) -> Words<'_> {
        Words {
            blocks: &self.blocks,
            number: 0,
            rest: self.blocks.first().map_or(0, |block| block.word),
        }
    }

    /// Calls for each run of digits.
    pub(crate) fn each_digits(&self, take: impl FnMut(Range<usize>)) {
        self.each_run(|block| block.digit, take);
    }

    /// Calls for each run of small letters, white space and commas.
    pub(crate) fn each_prose(&self, take: impl FnMut(Range<usize>)) {
        self.each_run(|block| block.prose, take);
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

/// See [`Lanes::words`].
#[derive(Debug, Clone)]
pub(crate) struct Words<'l> {
    blocks: &'l [Block],
    /// The block that is being read, and its bits that were not read yet.
    number: usize,
    rest: u64,
}

impl Iterator for Words<'_> {
    type Item = (Range<usize>, Digits);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        while self.rest == 0 {
            self.number += 1;
            self.rest = self.blocks.get(self.number)?.word;
        }
        let block = self.blocks.get(self.number)?;
        let from = self.rest.trailing_zeros();
        let length = (self.rest >> from).trailing_ones();
        let within = u64::MAX >> (u64::BITS - length) << from;
        self.rest &= !within;
        let start = self.number * BLOCK + from as usize;
        let digits = Digits::of(block.digit, within);
        if from + length < u64::BITS {
            return Some((start..start + length as usize, digits));
        }
        let (end, digits) = self.go_on(digits);
        Some((start..end, digits))
    }
}

impl Words<'_> {
    /// Where the word ends that reaches the end of the block, and of what it is made.
    #[cold]
    fn go_on(&mut self, mut digits: Digits) -> (usize, Digits) {
        loop {
            let end = (self.number + 1) * BLOCK;
            let Some(next) = self.blocks.get(self.number + 1) else {
                return (end, digits);
            };
            let length = next.word.trailing_ones();
            if length == 0 {
                return (end, digits);
            }
            self.number += 1;
            let within = u64::MAX >> (u64::BITS - length);
            digits = Digits::of(next.digit, within).with(digits);
            self.rest = next.word & !within;
            if length < u64::BITS {
                return (end + length as usize, digits);
            }
        }
    }
}

impl Block {
    /// Adds the bits of up to eight bytes, those of a class side by side; `seen` gathers those of all.
    #[inline]
    fn add(&mut self, lanes: u64, at: usize, seen: &mut u64) {
        *seen |= lanes;
        let lane = |class: u8| (lanes >> lane_start(class) & 0xff) << at;
        self.token |= lane(TOKEN);
        self.word |= lane(WORD);
        self.digit |= lane(DIGIT);
        self.prose |= lane(PROSE);
    }
}

/// Where the eight bits of a class begin, a bit for each of eight bytes.
const fn lane_start(class: u8) -> u32 {
    8 * class.trailing_zeros()
}

/// The classes of a byte, each as the last bit of its lane.
fn lanes_of(byte: u8) -> u64 {
    LANES.get(usize::from(byte)).copied().unwrap_or(0)
}

static LANES: [u64; 256] = {
    let mut lanes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut class = 0;
        while class < 8 {
            #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
            if CLASSES[byte] & (1 << class) != 0 {
                lanes[byte] |= 0x80 << (8 * class);
            }
            class += 1;
        }
        byte += 1;
    }
    lanes
};

/// Whether a byte may stand in a token.
pub(crate) fn is_token(byte: u8) -> bool {
    class(byte) & TOKEN != 0
}

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(0)
}

const CLASSES: [u8; 256] = classes();

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
        b'A'..=b'Z' => TOKEN | WORD,
        b'a'..=b'z' => TOKEN | WORD | PROSE,
        b'_' | b'+' | b'/' | b'.' | b'~' | b'-' => TOKEN,
        b'=' => TOKEN | SIGN,
        b'@' | b':' => SIGN,
        b'\\' | b'%' | b'&' => ESCAPE,
        b' ' | b',' | b'\t' => PROSE,
        b'\n' | b'\r' => LINE | PROSE,
        0..=31 | 127.. => UNUSUAL,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Digits, Lanes, is_token};

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
            for (run, has) in lanes.words() {
                let word = &text.as_bytes()[run.clone()];
                let digits = match word.iter().filter(|byte| byte.is_ascii_digit()).count() {
                    0 => Digits::None,
                    count if count == word.len() => Digits::All,
                    _ => Digits::Some,
                };
                assert_eq!(has, digits);
                words.push((run.start, run.end));
            }
            lanes.each_digits(|run| digits.push((run.start, run.end)));
            prop_assert_eq!(tokens, runs(&text, is_token));
            prop_assert_eq!(words, runs(&text, |byte| byte.is_ascii_alphanumeric()));
            prop_assert_eq!(digits, runs(&text, |byte| byte.is_ascii_digit()));
            prop_assert_eq!(seen.unusual(), !text.is_ascii());
            prop_assert_eq!(seen.digit(), text.bytes().any(|byte| byte.is_ascii_digit()));
        }
    }
}
