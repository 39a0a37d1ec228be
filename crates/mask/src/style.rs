//! How what was found is shown.

use std::borrow::Cow;

use aws_lc_rs::hmac;

use crate::detect::Class;

/// How a value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// As it is.
    Reveal,
    /// Its kind: `[github_token]`.
    Label,
    /// The last four digits of a card or a phone number (PCI DSS 3.4.1 allows the first six and the
    /// last four): `****-****-****-1111`. Its kind, where it is neither.
    Partial,
    /// A name that the same value always gets under the same [`Key`]: `[email:k7q2mzn4x2bq6f3a]`.
    /// Its kind, where there is no key.
    Pseudonym,
    /// `[masked]`.
    Full,
    /// Not at all.
    Delete,
}

impl Style {
    /// From its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "reveal" => Self::Reveal,
            "label" => Self::Label,
            "partial" => Self::Partial,
            "pseudonym" => Self::Pseudonym,
            "full" => Self::Full,
            "delete" => Self::Delete,
            _ => return None,
        })
    }

    /// Its name in configurations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reveal => "reveal",
            Self::Label => "label",
            Self::Partial => "partial",
            Self::Pseudonym => "pseudonym",
            Self::Full => "full",
            Self::Delete => "delete",
        }
    }
}

/// The deployment's key for pseudonyms. It is never shown.
#[derive(Clone)]
pub struct Key(hmac::Key);

impl Key {
    /// From secret bytes; 32 random ones are right for HMAC-SHA-256.
    pub fn from_bytes(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// 80 bits of an HMAC-SHA-256 in 16 characters of base 32 (RFC 4648 §6, lower case).
    fn pseudonym(&self, kind: &str, canonical: &str) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(kind.as_bytes());
        context.update(&[0]);
        context.update(canonical.as_bytes());
        let tag = context.sign();
        let mut bits: u128 = 0;
        for byte in tag.as_ref().iter().take(10) {
            bits = bits << 8 | u128::from(*byte);
        }
        let letter = |at: u32| match ((bits >> (75 - 5 * at)) & 31) as u8 {
            value @ 0..26 => char::from(b'a' + value),
            value => char::from(b'2' + value - 26),
        };
        (0..16).map(letter).collect()
    }

    /// What tells two keys apart, and nothing of the key.
    pub(crate) fn fingerprint(&self) -> hmac::Tag {
        hmac::sign(&self.0, b"probity masking key")
    }
}

/// The secret stays out of every log.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

/// What stands in the place of `value`; `None`: it stays.
pub(crate) fn show(
    style: Style,
    kind: &str,
    class: Class,
    value: &str,
    key: Option<&Key>,
) -> Option<Cow<'static, str>> {
    let label = || Cow::Owned(format!("[{kind}]"));
    Some(match style {
        Style::Reveal => return None,
        Style::Label => label(),
        Style::Full => Cow::Borrowed("[masked]"),
        Style::Delete => Cow::Borrowed(""),
        Style::Partial => partial(class, value).map_or_else(label, Cow::Owned),
        Style::Pseudonym => key.map_or_else(label, |key| {
            let name = key.pseudonym(kind, &canonical(class, value));
            Cow::Owned(format!("[{kind}:{name}]"))
        }),
    })
}

fn partial(class: Class, value: &str) -> Option<String> {
    let digits: Vec<char> = value.chars().filter(char::is_ascii_digit).collect();
    let (hidden, digits_min) = match class {
        Class::Card => ("****-****-****-", 12),
        Class::Contact if !value.contains('@') => ("***-", 8),
        _ => return None,
    };
    let last = digits
        .len()
        .checked_sub(4)
        .filter(|_| digits.len() >= digits_min)?;
    Some(
        digits
            .into_iter()
            .skip(last)
            .fold(hidden.to_owned(), |mut shown, digit| {
                shown.push(digit);
                shown
            }),
    )
}

/// The form in which the same value is always the same text, however it was written.
fn canonical(class: Class, value: &str) -> String {
    let letters = value.chars().any(char::is_alphabetic);
    match class {
        Class::Credential | Class::Authentication => value.trim().to_owned(),
        Class::Contact if value.contains('@') => value.trim().to_lowercase(),
        // E.164: digits alone, an international prefix being `+` or 00.
        Class::Contact if !letters => {
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            match digits.strip_prefix("00") {
                Some(international) => international.to_owned(),
                None => digits,
            }
        }
        Class::Contact => {
            let words: Vec<String> = value.split_whitespace().map(str::to_lowercase).collect();
            words.join(" ")
        }
        Class::Card | Class::Identifier | Class::Network => value
            .chars()
            .filter(|char| char.is_alphanumeric() || matches!(class, Class::Network))
            .flat_map(char::to_uppercase)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Style, show};
    use crate::detect::Class;

    fn check(style: Style, kind: &str, class: Class, value: &str, expected: &str) {
        let key = Key::from_bytes(&[7; 32]);
        let shown = show(style, kind, class, value, Some(&key));
        assert_eq!(shown.as_deref().unwrap_or("as it is"), expected);
    }

    #[test]
    fn each_style_shows_what_it_says() {
        let card = "4111 1111 1111 1111";
        check(Style::Reveal, "payment_card", Class::Card, card, "as it is");
        check(
            Style::Label,
            "payment_card",
            Class::Card,
            card,
            "[payment_card]",
        );
        check(
            Style::Partial,
            "payment_card",
            Class::Card,
            card,
            "****-****-****-1111",
        );
        check(
            Style::Partial,
            "phone",
            Class::Contact,
            "+49 30 1234 5678",
            "***-5678",
        );
        check(
            Style::Partial,
            "email",
            Class::Contact,
            "a12345678@b.example",
            "[email]",
        );
        check(
            Style::Full,
            "email",
            Class::Contact,
            "a@b.example",
            "[masked]",
        );
        check(Style::Delete, "cvv", Class::Authentication, "123", "");
    }

    #[test]
    fn the_same_value_gets_the_same_pseudonym_however_it_is_written() {
        let key = Key::from_bytes(&[7; 32]);
        let show = |kind, class, value| {
            let shown = show(Style::Pseudonym, kind, class, value, Some(&key));
            shown.unwrap_or_default().into_owned()
        };
        let email = show("email", Class::Contact, "Ann@Example.com");
        assert_eq!(email, show("email", Class::Contact, "ann@example.com"));
        assert_eq!(email.len(), "[email:]".len() + 16);
        assert_ne!(email, show("email", Class::Contact, "bob@example.com"));
        assert_eq!(
            show("iban", Class::Identifier, "DE89 3704 0044 0532 0130 00"),
            show("iban", Class::Identifier, "de89370400440532013000"),
        );
        assert_eq!(
            show("phone", Class::Contact, "+49 (30) 123-456"),
            show("phone", Class::Contact, "0049 30 123456"),
        );
    }

    #[test]
    fn without_a_key_there_are_no_pseudonyms() {
        let shown = show(
            Style::Pseudonym,
            "email",
            Class::Contact,
            "a@b.example",
            None,
        );
        assert_eq!(shown.as_deref(), Some("[email]"));
    }
}
