//! Witnesses and timestamp authorities, from what is written to what holds.

use std::ops::Range;

use gateway::{AnchorConfig, AnchoredLogs, Authority, Witness};
use http::Uri;
use ledger::note::WitnessKey;
use toml::Spanned;

use super::file::{ConfigFile, WitnessFile};
use super::resolve::Resolver;

/// How often a witness is asked unless it is said otherwise.
const WITNESS_MS: u64 = 60_000;
/// How often a timestamp is asked for unless it is said otherwise.
const TIMESTAMP_MS: u64 = 3_600_000;

impl Resolver<'_> {
    pub(super) fn anchors(&mut self, file: &ConfigFile) -> AnchorConfig {
        let witnesses = file.witnesses.iter();
        let witnesses = witnesses.filter_map(|w| self.witness(w)).collect();
        let authorities = file.timestamps.iter().filter_map(|written| {
            let (file, span) = (written.get_ref(), written.span());
            let url = self.anchor_url(file.url.as_ref(), &span);
            let logs = self.logs(file.logs.as_deref());
            let interval_ms = self.interval(file.interval_ms.as_ref(), TIMESTAMP_MS);
            Some(Authority {
                url: url?,
                logs,
                interval_ms,
            })
        });
        AnchorConfig {
            witnesses,
            authorities: authorities.collect(),
        }
    }

    fn witness(&mut self, written: &Spanned<WitnessFile>) -> Option<Witness> {
        let (file, span) = (written.get_ref(), written.span());
        let url = self.anchor_url(file.url.as_ref(), &span);
        let logs = self.logs(file.logs.as_deref());
        let interval_ms = self.interval(file.interval_ms.as_ref(), WITNESS_MS);
        let key = match &file.vkey {
            None => {
                let message = "a witness needs a `vkey`, as its operator publishes it";
                self.mistake(&span, message.to_owned());
                None
            }
            Some(text) => WitnessKey::from_vkey(text.get_ref())
                .map_err(|error| {
                    let message = format!("`vkey` is no witness's verifier key: {error}");
                    self.mistake(&text.span(), message);
                })
                .ok(),
        };
        Some(Witness {
            url: url?,
            key: key?,
            logs,
            interval_ms,
        })
    }

    fn anchor_url(&mut self, url: Option<&Spanned<String>>, span: &Range<usize>) -> Option<Uri> {
        match url {
            Some(url) => self.url(url),
            None => {
                self.mistake(span, "a `url` is missing".to_owned());
                None
            }
        }
    }

    fn interval(&mut self, written: Option<&Spanned<u64>>, default: u64) -> u64 {
        match written {
            Some(ms) if *ms.get_ref() == 0 => {
                self.mistake(&ms.span(), "`interval_ms` is at least 1".to_owned());
                default
            }
            Some(ms) => *ms.get_ref(),
            None => default,
        }
    }

    fn logs(&mut self, written: Option<&[Spanned<String>]>) -> AnchoredLogs {
        let Some(written) = written else {
            return AnchoredLogs {
                org: true,
                node: true,
            };
        };
        let mut logs = AnchoredLogs {
            org: false,
            node: false,
        };
        for name in written {
            match name.get_ref().as_str() {
                "org" => logs.org = true,
                "node" => logs.node = true,
                other => {
                    let message = format!("`{other}` is no log; there are `org` and `node`");
                    self.mistake(&name.span(), message);
                }
            }
        }
        logs
    }
}
