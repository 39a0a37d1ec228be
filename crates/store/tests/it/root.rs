//! A root key that can be away: what goes on meanwhile, and what does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use ledger::{Key, Kind};
use store::{DataDir, KeyringError, OpenError, Options, Reader, RootKey, RootKeyError};
use zeroize::Zeroizing;

use crate::support::{commit, event, open_session, options, session_id, trace};

/// Longest wait for the thread behind the writer: a bound, not an expectation.
const PATIENCE: Duration = Duration::from_secs(60);

/// A key in a service that can be away.
#[derive(Debug)]
struct Service {
    key: Key,
    away: AtomicBool,
    /// It did what was asked, and the answer is lost.
    lost: AtomicBool,
    asked: AtomicU32,
}

impl Service {
    fn check(&self) -> Result<(), RootKeyError> {
        if self.away.load(Ordering::Acquire) {
            return Err(RootKeyError::Away("the test says so".to_owned()));
        }
        Ok(())
    }
}

impl Service {
    /// It answers, and has never been asked.
    fn new() -> Arc<Self> {
        Arc::new(Self {
            key: Key::generate().expect("a key"),
            away: AtomicBool::new(false),
            lost: AtomicBool::new(false),
            asked: AtomicU32::new(0),
        })
    }
}

/// A data directory's options under this root key.
fn under(root: &Arc<dyn RootKey>) -> Options {
    Options {
        root: Some(Arc::clone(root)),
        publish_interval_ms: 5,
        ..options()
    }
}

impl RootKey for Service {
    fn name(&self) -> &str {
        "service"
    }

    fn wrap(&self, key: &[u8; 32], place: &[u8]) -> Result<Vec<u8>, RootKeyError> {
        self.check()?;
        let mut nonce = [0; 12];
        aws_lc_rs::rand::fill(&mut nonce).expect("random numbers");
        let wrapped = self.key.wrap(key, nonce, place)?;
        self.asked.fetch_add(1, Ordering::AcqRel);
        if self.lost.load(Ordering::Acquire) {
            return Err(RootKeyError::Away("the answer was lost".to_owned()));
        }
        Ok([nonce.as_slice(), &wrapped].concat())
    }

    fn unwrap(&self, wrapped: &[u8], place: &[u8]) -> Result<Zeroizing<[u8; 32]>, RootKeyError> {
        self.check()?;
        let (nonce, wrapped) = wrapped.split_first_chunk().expect("a nonce");
        let wrapped = wrapped.try_into().expect("a wrapped key");
        Ok(self.key.unwrap(wrapped, *nonce, place)?)
    }
}

#[test]
fn calls_and_checkpoints_go_on_without_the_root_key() {
    let dir = tempfile::tempdir().expect("a directory");
    let service = Service::new();
    let root: Arc<dyn RootKey> = service.clone();
    let options = under(&root);
    let opened = DataDir::open(dir.path(), &options).expect("the directory opens");
    service.away.store(true, Ordering::Release);
    // The first session of its day: its bucket has no key yet, and none can be made.
    let session = open_session(&opened, 1);
    commit(&session, event(Kind::Outcome, "meanwhile")).expect("it is durable");
    let wanted = opened.ledger().health().durable;
    let started = Instant::now();
    while opened.ledger().health().published < wanted {
        assert!(started.elapsed() < PATIENCE, "nothing is published");
        std::thread::sleep(Duration::from_millis(1));
    }
    service.away.store(false, Ordering::Release);
    opened.close().expect("it stops in order");
    let reader = Reader::open_under(dir.path(), None, Some(root)).expect("a log");
    assert_eq!(
        trace(&reader, session_id(1)),
        ["0 session_opened open", "1 outcome meanwhile"]
    );

    // A start needs it.
    service.away.store(true, Ordering::Release);
    let error = DataDir::open(dir.path(), &options).expect_err("it does not start");
    let away = matches!(
        error,
        OpenError::Keyring(KeyringError::Root(RootKeyError::Away(_)))
    );
    assert!(away, "{error}");

    // And another one will not do.
    let error = DataDir::open(dir.path(), &crate::support::options());
    let error = error.expect_err("it does not start");
    let other = matches!(error, OpenError::Keyring(KeyringError::OtherRoot { .. }));
    assert!(other, "{error}");
}

/// The service wrapped a key, and nobody heard of it: that key opens nothing, and another is made.
#[test]
fn a_key_that_was_wrapped_and_never_arrived_is_made_again() {
    let dir = tempfile::tempdir().expect("a directory");
    let service = Service::new();
    let root: Arc<dyn RootKey> = service.clone();
    let options = under(&root);
    // At the first start no key can be kept, so there is no log.
    service.lost.store(true, Ordering::Release);
    DataDir::open(dir.path(), &options).expect_err("it does not start");
    assert!(service.asked.load(Ordering::Acquire) > 0);
    service.lost.store(false, Ordering::Release);
    let opened = DataDir::open(dir.path(), &options).expect("the directory opens");

    // The day's first key: made until an answer arrives.
    service.lost.store(true, Ordering::Release);
    let before = service.asked.load(Ordering::Acquire);
    let session = open_session(&opened, 1);
    commit(&session, event(Kind::Outcome, "meanwhile")).expect("it is durable");
    let started = Instant::now();
    while service.asked.load(Ordering::Acquire) == before {
        assert!(started.elapsed() < PATIENCE, "no key is asked for");
        std::thread::sleep(Duration::from_millis(1));
    }
    service.lost.store(false, Ordering::Release);
    opened.close().expect("it stops in order");
    let reader = Reader::open_under(dir.path(), None, Some(root)).expect("a log");
    let expected = ["0 session_opened open", "1 outcome meanwhile"];
    assert_eq!(trace(&reader, session_id(1)), expected);
}
