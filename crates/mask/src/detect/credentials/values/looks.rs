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
    // `key_password`, `&SecretKey`, `*secret`.
    let bare = value.trim_start_matches(['&', '*', '@', '+', '-', '!']);
    let variable = is_identifier(bare) && (bare.contains('_') || bare.len() < value.len());
    is_expression(value) || variable || is_type(bare)
}

/// The same where code is seldom: letters alone are no type there, but for those that end like one.
pub(super) fn is_code_in_field(value: &str) -> bool {
    is_expression(value) || (has_turns(value) && ends_like_a_type(value))
}

/// A call, a member, an element, an arrow.
fn is_expression(value: &str) -> bool {
    let called = value.find(['(', '[']).is_some_and(|at| {
        let name = value.get(..at).unwrap_or_default();
        value.ends_with(['(', '[', ')', ']']) || (at > 1 && is_path(name))
    });
    let member = value.contains('.') && is_identifier(value) && !value.ends_with('.');
    let typed = value.starts_with(['[', '{', '|', '>']) && !is_strong(value);
    let arrow = value.contains("->") || value.contains("=>") || value.contains("::");
    called || member || typed || arrow
}

/// A path in code: `os.environ`, `self.build`, `Some`.
fn is_path(name: &str) -> bool {
    name.bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'>' | b'-' | b'$'))
}

/// Words written together with capitals, as types and constants are: `CFStringRef`,
/// `Ed25519SigningKey`. Capitals in a random word stand closer.
fn is_type(value: &str) -> bool {
    let letters = value.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    has_turns(value) && ((letters && turns(value) * 4 < value.len()) || ends_like_a_type(value))
}

fn has_turns(value: &str) -> bool {
    turns(value) > 0
}

/// How often a capital follows a small letter.
fn turns(value: &str) -> usize {
    value
        .as_bytes()
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()))
        .count()
}

/// The last words of types and variables that hold secrets.
fn ends_like_a_type(value: &str) -> bool {
    const ENDS: &[&str] = &[
        "Auth",
        "Callback",
        "Cert",
        "Class",
        "Config",
        "Credential",
        "Credentials",
        "Error",
        "Factory",
        "Field",
        "Func",
        "Function",
        "Handler",
        "Hash",
        "Id",
        "Input",
        "Key",
        "Keys",
        "Manager",
        "Name",
        "Option",
        "Options",
        "Param",
        "Password",
        "Phrase",
        "Provider",
        "Ref",
        "Request",
        "Response",
        "Result",
        "Secret",
        "Service",
        "Session",
        "Source",
        "Store",
        "Str",
        "String",
        "Text",
        "Token",
        "Tokens",
        "Type",
        "Value",
    ];
    value.bytes().all(|b| b.is_ascii_alphanumeric()) && ENDS.iter().any(|end| value.ends_with(end))
}

/// A path of a file system: `/home/runner/work` is where `PWD` is, `/run/db.pass` where a password is.
pub(super) fn is_file(value: &str) -> bool {
    const PARTS_MIN: usize = 2;
    let path = value.strip_prefix('~').unwrap_or(value);
    let Some(path) = path.strip_prefix('/') else {
        return false;
    };
    let mut parts = path.trim_end_matches('/').split('/');
    path.bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'/'))
        && parts.clone().count() >= PARTS_MIN
        && parts.all(|part| !part.is_empty() && !is_random(part))
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
