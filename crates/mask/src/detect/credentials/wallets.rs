//! Keys of wallets and of other things that are kept by their owner: seed phrases, WIF, extended
//! keys, Stellar, Nostr, age.

use std::ops::Range;
use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};

use super::bytes::{Class, is_varied};
use super::checks::{base58check, bech32, strkey};
use super::tokens::Found;
use crate::detect::{Certainty, Class as HitClass, Hit, Scope};

/// The English list of BIP-39, in order and packed: the number of a word is its line.
static WORDS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let words = include_str!("bip39_english.txt").lines();
    words.map(|word| packed(word.as_bytes())).collect()
});

/// Where those words are in the list that begin with two letters, by [`beginning`].
static BEGINNINGS: LazyLock<Vec<Range<usize>>> = LazyLock::new(|| {
    let mut places = vec![0..0; 1 << 10];
    for (at, word) in include_str!("bip39_english.txt").lines().enumerate() {
        if let Some(place) = beginning(word.as_bytes()).and_then(|head| places.get_mut(head)) {
            let start = if place.start == place.end {
                at
            } else {
                place.start
            };
            *place = start..at + 1;
        }
    }
    places
});

/// Lengths of phrases in words, the longest first (BIP-39, "Generating the mnemonic").
const LENGTHS: [usize; 5] = [24, 21, 18, 15, 12];
/// Twelve words of three letters with single spaces between them.
const PHRASE_BYTES_MIN: usize = 12 * 3 + 11;
/// Longest word of the list, in letters.
const WORD_LETTERS_MAX: usize = 8;

/// The words of the shortest phrase.
const PHRASE_WORDS_MIN: usize = 12;

/// Seed phrases. In each run of small letters only every so many bytes a word is looked up, so that no
/// phrase lies between; what stands around it is read where it is of the list.
pub(super) fn find(scope: &Scope<'_>, named: bool, hits: &mut Vec<Hit>) {
    const STEP: usize = PHRASE_BYTES_MIN - 1;
    let text = scope.text.as_bytes();
    scope.candidates.lanes.each_prose(|run| {
        let mut at = run.start + STEP;
        while at < run.end {
            let row = row_at(text, at);
            if row.words >= PHRASE_WORDS_MIN {
                phrases(text, row.span.start, row.span.end, named, hits);
            }
            at = at.max(row.span.end) + STEP;
        }
    });
}

/// Whether words of the list stand around a place, as many as a phrase has.
pub(crate) fn may_be_within_phrase(text: &str, at: usize) -> bool {
    row_at(text.as_bytes(), at).words >= PHRASE_WORDS_MIN
}

/// Words of the list in a row.
struct Row {
    words: usize,
    /// From the first to the last; where there is none, the word that is not of the list.
    span: Range<usize>,
}

/// The row of words in which a place is.
fn row_at(text: &[u8], at: usize) -> Row {
    let first = match word_from(text, at) {
        Ok(word) => word,
        Err(end) => {
            let span = at..end;
            return Row { words: 0, span };
        }
    };
    let is_known = |span: &Range<usize>| text.get(span.clone()).is_some_and(is_of_list);
    if !is_known(&first) {
        return Row {
            words: 0,
            span: first,
        };
    }
    let mut span = first;
    let mut words = 1;
    while let Some(word) = word_before(text, span.start).filter(is_known) {
        span.start = word.start;
        words += 1;
    }
    while let Some(word) = word_from(text, span.end).ok().filter(is_known) {
        span.end = word.end;
        words += 1;
    }
    Row { words, span }
}

/// The word at or behind a place, if nothing but what parts the words of phrases lies between; or
/// how far that goes.
fn word_from(text: &[u8], at: usize) -> Result<Range<usize>, usize> {
    let rest = text.get(at..).unwrap_or_default();
    let gap = rest.iter().position(|byte| !parts_words(*byte));
    let from = at + gap.unwrap_or(rest.len());
    let behind = text.get(from..).unwrap_or_default().iter();
    let behind = behind.take_while(|byte| byte.is_ascii_lowercase()).count();
    let before = match gap {
        Some(0) => letters_before(text, at),
        _ => 0,
    };
    match behind {
        0 => Err(from),
        _ => Ok(from - before..from + behind),
    }
}

fn letters_before(text: &[u8], at: usize) -> usize {
    let head = text.get(..at).unwrap_or_default().iter().rev();
    head.take_while(|byte| byte.is_ascii_lowercase()).count()
}

fn word_before(text: &[u8], at: usize) -> Option<Range<usize>> {
    let head = text.get(..at)?;
    let last = head.iter().rposition(|byte| !parts_words(*byte))?;
    let letters = letters_before(text, last + 1);
    (letters > 0).then_some(last + 1 - letters..last + 1)
}

/// age's identities: `AGE-SECRET-KEY-1` and 58 of bech32. (C2SP, age.md, "The X25519 recipient")
pub(super) fn age(text: &[u8], at: usize) -> Option<Found> {
    let end = at + Class::ALNUM_DASH.run_to(text, at, 2001);
    let key = text.get(at..end)?;
    ((60..=2000).contains(&key.len()) && is_varied(key)).then_some(())?;
    Found::checked("age_key", at..end, bech32(key))
}

/// Nostr's secret keys: `nsec1` and 58 of bech32. (NIP-19)
pub(super) fn nostr(text: &[u8], at: usize) -> Option<Found> {
    let key = text.get(at..at + Class::ALNUM.run(text, at))?;
    (key.len() == 63 && is_varied(key)).then_some(())?;
    Found::checked("nostr_key", at..at + 63, bech32(key))
}

/// Extended private keys: 111 of base 58 with a checksum. (BIP-32, "Serialization format")
pub(super) fn extended_key(text: &[u8], at: usize) -> Option<Found> {
    let key = text.get(at..at + Class::ALNUM.run(text, at))?;
    let fits = (107..=112).contains(&key.len()) && Class::BASE58.run(key, 0) == key.len();
    fits.then(|| {
        let intact = base58check(key).is_some();
        Found::checked("wallet_key", at..at + key.len(), intact)
    })?
}

/// Bitcoin's wallet import format: base 58 of a version, 32 bytes, maybe a mark, a checksum.
/// (Bitcoin wiki, "Wallet import format")
pub(super) fn wif(text: &[u8], at: usize, end: usize) -> Option<Found> {
    let key = text.get(at..end)?;
    let begins = matches!(
        (key.len(), key.first()?),
        (51, b'5' | b'9') | (52, b'K' | b'L' | b'c')
    );
    (begins && Class::BASE58.run(key, 0) == key.len()).then_some(())?;
    let payload = base58check(key)?;
    let version = matches!(payload.first(), Some(0x80 | 0xef));
    version.then(|| Found::checked("wallet_key", at..end, true))?
}

/// Stellar's seeds: `S` and 55 of base 32 with a CRC-16. (SEP-23)
pub(super) fn stellar(text: &[u8], at: usize, end: usize) -> Option<Found> {
    let key = text.get(at..end)?;
    (key.first() == Some(&b'S') && strkey(key))
        .then(|| Found::checked("wallet_key", at..end, true))?
}

/// Whether the text is a phrase of known words with an intact checksum.
#[cfg(test)]
fn is_phrase(text: &str) -> bool {
    let numbers: Option<Vec<u16>> = text
        .split(' ')
        .map(|word| number(word.as_bytes()))
        .collect();
    numbers.is_some_and(|numbers| intact(&numbers))
}

const fn parts_words(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b',')
}

/// Looks for phrases in a stretch of lower-case words.
fn phrases(text: &[u8], start: usize, end: usize, named: bool, hits: &mut Vec<Hit>) {
    // The words since the last one that is not of the list: number, start, end.
    let mut known: Vec<(u16, usize, usize)> = Vec::new();
    let mut at = start;
    while at <= end {
        let letters = text
            .get(at..end)
            .unwrap_or_default()
            .iter()
            .take_while(|b| b.is_ascii_lowercase())
            .count();
        let word = text.get(at..at + letters).unwrap_or_default();
        if letters > 0
            && let Some(number) = number(word)
        {
            known.push((number, at, at + letters));
        } else if letters > 0 || at == end {
            judge(&known, named, hits);
            known.clear();
        }
        at += letters.max(1);
    }
    judge(&known, named, hits);
}

/// Takes the phrases out of a row of known words: where the checksum holds, or where a name says
/// that there is one.
fn judge(known: &[(u16, usize, usize)], named: bool, hits: &mut Vec<Hit>) {
    let mut rest = known;
    while rest.len() >= 12 {
        let fitting = LENGTHS.into_iter().find(|length| {
            let words: Option<&[(u16, usize, usize)]> = rest.get(..*length);
            words.is_some_and(|words| {
                let numbers: Vec<u16> = words.iter().map(|(number, ..)| *number).collect();
                intact(&numbers)
            })
        });
        let (taken, certainty) = match fitting {
            Some(length) => (length, Certainty::Checked),
            None if named => (rest.len(), Certainty::Named),
            None => (0, Certainty::Named),
        };
        let words = rest.get(..taken).unwrap_or_default();
        if let (Some((_, start, _)), Some((.., end))) = (words.first(), words.last()) {
            hits.push(Hit {
                kind: "seed_phrase",
                class: HitClass::Authentication,
                span: *start..*end,
                certainty,
            });
        }
        rest = rest.get(taken.max(1)..).unwrap_or_default();
    }
}

/// The number of a word of small letters, if it is of the list.
fn number(word: &[u8]) -> Option<u16> {
    (3..=WORD_LETTERS_MAX).contains(&word.len()).then_some(())?;
    let place = BEGINNINGS.get(beginning(word)?)?;
    let words = WORDS.get(place.clone())?;
    let at = words.binary_search(&packed(word)).ok()?;
    u16::try_from(place.start + at).ok()
}

fn is_of_list(word: &[u8]) -> bool {
    number(word).is_some()
}

/// The first two letters as a number.
fn beginning(word: &[u8]) -> Option<usize> {
    let [first, second, ..] = word else {
        return None;
    };
    Some(usize::from(first & 0x1f) << 5 | usize::from(second & 0x1f))
}

/// A word of at most eight letters as a number, in the order of the alphabet.
fn packed(word: &[u8]) -> u64 {
    let mut bytes = [0; WORD_LETTERS_MAX];
    for (to, from) in bytes.iter_mut().zip(word) {
        *to = *from;
    }
    u64::from_be_bytes(bytes)
}

/// Eleven bits a word: the entropy, then the first bits of its SHA-256, one for each 32.
fn intact(numbers: &[u16]) -> bool {
    let mut bytes = Vec::with_capacity(33);
    let (mut held, mut bits) = (0u32, 0u32);
    for number in numbers {
        held = (held << 11) | u32::from(*number);
        bits += 11;
        while bits >= 8 {
            bits -= 8;
            let [.., whole] = (held >> bits).to_be_bytes();
            bytes.push(whole);
            held &= (1 << bits) - 1;
        }
    }
    let sum_bits = numbers.len() / 3;
    let entropy_bytes = sum_bits * 4;
    let (Some(entropy), Some(extra)) = (bytes.get(..entropy_bytes), bytes.get(entropy_bytes..))
    else {
        return false;
    };
    // The sum's bits: those of a whole byte, if there is one, then those left over.
    let (mut sum, mut count) = (held, bits);
    if let Some(byte) = extra.first() {
        sum |= u32::from(*byte) << bits;
        count += 8;
    }
    let sum_of = digest(&SHA256, entropy);
    let first = sum_of.as_ref().first().copied().unwrap_or_default();
    count == u32::try_from(sum_bits).unwrap_or_default() && sum == u32::from(first) >> (8 - count)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{check, survives};
    use super::{WORDS, base58check, is_phrase};

    // BIP-39, "Test vectors".
    const PHRASE: &str =
        "legal winner thank year wave sausage worth useful legal winner thank yellow";

    #[test]
    fn published_phrases_are_intact() {
        assert_eq!(WORDS.len(), 2048);
        assert!(is_phrase(PHRASE));
        assert!(is_phrase(
            "letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd \
             amount doctor acoustic avoid letter advice cage absurd amount doctor acoustic bless"
        ));
        assert!(is_phrase(
            "letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd \
             amount doctor acoustic avoid letter always"
        ));
        assert!(!is_phrase(&PHRASE.replace("yellow", "zoo")));
    }

    #[test]
    fn phrases_are_found_in_prose_and_lists() {
        check(
            &format!("My wallet words are {PHRASE}, keep them."),
            &[("seed_phrase", PHRASE)],
        );
        let lines = PHRASE.replace(' ', "\n");
        check(&lines, &[("seed_phrase", &lines)]);
        check(
            &format!("the phrase follows now {PHRASE} and nothing else"),
            &[("seed_phrase", PHRASE)],
        );
    }

    #[test]
    fn prose_of_common_words_survives() {
        survives(&[
            "legal winner thank year wave sausage worth useful legal winner thank zoo",
            "please make sure that the window above the table can open about half way every day",
        ]);
    }

    #[test]
    fn keys_with_checksums_are_checked() {
        check(
            "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ",
            &[(
                "wallet_key",
                "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ",
            )],
        );
        survives(&["5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTK"]);
        // C2SP's age test vectors use this identity.
        let age = "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";
        check(&format!("{age}\n"), &[("age_key", age)]);
    }

    proptest! {
        #[test]
        fn a_changed_character_breaks_the_sums(
            at in 1usize..51, other in "[1-9A-HJ-NP-Za-km-z]"
        ) {
            let mut wif = b"5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ".to_vec();
            let other = other.into_bytes()[0];
            prop_assume!(wif[at] != other);
            wif[at] = other;
            prop_assert!(base58check(&wif).is_none());
        }
    }
}
