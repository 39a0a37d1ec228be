//! Looks words up in the vocabulary, and tells quickly of nearly every word that it is not there.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

use super::topics::Topics;
use super::vocabulary::VOCABULARY;
use super::{card_secret, street};

/// By first word: the words that follow it, and what they say together.
type Phrases = HashMap<&'static [u8], Vec<(&'static str, Topics)>, Words>;

/// FNV-1a: the keys are these few words, and looked up for every word of a text.
type Words = BuildHasherDefault<Fnv>;

#[derive(Default)]
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The topics of the longest phrase that `words` begins with, and its length in bytes. `words` are
/// in lower case, without accents, and apart by single spaces; a plural `s` is allowed for.
pub(super) fn longest_phrase(words: &[u8]) -> Option<(Topics, usize)> {
    let first = words.split(|&byte| byte == b' ').next()?;
    let rest = words.get(first.len()..)?;
    let singular = || first.strip_suffix(b"s").filter(|stem| stem.len() >= 3);
    phrase(first, rest).or_else(|| phrase(singular()?, rest).map(|(topics, len)| (topics, len + 1)))
}

/// What only words can tell and the phrases that begin with a word may say, all together.
pub(super) fn first_word(word: &[u8]) -> Topics {
    let first = word
        .first()
        .map_or(0, u8::to_ascii_lowercase)
        .wrapping_sub(b'a');
    let lengths = FIRST_WORDS
        .lengths
        .get(usize::from(first))
        .copied()
        .unwrap_or(0);
    if word.len() >= 16 || lengths & (1 << word.len()) == 0 {
        return Topics::NONE;
    }
    let mut lower = [0; 16];
    let Some(lower) = lower.get_mut(..word.len()) else {
        return Topics::NONE;
    };
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    let topics = |word: &[u8]| FIRST_WORDS.topics.get(word).copied();
    topics(lower)
        .or_else(|| topics(lower.strip_suffix(b"s")?))
        .unwrap_or(Topics::NONE)
}

/// The words that [`first_word`], [`street`] and [`card_secret`] know, by lengths and letters: of
/// nearly all others this says at once that they are none.
pub(super) struct Saying {
    /// By the first and the second letter, a bit for each length.
    heads: [u64; 1 << 10],
    /// By the second and the third letter.
    tails: [u64; 1 << 10],
}

impl Saying {
    pub(super) fn words() -> &'static Self {
        &SAYING
    }

    /// Whether the word of so many letters with which a text begins may be one of them.
    #[inline]
    pub(super) fn may_have(&self, text: &[u8], len: usize) -> bool {
        let letters = match (len, text) {
            (0, _) | (_, []) => return false,
            (1, [first, ..]) => [*first, 0, 0],
            (2, [first, second, ..]) => [*first, *second, 0],
            (_, [first, second, third, ..]) => [*first, *second, *third],
            _ => return false,
        };
        let (head, tail, bit) = slots(letters, len);
        let both = self.heads.get(head).zip(self.tails.get(tail));
        both.is_some_and(|(heads, tails)| heads & tails & bit != 0)
    }

    fn add(&mut self, word: &[u8], plural: bool) {
        let letter = |at: usize| word.get(at).copied().unwrap_or(0);
        let (head, tail, bit) = slots([letter(0), letter(1), letter(2)], word.len());
        let bits = if plural { bit | bit << 1 } else { bit };
        if let (Some(heads), Some(tails)) = (self.heads.get_mut(head), self.tails.get_mut(tail)) {
            *heads |= bits;
            *tails |= bits;
        }
    }
}

/// Where a word is in [`Saying`], by its first letters and its length.
fn slots(letters: [u8; 3], len: usize) -> (usize, usize, u64) {
    let [first, second, third] = letters.map(|letter| usize::from(letter & 0x1f));
    (first << 5 | second, second << 5 | third, 1 << len.min(63))
}

static SAYING: LazyLock<Saying> = LazyLock::new(|| {
    let mut saying = Saying {
        heads: [0; 1 << 10],
        tails: [0; 1 << 10],
    };
    for word in FIRST_WORDS.topics.keys() {
        saying.add(word, true);
    }
    for word in street::KINDS.iter().chain(card_secret::WORDS) {
        saying.add(word.as_bytes(), false);
    }
    saying
});

fn phrase(first: &[u8], rest: &[u8]) -> Option<(Topics, usize)> {
    PHRASES
        .get(first)?
        .iter()
        .filter_map(|&(more, topics)| Some((topics, first.len() + continues(rest, more)?)))
        .max_by_key(|&(_, len)| len)
}

/// How many bytes of `rest`, which begins with a space or is empty, the further words take.
fn continues(rest: &[u8], more: &str) -> Option<usize> {
    if more.is_empty() {
        return Some(0);
    }
    let after = rest.strip_prefix(b" ")?.strip_prefix(more.as_bytes())?;
    let plural = usize::from(after.first() == Some(&b's'));
    matches!(after.get(plural), None | Some(b' ')).then_some(1 + more.len() + plural)
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let mut phrases = Phrases::default();
    let each = VOCABULARY
        .iter()
        .flat_map(|&(topics, list)| list.split(", ").map(move |phrase| (topics, phrase)));
    for (topics, phrase) in each {
        let (first, more) = phrase.split_once(' ').unwrap_or((phrase, ""));
        let known = phrases.entry(first.as_bytes()).or_default();
        match known.iter_mut().find(|(words, _)| *words == more) {
            Some((_, said)) => *said = *said | topics,
            None => known.push((more, topics)),
        }
    }
    phrases
});

struct FirstWords {
    topics: HashMap<&'static [u8], Topics, Words>,
    /// For each first letter, a bit for each length of a word or its plural.
    lengths: [u16; 26],
}

static FIRST_WORDS: LazyLock<FirstWords> = LazyLock::new(|| {
    let mut words = FirstWords {
        topics: HashMap::default(),
        lengths: [0; 26],
    };
    for (&first, phrases) in PHRASES.iter() {
        let together = phrases
            .iter()
            .fold(Topics::NONE, |all, &(_, topics)| all | topics)
            .and(Topics::TOLD);
        let letter = first.first().map_or(0, |byte| byte.wrapping_sub(b'a'));
        if together.is_none() || first.len() >= 15 {
            continue;
        }
        if let Some(lengths) = words.lengths.get_mut(usize::from(letter)) {
            *lengths |= 0b11 << first.len();
            words.topics.insert(first, together);
        }
    }
    words
});

#[cfg(test)]
mod tests {
    use super::{Topics, longest_phrase};

    #[test]
    fn the_longest_phrase_counts() {
        let phrase = |words: &str| longest_phrase(words.as_bytes());
        assert_eq!(phrase("in order to pay"), Some((Topics::NONE, 11)));
        assert_eq!(phrase("cards on file"), Some((Topics::CARD, 5)));
        assert_eq!(phrase("card"), Some((Topics::CARD, 4)));
        assert_eq!(phrase("order numbers"), Some((Topics::THING, 13)));
        assert_eq!(phrase("cardinal"), None);
    }
}
