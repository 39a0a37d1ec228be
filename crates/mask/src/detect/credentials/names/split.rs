//! A name as words, without allocation.

/// Longest name that is looked at, in bytes: of a longer one its end.
const NAME_BYTES_MAX: usize = 96;
const WORDS_MAX: usize = 12;

/// The words of an ASCII name, in lower case.
#[derive(Debug)]
pub(super) struct Words {
    lower: [u8; NAME_BYTES_MAX],
    /// Where each word begins and ends in `lower`.
    places: [(u8, u8); WORDS_MAX],
    count: usize,
}

impl Words {
    /// Splits at everything that is no letter or digit, before a capital after a small letter
    /// (`dbPassword`), before the last capital of several (`APIKey`), and between letters and
    /// digits.
    pub(super) fn of(name: &[u8]) -> Option<Self> {
        let name = name
            .get(name.len().saturating_sub(NAME_BYTES_MAX)..)
            .unwrap_or_default();
        let mut words = Self {
            lower: [0; NAME_BYTES_MAX],
            places: [(0, 0); WORDS_MAX],
            count: 0,
        };
        for (to, from) in words.lower.iter_mut().zip(name) {
            *to = from.to_ascii_lowercase();
        }
        let mut start = 0;
        for (at, byte) in name.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| name.get(at));
            let after = name.get(at + 1);
            if !byte.is_ascii_alphanumeric() {
                words.push(start, at);
                start = at + 1;
            } else if before.is_some_and(|before| splits(*before, *byte, after)) {
                words.push(start, at);
                start = at;
            }
        }
        words.push(start, name.len());
        (words.count > 0).then_some(words)
    }

    pub(super) const fn len(&self) -> usize {
        self.count
    }

    pub(super) fn get(&self, at: usize) -> Option<&[u8]> {
        let (start, end) = *self.places.get(..self.count)?.get(at)?;
        self.lower.get(usize::from(start)..usize::from(end))
    }

    pub(super) fn head(&self) -> Option<&[u8]> {
        self.get(self.count.checked_sub(1)?)
    }

    pub(super) fn any(&self, judge: impl Fn(&[u8]) -> bool) -> bool {
        (0..self.count).filter_map(|at| self.get(at)).any(judge)
    }

    /// Adds a word; if there are too many, the oldest is forgotten: the head is the last.
    fn push(&mut self, start: usize, end: usize) {
        if start >= end {
            return;
        }
        if self.count == WORDS_MAX {
            self.places.rotate_left(1);
            self.count -= 1;
        }
        let place = u8::try_from(start).ok().zip(u8::try_from(end).ok());
        if let (Some(slot), Some(place)) = (self.places.get_mut(self.count), place) {
            *slot = place;
            self.count += 1;
        }
    }
}

fn splits(before: u8, byte: u8, after: Option<&u8>) -> bool {
    let camel = before.is_ascii_lowercase() && byte.is_ascii_uppercase();
    let acronym = before.is_ascii_uppercase()
        && byte.is_ascii_uppercase()
        && after.is_some_and(u8::is_ascii_lowercase)
        // `APIs`, `IDs`: a plural is no new word.
        && after != Some(&b's');
    let number = before.is_ascii_alphabetic() != byte.is_ascii_alphabetic()
        && before.is_ascii_alphanumeric();
    camel || acronym || number
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn names_of_every_style_are_split() {
        for (name, expected) in [
            ("DB_PASSWORD", "db password"),
            ("clientSecret", "client secret"),
            ("x-api-key", "x api key"),
            ("spring.datasource.password", "spring datasource password"),
            ("APIKey", "api key"),
            ("AWSSecretAccessKey", "aws secret access key"),
            ("password2", "password 2"),
            ("--db-pass", "db pass"),
            ("PGPASSWORD", "pgpassword"),
            ("_authToken", "auth token"),
        ] {
            let words = Words::of(name.as_bytes()).unwrap();
            let split: Vec<&str> = (0..words.len())
                .map(|at| std::str::from_utf8(words.get(at).unwrap()).unwrap())
                .collect();
            assert_eq!(split.join(" "), expected, "{name}");
        }
        assert!(Words::of(b"--").is_none());
    }
}
