//! Dates of birth: dates that a word or a name says to be one.

use std::ops::Range;

use super::context::Context;
use super::national::is_date;
use super::topics::Topics;
use super::{Class, Hit, named};

/// Longest date as people write it, in bytes: `26. September 1985`, with a weekday.
const DATE_MAX: usize = 32;

/// A whole text under a name that says so, where it is no run of digits.
pub(super) fn named_birth(text: &str, topics: Topics) -> Option<Hit> {
    let value = text.trim();
    let start = text.find(value)?;
    let span = date_at(text, start).filter(|span| {
        // A time may follow.
        let rest = text.get(span.end..start + value.len()).unwrap_or_default();
        rest.is_empty() || rest.starts_with('T') || rest.starts_with(" 00:")
    })?;
    (topics.meets(Topics::BIRTH) && !is_run(text, &span)).then(|| birth(span))
}

/// Whether a date is one of the candidates that are runs of digits.
fn is_run(text: &str, span: &Range<usize>) -> bool {
    let written = text.get(span.clone()).unwrap_or_default();
    let digits = written.bytes().filter(u8::is_ascii_digit).count();
    let signs = |byte: u8| byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'.' | b'/');
    digits >= 6 && written.bytes().all(signs) && !written.contains("  ") && !written.contains(". ")
}

/// The date behind a word such as `born`, which ends at `from`, where it is no run of digits.
pub(super) fn birth_after(text: &str, from: usize) -> Option<Hit> {
    let rest = text.get(from..)?;
    let mut at = from;
    let mut words = 0;
    for word in rest.split_inclusive(|char: char| !char.is_alphanumeric()) {
        if at - from > DATE_MAX {
            return None;
        }
        let bare = word.trim_end_matches(|char: char| !char.is_alphanumeric());
        let may_begin =
            bare.starts_with(|char: char| char.is_ascii_digit()) || month(bare).is_some();
        if may_begin && let Some(span) = date_at(text, at) {
            return (!is_run(text, &span)).then(|| birth(span));
        }
        words += usize::from(!bare.is_empty());
        if words > 3 || word.ends_with(['\n', ';']) && words > 0 {
            return None;
        }
        at += word.len();
    }
    None
}

/// A date that a word before it, or the head of its column, says to be one.
pub(super) fn told_birth(text: &str, date: Range<usize>, context: &Context<'_>) -> Option<Hit> {
    // The birth of a file has a time with a fraction: `Birth: 2024-01-15 10:30:00.000000000 +0000`.
    let behind = text.as_bytes().get(date.end..)?;
    if behind.first() == Some(&b' ') && behind.get(9) == Some(&b'.') && behind.get(3) == Some(&b':')
    {
        return None;
    }
    context
        .around(&date)
        .says_closely(Topics::BIRTH)
        .then(|| birth(date))
}

fn birth(span: Range<usize>) -> Hit {
    named("date_of_birth", Class::Contact, span)
}

/// The date that begins here: three numbers, or two and the name of a month.
pub(super) fn date_at(text: &str, start: usize) -> Option<Range<usize>> {
    let mut parts = Parts { text, at: start };
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    let span = start..parts.at;
    let year = |part: Part| match part {
        Part::Number { value, digits: 4 } => (1880..=2100).contains(&value),
        Part::Number { digits: 2, .. } => true,
        _ => false,
    };
    let value = |part: Part| match part {
        Part::Number { value, .. } | Part::Month(value) => value,
    };
    let is_day = |day: Part, month: Part, of: Part| {
        matches!(day, Part::Number { digits: 1 | 2, .. })
            && is_date(value(of), value(month), value(day))
    };
    let four = |part: Part| matches!(part, Part::Number { digits: 4, .. });
    let found = if four(a) {
        year(a) && is_day(c, b, a)
    } else {
        year(c) && (is_day(a, b, c) || is_day(b, a, c))
    };
    let next = text.as_bytes().get(span.end);
    let ends = !next.is_some_and(u8::is_ascii_digit);
    (found && ends).then_some(span)
}

/// The numbers and months of a date.
struct Parts<'t> {
    text: &'t str,
    at: usize,
}

#[derive(Clone, Copy)]
enum Part {
    Number { value: u64, digits: usize },
    Month(u64),
}

impl Parts<'_> {
    /// The next part, behind at most three separators.
    fn next(&mut self) -> Option<Part> {
        let rest = self.text.get(self.at..)?;
        let trimmed = rest.trim_start_matches([' ', '-', '/', '.', ',', '年', '月']);
        let gap = rest.len() - trimmed.len();
        if gap > 3 {
            return None;
        }
        let word = trimmed
            .split(|char: char| !char.is_alphanumeric() || matches!(char, '年' | '月' | '日'))
            .next()?;
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let (part, len) = if digits > 0 {
            let suffix = word.get(digits..)?;
            let ordinal = matches!(suffix, "st" | "nd" | "rd" | "th");
            let value = word.get(..digits)?.parse().ok()?;
            (
                Part::Number { value, digits },
                digits + if ordinal { 2 } else { 0 },
            )
        } else {
            (Part::Month(month(word)?), word.len())
        };
        self.at += gap + len;
        let of = self.text.get(self.at..)?;
        if matches!(part, Part::Number { .. }) {
            // `12 de marzo de 1985`, `12th of March`
            let word = [" of ", " de "]
                .into_iter()
                .find(|word| of.starts_with(word));
            self.at += word.map_or(0, |word| word.len() - 1);
        } else if of.starts_with(" de ") {
            self.at += 3;
        }
        Some(part)
    }
}

/// The month of a name or of its first letters, in several languages.
fn month(word: &str) -> Option<u64> {
    if !(3..=12).contains(&word.len()) {
        return None;
    }
    let begins = |stem: &&str| {
        word.get(..stem.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(stem))
    };
    MONTHS
        .iter()
        .position(|stems| stems.iter().any(begins))
        .and_then(|at| u64::try_from(at + 1).ok())
}

const MONTHS: [&[&str]; 12] = [
    &["jan", "ene", "gen"],
    &["feb", "fév", "fev"],
    &["mar", "mär", "mrz", "maa"],
    &["apr", "avr", "abr"],
    &["may", "mai", "mag", "mei"],
    &["jun", "juin", "giu"],
    &["jul", "juil", "lug"],
    &["aug", "ago", "aoû", "aou"],
    &["sep", "set"],
    &["oct", "okt", "ott", "out"],
    &["nov"],
    &["dec", "dez", "dic", "déc"],
];

#[cfg(test)]
mod tests {
    use crate::detect::identifiers::testing::{found, nothing};

    #[test]
    fn dates_of_birth_are_found() {
        for (text, value) in [
            ("DOB: 1985-03-12", "1985-03-12"),
            ("born on March 12, 1985 in Rome", "March 12, 1985"),
            ("date of birth 12/03/1985", "12/03/1985"),
            ("Date of Birth: 3/12/85", "3/12/85"),
            ("geboren am 12. März 1985", "12. März 1985"),
            ("Geburtsdatum: 12.03.1985", "12.03.1985"),
            (
                "fecha de nacimiento: 12 de marzo de 1985",
                "12 de marzo de 1985",
            ),
            ("birthday is 12th of March 1985", "12th of March 1985"),
        ] {
            found(&[], text, "date_of_birth", value);
        }
        for name in ["dob", "birth_date", "dateOfBirth", "birthday"] {
            found(&[name], "1985-03-12", "date_of_birth", "1985-03-12");
        }
        found(
            &["birthDate"],
            "1985-03-12T00:00:00Z",
            "date_of_birth",
            "1985-03-12",
        );
        found(
            &[],
            "name,dob\nBob,1985-03-12",
            "date_of_birth",
            "1985-03-12",
        );
    }

    #[test]
    fn other_dates_stay() {
        for text in [
            "2024-01-15",
            "created 2024-01-15",
            "expires on March 12, 2027",
            "born to run",
            "dob",
            "date of birth is required",
            " Birth: 2024-01-15 10:30:00.000000000 +0000",
            "birth rate 12.5 in 2024-01",
        ] {
            nothing(&[], text);
        }
        nothing(&["date"], "1985-03-12");
        nothing(&["dob"], "string");
    }
}
