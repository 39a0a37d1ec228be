//! Hashes of passwords: whoever has one may guess at leisure.

use std::ops::Range;

use memchr::memmem;

use super::bytes::{Class, before};
use super::tokens::Found;

/// Longest head of a hash before its last part, in bytes: names, costs, a salt.
const HEAD_BYTES_MAX: usize = 160;

/// Form of a hash: how its head begins, and the least length of the part after the last `$`.
struct Form {
    head: &'static [u8],
    least: usize,
    /// How many `$` stand between the beginning of the head and the last part.
    dollars: Range<usize>,
}

const fn form(head: &'static [u8], least: usize, dollars: Range<usize>) -> Form {
    Form {
        head,
        least,
        dollars,
    }
}

/// The modular crypt formats (crypt(5) of libxcrypt), the PHC string format
/// (github.com/P-H-C/phc-string-format), and the frameworks' own (Django, "Password management";
/// Werkzeug, "Security helpers"; Passlib, "Modular crypt format").
const FORMS: &[Form] = &[
    form(b"$2a$", 53, 3..4),
    form(b"$2b$", 53, 3..4),
    form(b"$2x$", 53, 3..4),
    form(b"$2y$", 53, 3..4),
    form(b"$1$", 22, 3..4),
    form(b"$apr1$", 22, 3..4),
    form(b"$5$", 43, 3..5),
    form(b"$6$", 86, 3..5),
    form(b"$7$", 40, 2..4),
    form(b"$y$", 40, 3..5),
    form(b"$gy$", 40, 3..5),
    form(b"$sha1$", 28, 4..5),
    form(b"$argon2", 20, 4..6),
    form(b"$scrypt$", 20, 3..6),
    form(b"$pbkdf2", 20, 3..6),
    form(b"$P$", 31, 2..3),
    form(b"$H$", 31, 2..3),
    form(b"$8$", 43, 3..4),
    form(b"$9$", 43, 3..4),
    form(b"pbkdf2_sha", 20, 3..4),
    form(b"pbkdf2:sha", 32, 2..3),
    form(b"bcrypt_sha256$", 20, 3..6),
    form(b"bcrypt$", 20, 3..6),
    form(b"scrypt:", 60, 2..3),
    form(b"scrypt$", 20, 4..6),
    form(b"argon2$", 20, 4..7),
    form(b"SCRAM-SHA-256$", 44, 2..3),
];

/// The hash whose last part begins where a token run does.
pub(super) fn at(text: &[u8], run: &Range<usize>) -> Option<Found> {
    match before(text, run.start)? {
        b'$' => crypt(text, run),
        b'}' => ldap(text, run),
        b':' => scram(text, run),
        _ => None,
    }
}

fn crypt(text: &[u8], run: &Range<usize>) -> Option<Found> {
    let length = Class::ANY64
        .run(text, run.start)
        .max(dotted(text, run.start));
    let floor = run.start.saturating_sub(HEAD_BYTES_MAX);
    let head = text.get(floor..run.start)?;
    let head_start = head
        .iter()
        .rposition(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'>' | b'`'))
        .map_or(0, |at| at + 1);
    let head = head.get(head_start..)?;
    FORMS.iter().find_map(|form| {
        let at = memmem::find(head, form.head)?;
        let dollars = head.get(at..)?.iter().filter(|b| **b == b'$').count();
        let fits = length >= form.least && form.dollars.contains(&dollars);
        let start = floor + head_start + at;
        fits.then(|| Found::shaped("password_hash", start..run.start + length))?
    })
}

/// Length of a part in crypt's own alphabet, `[./A-Za-z0-9]`.
fn dotted(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let end = rest
        .iter()
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/')));
    let length = end.unwrap_or(rest.len());
    // A full stop that ends a sentence is not the hash's, unless the length needs it.
    match rest.get(..length) {
        Some([.., b'.']) if !matches!(length, 22 | 31 | 43 | 53 | 86) => length - 1,
        _ => length,
    }
}

/// RFC 2307 §5.3: a scheme in braces and base 64.
fn ldap(text: &[u8], run: &Range<usize>) -> Option<Found> {
    const SCHEMES: [&[u8]; 7] = [
        b"{SSHA}",
        b"{SHA}",
        b"{SSHA256}",
        b"{SSHA512}",
        b"{SMD5}",
        b"{MD5}",
        b"{SSHA384}",
    ];
    let head = text.get(run.start.saturating_sub(9)..run.start)?;
    let scheme = SCHEMES.iter().find(|scheme| head.ends_with(scheme))?;
    let length = Class::BASE64_PADDED.run(text, run.start);
    (length >= 20).then(|| {
        Found::shaped(
            "password_hash",
            run.start - scheme.len()..run.start + length,
        )
    })?
}

/// PostgreSQL: `SCRAM-SHA-256$` cost `:` salt `$` stored `:` server; the run is the server's key.
fn scram(text: &[u8], run: &Range<usize>) -> Option<Found> {
    let floor = run.start.saturating_sub(HEAD_BYTES_MAX);
    let head = text.get(floor..run.start)?;
    let at = memmem::rfind(head, b"SCRAM-SHA-256$")?;
    let length = Class::BASE64_PADDED.run(text, run.start);
    (length >= 43).then(|| Found::shaped("password_hash", floor + at..run.start + length))?
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a wrong slice fails the test")]
mod tests {
    use super::super::testing::{check, survives};

    #[test]
    fn every_form_is_taken_from_its_beginning() {
        let salted = "q8Zr2LmXc4Vb7NkJh5Gf1D";
        let long =
            format!("{salted}s9Ap3Oi6Uy0TeWq8Zr2LmXc4Vb7NkJh5Gf1Ds9Ap3Oi6Uy0TeWq8Z9q8Zr2LmXc4Vb7");
        let bcrypt = format!("$2b$12${}", &long[..53]);
        let sha512 = format!("$6$rounds=5000$saltsalt${}", &long[..86]);
        let argon = format!("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ${}", &long[..43]);
        let django = format!("pbkdf2_sha256$600000$saltsalt${}=", &long[..43]);
        let werkzeug = format!("scrypt:32768:8:1$salt${}", "0d5e1f6a9b3c8274".repeat(8));
        let apache = format!("$apr1$saltsalt${}", &long[..22]);
        for hash in [&bcrypt, &sha512, &argon, &django, &werkzeug, &apache] {
            check(&format!("alice {hash}"), &[("password_hash", hash)]);
            check(
                &format!("alice:{hash}:19000:0:99999:7:::"),
                &[("password_hash", hash)],
            );
        }
        let ldap = "{SSHA}q8Zr2LmXc4Vb7NkJh5Gf1Ds9Ap3Oi6Uy";
        check(ldap, &[("password_hash", ldap)]);
        let scram = format!(
            "SCRAM-SHA-256$4096:c2FsdHNhbHQ=${}=:{}=",
            &long[..43],
            &long[..43]
        );
        check(&scram, &[("password_hash", &scram)]);
        let dump = "admin:500:aad3b435b51404eeaad3b435b51404ee:0d5e1f6a9b3c82740d5e1f6a9b3c8274:::";
        check(
            dump,
            &[("password_hash", "0d5e1f6a9b3c82740d5e1f6a9b3c8274")],
        );
    }

    #[test]
    fn prices_and_variables_survive() {
        survives(&[
            "costs $2 or $5$ with $HOME/q8Zr2LmXc4Vb7NkJh5Gf1Ds9Ap3Oi6Uy0TeWq8Zr2LmXc4Vb",
            "{sha256}q8Zr2LmXc4",
            "sha256:0d5e1f6a9b3c82740d5e1f6a9b3c82740d5e1f6a9b3c82740d5e1f6a9b3c8274",
        ]);
    }
}
