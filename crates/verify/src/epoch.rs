//! One epoch: first what is published, then the write-ahead log with the bodies.

use std::io;

use ledger::merkle::CompactRange;
use ledger::note::{Checkpoint, LogPublicKey, Policy};
use ledger::{Sequencer, tile::CHECKPOINT_KEY};
use model::TreeSize;

use crate::directory::Place;
use crate::journal;
use crate::monitor;
use crate::org::{Compared, Nodes};
use crate::published::{self, Entries, Leaves, Trusted};
use crate::purges::{Published, Purged};
use crate::report::{EpochReport, LeafVerdict, Progress};
use crate::source::Source;
use crate::stamps;
use crate::state::{Seen, epoch_of};
use crate::witness::{self, Witnesses};

/// One epoch to be verified.
#[derive(Debug)]
pub(crate) struct Epoch<'a> {
    source: &'a Source,
    place: Place,
    key: LogPublicKey,
    report: EpochReport,
    seen: Option<Seen>,
    purged: Purged,
    policy: &'a Policy,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Visited {
    pub(crate) report: EpochReport,
    /// The checkpoint that was shown, and its note.
    pub(crate) shown: Option<(Checkpoint, Vec<u8>)>,
    /// The open sessions at its size, if all leaves were there.
    pub(crate) state: Option<Sequencer>,
}

impl<'a> Epoch<'a> {
    pub(crate) fn new(
        source: &'a Source,
        place: Place,
        key: LogPublicKey,
        key_from_log: bool,
        policy: &'a Policy,
    ) -> Self {
        Self {
            report: EpochReport {
                in_directory: place.epoch.is_some(),
                ..EpochReport::new(key.name(), key.to_vkey(), key_from_log)
            },
            source,
            place,
            key,
            seen: None,
            purged: Purged::default(),
            policy,
        }
    }

    /// The folder of the node whose log it is.
    pub(crate) fn node(&self) -> &str {
        let log = self.place.log.trim_end_matches('/');
        log.rsplit_once('/').map_or(log, |(node, _)| node)
    }

    /// What of it is under a checkpoint, as far as that can be read.
    pub(crate) fn published_log(&self) -> io::Result<Published> {
        let shown = format!("{}{CHECKPOINT_KEY}", self.place.log);
        let mut size = 0;
        for file in [Some(&shown), self.place.head.as_ref()]
            .into_iter()
            .flatten()
        {
            if let Some(note) = self.source.read(file)?
                && let Ok(checkpoint) = Checkpoint::open(&note, &self.key)
            {
                size = checkpoint.size.0;
                break;
            }
        }
        Ok(Published {
            dir: self.place.log.clone(),
            size,
        })
    }

    /// These of its leaves were destroyed on record.
    pub(crate) fn without(self, purged: Purged) -> Self {
        Self { purged, ..self }
    }

    /// Another log with the same origin was here before it: one of the two is none.
    pub(crate) fn twice(mut self, known: bool) -> Self {
        if known {
            let (file, what) = (&self.place.log, "another log here has the same origin");
            self.report.problem(LeafVerdict::Corrupt, file, None, what);
        }
        self
    }

    /// Goes on where an earlier visit ended.
    pub(crate) fn since(self, seen: Option<Seen>) -> Self {
        Self { seen, ..self }
    }

    /// As a node's log.
    pub(crate) fn verify(
        mut self,
        nodes: &Nodes,
        progress: &mut dyn FnMut(Progress),
    ) -> io::Result<Visited> {
        for purge in &self.purged.invalid {
            let at = Some((purge.index, purge.index));
            let (verdict, file) = (LeafVerdict::Corrupt, &self.place.log);
            self.report.problem(verdict, file, at, purge.what);
        }
        let cosigned = witness::read_cosigned(self.source, &self.place.log)?;
        let (shown, note) = self.checkpoint()?.unzip();
        self.witnesses(cosigned.as_deref(), shown.as_ref().zip(note.as_deref()));
        let checkpoint = self.newest(shown.clone())?;
        let epoch = self.epoch_number();
        let mut framing = Some(Sequencer::new(epoch, CompactRange::new()));
        if let (Some(seen), Some(checkpoint)) = (self.seen.take(), &checkpoint) {
            self.report.contradiction =
                monitor::contradiction(self.source, &self.place.log, &seen.checkpoint, checkpoint);
            if let Some(state) = seen.state {
                self.report.verified_before = seen.checkpoint.size;
                framing = Some(state);
            }
        }
        let mut trusted = Trusted::Nothing;
        if self.report.contradiction.is_none() {
            let compared = Compared::new(nodes.kept(self.key.name()));
            let mut leaves = Leaves(&mut framing);
            trusted = self.published(checkpoint.as_ref(), &mut leaves, compared, progress)?;
        }
        if let Some(wal) = &self.place.wal {
            let journal = journal::Journal {
                source: self.source,
                dir: wal,
                log: &self.place.log,
                key: &self.key,
                epoch,
                size: checkpoint.map_or(0, |c| c.size.0),
                trusted,
                purged: &self.purged,
            };
            journal.verify(&mut framing, &mut self.report, progress)?;
        }
        Ok(Visited {
            report: self.report,
            shown: shown.zip(note),
            state: framing,
        })
    }

    /// As an org log.
    pub(crate) fn verify_org(
        mut self,
        nodes: &mut Nodes,
        progress: &mut dyn FnMut(Progress),
    ) -> io::Result<Visited> {
        nodes.begin(&self.key);
        let cosigned = witness::read_cosigned(self.source, &self.place.log)?;
        let (shown, note) = self.checkpoint()?.unzip();
        self.witnesses(cosigned.as_deref(), shown.as_ref().zip(note.as_deref()));
        let checkpoint = self.newest(shown.clone())?;
        if let (Some(seen), Some(checkpoint)) = (self.seen.take(), &checkpoint) {
            self.report.contradiction =
                monitor::contradiction(self.source, &self.place.log, &seen.checkpoint, checkpoint);
        }
        if self.report.contradiction.is_none() {
            self.published(checkpoint.as_ref(), nodes, Compared::new(&[]), progress)?;
        }
        Ok(Visited {
            report: self.report,
            shown: shown.zip(note),
            state: None,
        })
    }

    /// The checkpoint that is shown; where it is gone, the signer's head is one.
    fn newest(&mut self, shown: Option<Checkpoint>) -> io::Result<Option<Checkpoint>> {
        let head = self.head(shown.as_ref())?;
        Ok(shown.or(head))
    }

    fn published(
        &mut self,
        checkpoint: Option<&Checkpoint>,
        entries: &mut dyn Entries,
        compared: Compared<'_>,
        progress: &mut dyn FnMut(Progress),
    ) -> io::Result<Trusted> {
        let Some(checkpoint) = checkpoint else {
            compared.conclude(&self.place.log, true, &mut self.report);
            return Ok(Trusted::Nothing);
        };
        self.report.size = checkpoint.size;
        self.report.root = checkpoint.root;
        let trusted = published::verify(
            self.source,
            published::Log {
                dir: &self.place.log,
                checkpoint,
                purged: &self.purged,
            },
            entries,
            compared,
            &mut self.report,
            progress,
        )?;
        stamps::read(self.source, &self.place.log, &self.key, &mut self.report)?;
        Ok(trusted)
    }

    fn witnesses(&mut self, cosigned: Option<&[u8]>, shown: Option<(&Checkpoint, &[u8])>) {
        let witnesses = Witnesses {
            source: self.source,
            dir: &self.place.log,
            key: &self.key,
            policy: self.policy,
        };
        witnesses.attest(cosigned, shown, &mut self.report);
    }

    /// The last part of the origin; of a published log as of a data directory.
    fn epoch_number(&self) -> u32 {
        let named = epoch_of(self.key.name());
        self.place.epoch.unwrap_or(named)
    }

    /// The checkpoint that is shown, with its note.
    fn checkpoint(&mut self) -> io::Result<Option<(Checkpoint, Vec<u8>)>> {
        let file = format!("{}{CHECKPOINT_KEY}", self.place.log);
        let Some(note) = self.source.read(&file)? else {
            // Before the first checkpoint there is no head either.
            let signed = match &self.place.head {
                Some(head) => self.source.exists(head)?,
                None => true,
            };
            if signed {
                let what = "there is no checkpoint, and one was signed";
                self.report.problem(LeafVerdict::Missing, &file, None, what);
            }
            return Ok(None);
        };
        match Checkpoint::open(&note, &self.key) {
            Ok(checkpoint) => Ok(Some((checkpoint, note))),
            Err(error) => {
                self.report
                    .problem(LeafVerdict::Corrupt, &file, None, error);
                Ok(None)
            }
        }
    }

    /// The signer's own memory: a log behind it was rolled back.
    fn head(&mut self, checkpoint: Option<&Checkpoint>) -> io::Result<Option<Checkpoint>> {
        let Some(file) = self.place.head.clone() else {
            return Ok(None);
        };
        let Some(note) = self.source.read(&file)? else {
            if checkpoint.is_some() {
                let what = "the signer's head is gone";
                self.report.problem(LeafVerdict::Missing, &file, None, what);
            }
            return Ok(None);
        };
        let head = match Checkpoint::open(&note, &self.key) {
            Ok(head) => head,
            Err(error) => {
                self.report
                    .problem(LeafVerdict::Corrupt, &file, None, error);
                return Ok(None);
            }
        };
        let shown = checkpoint.map_or(TreeSize(0), |c| c.size);
        let same_size = checkpoint.filter(|c| c.size == head.size);
        if same_size.is_some_and(|c| c.root != head.root) {
            let what = "the signer's head has another root than the checkpoint: the log is forked";
            self.report.problem(LeafVerdict::Corrupt, &file, None, what);
        } else if head.size > shown {
            self.behind(&file, &head, shown);
        }
        Ok(Some(head))
    }

    /// Between signing and showing a crash may fall; then the tiles are there all the same.
    fn behind(&mut self, file: &str, head: &Checkpoint, shown: TreeSize) {
        let tiles = ledger::tile::root_from_tiles(head.size.0, |name| {
            let key = format!("{}{}", self.place.log, name.key());
            match self.source.read(&key) {
                Ok(Some(bytes)) => Ok(bytes),
                _ => Err(ledger::FormatError::Value("a tile")),
            }
        });
        if tiles != Ok(head.root) {
            let what = format!(
                "a checkpoint of {} entries was signed, and the log shows {shown}: it was rolled back",
                head.size
            );
            let lost = (shown.0, head.size.0.saturating_sub(1));
            self.report
                .problem(LeafVerdict::Missing, file, Some(lost), what);
        }
    }
}
