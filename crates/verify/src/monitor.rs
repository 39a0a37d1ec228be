//! Visits to a log, each of which goes on where the last one ended, and notices what no single
//! visit can: a log that shrank, or that shows another past.

use std::collections::HashSet;
use std::path::Path;
use std::thread;
use std::time::Duration;

use ledger::FormatError;
use ledger::merkle::{consistency_proof, verify_consistency};
use ledger::note::Checkpoint;
use ledger::tile::{TileNodes, root_from_tiles};

use crate::directory::{Options, Place, VerifyError, key_of, org_places, places};
use crate::epoch::Epoch;
use crate::org::{Nodes, is_org};
use crate::org_report::OrgReport;
use crate::published::read_tile;
use crate::report::{Contradiction, EpochReport, Exit, Progress, Report};
use crate::source::{Source, Target};
use crate::state::{Seen, States};

/// How a log is monitored.
#[derive(Debug, Clone, Copy)]
pub struct Monitor<'a> {
    /// The folder with what is remembered; made if it does not exist. Also of several logs.
    pub state: &'a Path,
    /// Pause between two visits; one visit only if there is none.
    pub every: Option<Duration>,
}

/// Visits a log, once or again and again. Only what is published is looked at, and of that only
/// what is new; a key that came with the log is trusted from the first visit on. Ends with the
/// first report that is not intact; `tell` sees the ones before it.
///
/// # Errors
///
/// If nothing could be verified. A visit that is not the only one is then tried again.
pub fn monitor(
    target: &Target,
    monitor: Monitor<'_>,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
    tell: &mut dyn FnMut(&Result<Report, VerifyError>),
) -> Result<Report, VerifyError> {
    loop {
        let visited = visit(target, monitor.state, options, progress);
        let goes_on = match &visited {
            Ok(report) => report.exit() <= Exit::Purged,
            Err(_) => true,
        };
        match monitor.every.filter(|_| goes_on) {
            None => return visited,
            Some(pause) => {
                tell(&visited);
                thread::sleep(pause);
            }
        }
    }
}

impl Report {
    fn add(&mut self, log: EpochReport, org: bool) {
        if org {
            self.orgs.push(OrgReport::new(log));
        } else {
            self.epochs.push(log);
        }
    }
}

fn visit(
    target: &Target,
    state: &Path,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, VerifyError> {
    let io = |error| VerifyError::Io {
        path: target.to_string().into(),
        error,
    };
    let in_state = |error| VerifyError::Io {
        path: state.to_owned(),
        error,
    };
    let source = Source::open(target).map_err(io)?;
    let states = States::open(state).map_err(in_state)?;
    let mut remembered = states.all().map_err(in_state)?;
    let keys = options.keys()?;
    let policy = options.policy();
    let mut report = Report::default();
    let mut nodes = Nodes::default();
    let mut origins = HashSet::new();
    let all = org_places(&source).map_err(io)?;
    for place in all.into_iter().chain(places(&source).map_err(io)?) {
        let (key, from_log) = key_of(&source, &place, &keys)?;
        let known = !origins.insert(key.name().to_owned());
        let at = remembered
            .iter()
            .position(|s| s.checkpoint.origin == key.name());
        let seen = at.map(|at| remembered.swap_remove(at));
        if let Some(seen) = seen
            .as_ref()
            .filter(|seen| seen.key.to_vkey() != key.to_vkey())
        {
            let mut found = EpochReport::new(key.name(), key.to_vkey(), from_log);
            found.contradiction = Some(Contradiction::OtherKey {
                seen: seen.key.to_vkey(),
            });
            report.add(found, is_org(&key));
            continue;
        }
        let published = Place {
            wal: None,
            head: None,
            ..place
        };
        let org = is_org(&key);
        let epoch = Epoch::new(&source, published, key.clone(), from_log, &policy)
            .since(seen)
            .twice(known);
        let visited = if org {
            epoch.verify_org(&mut nodes, progress)
        } else {
            // What both say of each other is compared where a directory is verified as a whole.
            epoch.verify(&Nodes::default(), progress)
        };
        let visited = visited.map_err(io)?;
        if let Some((checkpoint, note)) = visited.shown {
            match (&visited.report.contradiction, visited.state) {
                (Some(_), _) => drop(states.keep_evidence(key.name(), &note).map_err(in_state)?),
                (None, state) if visited.report.is_whole() && (org || state.is_some()) => {
                    let next = Seen {
                        target: target.to_string(),
                        key,
                        checkpoint,
                        note,
                        state,
                    };
                    states.save(&next).map_err(in_state)?;
                }
                // What is not whole is looked at again.
                (None, _) => {}
            }
        }
        report.add(visited.report, org);
    }
    let here = target.to_string();
    for gone in remembered.iter().filter(|seen| seen.target == here) {
        let found = EpochReport {
            contradiction: Some(Contradiction::Gone {
                seen: gone.checkpoint.size,
            }),
            ..EpochReport::new(gone.key.name(), gone.key.to_vkey(), false)
        };
        report.add(found, is_org(&gone.key));
    }
    if report.epochs.is_empty() && report.orgs.is_empty() {
        return Err(VerifyError::NoLog(target.to_string().into()));
    }
    Ok(report)
}

/// What a newer checkpoint says against an older one of the same log and key. A log of which the
/// tiles are damaged is not contradicted here: that is found where they are verified.
pub(crate) fn contradiction(
    source: &Source,
    dir: &str,
    seen: &Checkpoint,
    shown: &Checkpoint,
) -> Option<Contradiction> {
    let forked = Some(Contradiction::Forked {
        seen: seen.size,
        shown: shown.size,
    });
    if shown.size < seen.size {
        return Some(Contradiction::RolledBack {
            seen: seen.size,
            shown: shown.size,
        });
    }
    if shown.size == seen.size {
        return if shown.root == seen.root {
            None
        } else {
            forked
        };
    }
    let fetch = |name| match read_tile(source, dir, name) {
        Ok(Some(bytes)) => Ok(bytes),
        _ => Err(FormatError::Value("a tile")),
    };
    let (old, new) = (seen.size.0, shown.size.0);
    let proof = consistency_proof(&mut TileNodes::new(new, fetch), old, new).ok()?;
    if verify_consistency(old, seen.root, new, shown.root, &proof).is_ok() {
        return None;
    }
    // The tiles must be those of the new root for the proof to say anything.
    (root_from_tiles(new, fetch).ok()? == shown.root)
        .then_some(forked)
        .flatten()
}
