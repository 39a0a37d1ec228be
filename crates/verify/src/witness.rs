//! What others attest about a log: the witnesses' cosignatures under its checkpoints.

use std::fmt;
use std::io;

use ledger::COSIGNED_KEY;
use ledger::note::{Checkpoint, Cosignature, LogPublicKey, Policy, SignedNote};
use ledger::tile::CHECKPOINT_KEY;
use model::{Timestamp, TreeSize};

use crate::published::earlier_root;
use crate::report::{EpochReport, LeafVerdict};
use crate::source::Source;

/// What witnesses attest about one log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Witnessed {
    /// The largest tree that enough of them cosigned.
    pub largest: Option<Cosigned>,
    /// Signatures of keys that were not named, and so not looked at.
    pub unchecked: u64,
}

/// A tree that enough witnesses cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// Its size.
    pub size: TreeSize,
    /// By when it existed, by the witnesses' clocks: seconds since 1970-01-01T00:00:00Z.
    pub time_s: u64,
    /// The cosignatures that were verified, the earliest first.
    pub by: Vec<Cosignature>,
}

impl Witnessed {
    pub(crate) fn to_json(&self) -> String {
        let largest = match &self.largest {
            None => "null".to_owned(),
            Some(seen) => {
                let by = seen.by.iter().map(|c| {
                    let witness = crate::report::quoted(&c.witness);
                    format!("{{\"witness\":{witness},\"time_s\":{}}}", c.time_s)
                });
                let by = by.collect::<Vec<_>>().join(",");
                format!(
                    "{{\"size\":{},\"time_s\":{},\"by\":[{by}]}}",
                    seen.size, seen.time_s
                )
            }
        };
        format!("{{\"largest\":{largest},\"unchecked\":{}}}", self.unchecked)
    }
}

impl fmt::Display for Witnessed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.largest {
            None => write!(f, "none: no time is attested by others")?,
            Some(seen) => {
                let names: Vec<_> = seen.by.iter().map(|c| c.witness.as_str()).collect();
                write!(
                    f,
                    "up to entry {} by {}, cosigned by {}",
                    seen.size,
                    timestamp(seen.time_s),
                    names.join(", ")
                )?;
            }
        }
        if self.unchecked > 0 {
            write!(
                f,
                "  ({} signatures of unknown keys: name them with --policy)",
                self.unchecked
            )?;
        }
        Ok(())
    }
}

/// A witness's time, for people.
pub(crate) fn timestamp(time_s: u64) -> Timestamp {
    Timestamp::from_unix_us(time_s.saturating_mul(1_000_000))
}

/// The note of the cosigned checkpoint. To be read before the checkpoint that is shown, for a log
/// that is alive goes on in between.
pub(crate) fn read_cosigned(source: &Source, dir: &str) -> io::Result<Option<Vec<u8>>> {
    source.read(&format!("{dir}{COSIGNED_KEY}"))
}

/// A log and whom its verifier trusts.
pub(crate) struct Witnesses<'a> {
    pub(crate) source: &'a Source,
    pub(crate) dir: &'a str,
    pub(crate) key: &'a LogPublicKey,
    pub(crate) policy: &'a Policy,
}

impl Witnesses<'_> {
    /// Takes what the cosigned checkpoint and the one that is shown have of cosignatures.
    pub(crate) fn attest(
        &self,
        cosigned: Option<&[u8]>,
        shown: Option<(&Checkpoint, &[u8])>,
        report: &mut EpochReport,
    ) {
        let mut witnessed = Witnessed::default();
        let mut enough = false;
        if let Some((checkpoint, note)) = shown {
            enough |= self.take(CHECKPOINT_KEY, checkpoint, note, &mut witnessed, report);
        }
        if let Some(note) = cosigned
            && let Some(checkpoint) = self.consistent(note, shown.map(|(c, _)| c), report)
        {
            enough |= self.take(COSIGNED_KEY, &checkpoint, note, &mut witnessed, report);
        }
        if !enough && shown.is_some() {
            let file = format!("{}{CHECKPOINT_KEY}", self.dir);
            let what = "fewer witnesses have cosigned than the policy asks for";
            report.problem(LeafVerdict::Missing, &file, None, what);
        }
        report.witnessed = witnessed;
    }

    /// Whether the witnesses under this note are enough.
    fn take(
        &self,
        name: &str,
        checkpoint: &Checkpoint,
        note: &[u8],
        witnessed: &mut Witnessed,
        report: &mut EpochReport,
    ) -> bool {
        let judged = SignedNote::parse(note).and_then(|note| {
            let judged = self.policy.judge(&note)?;
            Ok((judged, note.signatures_total()))
        });
        let (judged, signatures) = match judged {
            Ok(judged) => judged,
            Err(error) => {
                let file = format!("{}{name}", self.dir);
                report.problem(LeafVerdict::Corrupt, &file, None, error);
                return false;
            }
        };
        // One is the log's own.
        let known = judged.cosignatures.len() as u64 + 1;
        let unchecked = (signatures as u64).saturating_sub(known);
        witnessed.unchecked = witnessed.unchecked.max(unchecked);
        let larger = witnessed
            .largest
            .as_ref()
            .is_none_or(|seen| seen.size <= checkpoint.size);
        if let Some(time_s) = judged.time_s.filter(|_| larger) {
            witnessed.largest = Some(Cosigned {
                size: checkpoint.size,
                time_s,
                by: judged.cosignatures,
            });
        }
        judged.quorum
    }

    /// The cosigned checkpoint, if the log that is shown goes on from it.
    fn consistent(
        &self,
        note: &[u8],
        shown: Option<&Checkpoint>,
        report: &mut EpochReport,
    ) -> Option<Checkpoint> {
        let file = format!("{}{COSIGNED_KEY}", self.dir);
        let checkpoint = match Checkpoint::open(note, self.key) {
            Ok(checkpoint) => checkpoint,
            Err(error) => {
                report.problem(LeafVerdict::Corrupt, &file, None, error);
                return None;
            }
        };
        let shown = shown?;
        if checkpoint.size > shown.size {
            let what = format!(
                "a checkpoint of {} entries was cosigned, and the log shows {}: it was rolled back",
                checkpoint.size, shown.size
            );
            let lost = (shown.size.0, checkpoint.size.0 - 1);
            report.problem(LeafVerdict::Missing, &file, Some(lost), what);
            return None;
        }
        let (shown, covered) = (shown.size.0, checkpoint.size.0);
        let (verdict, what) = match earlier_root(self.source, self.dir, shown, covered) {
            Ok(root) if root == checkpoint.root => return Some(checkpoint),
            Ok(_) => {
                let what = "the cosigned checkpoint is not of the log that is shown: it is forked";
                (LeafVerdict::Corrupt, what.to_owned())
            }
            Err(error) => {
                let what = format!("whether the log goes on from it cannot be told: {error}");
                (LeafVerdict::Missing, what)
            }
        };
        report.problem(verdict, &file, None, what);
        None
    }
}
