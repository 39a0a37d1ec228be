//! Classes of ASCII characters, and questions about the bytes around a place.

/// A set of ASCII characters, as bits of [`CLASSES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Class(u16);

const BIT_UPPER: u16 = 1;
const BIT_LOWER: u16 = 1 << 1;
const BIT_DIGIT: u16 = 1 << 2;
const BIT_HEX_LOWER: u16 = 1 << 3;
const BIT_HEX_UPPER: u16 = 1 << 4;
const BIT_DASH: u16 = 1 << 5;
const BIT_UNDERSCORE: u16 = 1 << 6;
const BIT_PLUS_SLASH: u16 = 1 << 7;
const BIT_EQUALS: u16 = 1 << 8;
const BIT_DOT: u16 = 1 << 9;
const BIT_TILDE: u16 = 1 << 10;
const BIT_BASE32: u16 = 1 << 11;
const BIT_BASE58: u16 = 1 << 12;

impl Class {
    pub(super) const DIGIT: Self = Self(BIT_DIGIT);
    pub(super) const ALNUM: Self = Self(BIT_UPPER | BIT_LOWER | BIT_DIGIT);
    pub(super) const UPPER_DIGIT: Self = Self(BIT_UPPER | BIT_DIGIT);
    pub(super) const LOWER_DIGIT: Self = Self(BIT_LOWER | BIT_DIGIT);
    /// Lower-case hexadecimal digits.
    pub(super) const HEX: Self = Self(BIT_HEX_LOWER);
    pub(super) const HEX_ANY: Self = Self(BIT_HEX_LOWER | BIT_HEX_UPPER);
    /// Hexadecimal digits and dashes, as in a UUID.
    pub(super) const UUID: Self = Self(BIT_HEX_LOWER | BIT_DASH);
    /// `[A-Z2-7]`, RFC 4648 §6.
    pub(super) const BASE32: Self = Self(BIT_BASE32);
    /// Bitcoin's base 58: no `0`, `O`, `I`, `l`.
    pub(super) const BASE58: Self = Self(BIT_BASE58);
    /// RFC 4648 §4 without padding.
    pub(super) const BASE64: Self = Self(Self::ALNUM.0 | BIT_PLUS_SLASH);
    pub(super) const BASE64_PADDED: Self = Self(Self::BASE64.0 | BIT_EQUALS);
    /// `[A-Za-z0-9_]`.
    pub(super) const WORD: Self = Self(Self::ALNUM.0 | BIT_UNDERSCORE);
    pub(super) const ALNUM_DASH: Self = Self(Self::ALNUM.0 | BIT_DASH);
    /// RFC 4648 §5 without padding: `[A-Za-z0-9_-]`.
    pub(super) const URL: Self = Self(Self::ALNUM.0 | BIT_UNDERSCORE | BIT_DASH);
    pub(super) const URL_PADDED: Self = Self(Self::URL.0 | BIT_EQUALS);
    pub(super) const URL_DOT: Self = Self(Self::URL.0 | BIT_DOT);
    pub(super) const URL_DOT_TILDE: Self = Self(Self::URL.0 | BIT_DOT | BIT_TILDE);
    /// Either alphabet of base 64, with padding.
    pub(super) const ANY64: Self = Self(Self::URL.0 | BIT_PLUS_SLASH | BIT_EQUALS);

    pub(super) const fn has(self, byte: u8) -> bool {
        bits(byte) & self.0 != 0
    }

    /// The same, but no further than `most`.
    pub(super) fn run_to(self, text: &[u8], at: usize, most: usize) -> usize {
        let rest = text.get(at..).unwrap_or_default();
        let rest = rest.get(..rest.len().min(most)).unwrap_or_default();
        rest.iter()
            .position(|byte| !self.has(*byte))
            .unwrap_or(rest.len())
    }

    /// How many bytes from `at` are of this class.
    pub(super) fn run(self, text: &[u8], at: usize) -> usize {
        let rest = text.get(at..).unwrap_or_default();
        rest.iter()
            .position(|byte| !self.has(*byte))
            .unwrap_or(rest.len())
    }
}

const CLASSES: [u16; 256] = classes();

#[expect(
    clippy::indexing_slicing,
    reason = "a byte is below 256, and a wrong index would not compile"
)]
const fn bits(byte: u8) -> u16 {
    CLASSES[byte as usize]
}

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler: a wrong index would not compile"
)]
const fn classes() -> [u16; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 128 {
        let byte = at as u8;
        let mut bits = 0;
        if byte.is_ascii_uppercase() {
            bits |= BIT_UPPER;
            if byte <= b'F' {
                bits |= BIT_HEX_UPPER;
            }
            bits |= BIT_BASE32;
        }
        if byte.is_ascii_lowercase() {
            bits |= BIT_LOWER;
            if byte <= b'f' {
                bits |= BIT_HEX_LOWER;
            }
        }
        if byte.is_ascii_digit() {
            bits |= BIT_DIGIT | BIT_HEX_LOWER | BIT_HEX_UPPER;
            if byte >= b'2' && byte <= b'7' {
                bits |= BIT_BASE32;
            }
        }
        if byte.is_ascii_alphanumeric() && !matches!(byte, b'0' | b'O' | b'I' | b'l') {
            bits |= BIT_BASE58;
        }
        bits |= match byte {
            b'-' => BIT_DASH,
            b'_' => BIT_UNDERSCORE,
            b'+' | b'/' => BIT_PLUS_SLASH,
            b'=' => BIT_EQUALS,
            b'.' => BIT_DOT,
            b'~' => BIT_TILDE,
            _ => 0,
        };
        table[at] = bits;
        at += 1;
    }
    table
}

/// The byte just before `at`.
pub(super) fn before(text: &[u8], at: usize) -> Option<u8> {
    text.get(at.checked_sub(1)?).copied()
}

/// Whether a word may begin at `at`: no letter or digit stands before it.
pub(super) fn begins_word(text: &[u8], at: usize) -> bool {
    before(text, at).is_none_or(|byte| !byte.is_ascii_alphanumeric())
}

/// Whether `needle` stands just before `at`, in any case.
pub(super) fn follows(text: &[u8], at: usize, needle: &str) -> bool {
    at.checked_sub(needle.len())
        .and_then(|start| text.get(start..at))
        .is_some_and(|there| there.eq_ignore_ascii_case(needle.as_bytes()))
}

/// Whether the bytes look drawn at random and not typed as an example: enough different ones, and
/// digits or both cases among them.
pub(super) fn is_varied(body: &[u8]) -> bool {
    let (mut seen, mut upper, mut lower, mut digit) = (0u128, 0, 0, 0);
    for byte in body {
        seen |= 1 << (byte & 0x7f);
        upper += usize::from(byte.is_ascii_uppercase());
        lower += usize::from(byte.is_ascii_lowercase());
        digit += usize::from(byte.is_ascii_digit());
    }
    let different = seen.count_ones() as usize;
    let marked = digit + upper >= 3.min(1 + body.len() / 8);
    different >= 7.min(body.len() / 2) && marked && (digit > 0 || (upper > 0 && lower > 0))
}

#[cfg(test)]
mod tests {
    use super::{Class, is_varied};

    #[test]
    fn classes_are_the_documented_alphabets() {
        let members = |class: Class| (0..=255u8).filter(|byte| class.has(*byte)).count();
        assert_eq!(members(Class::BASE32), 32);
        assert_eq!(members(Class::BASE58), 58);
        assert_eq!(members(Class::BASE64), 64);
        assert_eq!(members(Class::URL), 64);
        assert_eq!(members(Class::HEX), 16);
        assert_eq!(members(Class::HEX_ANY), 22);
    }

    #[test]
    fn examples_in_manuals_are_not_varied() {
        assert!(is_varied(b"q9Zr2Lm8Xc4Vb7Nk"));
        assert!(is_varied(b"0d5e1f6a9b3c8274"));
        assert!(!is_varied(b"xxxxxxxxxxxxxxxxxxxx"));
        assert!(!is_varied(b"your-personal-access-token"));
        assert!(!is_varied(b"00000000000000000000"));
    }
}
