//! Values that look real, different at each place, so that a hit names the place that leaked.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Everything that was planted, by place.
#[derive(Default)]
pub(super) struct Planted {
    places: RefCell<BTreeMap<&'static str, Rc<Secrets>>>,
}

/// One of each kind.
pub(super) struct Secrets {
    pub(super) token: String,
    pub(super) card: String,
    pub(super) email: String,
    pub(super) iban: String,
    pub(super) password: String,
}

impl Planted {
    /// The values of a place.
    pub(super) fn at(&self, place: &'static str) -> Rc<Secrets> {
        let mut places = self.places.borrow_mut();
        let number = u64::try_from(places.len()).unwrap() + 1;
        let secrets = places
            .entry(place)
            .or_insert_with(|| Rc::new(Secrets::new(number)));
        secrets.clone()
    }

    /// Each value with its place and kind.
    pub(super) fn all(&self) -> Vec<(String, String)> {
        let places = self.places.borrow();
        let of = |place: &&str, secrets: &Rc<Secrets>| {
            let named = |kind, value: &str| (format!("{kind} of {place}"), value.to_owned());
            [
                named("token", &secrets.token),
                named("card", &secrets.card),
                named("email", &secrets.email),
                named("iban", &secrets.iban),
                named("password", &secrets.password),
            ]
        };
        places.iter().flat_map(|(p, s)| of(p, s)).collect()
    }
}

impl Secrets {
    fn new(number: u64) -> Self {
        let mut chance = Chance(number);
        let letters = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        let mut some = |count: usize| -> String {
            let letter = |_| char::from(letters[chance.below(letters.len())]);
            (0..count).map(letter).collect()
        };
        let (token, user, password) = (some(20), some(8).to_lowercase(), some(12));
        let mut digits =
            |count: usize| -> Vec<u32> { (0..count).map(|_| chance.below(10) as u32).collect() };
        Self {
            token: format!("glpat-{token}"),
            card: card(&digits(13)),
            email: format!("{user}.{number}@engines.test"),
            iban: iban(&digits(18)),
            password: format!("Tr0ub4-{password}"),
        }
    }

    /// In a text.
    pub(super) fn text(&self) -> String {
        let Self {
            token,
            card,
            email,
            iban,
            password,
        } = self;
        format!("token {token}, card {card}, mail {email}, IBAN {iban}, password: {password}")
    }

    /// As a value of JSON.
    pub(super) fn json(&self) -> String {
        let Self {
            token,
            card,
            email,
            iban,
            password,
        } = self;
        format!(
            r#"{{"note":"token {token} and IBAN {iban}","list":["{card}","{email}"],"password":"{password}"}}"#
        )
    }
}

/// Digits after a 411, and the one that makes Luhn's sum.
fn card(digits: &[u32]) -> String {
    let digits: Vec<u32> = [4, 1].iter().chain(digits).copied().collect();
    let doubled = |(at, digit): (usize, &u32)| match at % 2 {
        0 => digit * 2 / 10 + digit * 2 % 10,
        _ => *digit,
    };
    let sum: u32 = digits.iter().rev().enumerate().map(doubled).sum();
    let check = (10 - sum % 10) % 10;
    let digits = digits.iter().chain([&check]);
    digits
        .map(|digit| char::from_digit(*digit, 10).unwrap())
        .collect()
}

/// A German one (ISO 13616: 18 digits, mod 97).
fn iban(digits: &[u32]) -> String {
    let digits: String = digits
        .iter()
        .map(|digit| char::from_digit(*digit, 10).unwrap())
        .collect();
    // D is 13, E is 14.
    let turned = format!("{digits}131400");
    let rest = turned
        .bytes()
        .fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    format!("DE{:02}{digits}", 98 - rest)
}

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(end).unwrap()).unwrap()
    }
}
