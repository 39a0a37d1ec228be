//! What a value looks like: random, strong, a name, code, a sentence.

/// Drawn at random, by its looks: letters and digits together, or both cases within one word, or
/// long.
pub(in super::super) fn is_random(value: &str) -> bool {
    let (mut upper, mut lower, mut digit, mut turns) = (0, 0, 0, 0);
    let mut last = b'A';
    for byte in value.bytes() {
        if byte.is_ascii_whitespace() {
            return false;
        }
        upper += usize::from(byte.is_ascii_uppercase());
        lower += usize::from(byte.is_ascii_lowercase());
        digit += usize::from(byte.is_ascii_digit());
        turns += usize::from(last.is_ascii_lowercase() && byte.is_ascii_uppercase());
        last = byte;
    }
    let letters = upper + lower;
    value.len() >= 8
        && ((digit >= 2 && letters >= 2)
            || (upper >= 2 && lower >= 2 && turns >= 3)
            || (digit >= 1 && upper >= 1 && lower >= 1))
}

/// A word that no sentence contains: letters and digits, or letters and signs.
pub(in super::super) fn is_strong(value: &str) -> bool {
    let letter = value.chars().any(char::is_alphabetic);
    let digit = value.bytes().any(|b| b.is_ascii_digit());
    let sign = value.bytes().any(|b| {
        matches!(
            b,
            b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'+' | b'=' | b'?'
        )
    });
    let inner = value.trim_end_matches(['!', '?']);
    let inner_sign = inner.bytes().any(|b| {
        matches!(
            b,
            b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'+' | b'?'
        )
    });
    value.len() >= 5 && ((letter && digit) || (letter && sign && inner_sign))
}

/// What a token may be that stands alone behind its name: random, or one long word.
pub(super) fn is_token(value: &str) -> bool {
    if value.contains(char::is_whitespace) {
        return false;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    is_random(value)
        || (digits == value.len() && value.len() >= 8)
        || (value.len() >= 16 && !is_name(value) && !value.contains("://"))
}

/// Lower-case words joined by dashes, dots or underscores: names of things.
pub(super) fn is_name(value: &str) -> bool {
    let joined = value.contains(['-', '_', '.', '/', ':']);
    joined
        && value
            .bytes()
            .all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_' | b'.' | b'/' | b':'))
}

/// A name in code: letters, digits and underscores, without a digit inside of letters.
pub(super) fn is_identifier(value: &str) -> bool {
    value
        .bytes()
        .all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.'))
}

/// A call, a member, a type, a variable: code that fetches or describes the value.
pub(super) fn is_code(value: &str) -> bool {
    let called = value.find(['(', '[']).is_some_and(|at| {
        let name = value.get(..at).unwrap_or_default();
        value.ends_with(['(', '[', ')', ']']) || (at > 1 && is_path(name))
    });
    let member = value.contains('.') && is_identifier(value) && !value.ends_with('.');
    // `key_password`, `&SecretKey`, `*secret`.
    let bare = value.trim_start_matches(['&', '*', '@', '+', '-', '!']);
    let variable = is_identifier(bare) && (bare.contains('_') || bare.len() < value.len());
    let typed = value.starts_with(['[', '{', '|', '>']) && !is_strong(value);
    let arrow = value.contains("->") || value.contains("=>") || value.contains("::");
    called || member || variable || typed || arrow || is_type(bare)
}

/// A path in code: `os.environ`, `self.build`, `Some`.
fn is_path(name: &str) -> bool {
    name.bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'>' | b'-' | b'$'))
}

/// Words written together with capitals, as types and constants are: `CFStringRef`,
/// `Ed25519SigningKey`. Capitals in a random word stand closer.
fn is_type(value: &str) -> bool {
    let bytes = value.as_bytes();
    let turns = bytes
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()))
        .count();
    let letters = bytes.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_');
    let ends = [
        "Key",
        "Token",
        "Secret",
        "Password",
        "Credential",
        "Credentials",
        "String",
    ];
    turns > 0
        && ((letters && turns * 4 < value.len())
            || (value.bytes().all(|b| b.is_ascii_alphanumeric())
                && ends.iter().any(|end| value.ends_with(end))))
}

/// Words about a password and not one: several, and one of them names it.
pub(super) fn is_sentence(value: &str) -> bool {
    let words = value.split_whitespace().count();
    let lower = value.to_lowercase();
    words >= 3
        && (words > 8
            || value.ends_with('.')
            || [
                "password",
                "must",
                " the ",
                "characters",
                "required",
                "should",
            ]
            .iter()
            .any(|word| lower.contains(word)))
}
