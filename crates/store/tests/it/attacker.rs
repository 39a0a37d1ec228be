//! Somebody who has the whole data directory, root key included, and wants to read a record.

use std::fs;
use std::path::{Path, PathBuf};

use ledger::wal::{Entry, Frame};
use ledger::{Key, RecordSecret, TransferKey, open_body};
use model::SessionId;
use rusqlite::Connection;
use zeroize::Zeroizing;

/// Every key that can be had from a data directory, by every way that its format knows.
pub(crate) struct Attacker {
    dir: PathBuf,
    entries: Vec<Entry>,
    /// Label, domain, number.
    under_root: Vec<(String, u32, u64, Key)>,
    sessions: Vec<Key>,
}

impl Attacker {
    pub(crate) fn new(dir: &Path) -> Self {
        let mut attacker = Self {
            dir: dir.to_owned(),
            entries: entries(dir),
            under_root: Vec::new(),
            sessions: Vec::new(),
        };
        let root = root(dir);
        for (label, domain, number, wrapped) in attacker.root_wrapped() {
            let (nonce, wrapped) = wrapped.split_at(12);
            let place = [
                b"probity/v1/root/".as_slice(),
                label.as_bytes(),
                &[0],
                &domain.to_be_bytes(),
                &number.to_be_bytes(),
            ]
            .concat();
            if let Some(key) = unwrap(&root, nonce, wrapped, &place) {
                attacker.under_root.push((label, domain, number, key));
            }
        }
        attacker.sessions = attacker.session_keys();
        attacker
    }

    /// Whether the record with this payload can be read.
    pub(crate) fn can_read(&self, payload: &str) -> bool {
        self.payloads().any(|found| found == payload.as_bytes())
    }

    /// The payloads of everything that opens.
    fn payloads(&self) -> impl Iterator<Item = Vec<u8>> {
        self.entries.iter().flat_map(|entry| self.open(entry))
    }

    fn open(&self, entry: &Entry) -> Option<Vec<u8>> {
        let prefix = &entry.leaf.prefix;
        let mut wrapped = self.record_secrets(&prefix.record);
        wrapped.push(entry.wrapped_secret.to_vec());
        for wrapped in wrapped {
            let wrapped = wrapped.as_slice().try_into().expect("a wrapped secret");
            for key in &self.sessions {
                let secret = RecordSecret::unwrap(wrapped, key, prefix.session, &prefix.record);
                let body = secret.ok().and_then(|secret| {
                    open_body(&entry.leaf_bytes, &entry.leaf, &secret, &entry.body).ok()
                });
                if let Some(body) = body {
                    return Some(body.payload);
                }
            }
        }
        None
    }

    fn session_keys(&self) -> Vec<Key> {
        let mut found = Vec::new();
        for (label, _, number, key) in &self.under_root {
            match label.as_str() {
                "transfer" => {
                    let key = Key::from_bytes(Zeroizing::new(*key.expose())).expect("a key");
                    let transfer = TransferKey::new(*number, key);
                    found.extend(self.entries.iter().filter_map(|entry| {
                        let carry = entry.carry.as_ref()?;
                        transfer.receive(entry.leaf.prefix.session, carry).ok()
                    }));
                }
                "bucket" => {
                    for (id, nonce, wrapped) in
                        self.wrapped("SELECT id, nonce, wrapped FROM session")
                    {
                        let place = [b"probity/v1/session-key".as_slice(), &id].concat();
                        found.extend(unwrap(key, &nonce, &wrapped, &place));
                    }
                }
                "hold" => {
                    for (id, nonce, wrapped) in
                        self.wrapped("SELECT session, nonce, wrapped FROM held")
                    {
                        let label = b"probity/v1/held-session-key".as_slice();
                        let place = [label, &number.to_be_bytes(), &id].concat();
                        found.extend(unwrap(key, &nonce, &wrapped, &place));
                    }
                }
                _ => {}
            }
        }
        found
    }

    fn database(&self) -> Connection {
        Connection::open(self.dir.join("keys/keyring.db")).expect("the keyring")
    }

    fn root_wrapped(&self) -> Vec<(String, u32, u64, Vec<u8>)> {
        self.database()
            .prepare("SELECT label, domain, number, wrapped FROM root_wrapped")
            .expect("a table")
            .query_map([], |row| {
                let number: i64 = row.get(2)?;
                Ok((row.get(0)?, row.get(1)?, number as u64, row.get(3)?))
            })
            .expect("rows")
            .collect::<Result<_, _>>()
            .expect("rows")
    }

    fn wrapped(&self, sql: &str) -> Vec<([u8; 16], Vec<u8>, Vec<u8>)> {
        self.database()
            .prepare(sql)
            .expect("a table")
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .expect("rows")
            .collect::<Result<_, _>>()
            .expect("rows")
    }

    fn record_secrets(&self, record: &[u8; 16]) -> Vec<Vec<u8>> {
        self.database()
            .prepare("SELECT wrapped FROM record WHERE record = ?1")
            .expect("a table")
            .query_map([record], |row| row.get(0))
            .expect("rows")
            .collect::<Result<_, _>>()
            .expect("rows")
    }
}

/// What wraps something in the keyring: what a purge has to leave no trace of.
pub(crate) fn wrapped_keys(dir: &Path, session: SessionId) -> Vec<Vec<u8>> {
    let attacker = Attacker {
        dir: dir.to_owned(),
        entries: Vec::new(),
        under_root: Vec::new(),
        sessions: Vec::new(),
    };
    let rows = attacker.wrapped("SELECT id, nonce, wrapped FROM session");
    rows.into_iter()
        .filter(|(id, _, _)| id == session.as_bytes())
        .map(|(_, _, wrapped)| wrapped)
        .collect()
}

/// The wrapped key of a bucket.
pub(crate) fn wrapped_bucket(dir: &Path, bucket: u32) -> Vec<u8> {
    let attacker = Attacker::new(dir);
    attacker
        .root_wrapped()
        .into_iter()
        .find(|(label, _, number, _)| label == "bucket" && *number == u64::from(bucket))
        .map(|(_, _, _, wrapped)| wrapped)
        .expect("the bucket has a key")
}

/// The files that hold a sequence of bytes.
pub(crate) fn files_with(dir: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_with(&path, bytes));
        } else {
            // A file that a thread renames meanwhile is found under its new name.
            let content = fs::read(&path).unwrap_or_default();
            if content.windows(bytes.len()).any(|window| window == bytes) {
                found.push(path);
            }
        }
    }
    found
}

fn entries(dir: &Path) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut epochs: Vec<_> = fs::read_dir(dir.join("wal"))
        .expect("a directory")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    epochs.sort();
    for epoch in epochs {
        let mut segments: Vec<_> = fs::read_dir(epoch)
            .expect("a directory")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        segments.sort();
        for segment in segments {
            let bytes = fs::read(segment).expect("a segment");
            for at in (0..bytes.len()).step_by(4096) {
                let Ok(frame) = Frame::decode(bytes.get(at..).unwrap_or_default()) else {
                    continue;
                };
                if frame.header.count > 0 {
                    found.extend(
                        frame
                            .entries()
                            .map(|entry| entry.and_then(|e| e.to_entry()).expect("an entry")),
                    );
                }
            }
        }
    }
    found
}

fn root(dir: &Path) -> Key {
    let text = fs::read_to_string(dir.join("keys/root.key")).expect("a root key");
    let mut bytes = Zeroizing::new([0; 32]);
    for (n, byte) in bytes.iter_mut().enumerate() {
        let digits = text.get(2 * n..2 * n + 2).expect("64 digits");
        *byte = u8::from_str_radix(digits, 16).expect("hexadecimal digits");
    }
    Key::from_bytes(bytes).expect("a key")
}

fn unwrap(key: &Key, nonce: &[u8], wrapped: &[u8], place: &[u8]) -> Option<Key> {
    let (nonce, wrapped) = (nonce.try_into().ok()?, wrapped.try_into().ok()?);
    Key::from_bytes(key.unwrap(wrapped, nonce, place).ok()?).ok()
}
