//! Names that some readers take for the same: Go's `encoding/json` does not mind case.

use crate::json::{Json, Span};

/// Whether a name differs from one of these, but only in case.
pub(super) fn is_variant_of(name: &str, known: &[&str]) -> bool {
    known.iter().any(|known| is_variant(name, known))
}

/// A member whose name is a variant of a known one that the object has, too; with `alone`, also
/// one that the object has not.
pub(super) fn twin(object: Json<'_>, known: &[&str], alone: bool) -> Option<Span> {
    let variant = |name: &str| {
        let exact = known.iter().find(|known| is_variant(name, known));
        exact.is_some_and(|exact| alone || object.get(exact).is_some())
    };
    let twin = object.members().find(|member| variant(&member.name()));
    twin.map(|member| member.span())
}

fn is_variant(name: &str, known: &str) -> bool {
    if name.is_ascii() {
        return name.len() == known.len() && name != known && name.eq_ignore_ascii_case(known);
    }
    name.chars().map(fold).eq(known.chars().map(fold))
}

/// Two letters beyond ASCII fold to letters in it.
fn fold(c: char) -> char {
    match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        _ => c.to_ascii_lowercase(),
    }
}
