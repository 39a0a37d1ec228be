//! Request ids: kept as they were written, compared as JSON means them.

use std::fmt;

use crate::json::{Json, Kind, string};

/// The id of a request, exactly as its sender wrote it: `1`, `1.0` and `"1"` are three.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(Box<str>);

impl RequestId {
    /// A number of our own.
    pub fn number(n: u64) -> Self {
        Self(n.to_string().into())
    }

    /// A text of our own.
    pub fn text(text: &str) -> Self {
        Self(string(text).into())
    }

    /// From a string or a number; nothing else can be an id or a progress token (MCP basic,
    /// Requests).
    pub fn of(value: Json<'_>) -> Option<Self> {
        matches!(value.kind(), Kind::String | Kind::Number).then(|| Self(value.lexeme().into()))
    }

    /// The JSON text, with its quotes if it is a string.
    pub fn lexeme(&self) -> &str {
        &self.0
    }

    /// What an answer has to match, however its sender writes the same value.
    pub fn key(&self) -> IdKey {
        let raw = self.0.as_bytes();
        let span = crate::json::Span {
            start: 0,
            end: raw.len(),
        };
        match Json::of_valid(raw, span).text() {
            Some(text) => IdKey::Text(text.into()),
            None => decimal(&self.0),
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({})", self.0)
    }
}

/// An id as a value: equal for all spellings of the same string or of the same number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IdKey {
    /// A string, unescaped.
    Text(Box<str>),
    /// A number: sign, digits without leading and trailing zeros, power of ten.
    Number {
        /// Whether it is below zero; zero is not.
        negative: bool,
        /// The significant digits; empty for zero.
        digits: Box<str>,
        /// The power of ten that the digits, read as an integer, are multiplied with.
        exponent: i64,
    },
}

fn decimal(lexeme: &str) -> IdKey {
    let (negative, unsigned) = match lexeme.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, lexeme),
    };
    let (mantissa, power) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all: String = [whole, fraction].concat();
    let without_tail = all.trim_end_matches('0');
    let digits = without_tail.trim_start_matches('0');
    if digits.is_empty() {
        return IdKey::Number {
            negative: false,
            digits: "".into(),
            exponent: 0,
        };
    }
    // An exponent beyond 64 bits saturates: ids that differ only there are taken for the same.
    let power = match power.strip_prefix('+').unwrap_or(power).parse::<i64>() {
        Ok(power) => power,
        Err(_) if power.starts_with('-') => i64::MIN,
        Err(_) => i64::MAX,
    };
    let dropped = (all.len() - without_tail.len()) as i64 - fraction.len() as i64;
    IdKey::Number {
        negative,
        digits: digits.into(),
        exponent: power.saturating_add(dropped),
    }
}

#[cfg(test)]
mod tests {
    use super::RequestId;

    fn id(lexeme: &str) -> RequestId {
        RequestId(lexeme.into())
    }

    #[test]
    fn spellings_of_one_value_are_one_key() {
        for (a, b, same) in [
            ("1", "1", true),
            ("1", "1.0", true),
            ("1", "10e-1", true),
            ("100", "1E+2", true),
            ("0", "-0", true),
            ("0", "0.000e9", true),
            ("-5", "5", false),
            ("1", "\"1\"", false),
            ("\"a\"", "\"\\u0061\"", true),
            ("\"a\"", "\"A\"", false),
            ("12345678901234567890123", "12345678901234567890124", false),
            ("1e99999999999999999999", "1e-99999999999999999999", false),
        ] {
            assert_eq!(id(a).key() == id(b).key(), same, "{a} and {b}");
        }
    }
}
