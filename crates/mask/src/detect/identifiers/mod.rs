//! Cards, identifiers of people and accounts, contact data and network addresses.
//!
//! Whatever has a check digit is found by it. Whether a right check digit is enough depends on how
//! often a random number has one: a Luhn digit alone says little, two digits modulo 11 with a date
//! say much. Where it is not enough, a word before the number, a name that governs it or the head
//! of its column must say what it is; and where a word says that it is an order's or a build's
//! number, only a word for it can make it one.

mod birth;
mod card;
mod card_secret;
mod checksum;
mod code;
mod columns;
mod context;
mod document;
mod email;
mod iban;
mod lookup;
mod national;
mod network;
mod number;
mod phone;
mod phrases;
mod street;
#[cfg(test)]
mod testing;
mod topics;
mod vocabulary;
mod words;

use std::ops::Range;

use self::context::Context;
use self::lookup::Saying;
use self::topics::Topics;
use self::words::{MadeOf, Word};
use super::{Certainty, Class, Hit, Scope};
use crate::lanes::Digits;

/// A whole text under a name is at most so long: the first line of an address.
const NAMED_MAX: usize = 128;
/// No identifier with letters has more; documents have at most as many.
const CODE_MAX: usize = 18;
/// And without a space: a date with a time of day.
const SECRET_MAX: usize = 32;

/// Adds what it finds in one text, addresses of networks where they are asked for; the order does not
/// matter, overlaps are allowed.
pub(crate) fn find(scope: &Scope<'_>, networks: bool, hits: &mut Vec<Hit>) {
    let ats = scope.candidates.ats.iter();
    hits.extend(ats.filter_map(|&at| email::email(scope.text, at)));
    if !scope.candidates.has_digits {
        return;
    }
    let context = Context::new(scope);
    let mut finder = Finder {
        text: scope.text,
        named: context.named_topics(),
        context,
        told: match scope.text.is_ascii() {
            true => Topics::NONE,
            // Words of other scripts are not looked up one by one.
            false => Topics::TOLD,
        },
        networks,
        is_table: scope.candidates.has_lines && scope.text.contains('\n'),
        saying: Saying::words(),
        hits,
    };
    finder.whole_text(scope);
    for (span, digits) in scope.candidates.lanes.words() {
        if finder.is_worth_reading(&span, digits) {
            finder.word(span, digits);
        }
    }
    for run in &scope.candidates.digits {
        finder.run(run);
    }
    for token in &scope.candidates.tokens {
        let card = card::odd_card(scope.text, token, &finder.context);
        finder.hits.extend(card);
    }
}

/// Whether a name says of the text under it what only names and words can tell.
pub(crate) fn tells(name: &str) -> bool {
    context::name_topics(name).meets(Topics::TOLD)
}

struct Finder<'a> {
    text: &'a str,
    context: Context<'a>,
    /// Topics of which a word or a name was seen so far.
    told: Topics,
    /// What the names that govern the text say.
    named: Topics,
    /// Addresses of networks are asked for.
    networks: bool,
    /// There are lines, and so perhaps a table.
    is_table: bool,
    saying: &'static Saying,
    hits: &'a mut Vec<Hit>,
}

impl Finder<'_> {
    /// Values that are a whole text under a name.
    fn whole_text(&mut self, scope: &Scope<'_>) {
        let may_be = !scope.definition
            && !scope.names.is_empty()
            && scope.text.len() <= NAMED_MAX
            && (scope.text.len() <= SECRET_MAX || scope.text.contains(' '));
        if may_be && self.tells(Topics::WHOLE) {
            self.whole(&(0..self.text.len()), self.named);
        }
    }

    /// Whether a word so far or a name tells one of these.
    fn tells(&self, topics: Topics) -> bool {
        self.told.meets(topics) || self.named.meets(topics)
    }

    /// A text or a cell that is all one value.
    fn whole(&mut self, span: &Range<usize>, topics: Topics) {
        let Some(text) = self.text.get(span.clone()) else {
            return;
        };
        for hit in [
            card_secret::named_secret(text, topics),
            birth::named_birth(text, topics),
            street::named_street(text, topics),
        ] {
            self.add(hit.map(|hit| Hit {
                span: span.start + hit.span.start..span.start + hit.span.end,
                ..hit
            }));
        }
    }

    /// A cell under a head that says what only words can tell.
    fn cell(&mut self, word: &Range<usize>) {
        if let Some((cell, topics)) = self.context.cell(word)
            && topics.meets(Topics::WHOLE)
            && cell.len() <= NAMED_MAX
        {
            self.whole(&cell, topics);
        }
    }

    /// Whether a word may be something or say something; nearly every one is short digits, or letters
    /// that say nothing.
    #[inline]
    fn is_worth_reading(&self, span: &Range<usize>, digits: Digits) -> bool {
        let len = span.len();
        let Some(rest) = self.text.as_bytes().get(span.start..) else {
            return false;
        };
        let is_read = match digits {
            Digits::None => {
                len <= 2 && rest.first().is_some_and(u8::is_ascii_uppercase)
                    || self.saying.may_have(rest, len)
            }
            Digits::All => len >= 5 || code::digits_may_begin(len, rest.get(len).copied()),
            Digits::Some => len >= 4 && (len <= CODE_MAX || iban::may_begin(rest)),
        };
        is_read || self.networks || self.is_table && self.told.meets(Topics::WHOLE)
    }

    #[inline(never)]
    fn word(&mut self, span: Range<usize>, digits: Digits) {
        let text = self.text;
        let len = span.len();
        let Some(written) = text.as_bytes().get(span.clone()) else {
            return;
        };
        let is_letters = digits == Digits::None;
        let made_of = MadeOf::of(written);
        let says = is_letters && self.saying.may_have(written, len);
        let word = &Word { span, made_of };
        if len <= 4 && self.networks {
            self.add(network::network(text, word));
        }
        if says {
            self.letters(word);
        }
        if is_letters && len > 2 {
            return;
        }
        if len == 4 && !made_of.is_digits() {
            self.add(card_secret::secret_after(text, &word.span));
        }
        if code::may_begin(text, word) || iban::may_begin(written) {
            let code = code::code(text, word, &self.context)
                .or_else(|| iban::iban(text, word, &self.context));
            if code.is_some() {
                self.add(code);
                return;
            }
        }
        if self.is_table && len <= 8 && self.told.meets(Topics::WHOLE) {
            self.cell(&word.span);
        }
        if len >= 5 && self.tells(Topics::DOCUMENT) && document::may_be(text, word) {
            self.add(document::document(text, word, &self.context));
        }
        if len >= 6 && made_of.is_digits() && self.tells(Topics::BANK) {
            self.add(iban::bank_account(text, &word.span, &self.context));
        }
    }

    /// Words that say what follows, or what went before.
    fn letters(&mut self, word: &Word) {
        let Some(written) = self.text.as_bytes().get(word.span.clone()) else {
            return;
        };
        self.add(card_secret::secret_after(self.text, &word.span));
        if street::is_kind(written) {
            let end = word.span.end;
            let says_address = |start| self.context.around(&(start..end)).says(Topics::ADDRESS);
            self.add(street::street_before(self.text, end, says_address));
        }
        let topics = lookup::first_word(written);
        if topics.is_none() {
            return;
        }
        self.told = self.told | topics;
        if topics.meets(Topics::ADDRESS) {
            self.add(street::street_after(self.text, word.span.end));
        }
        if topics.meets(Topics::BIRTH) && context::begins(self.text, &word.span, Topics::BIRTH) {
            self.add(birth::birth_after(self.text, word.span.end));
        }
    }

    fn run(&mut self, run: &Range<usize>) {
        let text = self.text;
        let before = self.hits.len();
        number::each_number(text, run, &mut |number| {
            let card = || card::card(text, number, &self.context);
            let national = || national::national(number, &self.context);
            let hit = match number.digits.len() {
                13 => national().or_else(card),
                _ => card().or_else(national),
            };
            let is_found = hit.is_some();
            self.hits.extend(hit);
            is_found
        });
        if self.hits.len() > before {
            return;
        }
        let date = self
            .tells(Topics::BIRTH)
            .then(|| birth::date_at(text, run.start));
        let birth = date
            .flatten()
            .and_then(|date| birth::told_birth(text, date, &self.context));
        if birth.is_some() {
            self.add(birth);
            return;
        }
        let phone = phone::phone(text, run, &self.context, || self.tells(Topics::PHONE));
        self.add(phone);
    }

    /// Two words may say the same about one value.
    fn add(&mut self, hit: Option<Hit>) {
        if hit.is_some() && self.hits.last() != hit.as_ref() {
            self.hits.extend(hit);
        }
    }
}

fn checked(kind: &'static str, class: Class, span: Range<usize>) -> Hit {
    Hit {
        kind,
        class,
        span,
        certainty: Certainty::Checked,
    }
}

fn named(kind: &'static str, class: Class, span: Range<usize>) -> Hit {
    Hit {
        kind,
        class,
        span,
        certainty: Certainty::Named,
    }
}

#[cfg(test)]
mod tests {
    use super::testing::nothing;

    #[test]
    fn ordinary_traffic_has_nothing() {
        for text in [
            "550e8400-e29b-41d4-a716-446655440000",
            "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
            "9fceb02",
            "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "175928847299117063",
            "1541815603606036480",
            "1Z999AA10123456784",
            "9400111899223197428490",
            "INV-2024-000123",
            "EAN 4006381333931",
            "ISBN 978-3-16-148410-0",
            "0-306-40615-2",
            "1732550400",
            "1732550400123",
            "1732550400123456789",
            "2024-01-15T10:30:00.123456Z",
            "20240115103000",
            "build 20240115.3",
            "v1.22.333-rc.4",
            "52.520008, 13.404954",
            "$1,234,567.89",
            "1 234 567,89 EUR",
            "CVE-2024-12345",
            "10.1000/182",
            "10.1038/s41586-020-2649-2",
            "src/main.rs:1234:56",
            "1048576 bytes",
            "-rw-r--r-- 1 root root 12345678 Jan 15 10:30 file.bin",
            "#ff8800",
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "arn:aws:iam::123456789012:role/x",
            "resourceVersion: \"123456789\"",
            "nginx-deployment-66b6c48dd5-7xk2p",
            "@@ -123,45 +123,46 @@ fn main()",
            "0x7fff5fbff8c0",
            "192.0.2",
            "3.141592653589793",
            "0.1234567890123456",
            "1e-10",
            "pid 12345 tid 67890",
            "Python 3.11.4 (main, Jun 7 2023, 10:13:09)",
        ] {
            nothing(&[], text);
        }
    }
}
