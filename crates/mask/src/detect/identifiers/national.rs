//! National numbers: what they look like, what makes them right, and whether a word must say so.

mod americas;
mod asia;
mod europe;

pub(super) use self::asia::is_chinese;
pub(super) use self::europe::is_nir;

use super::context::Context;
use super::number::Number;
use super::topics::Topics;
use super::{Certainty, Class, Hit};

/// A number that an authority gives to a person or an account.
pub(super) struct Rule {
    kind: &'static str,
    /// The words that name it.
    topic: Topics,
    /// Written like this it is found without a word, where nothing speaks against it.
    alone: &'static [&'static str],
    /// Written like this it is found where a word says so.
    told: &'static [&'static str],
    /// Whether digits that are right may still be something frequent, such as a time.
    mistakable: fn(&[u8]) -> bool,
    /// The ranges and the check digits.
    is_right: fn(&[u8]) -> bool,
    certainty: Certainty,
}

impl Rule {
    const fn new(kind: &'static str, topic: Topics, is_right: fn(&[u8]) -> bool) -> Self {
        Self {
            kind,
            topic,
            alone: &[],
            told: &[],
            mistakable: |_| false,
            is_right,
            certainty: Certainty::Checked,
        }
    }

    /// Found in these shapes by itself.
    const fn alone(mut self, shapes: &'static [&'static str]) -> Self {
        self.alone = shapes;
        self
    }

    /// Found in these shapes where a word says so.
    const fn told(mut self, shapes: &'static [&'static str]) -> Self {
        self.told = shapes;
        self
    }

    const fn unless(mut self, mistakable: fn(&[u8]) -> bool) -> Self {
        self.mistakable = mistakable;
        self
    }

    const fn certain(mut self, certainty: Certainty) -> Self {
        self.certainty = certainty;
        self
    }

    fn hit(&self, number: &Number<'_>) -> Hit {
        Hit {
            kind: self.kind,
            class: Class::Identifier,
            span: number.span.clone(),
            certainty: self.certainty,
        }
    }
}

/// The rule that a number is right by: one that a word names, or else one that needs none.
pub(super) fn national(number: &Number<'_>, context: &Context<'_>) -> Option<Hit> {
    let right = || {
        rules(number.digits.len())
            .iter()
            .filter(|rule| number.is_shaped(rule.alone) || number.is_shaped(rule.told))
            .filter(|rule| (rule.is_right)(number.digits))
    };
    right().next()?;
    let said = context.around(&number.span);
    let told = || {
        let by = |topic: Topics| right().find(|rule| said.says(topic) && rule.topic.meets(topic));
        right()
            .find(|rule| said.says(rule.topic))
            .or_else(|| by(Topics::PERSON))
            .or_else(|| right().find(|_| said.says(Topics::PERSON)))
    };
    let open = !said.says(Topics::PHONE)
        && match number.is_solid() {
            true => said.leaves_open(),
            false => !said.is_thing(),
        };
    let alone = || {
        right()
            .filter(|rule| number.is_shaped(rule.alone) && !(rule.mistakable)(number.digits))
            .find(|_| open && !number.glued)
    };
    told().or_else(alone).map(|rule| rule.hit(number))
}

fn rules(digits: usize) -> &'static [Rule] {
    match digits {
        8 => EIGHT,
        9 => NINE,
        10 => TEN,
        11 => ELEVEN,
        12 => TWELVE,
        13 => THIRTEEN,
        14 => FOURTEEN,
        15 => FIFTEEN,
        18 => EIGHTEEN,
        _ => &[],
    }
}

const EIGHT: &[Rule] = &[asia::AU_TFN_OLD];
const NINE: &[Rule] = &[
    americas::US_SSN,
    americas::US_ITIN,
    americas::US_ROUTING,
    americas::CA_SIN,
    europe::NL_BSN,
    asia::AU_TFN,
];
const TEN: &[Rule] = &[americas::US_NPI, europe::UK_NHS, europe::SE_PERSONNUMMER];
const ELEVEN: &[Rule] = &[
    europe::BE_NATIONAL_NUMBER,
    europe::DE_TAX_ID,
    americas::BR_CPF,
    europe::TR_TCKN,
    europe::PL_PESEL,
];
const TWELVE: &[Rule] = &[
    asia::IN_AADHAAR,
    asia::JP_MY_NUMBER,
    europe::SE_PERSONNUMMER_LONG,
];
const THIRTEEN: &[Rule] = &[asia::KR_RRN, asia::ZA_ID, asia::KR_RRN_NEW];
const FOURTEEN: &[Rule] = &[americas::BR_CNPJ];
const FIFTEEN: &[Rule] = &[europe::FR_NIR];
const EIGHTEEN: &[Rule] = &[asia::CN_RESIDENT_ID];

/// Whether year, month and day of two digits each may be a date in some century.
pub(super) fn is_date(year: u64, month: u64, day: u64) -> bool {
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u64::from(year.is_multiple_of(4)),
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// A count of seconds or milliseconds since 1970 begins with 15 to 20 from 2017 to 2033.
fn is_epoch(digits: &[u8]) -> bool {
    matches!(digits, [1, 5..=9, ..] | [2, 0, ..])
}
