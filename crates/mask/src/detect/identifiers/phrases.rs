//! Text as it is compared with the vocabulary: lower case, without accents, words apart by spaces.

use super::lookup::longest_phrase;
use super::topics::Topics;
use super::vocabulary::UNSPACED;

const BYTES_MAX: usize = 192;
/// Between words that belong to different clauses.
const BREAK: u8 = b';';
/// A number of so many digits is a value of its own, and what stands before speaks about that.
const VALUE_DIGITS: usize = 5;

/// A few words, on the stack.
pub(super) struct Phrases {
    bytes: [u8; BYTES_MAX],
    len: usize,
}

/// What the phrases say.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Verdict {
    /// Of the phrase nearest to the end, which may be against.
    pub(super) nearest: Topics,
    /// For a kind of data: of the nearest phrase, and of those in the last clause.
    pub(super) positive: Topics,
    /// Whether the nearest phrase is in the last clause.
    pub(super) in_clause: bool,
    /// Whether the nearest phrase is the end, but for a short word.
    pub(super) at_end: bool,
}

impl Verdict {
    /// Whether any phrase was known.
    pub(super) const fn is_silent(self) -> bool {
        self.nearest.is_none()
    }
}

impl Phrases {
    /// The words of a name or of a piece of text, as many as there is room for.
    pub(super) fn of(text: &str) -> Self {
        let mut phrases = Self {
            bytes: [0; BYTES_MAX],
            len: 0,
        };
        let mut last = Kind::Other;
        let mut digits = 0;
        for char in text.chars() {
            let kind = Kind::of(char);
            digits = if kind == Kind::Digit { digits + 1 } else { 0 };
            if digits == VALUE_DIGITS {
                phrases.part(BREAK);
            }
            match kind {
                Kind::Break => phrases.part(BREAK),
                Kind::Other => {}
                _ => {
                    if last.parts(kind) {
                        phrases.part(b' ');
                    }
                    phrases.push_folded(char);
                }
            }
            last = kind;
        }
        phrases
    }

    /// The topics of the phrase that they begin with.
    pub(super) fn first(&self) -> Topics {
        let words = self.bytes.get(..self.len).unwrap_or_default();
        longest_phrase(words).map_or(Topics::NONE, |(topics, _)| topics)
    }

    /// What they say about what follows them.
    pub(super) fn verdict(&self) -> Verdict {
        let words = self.bytes.get(..self.len).unwrap_or_default();
        let clause = words.iter().rposition(|&byte| byte == BREAK).unwrap_or(0);
        let mut verdict = Verdict::default();
        let mut at = 0;
        while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
            let len = match longest_phrase(rest) {
                Some((topics, len)) => {
                    verdict.add(topics, at + len, clause, words.len());
                    len
                }
                None => rest.iter().take_while(|&&byte| byte != b' ').count(),
            };
            at += len + 1;
        }
        verdict.add_unspaced(words);
        verdict
    }

    fn part(&mut self, mark: u8) {
        let words = self.bytes.get(..self.len).unwrap_or_default();
        match (mark, words.last()) {
            (b' ', None | Some(b' ')) => {}
            (b' ', _) => self.push(b' '),
            (_, None) => {}
            (_, last) => {
                if last != Some(&b' ') {
                    self.push(b' ');
                }
                self.push(mark);
                self.push(b' ');
            }
        }
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.len) {
            *slot = byte;
            self.len += 1;
        }
    }

    fn push_folded(&mut self, char: char) {
        if let Ok(byte) = u8::try_from(char)
            && byte.is_ascii()
        {
            self.push(byte.to_ascii_lowercase());
            return;
        }
        for lower in char.to_lowercase() {
            match without_accent(lower) {
                "" => {
                    let mut utf8 = [0; 4];
                    lower
                        .encode_utf8(&mut utf8)
                        .bytes()
                        .for_each(|byte| self.push(byte));
                }
                plain => plain.bytes().for_each(|byte| self.push(byte)),
            }
        }
    }
}

impl Verdict {
    fn add(&mut self, topics: Topics, end: usize, clause: usize, len: usize) {
        if topics.is_none() {
            return;
        }
        let before = if self.in_clause {
            self.positive
        } else {
            Topics::NONE
        };
        self.in_clause = end > clause;
        // `order no is`: a short word may stand between.
        self.at_end = end + 4 >= len;
        self.nearest = topics;
        self.positive = before | topics.positive();
    }

    fn add_unspaced(&mut self, words: &[u8]) {
        if words.is_ascii() {
            return;
        }
        let Ok(words) = std::str::from_utf8(words) else {
            return;
        };
        for (phrase, topics) in UNSPACED {
            if words.contains(phrase) {
                self.nearest = *topics;
                self.in_clause = true;
                self.positive = self.positive | topics.positive();
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lower,
    Upper,
    Digit,
    Break,
    Other,
}

impl Kind {
    fn of(char: char) -> Self {
        match char {
            ',' | ';' | '|' | '\n' | '\t' | '，' | '；' => Self::Break,
            '0'..='9' => Self::Digit,
            'a'..='z' => Self::Lower,
            'A'..='Z' => Self::Upper,
            '\0'..='\x7f' => Self::Other,
            _ if char.is_uppercase() => Self::Upper,
            _ if char.is_alphanumeric() => Self::Lower,
            // Signs of Indian vowels are marks, not letters.
            '\u{900}'..='\u{d7f}' => Self::Lower,
            _ => Self::Other,
        }
    }

    /// Whether a new word begins between two neighbours.
    fn parts(self, next: Self) -> bool {
        match (self, next) {
            (Self::Upper, Self::Lower) => false,
            _ => self != next,
        }
    }
}

/// The letter without its accent, or nothing where it has none.
fn without_accent(char: char) -> &'static str {
    match char {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ą' => "a",
        'ä' => "a",
        'è' | 'é' | 'ê' | 'ë' | 'ę' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'ı' => "i",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => "o",
        'ù' | 'ú' | 'û' | 'ü' => "u",
        'ç' | 'ć' => "c",
        'ñ' | 'ń' => "n",
        'ş' | 'ś' => "s",
        'ğ' => "g",
        'ł' => "l",
        'ż' | 'ź' => "z",
        'ß' => "ss",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::{Phrases, Topics};

    fn words(text: &str) -> String {
        let phrases = Phrases::of(text);
        String::from_utf8(phrases.bytes[..phrases.len].to_vec()).unwrap()
    }

    #[test]
    fn names_and_prose_become_words() {
        for (text, expected) in [
            ("cardNumber", "card number"),
            ("billing_card-number.raw", "billing card number raw"),
            ("SSN", "ssn"),
            ("CVV2", "cvv 2"),
            ("Numéro de Sécurité", "numero de securite"),
            ("Straße", "strasse"),
            ("a, b", "a ; b"),
            ("x 123456 y", "x 1234 ; 56 y"),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
        assert!(words(&"word ".repeat(100)).len() <= super::BYTES_MAX);
    }

    #[test]
    fn the_nearest_word_counts_and_its_clause() {
        let positive = |text: &str| Phrases::of(text).verdict().positive;
        assert_eq!(
            positive("her SSN for the card is"),
            Topics::US_SSN | Topics::CARD
        );
        assert_eq!(positive("ssn 219099999, card"), Topics::CARD);
        assert_eq!(positive("ssn: none, the "), Topics::US_SSN);
        let verdict = Phrases::of("ssn 219099999 order").verdict();
        assert_eq!(verdict.positive, Topics::NONE);
        assert!(verdict.nearest.meets(Topics::THING) && verdict.at_end);
        assert_eq!(positive("身份证号："), Topics::CN_ID);
        assert!(Phrases::of("in order to").verdict().is_silent());
    }
}
