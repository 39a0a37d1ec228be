//! Timestamps of third parties over checkpoints of a log (RFC 3161): that each is over a checkpoint
//! of this very log. The authority's signature is for `openssl ts -verify`.

use std::io;

use ledger::note::{Checkpoint, LogPublicKey};
use ledger::timestamp::attested;

use crate::published::earlier_root;
use crate::report::{Attested, EpochReport, LeafVerdict};
use crate::source::Source;

/// Lists the times that are attested; nothing can be listed behind a URL.
pub(crate) fn read(
    source: &Source,
    dir: &str,
    key: &LogPublicKey,
    report: &mut EpochReport,
) -> io::Result<()> {
    let folder = format!("{dir}timestamps");
    for name in source.list(&folder)? {
        let Some(stem) = name.strip_suffix(".tsr") else {
            continue;
        };
        let file = format!("{folder}/{name}");
        let number = stem.split('-').next().unwrap_or(stem);
        let note = format!("{folder}/{number}.note");
        let (Some(answer), Some(note)) = (source.read(&file)?, source.read(&note)?) else {
            let what = "the note that it covers is not there";
            report.problem(LeafVerdict::Missing, &file, None, what);
            continue;
        };
        match check(source, dir, key, report.size.0, &note, &answer) {
            Ok(time) => report.attested.push(time),
            Err(what) => report.problem(LeafVerdict::Corrupt, &file, None, what),
        }
    }
    report.attested.sort_unstable();
    Ok(())
}

fn check(
    source: &Source,
    dir: &str,
    key: &LogPublicKey,
    size: u64,
    note: &[u8],
    answer: &[u8],
) -> Result<Attested, String> {
    let checkpoint = Checkpoint::open(note, key).map_err(|error| error.to_string())?;
    let time = attested(answer, note).map_err(|error| error.to_string())?;
    let covered = checkpoint.size.0;
    if covered > size {
        return Err(format!(
            "it covers {covered} entries, and the log shows {size}"
        ));
    }
    match earlier_root(source, dir, size, covered) {
        Ok(root) if root == checkpoint.root => Ok(Attested {
            time_s: time.time_s,
            size: checkpoint.size,
        }),
        Ok(_) => Err("it covers another log than this: the log was forked".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
