//! The form of a value that does not depend on how it was written, for pseudonyms.

use crate::detect::Class;

/// The same text for the same value: digits alone for cards, letters in upper case and digits for
/// identifiers, lower case for addresses of mail and network, `+` and digits for a telephone number.
pub(crate) fn canonical(class: Class, kind: &str, value: &str) -> String {
    match class {
        Class::Card => only(value, |char| char.is_ascii_digit()),
        Class::Identifier => only(value, |char| char.is_ascii_alphanumeric()).to_ascii_uppercase(),
        Class::Contact if kind == "phone" => e164(value),
        Class::Contact | Class::Network => value.trim().to_lowercase(),
        Class::Credential | Class::Authentication => value.to_owned(),
    }
}

/// ITU-T E.164 where the number is international: without the trunk digit in `(0)`, `00` as `+`.
fn e164(value: &str) -> String {
    let number = value.replace("(0)", "");
    let digits = only(&number, |char| char.is_ascii_digit());
    if number.trim_start().starts_with('+') {
        return format!("+{digits}");
    }
    match digits.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => digits,
    }
}

fn only(value: &str, like: impl Fn(char) -> bool) -> String {
    value.chars().filter(|&char| like(char)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Class, canonical};

    #[test]
    fn one_value_has_one_form() {
        for (class, kind, value, expected) in [
            (
                Class::Card,
                "payment_card",
                "4111 1111-1111.1111",
                "4111111111111111",
            ),
            (Class::Identifier, "iban", "gb82 WEST 1234", "GB82WEST1234"),
            (
                Class::Contact,
                "email",
                "Jane@Example.com",
                "jane@example.com",
            ),
            (
                Class::Contact,
                "phone",
                "+44 (0)20 7946 0018",
                "+442079460018",
            ),
            (
                Class::Contact,
                "phone",
                "0044 20 7946 0018",
                "+442079460018",
            ),
            (Class::Contact, "phone", "(415) 555-2671", "4155552671"),
            (
                Class::Network,
                "mac_address",
                "00:1B:44:11:3A:B7",
                "00:1b:44:11:3a:b7",
            ),
        ] {
            assert_eq!(canonical(class, kind, value), expected);
        }
    }
}
