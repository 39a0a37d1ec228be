//! One place that touches the API.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ledger::{
    CommitError, Committed, Draft, Facts, Kind, MessageFacts, Record, Session, VerdictCode,
};
use model::{CallId, SessionId, Timestamp};
use store::{DataDir, LockError, OpenError, Opened, Options, Reader, RecordView, SessionView};
use testkit::disk::SimDisk;

/// How long a directory may stay locked by a life that ended.
const PATIENCE: Duration = Duration::from_secs(10);

/// A record with nothing but what a test needs.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) kind: Kind,
    pub(crate) call: Option<CallId>,
    pub(crate) payload: Vec<u8>,
    /// `MessageFacts::kind`; empty: no message.
    pub(crate) message: &'static str,
}

impl Record for Event {
    fn draft(&self) -> Draft<'_> {
        Draft {
            kind: self.kind,
            verdict: VerdictCode::Permitted,
            at: Timestamp::from_unix_us(1_785_231_000_000_000),
            call: self.call,
            server: "shop",
            tool: "query",
            principal: "person|key|alice".to_owned(),
            facts: Facts {
                intent: Some("because".into()),
                message: (!self.message.is_empty()).then(|| MessageFacts {
                    kind: self.message.into(),
                    id: None,
                    method: None,
                    name: None,
                }),
                ..Facts::default()
            },
            payload: &self.payload,
        }
    }
}

pub(crate) fn event(kind: Kind, payload: &str) -> Event {
    Event {
        kind,
        call: None,
        payload: payload.as_bytes().to_vec(),
        message: "",
    }
}

pub(crate) fn message(kind: Kind, id: CallId, what: &'static str) -> Event {
    Event {
        message: what,
        ..call(kind, id, "")
    }
}

pub(crate) fn call(kind: Kind, call: CallId, payload: &str) -> Event {
    Event {
        call: Some(call),
        ..event(kind, payload)
    }
}

pub(crate) fn call_id(n: u8) -> CallId {
    CallId::from_bytes([n; 16])
}

pub(crate) fn session_id(n: u8) -> SessionId {
    SessionId::from_bytes([n; 16])
}

/// Small segments, so that tests cross them; no thread that publishes on its own account.
pub(crate) fn options() -> Options {
    Options {
        org: "example.org".to_owned(),
        segment_bytes: 128 << 10,
        ..Options::default()
    }
}

pub(crate) fn open(path: &Path) -> Opened {
    DataDir::open(path, &options()).expect("the directory opens")
}

pub(crate) fn open_session(opened: &Opened, n: u8) -> Session {
    let (session, commit) = opened
        .ledger()
        .open_session(session_id(n), event(Kind::SessionOpened, "open"));
    commit.wait().expect("the session opens");
    session
}

pub(crate) fn commit(session: &Session, event: Event) -> Result<Committed<Event>, CommitError> {
    session.commit(event).wait()
}

/// What a session says, one line per record: `seq kind payload`.
pub(crate) fn trace(reader: &Reader, id: SessionId) -> Vec<String> {
    reader
        .records(id, 0)
        .expect("the session exists")
        .map(|record| line(&record.expect("the record can be read")))
        .collect()
}

pub(crate) fn line(record: &RecordView) -> String {
    let kind = record.leaf.prefix.kind().map_or("?", Kind::as_str);
    let payload = match record.body.open() {
        Some(body) => String::from_utf8_lossy(&body.payload).into_owned(),
        None => "(closed)".to_owned(),
    };
    format!("{} {kind} {payload}", record.leaf.session_seq)
        .trim_end()
        .to_owned()
}

/// The sessions that are not the node's own, as `state records`, the oldest first.
pub(crate) fn sessions(reader: &Reader) -> Vec<SessionView> {
    let mut sessions = reader.sessions().expect("the index can be read");
    sessions.retain(|session| !session.node);
    sessions.reverse();
    sessions
}

/// The directory as a crash at this moment would leave it, if every write reached the disk.
pub(crate) fn crashed_copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().expect("a directory");
    copy(from, to.path());
    to
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            // A file that a thread renames meanwhile is found under its new name or is not needed.
            match fs::copy(entry.path(), &target) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                result => drop(result.expect("the file can be copied")),
            }
        }
    }
}

/// Opens the directory once the writer of its last life has let go of it: a process that dies takes
/// its threads along, a test that goes on does not.
pub(crate) fn open_when_free(
    disk: &SimDisk,
    path: &Path,
    options: &Options,
) -> Result<Opened, OpenError> {
    let started = Instant::now();
    loop {
        match DataDir::open_on(Arc::new(disk.clone()), path, options) {
            Err(OpenError::Lock(LockError::Held { .. })) if started.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(1));
            }
            opened => return opened,
        }
    }
}
