//! One policy with what its annotations say.

use std::sync::Arc;

use cedar_policy::Effect;
use model::Digest;

use crate::digest;
use crate::source::{Mistake, Source};
use crate::{Severity, Terms};

/// A hold lasts so long where its policy does not say.
const HOLD_MS_DEFAULT: u64 = 15 * 60 * 1000;

/// The longest hold: a day.
const HOLD_MS_MAX: u64 = 24 * 60 * 60 * 1000;

/// The longest grant: a week.
const GRANT_MS_MAX: u64 = 7 * 24 * 60 * 60 * 1000;

/// One policy of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name in records: its `@id`, or the file's name and its number in there.
    pub id: Arc<str>,
    /// What it says where it matches.
    pub says: Says,
    /// What the agent may learn (`@reason`).
    pub told: Option<Arc<str>>,
    /// How bad it is that somebody tried (`@severity`).
    pub severity: Option<Severity>,
    /// Whether what it forbids is said not to exist (`@hide`).
    pub hides: bool,
    /// The file it is from.
    pub file: Arc<str>,
    /// SHA-256 over its text, annotations and all.
    pub digest: Digest,
}

/// What a matching rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    /// It may pass: `permit`.
    Permit,
    /// It may pass once it is allowed under these terms: `forbid` with `@hold`.
    Hold(Box<Terms>),
    /// It may not pass: `forbid`.
    Forbid,
}

impl Rule {
    /// Reads the annotations of `policy`, the `number`th of its file (from 1).
    pub(crate) fn read(
        source: &Source,
        policy: &cedar_policy::Policy,
        number: usize,
        mistakes: &mut Vec<Mistake>,
    ) -> Self {
        let mut annotations = Annotations::default();
        for (key, value) in policy.annotations() {
            if let Err(mistake) = annotations.take(source, key, value) {
                mistakes.push(mistake);
            }
        }
        let stem = source.name.rsplit('/').next().unwrap_or(&source.name);
        let stem = stem.strip_suffix(".cedar").unwrap_or(stem);
        Self {
            id: annotations
                .id
                .take()
                .unwrap_or_else(|| format!("{stem}/{number}").into()),
            told: annotations.told.take(),
            severity: annotations.severity.take(),
            hides: annotations.hide,
            file: source.name.clone(),
            digest: digest::of([&*policy.to_string()]),
            says: annotations.says(source, policy.effect(), mistakes),
        }
    }
}

#[derive(Default)]
struct Annotations {
    id: Option<Arc<str>>,
    told: Option<Arc<str>>,
    severity: Option<Severity>,
    hold: Option<Arc<str>>,
    quorum: Option<u32>,
    expires_ms: Option<u64>,
    needs_reason: bool,
    sign_in_ms: Option<u64>,
    grant_ms: Option<u64>,
    emergency: Option<Arc<str>>,
    hide: bool,
}

impl Annotations {
    fn take(&mut self, source: &Source, key: &str, value: &str) -> Result<(), Mistake> {
        let wrong = |what: String| Mistake::at(source, place(source, key, value), what);
        match key {
            "id" | "hold" | "break_glass" if value.trim().is_empty() => {
                return Err(wrong(format!("`@{key}` is empty")));
            }
            "id" => self.id = Some(value.into()),
            "reason" => self.told = Some(value.into()),
            "severity" => {
                let known = Severity::ALL.into_iter().find(|s| s.as_str() == value);
                let what = || wrong(format!("`{value}` is no severity"));
                self.severity =
                    Some(known.ok_or_else(|| what().help("low, medium, high or critical"))?);
            }
            "hold" => self.hold = Some(value.into()),
            "quorum" => {
                let quorum = value.parse().ok().filter(|quorum| *quorum > 0);
                self.quorum =
                    Some(quorum.ok_or_else(|| wrong(format!("`{value}` is no number of people")))?);
            }
            "expires" => {
                let what = "is no time that a hold can last";
                self.expires_ms = Some(time(value, HOLD_MS_MAX, what, &wrong)?);
            }
            "require_reason" if value.is_empty() => self.needs_reason = true,
            "require_reason" => return Err(wrong("`@require_reason` takes no value".to_owned())),
            "fresh_sign_in" => {
                let what = "is no time since a sign-in";
                self.sign_in_ms = Some(time(value, HOLD_MS_MAX, what, &wrong)?);
            }
            "grant" => {
                let what = "is no time that a grant can last";
                self.grant_ms = Some(time(value, GRANT_MS_MAX, what, &wrong)?);
            }
            "break_glass" => self.emergency = Some(value.into()),
            "hide" if value.is_empty() => self.hide = true,
            "hide" => return Err(wrong("`@hide` takes no value".to_owned())),
            // Free text for whoever reads the file.
            "description" => {}
            _ => {
                let what = wrong(format!("there is no annotation `@{key}`"));
                return Err(what.help(
                    "id, reason, severity, hide, hold, quorum, expires, require_reason, \
                     fresh_sign_in, grant, break_glass, description",
                ));
            }
        }
        Ok(())
    }

    fn says(self, source: &Source, effect: Effect, mistakes: &mut Vec<Mistake>) -> Says {
        if self.hide && (effect == Effect::Permit || self.hold.is_some()) {
            let what = "`@hide` says nothing here";
            let help = "it goes with a `forbid` without `@hold`";
            mistakes.push(Mistake::at(source, source.text.find("@hide"), what).help(help));
        }
        match (effect, self.hold) {
            (Effect::Forbid, Some(group)) => Says::Hold(Box::new(Terms {
                groups: vec![group],
                quorum: self.quorum.unwrap_or(1),
                hold_ms_max: self.expires_ms.unwrap_or(HOLD_MS_DEFAULT),
                needs_reason: self.needs_reason,
                sign_in_ms_max: self.sign_in_ms,
                grant_ms_max: self.grant_ms,
                emergency: self.emergency.map(|group| vec![group]),
            })),
            (effect, hold) => {
                let without = [
                    (hold.is_some(), "hold"),
                    (self.quorum.is_some(), "quorum"),
                    (self.expires_ms.is_some(), "expires"),
                    (self.needs_reason, "require_reason"),
                    (self.sign_in_ms.is_some(), "fresh_sign_in"),
                    (self.grant_ms.is_some(), "grant"),
                    (self.emergency.is_some(), "break_glass"),
                ];
                for (_, key) in without.into_iter().filter(|(there, _)| *there) {
                    let at = source.text.find(&format!("@{key}"));
                    let what = format!("`@{key}` says nothing here");
                    let help = match effect {
                        Effect::Permit => "what is held is a `forbid` with `@hold(\"GROUP\")`",
                        Effect::Forbid => "it goes with `@hold(\"GROUP\")`",
                    };
                    mistakes.push(Mistake::at(source, at, what).help(help));
                }
                match effect {
                    Effect::Permit => Says::Permit,
                    Effect::Forbid => Says::Forbid,
                }
            }
        }
    }
}

/// Where an annotation stands in its file, if it is written in the usual way.
fn place(source: &Source, key: &str, value: &str) -> Option<usize> {
    source
        .text
        .find(&format!("@{key}(\"{value}\")"))
        .or_else(|| source.text.find(&format!("@{key}")))
}

/// A time of at least a millisecond and at most `ms_max`; `what` says what it is not otherwise.
fn time(
    value: &str,
    ms_max: u64,
    what: &str,
    wrong: &impl Fn(String) -> Mistake,
) -> Result<u64, Mistake> {
    let ms = duration_ms(value).filter(|ms| (1..=ms_max).contains(ms));
    let what = || wrong(format!("`{value}` {what}"));
    ms.ok_or_else(|| what().help("such as \"90s\", \"15m\" or \"2h\""))
}

/// `90s`, `15m`, `2h`.
fn duration_ms(text: &str) -> Option<u64> {
    let unit = text.chars().next_back()?;
    let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
    let ms = match unit {
        's' => 1_000,
        'm' => 60_000,
        'h' => 3_600_000,
        _ => return None,
    };
    number.checked_mul(ms)
}
