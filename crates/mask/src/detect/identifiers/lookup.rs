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

/// Whether a word may be one of those that [`first_word`], [`street`] and [`card_secret`] know: for
/// nearly all others this says no, and costs little.
pub(super) fn may_say(word: &[u8]) -> bool {
    let (bucket, bit) = slot(word);
    SAYING.get(bucket).is_some_and(|bits| bits & bit != 0)
}

/// Where a word is in [`SAYING`]: by its first three letters and its length.
fn slot(word: &[u8]) -> (usize, u64) {
    let letter = |at: usize| word.get(at).map_or(0, |byte| usize::from(byte & 0x1f));
    let key = letter(0) << 10 | letter(1) << 5 | letter(2);
    (key, 1 << word.len().min(63))
}

static SAYING: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut saying = vec![0; 1 << 15];
    let mut add = |word: &[u8], plural: bool| {
        let (bucket, bit) = slot(word);
        if let Some(bits) = saying.get_mut(bucket) {
            *bits |= if plural { bit | bit << 1 } else { bit };
        }
    };
    for word in FIRST_WORDS.topics.keys() {
        add(word, true);
    }
    for word in street::KINDS.iter().chain(card_secret::WORDS) {
        add(word.as_bytes(), false);
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
