use std::fmt;
use std::str::FromStr;

use crate::Timestamp;

/// Crockford's base 32 without I, L, O and U, the alphabet of ULIDs.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Why a text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdError {
    /// The text has another length than the 26 characters of a ULID.
    Length(usize),
    /// A character outside of Crockford's base 32.
    Character(char),
    /// The text stands for more than 128 bits.
    Overflow,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(n) => write!(f, "an identifier has 26 characters, this has {n}"),
            Self::Character(c) => write!(f, "`{c}` does not occur in an identifier"),
            Self::Overflow => f.write_str("the first character of an identifier is 0 to 7"),
        }
    }
}

impl std::error::Error for IdError {}

fn ulid_text(bytes: [u8; 16]) -> [u8; 26] {
    let mut value = u128::from_be_bytes(bytes);
    let mut text = [b'0'; 26];
    for slot in text.iter_mut().rev() {
        *slot = ALPHABET
            .get(usize::try_from(value & 31).unwrap_or(0))
            .copied()
            .unwrap_or(b'0');
        value >>= 5;
    }
    text
}

fn ulid_bytes(text: &str) -> Result<[u8; 16], IdError> {
    let length = text.chars().count();
    if length != 26 {
        return Err(IdError::Length(length));
    }
    let mut value: u128 = 0;
    for c in text.chars() {
        let digit = ALPHABET
            .iter()
            .position(|&a| char::from(a) == c.to_ascii_uppercase())
            .ok_or(IdError::Character(c))?;
        if value >> 123 != 0 {
            return Err(IdError::Overflow);
        }
        value = (value << 5) | digit as u128;
    }
    Ok(value.to_be_bytes())
}

macro_rules! ulid {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// From a millisecond time and 80 random bits, as a ULID is made.
            pub fn new(at: Timestamp, random: [u8; 10]) -> Self {
                let [.., a, b, c, d, e, f] = at.unix_ms().to_be_bytes();
                let [g, h, i, j, k, l, m, n, o, p] = random;
                Self([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
            }

            /// From its 16 bytes, most significant first.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// Its 16 bytes, most significant first.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                for b in ulid_text(self.0) {
                    fmt::Write::write_char(f, char::from(b))?;
                }
                Ok(())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                ulid_bytes(text).map(Self)
            }
        }
    };
}

ulid! {
    /// One message that an agent or a server asks to have delivered, from arrival to reply.
    CallId
}
ulid! {
    /// What belongs together on the wire: one HTTP request and all that is sent in answer to it,
    /// or one message on a stdio or stream transport and its answer.
    ExchangeId
}
ulid! {
    /// One recorded session: a numbered, hash-linked sub-sequence of a node log.
    ///
    /// Chosen by the gateway; neither the client's nor the server's session id can be derived
    /// from it.
    SessionId
}
ulid! {
    /// A person's leave for further calls of one kind, for a time.
    GrantId
}

/// A SHA-256 digest, 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Digest([u8; 32]);

impl Digest {
    /// From its 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// From 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let mut bytes = [0; 32];
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return None;
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            let digit = |c: u8| char::from(c).to_digit(16);
            *byte = u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()?;
        }
        Some(Self(bytes))
    }
}

/// 64 lower-case hexadecimal digits.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// The position of an entry in its log, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct EntryIndex(pub u64);

impl fmt::Display for EntryIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of entries in a log; the tree of size `n` has the entries 0 to `n - 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TreeSize(pub u64);

impl fmt::Display for TreeSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::{CallId, IdError};
    use crate::Timestamp;

    #[test]
    fn an_identifier_survives_its_text() {
        let id = CallId::new(Timestamp::from_unix_us(1_469_918_176_385_000), [7; 10]);
        let text = id.to_string();
        assert_eq!(text.len(), 26);
        assert!(text.starts_with("01ARYZ6S41"), "{text}");
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(text.to_lowercase().parse(), Ok(id));
    }

    #[test]
    fn what_is_no_identifier_is_refused() {
        for (text, error) in [
            ("", IdError::Length(0)),
            ("01ARYZ6S410000000000000000Z", IdError::Length(27)),
            ("01ARYZ6S41000000000000000U", IdError::Character('U')),
            ("80000000000000000000000000", IdError::Overflow),
        ] {
            assert_eq!(text.parse::<CallId>(), Err(error), "{text}");
        }
    }
}
