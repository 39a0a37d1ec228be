//! What touching a path means.

use crate::paths;

use super::facts::{Effect, Hazard, Unknown};
use super::syntax::{DYNAMIC, Word};
use super::walk::Walk;

/// What is done to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
    Delete,
    /// Deletes with everything below.
    DeleteTree,
}

/// Folders below which everybody puts what may go.
const SCRATCH: &[&str] = &["/tmp/", "/var/tmp/", "/private/tmp/"];

impl Walk {
    /// Notes that a path is touched.
    pub(super) fn touch(&mut self, word: &Word, access: Access) {
        self.touch_text(&word.text, access);
    }

    pub(super) fn touch_text(&mut self, text: &str, access: Access) {
        let effect = match access {
            Access::Read => Effect::Read,
            Access::Write => Effect::Write,
            Access::Delete | Access::DeleteTree => Effect::Delete,
        };
        if text == "-" || text.is_empty() {
            return;
        }
        if self.socket(text) {
            return;
        }
        let dynamic = text.contains(DYNAMIC);
        let shown = text.replace(DYNAMIC, "*");
        let facts = paths::literal(&shown);
        let there = self
            .folder
            .as_deref()
            .filter(|_| !shown.starts_with(['/', '~']));
        let there = there.map(|folder| paths::literal(&format!("{folder}/{shown}")));
        let facts = match there {
            // Where it lies is what it is; how much of it is meant is what was written.
            Some(there) => paths::Facts {
                normalised: facts.normalised,
                ..there
            },
            None => facts,
        };
        let harmless = facts.normalised.starts_with("/dev/") && !facts.system && !facts.device;
        if !harmless {
            self.facts.effect(effect);
        }
        if !dynamic {
            match access {
                Access::Read => self.facts.reads.insert(text.to_owned()),
                Access::Write => self.facts.writes.insert(text.to_owned()),
                Access::Delete | Access::DeleteTree => self.facts.deletes.insert(text.to_owned()),
            };
        }
        if access == Access::Read {
            if facts.sensitive || facts.device || globs_to_secret(&facts.normalised) {
                self.facts.hazard(Hazard::SensitiveRead);
            }
            return;
        }
        if dynamic {
            self.facts.unknown(Unknown::DynamicArgument);
        }
        let pairs = [
            (facts.device, Hazard::DeviceWrite),
            (facts.system, Hazard::SystemPath),
            (facts.home_dotfile, Hazard::HomeDotfile),
            (facts.log, Hazard::LogTampering),
            (
                facts.startup && access == Access::Write,
                Hazard::Persistence,
            ),
        ];
        self.facts.hazards.extend(
            pairs
                .into_iter()
                .filter(|(is, _)| *is)
                .map(|(_, hazard)| hazard),
        );
        if access == Access::DeleteTree && is_broad(text, &facts.normalised) {
            self.facts.hazard(Hazard::RecursiveDelete);
        }
    }

    /// `/dev/tcp/HOST/PORT` is a connection, not a file.
    fn socket(&mut self, text: &str) -> bool {
        let Some(peer) = text
            .strip_prefix("/dev/tcp/")
            .or(text.strip_prefix("/dev/udp/"))
        else {
            return false;
        };
        self.facts.effect(Effect::Network);
        self.facts.hazard(Hazard::ReverseShell);
        if let Some(host) = peer
            .split('/')
            .next()
            .filter(|host| !host.contains(DYNAMIC))
        {
            self.facts.hosts.insert(host.to_owned());
        }
        true
    }
}

/// Whether a tree is more than one named folder of the place where the command runs.
fn is_broad(text: &str, normalised: &str) -> bool {
    if SCRATCH.iter().any(|scratch| {
        normalised
            .strip_prefix(scratch)
            .is_some_and(|rest| !rest.starts_with('*'))
    }) {
        return false;
    }
    text.starts_with([DYNAMIC, '*', '?'])
        || normalised.starts_with(['/', '~', '*'])
        || normalised.starts_with("..")
        || normalised == "."
        || normalised == ".*"
        || normalised == ".git"
        || normalised.get(1..2) == Some(":")
}

/// Whether a glob may stand for one of the files that hold password hashes or keys.
fn globs_to_secret(normalised: &str) -> bool {
    const SECRETS: &[&str] = &[
        "/etc/shadow",
        "/etc/sudoers",
        "/etc/gshadow",
        "~/.ssh/id_rsa",
        "~/.aws/credentials",
    ];
    normalised.contains(['*', '?', '['])
        && normalised.trim_end_matches(['*', '/']).len() > 1
        && SECRETS
            .iter()
            .any(|secret| glob(normalised.as_bytes(), secret.as_bytes()))
}

/// A shell's pattern over a text; sets are taken to match any letter.
pub(super) fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = text.get(from) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
                continue;
            }
            Some(b'[') => {
                let end = pattern
                    .get(at + 1..)
                    .and_then(|rest| rest.iter().position(|byte| *byte == b']'));
                at += end.map_or(1, |end| end + 2);
                from += 1;
                continue;
            }
            Some(b'?') => {}
            Some(byte) if byte == letter => {}
            _ => match star {
                Some((back, seen)) => {
                    star = Some((back, seen + 1));
                    at = back + 1;
                    from = seen + 1;
                    continue;
                }
                None => return false,
            },
        }
        at += 1;
        from += 1;
    }
    pattern
        .get(at..)
        .is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}
