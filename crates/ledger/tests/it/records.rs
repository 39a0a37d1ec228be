//! The vectors of sealed records: `spec/vectors/record.json`.

use std::sync::{Arc, Mutex};

use ledger::merkle::{CompactRange, leaf_hash};
use ledger::note::LogKey;
use ledger::wal::{EntryView, Frame, FrameFacts, FrameKind, Framer, Place, chain_start};
use ledger::{
    Appended, Batch, BodyError, Draft, Facts, Journal, JournalError, Key, Kind, Ledger,
    MessageFacts, Record, RecordSecret, Sequencer, Start, TransferKey, VerdictCode, open_body,
};
use model::{CallId, SessionId, Timestamp};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::hex::{hex, unhex};

pub(crate) const VECTORS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../spec/vectors/record.json"
);
const TRANSFER_KEY: [u8; 32] = [0x42; 32];
const TRANSFER_NUMBER: u64 = 7;

pub(crate) fn transfer() -> TransferKey {
    let key = Key::from_bytes(Zeroizing::new(TRANSFER_KEY)).unwrap();
    TransferKey::new(TRANSFER_NUMBER, key)
}

/// Opens all records of the file and compares what they say.
#[test]
fn the_vectors_open() {
    let vectors: Value = serde_json::from_slice(&std::fs::read(VECTORS).unwrap()).unwrap();
    assert_eq!(vectors["transfer_key"], hex(&TRANSFER_KEY));
    let mut session_key = None;
    let records = vectors["records"].as_array().unwrap();
    assert!(records.len() >= 4);
    for record in records {
        let bytes = unhex(record["entry"].as_str().unwrap());
        let entry = EntryView::decode(&bytes).unwrap().to_entry().unwrap();
        let prefix = &entry.leaf.prefix;
        if let Some(carry) = &entry.carry {
            session_key = Some(transfer().receive(prefix.session, carry).unwrap());
        }
        let key = session_key.as_ref().unwrap();
        let secret =
            RecordSecret::unwrap(&entry.wrapped_secret, key, prefix.session, &prefix.record);
        let secret = secret.unwrap();
        let body = open_body(&entry.leaf_bytes, &entry.leaf, &secret, &entry.body).unwrap();
        assert_eq!(
            record["leaf_hash"],
            leaf_hash(&entry.leaf_bytes).to_string()
        );
        assert_eq!(record["kind"], prefix.kind().unwrap().as_str());
        assert_eq!(record["payload"], hex(&body.payload));
        assert_eq!(record["facts"], serde_json::to_value(&body.facts).unwrap());
        assert_eq!(entry.leaf.encode(), entry.leaf_bytes);

        let mut altered = entry.body.clone();
        altered[3] ^= 1;
        let error = open_body(&entry.leaf_bytes, &entry.leaf, &secret, &altered).unwrap_err();
        assert_eq!(error, BodyError::Altered);
        let mut committed = entry.leaf.clone();
        committed.prefix.key_commitment = model::Digest::default();
        let error = open_body(&entry.leaf_bytes, &committed, &secret, &entry.body).unwrap_err();
        assert_eq!(error, BodyError::OtherKey);
        let mut moved = entry.leaf_bytes.clone();
        moved[45] ^= 1;
        let error = open_body(&moved, &entry.leaf, &secret, &entry.body).unwrap_err();
        assert_eq!(error, BodyError::Cipher, "the prefix is bound to the body");
    }
}

struct Event(Kind, &'static str);

impl Record for Event {
    fn draft(&self) -> Draft<'_> {
        Draft {
            kind: self.0,
            verdict: VerdictCode::Permitted,
            at: Timestamp::from_unix_us(1_785_231_000_500_000),
            call: Some(CallId::from_bytes([3; 16])),
            server: "shop",
            tool: "query",
            principal: "person|key|alice".to_owned(),
            facts: Facts {
                upstream: Some("shop".into()),
                message: Some(MessageFacts {
                    kind: "request".into(),
                    id: Some("17".into()),
                    method: Some("tools/call".into()),
                    name: Some("query".into()),
                }),
                ..Facts::default()
            },
            payload: self.1.as_bytes(),
        }
    }
}

/// Keeps the frames.
struct Kept(Framer, Arc<Mutex<Vec<Vec<u8>>>>);

impl Journal for Kept {
    fn reserve(&mut self, _bytes: u64, _state: &Sequencer) -> Result<(), JournalError> {
        Ok(())
    }

    fn append(&mut self, batch: Batch<'_>) -> Result<Appended, JournalError> {
        let facts = FrameFacts {
            kind: FrameKind::Batch,
            count: batch.count,
            first_index: batch.first_index,
            root: batch.state.root(),
        };
        let place = Place {
            segment: 0,
            position: 4096,
        };
        self.0.complete(batch.buffer, place, facts).unwrap();
        self.1.lock().unwrap().push(batch.buffer.clone());
        Ok(Appended::default())
    }
}

/// Seals records, and gives their entries with what they say.
fn seal() -> Vec<Value> {
    let origin = "example.org/gw/n1/1";
    let key = LogKey::from_seed(origin, Zeroizing::new([9; 32])).unwrap();
    let frames = Arc::new(Mutex::new(Vec::new()));
    let journal = Kept(
        Framer::new(1, key.clone(), 1, chain_start(origin)),
        Arc::clone(&frames),
    );
    let start = Start {
        origin: origin.into(),
        epoch: 1,
        state: Sequencer::new(1, CompactRange::new()),
        pseudonym_key: Zeroizing::new([1; 32]),
        transfer: transfer(),
        queue_records_max: 10,
        queue_bytes_max: 1 << 20,
        record_bytes_max: 1 << 20,
        node_session: SessionId::from_bytes([0x55; 16]),
    };
    let long = Box::leak(
        "the same words again and again, "
            .repeat(20)
            .into_boxed_str(),
    );
    let events = [
        Event(Kind::LogOpened, ""),
        Event(Kind::Intent, "{\"jsonrpc\":\"2.0\",\"id\":17}"),
        Event(Kind::Outcome, long),
        Event(Kind::SessionClosed, "bye"),
    ];
    let said: Vec<Value> = events
        .iter()
        .map(|event| {
            let draft = event.draft();
            json!({
                "kind": draft.kind.as_str(),
                "facts": serde_json::to_value(&draft.facts).unwrap(),
                "payload": hex(draft.payload),
            })
        })
        .collect();
    let [opening, intent, outcome, closing] = events;
    let (ledger, writer, commit) = Ledger::start(start, Box::new(journal), opening).unwrap();
    commit.wait().map(drop).unwrap();
    let node = ledger.node_session();
    node.commit(intent).wait().map(drop).unwrap();
    node.commit(outcome).wait().map(drop).unwrap();
    node.close(closing).wait().map(drop).unwrap();
    writer.close().unwrap();
    let frames = frames.lock().unwrap();
    let entries = frames.iter().map(|bytes| {
        let frame = Frame::decode(bytes).unwrap();
        assert!(frame.header.is_signed_by(&key.public()));
        assert_eq!(frame.header.count, 1);
        frame.entry_bytes(0).unwrap().to_vec()
    });
    said.into_iter()
        .zip(entries)
        .map(|(mut said, entry)| {
            let leaf = EntryView::decode(&entry).unwrap().leaf.to_vec();
            said["entry"] = hex(&entry).into();
            said["leaf_hash"] = leaf_hash(&leaf).to_string().into();
            said
        })
        .collect()
}

/// A sealed record and what opens it.
pub(crate) struct Sealed {
    pub(crate) leaf: Vec<u8>,
    pub(crate) secret: RecordSecret,
    pub(crate) body: Vec<u8>,
}

/// The records of [`seal`], with their secrets.
pub(crate) fn sealed() -> Vec<Sealed> {
    let mut session_key = None;
    seal()
        .iter()
        .map(|record| {
            let bytes = unhex(record["entry"].as_str().unwrap());
            let entry = EntryView::decode(&bytes).unwrap().to_entry().unwrap();
            let prefix = &entry.leaf.prefix;
            if let Some(carry) = &entry.carry {
                session_key = Some(transfer().receive(prefix.session, carry).unwrap());
            }
            let key = session_key.as_ref().unwrap();
            let secret =
                RecordSecret::unwrap(&entry.wrapped_secret, key, prefix.session, &prefix.record);
            Sealed {
                leaf: entry.leaf_bytes,
                secret: secret.unwrap(),
                body: entry.body,
            }
        })
        .collect()
}

/// With `PROBITY_WRITE_VECTORS` set, makes the file anew; secrets are random, so it differs then.
#[test]
fn new_vectors_have_the_layout_of_the_committed_ones() {
    let records = seal();
    let committed = std::fs::read(VECTORS).ok();
    if std::env::var_os("PROBITY_WRITE_VECTORS").is_some() || committed.is_none() {
        let vectors = json!({
            "transfer_number": TRANSFER_NUMBER,
            "transfer_key": hex(&TRANSFER_KEY),
            "records": records,
        });
        let text = format!("{}\n", serde_json::to_string_pretty(&vectors).unwrap());
        std::fs::write(VECTORS, text).unwrap();
        return;
    }
    let committed: Value = serde_json::from_slice(&committed.unwrap()).unwrap();
    for (new, old) in records.iter().zip(committed["records"].as_array().unwrap()) {
        for member in ["kind", "facts", "payload"] {
            assert_eq!(new[member], old[member]);
        }
        let length = |record: &Value| record["entry"].as_str().unwrap().len();
        assert_eq!(length(new), length(old));
    }
}
