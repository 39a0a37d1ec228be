//! Definitions as they stand in the file.

use std::collections::BTreeMap;

use inspect::definitions::{Suspicion, Suspicious};
use inspect::pins::{Key, Kind, Pinned, Pins, Review, Version};
use model::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

/// The layout that this version writes, and the only one that it reads.
const LAYOUT: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    layout: u32,
    definitions: Vec<KeptPinned>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptPinned {
    upstream: String,
    kind: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    name: String,
    version: KeptVersion,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    review: Option<KeptReview>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changed: Option<KeptVersion>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptVersion {
    fingerprint: String,
    text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    suspicious: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    hints: BTreeMap<String, bool>,
    at_us: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptReview {
    by: String,
    at_us: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    on_record: bool,
}

pub(super) fn read(text: &[u8]) -> Result<Pins, String> {
    let kept: Kept = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    if kept.layout != LAYOUT {
        return Err(format!("its layout is {}, and not {LAYOUT}", kept.layout));
    }
    let mut pins = Pins::default();
    for kept in kept.definitions {
        let upstream = &kept.upstream;
        let key = Key {
            upstream: upstream
                .parse()
                .map_err(|error| format!("`{upstream}`: {error}"))?,
            kind: Kind::parse(&kept.kind)
                .ok_or_else(|| format!("`{}` is no kind of definition", kept.kind))?,
            name: kept.name.into(),
        };
        let pinned = Pinned {
            version: kept.version.into_version()?,
            review: kept.review.map(KeptReview::into_review),
            changed: kept.changed.map(KeptVersion::into_version).transpose()?,
        };
        if pins.get(&key).is_some() {
            return Err(format!("`{}` is there twice", key.name));
        }
        pins.insert(key, pinned);
    }
    Ok(pins)
}

pub(super) fn write(pins: &Pins) -> Result<Vec<u8>, String> {
    let definitions = pins.iter().map(|(key, pinned)| KeptPinned {
        upstream: key.upstream.to_string(),
        kind: key.kind.as_str().to_owned(),
        name: key.name.to_string(),
        version: KeptVersion::of(&pinned.version),
        review: pinned.review.as_ref().map(KeptReview::of),
        changed: pinned.changed.as_ref().map(KeptVersion::of),
    });
    let kept = Kept {
        layout: LAYOUT,
        definitions: definitions.collect(),
    };
    serde_json::to_vec_pretty(&kept).map_err(|error| error.to_string())
}

impl KeptVersion {
    fn of(version: &Version) -> Self {
        let suspicious = version.suspicious.iter();
        Self {
            fingerprint: version.fingerprint.to_string(),
            text: version.text.to_string(),
            suspicious: suspicious
                .map(|one| (one.path.clone(), one.what.as_str().to_owned()))
                .collect(),
            hints: version.hints.clone(),
            at_us: version.at.unix_us(),
        }
    }

    fn into_version(self) -> Result<Version, String> {
        let suspicious = self.suspicious.into_iter().map(|(path, what)| {
            let known = Suspicion::parse(&what);
            let what = known.ok_or_else(|| format!("`{what}` is nothing suspicious"))?;
            Ok(Suspicious { path, what })
        });
        Ok(Version {
            fingerprint: Digest::parse(&self.fingerprint)
                .ok_or("a fingerprint has 64 hexadecimal digits")?,
            text: self.text.into(),
            suspicious: suspicious.collect::<Result<_, String>>()?,
            hints: self.hints,
            at: Timestamp::from_unix_us(self.at_us),
        })
    }
}

impl KeptReview {
    fn of(review: &Review) -> Self {
        Self {
            by: review.by.to_string(),
            at_us: review.at.unix_us(),
            reason: review.reason.as_deref().map(str::to_owned),
            on_record: review.on_record,
        }
    }

    fn into_review(self) -> Review {
        Review {
            by: self.by.into(),
            at: Timestamp::from_unix_us(self.at_us),
            reason: self.reason.map(Into::into),
            on_record: self.on_record,
        }
    }
}
