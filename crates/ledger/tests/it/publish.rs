//! The signer: never smaller, never forked, whatever the storage does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ledger::note::{Checkpoint, LogKey};
use ledger::{Head, Objects, PublishError, Publisher, StorageError};
use model::TreeSize;
use zeroize::Zeroizing;

use crate::trees::record;

/// Storage in memory that fails on command.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Vec<u8>>,
    head: Option<Vec<u8>>,
    /// Fails at the operation with this number, after it was applied or instead of it.
    fail_at: Option<(u64, bool)>,
    operations: u64,
}

impl Memory {
    fn write(&self, apply: impl FnOnce(&mut State)) -> Result<(), StorageError> {
        let mut state = self.0.lock().unwrap();
        state.operations += 1;
        let number = state.operations;
        match state.fail_at {
            Some((at, applied)) if at == number => {
                if applied {
                    apply(&mut state);
                }
                Err(StorageError::Failed("on command".into()))
            }
            _ => {
                apply(&mut state);
                Ok(())
            }
        }
    }

    fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.0.lock().unwrap().objects.get(key).cloned()
    }

    fn shown(&self) -> Option<Checkpoint> {
        let note = self.get("checkpoint")?;
        Some(Checkpoint::open(&note, &key().public()).unwrap())
    }
}

impl Objects for Memory {
    fn put(&self, objects: &[(String, Vec<u8>)]) -> Result<(), StorageError> {
        self.write(|state| state.objects.extend(objects.iter().cloned()))
    }

    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(Self::get(self, key))
    }

    fn remove_folder(&self, key: &str) -> Result<(), StorageError> {
        let folder = format!("{key}/");
        self.write(|state| state.objects.retain(|key, _| !key.starts_with(&folder)))
    }
}

impl Head for Memory {
    fn fetch(&self) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.0.lock().unwrap().head.clone())
    }

    fn replace(&self, expected: Option<&[u8]>, next: &[u8]) -> Result<(), StorageError> {
        if self.fetch()?.as_deref() != expected {
            return Err(StorageError::Conflict);
        }
        self.write(|state| state.head = Some(next.to_vec()))
    }
}

fn key() -> LogKey {
    LogKey::from_seed("example.org/gw/n1/1", Zeroizing::new([5; 32])).unwrap()
}

fn publisher(memory: &Memory) -> Publisher {
    Publisher::resume(key(), Box::new(memory.clone()), Box::new(memory.clone())).unwrap()
}

fn push_to(publisher: &mut Publisher, size: u64) -> Result<(), PublishError> {
    (publisher.size()..size).try_for_each(|n| publisher.push(&record(n)))
}

#[test]
fn a_publisher_goes_on_where_it_stopped() {
    let memory = Memory::default();
    for size in [1, 5, 255, 256, 257, 600, 600, 65_536, 65_540] {
        let mut publisher = publisher(&memory);
        push_to(&mut publisher, size).unwrap();
        let published = publisher.publish().unwrap();
        assert_eq!(published.checkpoint.size, TreeSize(size));
        assert_eq!(memory.shown(), Some(published.checkpoint));
    }
    let partials = |key: &&String| key.contains(".p/");
    let state = memory.0.lock().unwrap();
    let left: Vec<_> = state.objects.keys().filter(partials).collect();
    let edge = ["tile/0/256.p/4", "tile/2/000.p/1", "tile/entries/256.p/4"];
    assert_eq!(left, edge, "partial tiles go once the full ones are there");
}

#[test]
fn a_smaller_head_is_not_signed() {
    let memory = Memory::default();
    let mut first = publisher(&memory);
    push_to(&mut first, 300).unwrap();
    first.publish().unwrap();
    // The tiles are gone, so everything is pushed again, but not all of it is there any more.
    memory.0.lock().unwrap().objects.clear();
    let mut rolled_back = publisher(&memory);
    push_to(&mut rolled_back, 299).unwrap();
    let error = rolled_back.publish().unwrap_err();
    let (signed, found) = (TreeSize(300), TreeSize(299));
    assert_eq!(error, PublishError::Smaller { signed, found });
}

#[test]
fn a_forked_head_is_not_signed() {
    let memory = Memory::default();
    let mut first = publisher(&memory);
    push_to(&mut first, 300).unwrap();
    first.publish().unwrap();
    memory.0.lock().unwrap().objects.clear();
    let mut forked = publisher(&memory);
    forked.push(b"another first record").unwrap();
    let error = push_to(&mut forked, 301).unwrap_err();
    assert_eq!(
        error,
        PublishError::Forked {
            size: TreeSize(300)
        }
    );
}

#[test]
fn two_signers_do_not_both_sign() {
    let memory = Memory::default();
    let (mut one, mut two) = (publisher(&memory), publisher(&memory));
    push_to(&mut one, 10).unwrap();
    push_to(&mut two, 11).unwrap();
    one.publish().unwrap();
    let error = two.publish().unwrap_err();
    assert_eq!(error, PublishError::Storage(StorageError::Conflict));
}

#[test]
fn a_tile_that_reads_back_differently_is_not_signed() {
    let memory = Memory::default();
    let mut publisher = publisher(&memory);
    push_to(&mut publisher, 300).unwrap();
    publisher.publish().unwrap();
    push_to(&mut publisher, 700).unwrap();
    let head = memory.0.lock().unwrap().head.clone();
    // A disk that forgets one write: the full tile is stored, and is another one afterwards.
    struct Forgetful(Memory);
    impl Objects for Forgetful {
        fn put(&self, objects: &[(String, Vec<u8>)]) -> Result<(), StorageError> {
            self.0.put(objects)
        }
        fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError> {
            let mut found = Objects::get(&self.0, key)?;
            if let (true, Some(bytes)) = (key.starts_with("tile/entries/001"), &mut found) {
                bytes[40] ^= 1;
            }
            Ok(found)
        }
        fn remove_folder(&self, key: &str) -> Result<(), StorageError> {
            self.0.remove_folder(key)
        }
    }
    let forgetful = Box::new(Forgetful(memory.clone()));
    let mut careful = Publisher::resume(key(), forgetful, Box::new(memory.clone())).unwrap();
    push_to(&mut careful, 700).unwrap();
    let error = careful.publish().unwrap_err();
    assert!(matches!(error, PublishError::ReadBack { .. }), "{error}");
    assert_eq!(memory.0.lock().unwrap().head, head);
}

/// Each write fails once, and was applied or not; a retry or a restart ends at the same head.
#[test]
fn a_write_that_failed_may_have_been_applied() {
    for restart in [false, true] {
        for applied in [false, true] {
            for fail_at in 1..=14 {
                let memory = Memory::default();
                memory.0.lock().unwrap().fail_at = Some((fail_at, applied));
                let mut current = publisher(&memory);
                for size in [3, 257, 300, 520] {
                    push_to(&mut current, size).unwrap();
                    let published = current.publish().or_else(|_| {
                        if restart {
                            current = publisher(&memory);
                            push_to(&mut current, size).unwrap();
                        }
                        current.publish()
                    });
                    let row = format!("restart {restart} applied {applied} at {fail_at}");
                    assert_eq!(published.unwrap().checkpoint.size, TreeSize(size), "{row}");
                    assert_eq!(memory.shown().unwrap().size, TreeSize(size), "{row}");
                }
            }
        }
    }
}
