use std::collections::HashSet;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use ledger::note::{LogPublicKey, NoteKeyError, Policy};

use crate::epoch::Epoch;
use crate::org::{Nodes, is_org};
use crate::org_report::OrgReport;
use crate::purges::{Purged, Purges};
use crate::report::{LeafVerdict, Progress, Report};
use crate::source::{Source, Target};

/// What to verify against.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Verifier keys from elsewhere, one per epoch that is to be trusted. Without any, the keys
    /// that lie beside the logs are used, and the report says so.
    pub vkeys: Vec<String>,
    /// Whom to trust besides: logs, witnesses, and how many of them it takes.
    pub policy: Option<Policy>,
}

impl Options {
    /// The keys from elsewhere: those that were named, and those of the policy.
    pub(crate) fn keys(&self) -> Result<Vec<LogPublicKey>, VerifyError> {
        let mut keys = parse_keys(&self.vkeys)?;
        let policy = self.policy.iter();
        keys.extend(policy.flat_map(|policy| policy.logs().iter().cloned()));
        Ok(keys)
    }

    /// The policy; without one, nobody's cosignature is asked for.
    pub(crate) fn policy(&self) -> Policy {
        let none = || Policy::of_logs(Vec::new());
        self.policy.clone().unwrap_or_else(none)
    }
}

/// Why nothing could be verified.
#[derive(Debug)]
pub enum VerifyError {
    /// A file or folder could not be read.
    Io {
        /// Where.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// There is no log there.
    NoLog(PathBuf),
    /// A verifier key that was given is none.
    Key {
        /// The text.
        text: String,
        /// What is wrong with it.
        error: NoteKeyError,
    },
    /// No key is known for a log.
    NoKey(String),
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, error } => write!(f, "`{}`: {error}", path.display()),
            Self::NoLog(path) => write!(
                f,
                "`{}` is neither a data directory nor a published log",
                path.display()
            ),
            Self::Key { text, error } => write!(f, "`{text}` is no verifier key: {error}"),
            Self::NoKey(log) => write!(f, "no verifier key for `{log}`: give one with --vkey"),
        }
    }
}

impl std::error::Error for VerifyError {}

/// Verifies a data directory (every epoch in it, with the sealed bodies and what lies behind the
/// last checkpoint), or a folder with one published log (a copy of `/log/`, without bodies).
///
/// # Errors
///
/// If nothing could be verified; what was found wrong is in the report.
pub fn verify(
    path: &Path,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, VerifyError> {
    verify_target(&Target::Folder(path.to_owned()), options, progress)
}

/// The same for a folder or a URL.
///
/// # Errors
///
/// As [`verify`]; also if the server cannot be reached, or answers otherwise than a log does.
pub fn verify_target(
    target: &Target,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, VerifyError> {
    let io = |error| VerifyError::Io {
        path: target.to_string().into(),
        error,
    };
    let source = Source::open(target).map_err(io)?;
    let keys = options.keys()?;
    let policy = options.policy();
    let mut report = Report::default();
    let mut nodes = Nodes::default();
    let mut epochs = Vec::new();
    let mut origins = HashSet::new();
    let all = org_places(&source).map_err(io)?;
    for place in all.into_iter().chain(places(&source).map_err(io)?) {
        let (key, from_log) = key_of(&source, &place, &keys)?;
        let (org, known) = (is_org(&key), !origins.insert(key.name().to_owned()));
        let epoch = Epoch::new(&source, place, key, from_log, &policy).twice(known);
        if org {
            let log = epoch.verify_org(&mut nodes, progress).map_err(io)?;
            report.orgs.push(OrgReport::new(log.report));
        } else {
            epochs.push(epoch);
        }
    }
    let purged = purged(&source, &epochs).map_err(io)?;
    for (epoch, purged) in epochs.into_iter().zip(purged) {
        let visited = epoch.without(purged).verify(&nodes, progress);
        report.epochs.push(visited.map_err(io)?.report);
    }
    cross_check(&nodes, &mut report);
    if report.epochs.is_empty() && report.orgs.is_empty() {
        return Err(VerifyError::NoLog(target.to_string().into()));
    }
    Ok(report)
}

/// What was destroyed on record in each of the logs. What a node purged may lie in earlier epochs
/// than the purge.
fn purged(source: &Source, epochs: &[Epoch<'_>]) -> io::Result<Vec<Purged>> {
    let mut all = Vec::new();
    for node in epochs.chunk_by(|a, b| a.node() == b.node()) {
        let logs: Vec<_> = node
            .iter()
            .map(Epoch::published_log)
            .collect::<io::Result<_>>()?;
        let purges = Purges::read(source, &logs)?;
        for at in 0..logs.len() {
            all.push(purges.of(source, &logs, at)?);
        }
    }
    Ok(all)
}

fn parse_keys(texts: &[String]) -> Result<Vec<LogPublicKey>, VerifyError> {
    let parse = |text: &String| {
        LogPublicKey::from_vkey(text).map_err(|error| VerifyError::Key {
            text: text.clone(),
            error,
        })
    };
    texts.iter().map(parse).collect()
}

/// What the org logs and the nodes' logs say about each other. A folder with one log alone has
/// nothing to compare.
fn cross_check(nodes: &Nodes, report: &mut Report) {
    let unnamed: Vec<_> = report
        .epochs
        .iter()
        .filter(|epoch| epoch.size.0 > 0 && epoch.in_directory && !nodes.names(&epoch.origin))
        .map(|epoch| epoch.origin.clone())
        .collect();
    for epoch in &mut report.epochs {
        if let Some(key) = nodes.key(&epoch.origin).map(LogPublicKey::to_vkey)
            && key != epoch.vkey
        {
            let what = format!("the org log names another key for this log: `{key}`");
            epoch.problem(LeafVerdict::Corrupt, ORG, None, what);
        }
    }
    let here = |log: &str| report.epochs.iter().any(|epoch| epoch.origin == log);
    let (there, gone): (Vec<_>, Vec<_>) = nodes
        .reports()
        .into_iter()
        .partition(|node| here(&node.log));
    let Some(org) = report.orgs.last_mut() else {
        for epoch in &mut report.epochs {
            if unnamed.contains(&epoch.origin) {
                let what = "there is no org log, which would name this log and its checkpoints";
                epoch.problem(LeafVerdict::Missing, ORG, None, what);
            }
        }
        return;
    };
    let in_directory = org.log.in_directory;
    for node in gone.iter().filter(|_| in_directory) {
        let what = format!("the org log names `{}`, and that log is not here", node.log);
        org.log.problem(LeafVerdict::Missing, "log", None, what);
    }
    for log in unnamed {
        let what = format!("`{log}` is here, and the org log does not name it");
        org.log.problem(LeafVerdict::Corrupt, ORG, None, what);
    }
    org.nodes = there.into_iter().chain(gone).collect();
    org.nodes.sort_by(|a, b| a.log.cmp(&b.log));
}

/// The folder of the org logs.
const ORG: &str = "log/org";

pub(crate) fn org_places(source: &Source) -> io::Result<Vec<Place>> {
    let mut numbers: Vec<u32> = source
        .list(ORG)?
        .iter()
        .filter_map(|name| name.parse().ok())
        .collect();
    numbers.sort_unstable();
    let place = |number| Place {
        log: format!("{ORG}/{number}/"),
        wal: None,
        head: Some(format!("head/org-{number}")),
        epoch: Some(number),
    };
    Ok(numbers.into_iter().map(place).collect())
}

/// Where one epoch's parts lie.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The published log.
    pub(crate) log: String,
    /// The write-ahead log, if it is here.
    pub(crate) wal: Option<String>,
    /// The signer's head, if it is here.
    pub(crate) head: Option<String>,
    /// The epoch.
    pub(crate) epoch: Option<u32>,
}

pub(crate) fn places(source: &Source) -> io::Result<Vec<Place>> {
    let published = ["checkpoint", "vkey", "tile"];
    let mut places = Vec::new();
    // Whoever lays a published log into a data directory hides nothing of it: both are verified.
    if published.iter().try_fold(false, |any, path| {
        Ok::<_, io::Error>(any || source.exists(path)?)
    })? {
        places.push(Place {
            log: String::new(),
            wal: None,
            head: None,
            epoch: None,
        });
    }
    for node in source.list("log")?.iter().filter(|node| *node != "org") {
        let mut epochs: Vec<u32> = source
            .list(&format!("log/{node}"))?
            .iter()
            .filter_map(|name| name.parse().ok())
            .collect();
        epochs.sort_unstable();
        places.extend(epochs.into_iter().map(|epoch| Place {
            log: format!("log/{node}/{epoch}/"),
            wal: Some(format!("wal/{epoch}")),
            head: Some(format!("head/{epoch}")),
            epoch: Some(epoch),
        }));
    }
    Ok(places)
}

pub(crate) fn key_of(
    source: &Source,
    place: &Place,
    keys: &[LogPublicKey],
) -> Result<(LogPublicKey, bool), VerifyError> {
    let path = format!("{}vkey", place.log);
    let beside = source
        .read(&path)
        .ok()
        .flatten()
        .and_then(|bytes| LogPublicKey::from_vkey(&String::from_utf8_lossy(&bytes)).ok());
    if keys.is_empty() {
        let log = source.name(&place.log);
        return beside.map(|key| (key, true)).ok_or(VerifyError::NoKey(log));
    }
    // The key from elsewhere that is named for this log. A log that names itself otherwise is
    // verified with the first key, and fails.
    let org = beside.as_ref().filter(|_| place.log.starts_with(ORG));
    if let Some(own) = org
        && keys.iter().all(|key| key.name() != own.name())
    {
        // Keys of nodes' logs say nothing about the org log's.
        return Ok((own.clone(), true));
    }
    let suffix = place.epoch.map(|epoch| format!("/{epoch}"));
    let named = keys.iter().find(|key| {
        let of_epoch = suffix.as_ref().is_none_or(|s| key.name().ends_with(s));
        let of_log = beside.as_ref().is_none_or(|b| b.name() == key.name());
        of_epoch && of_log
    });
    named
        .or_else(|| keys.first())
        .cloned()
        .map(|key| (key, false))
        .ok_or_else(|| VerifyError::NoKey(place.log.clone()))
}
