//! What a monitor remembers of a log between two visits: the checkpoint that it verified last, and
//! all that is needed to go on from there.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ledger::Sequencer;
use ledger::merkle::sha256;
use ledger::note::{Checkpoint, LogPublicKey};
use ledger::wal::SegmentStart;

/// The first line of a state file.
const HEADER: &str = "probity-monitor/1";
const EXTENSION: &str = "state";

/// What was verified at the last visit.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Where it was seen.
    pub(crate) target: String,
    /// The key that is trusted from then on.
    pub(crate) key: LogPublicKey,
    pub(crate) checkpoint: Checkpoint,
    /// The signed note, as it was shown: evidence.
    pub(crate) note: Vec<u8>,
    /// The tree and the open sessions; not of an org log, which is short and verified as a whole.
    pub(crate) state: Option<Sequencer>,
}

/// The folder of a monitor's state: one file per origin.
#[derive(Debug, Clone)]
pub(crate) struct States {
    dir: PathBuf,
}

impl States {
    pub(crate) fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        Ok(Self {
            dir: dir.to_owned(),
        })
    }

    /// Everything that is remembered.
    pub(crate) fn all(&self) -> io::Result<Vec<Seen>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == EXTENSION) {
                let text = fs::read(&path)?;
                let damaged = || {
                    let what = format!("`{}` is not what a monitor wrote", path.display());
                    io::Error::new(io::ErrorKind::InvalidData, what)
                };
                found.push(Seen::decode(&text).ok_or_else(damaged)?);
            }
        }
        found.sort_by(|a, b| a.checkpoint.origin.cmp(&b.checkpoint.origin));
        Ok(found)
    }

    /// Durable on return; a crash leaves the old state or the new one.
    pub(crate) fn save(&self, seen: &Seen) -> io::Result<()> {
        let path = self.path(&seen.checkpoint.origin, EXTENSION);
        let temporary = path.with_extension("tmp");
        let mut file = File::create(&temporary)?;
        file.write_all(&seen.encode())?;
        file.sync_all()?;
        fs::rename(&temporary, &path)?;
        File::open(&self.dir)?.sync_all()
    }

    /// Keeps a note that contradicts what was seen before: with the state it is the proof.
    pub(crate) fn keep_evidence(&self, origin: &str, note: &[u8]) -> io::Result<PathBuf> {
        let name = format!("{}.contradiction", &sha256(&[note]).to_string());
        let path = self.path(origin, &name);
        fs::write(&path, note)?;
        Ok(path)
    }

    /// Readable, and different for different origins.
    fn path(&self, origin: &str, extension: &str) -> PathBuf {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        let readable: String = origin
            .chars()
            .take(100)
            .map(|c| if fits(c) { c } else { '_' })
            .collect();
        let id: String = sha256(&[origin.as_bytes()])
            .to_string()
            .chars()
            .take(16)
            .collect();
        self.dir.join(format!("{readable}-{id}.{extension}"))
    }
}

impl Seen {
    fn encode(&self) -> Vec<u8> {
        let mut state = Vec::new();
        if let Some(sequencer) = &self.state {
            SegmentStart::encode(0, sequencer, &mut state);
        }
        let mut text = format!(
            "{HEADER}\n{}\n{}\n{}\n",
            self.target.replace('\n', " "),
            self.key.to_vkey(),
            STANDARD.encode(state),
        )
        .into_bytes();
        text.extend_from_slice(&self.note);
        text
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut lines = bytes.splitn(5, |byte| *byte == b'\n');
        let mut line = || std::str::from_utf8(lines.next()?).ok();
        (line()? == HEADER).then_some(())?;
        let target = line()?.to_owned();
        let key = LogPublicKey::from_vkey(line()?).ok()?;
        let state = STANDARD.decode(line()?).ok()?;
        let note = line()?.as_bytes().to_vec();
        let checkpoint = Checkpoint::open(&note, &key).ok()?;
        let epoch = epoch_of(key.name());
        let state = match state.as_slice() {
            [] => None,
            state => Some(SegmentStart::decode(epoch, state).ok()?.state),
        };
        let fits = |state: &Sequencer| {
            state.size() == checkpoint.size.0 && state.root() == checkpoint.root
        };
        state.as_ref().is_none_or(fits).then_some(Self {
            target,
            key,
            checkpoint,
            note,
            state,
        })
    }
}

/// The last part of an origin; 0 where it is no number.
pub(crate) fn epoch_of(origin: &str) -> u32 {
    let last = origin.rsplit('/').next();
    last.and_then(|text| text.parse().ok()).unwrap_or(0)
}
