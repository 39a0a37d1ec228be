//! A byte search for many values at once, in the forms in which they may lie about.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::values::Planted;

/// Needles are looked up by their first bytes.
const KEY_BYTES: usize = 6;

/// What is searched for.
pub(super) struct Search {
    needles: HashMap<[u8; KEY_BYTES], Vec<(String, Vec<u8>)>>,
}

impl Search {
    pub(super) fn for_all(planted: &Planted) -> Self {
        let mut search = Self {
            needles: HashMap::new(),
        };
        for (name, value) in planted.all() {
            for (form, bytes) in forms(&value) {
                let key = bytes[..KEY_BYTES].try_into().unwrap();
                let needle = (format!("{name}, {form}"), bytes);
                search.needles.entry(key).or_default().push(needle);
            }
        }
        search
    }

    /// What is found, with the file.
    pub(super) fn in_folder(&self, folder: &Path) -> Vec<String> {
        let mut hits = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                hits.extend(self.in_folder(&path));
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            let found = self.in_bytes(&bytes).into_iter();
            hits.extend(found.map(|name| format!("{name} in {}", path.display())));
        }
        hits
    }

    fn in_bytes(&self, bytes: &[u8]) -> Vec<&str> {
        let mut found = Vec::new();
        for (at, key) in bytes.windows(KEY_BYTES).enumerate() {
            let Some(needles) = self.needles.get(key) else {
                continue;
            };
            let here = needles
                .iter()
                .filter(|(_, needle)| bytes[at..].starts_with(needle));
            found.extend(here.map(|(name, _)| name.as_str()));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The value, and what encodings make of it wherever it stands in a longer text.
fn forms(value: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = value.as_bytes();
    let hex = |upper: bool| -> Vec<u8> {
        let of = |byte: &u8| match upper {
            true => format!("{byte:02X}"),
            false => format!("{byte:02x}"),
        };
        bytes.iter().map(of).collect::<String>().into_bytes()
    };
    let wide = |order: fn(u16) -> [u8; 2]| value.encode_utf16().flat_map(order).collect();
    let mut forms = vec![
        ("as it is", bytes.to_vec()),
        // Half of it is too much, too.
        (
            "its first two thirds",
            bytes[..bytes.len() * 2 / 3].to_vec(),
        ),
        ("hex", hex(false)),
        ("hex in capitals", hex(true)),
        ("UTF-16LE", wide(u16::to_le_bytes)),
        ("UTF-16BE", wide(u16::to_be_bytes)),
    ];
    for before in 0..3 {
        let shifted = [&[0; 2][..before], bytes].concat();
        // The letters that only this value decides.
        let whole = (before * 8).div_ceil(6)..shifted.len() * 8 / 6;
        for (form, encoded) in [
            ("base64", STANDARD_NO_PAD.encode(&shifted)),
            ("base64url", URL_SAFE_NO_PAD.encode(&shifted)),
        ] {
            forms.push((form, encoded.as_bytes()[whole.clone()].to_vec()));
        }
    }
    forms
}
