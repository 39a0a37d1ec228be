use std::collections::{HashMap, HashSet};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gateway::{AnchorConfig, AnchoredLogs, Anchors, Witness};
use ledger::Published;
use ledger::merkle::verify_consistency;
use ledger::note::{Checkpoint, LogPublicKey, SignedNote, WitnessSigner};
use ledger::witness::Contradiction;
use model::Digest;

use super::peer::{Reply, nobody, serve};
use super::{open, shown, until};

/// A witness as C2SP tlog-witness says, with its state in a folder: a file per log.
struct Faithful {
    signer: WitnessSigner,
    logs: HashMap<String, LogPublicKey>,
    state: PathBuf,
    lock: Mutex<()>,
}

impl Faithful {
    fn file(&self, origin: &str) -> PathBuf {
        self.state.join(origin.replace('/', "_"))
    }

    fn known(&self, origin: &str) -> (u64, Digest) {
        let Ok(text) = fs::read_to_string(self.file(origin)) else {
            return (0, Digest::default());
        };
        let (size, root) = text.split_once(' ').expect("a state");
        (size.parse().expect("a size"), digest(root))
    }

    fn remember(&self, origin: &str, size: u64, root: Digest) {
        let text = format!("{size} {}", STANDARD.encode(root.as_bytes()));
        let temporary = self.file(origin).with_extension("tmp");
        fs::write(&temporary, text).expect("it can be written");
        fs::rename(temporary, self.file(origin)).expect("it can be renamed");
    }

    fn answer(&self, path: &str, body: &[u8]) -> Reply {
        let says = |status, what: &str| (status, "text/plain", what.as_bytes().to_vec());
        if path != "/w/add-checkpoint" {
            return says(404, "no such path");
        }
        let text = std::str::from_utf8(body).expect("text");
        let (head, note) = text.split_once("\n\n").expect("an empty line");
        let mut lines = head.lines();
        let old = lines.next().and_then(|line| line.strip_prefix("old "));
        let old: u64 = old.and_then(|old| old.parse().ok()).expect("an old size");
        let proof: Vec<Digest> = lines.map(digest).collect();
        let origin = note.lines().next().expect("an origin");
        let Some(key) = self.logs.get(origin) else {
            return says(404, "unknown log");
        };
        let Ok(checkpoint) = Checkpoint::open(note.as_bytes(), key) else {
            return says(403, "no trusted signature");
        };
        let size = checkpoint.size.0;
        if old > size || proof.len() > 63 {
            return says(400, "old size");
        }
        let _one_at_a_time = self.lock.lock().expect("the lock");
        let (known, root) = self.known(origin);
        if old != known || (old == size && root != checkpoint.root) {
            return (409, "text/x.tlog.size", format!("{known}\n").into_bytes());
        }
        if verify_consistency(old, root, size, checkpoint.root, &proof).is_err() {
            return says(422, "the proof does not hold");
        }
        self.remember(origin, size, checkpoint.root);
        let note = SignedNote::parse(note.as_bytes()).expect("a note");
        says(200, &self.signer.cosign(&note, 1_785_231_000))
    }
}

fn digest(text: &str) -> Digest {
    let bytes = STANDARD.decode(text).expect("base64");
    Digest::from_bytes(bytes.try_into().expect("32 bytes"))
}

fn signer() -> WitnessSigner {
    WitnessSigner::generate("witness.example/w1").expect("a key")
}

fn faithful(signer: &WitnessSigner, state: &Path, logs: &[Arc<Published>]) -> Arc<Faithful> {
    let keys = logs.iter().map(|log| log.key());
    Arc::new(Faithful {
        signer: signer.clone(),
        logs: keys.map(|k| (k.name().to_owned(), k.clone())).collect(),
        state: state.to_owned(),
        lock: Mutex::new(()),
    })
}

fn anchors(addr: SocketAddr, signer: &WitnessSigner) -> Anchors {
    let witness = Witness {
        url: format!("http://{addr}/w/").parse().expect("a URL"),
        key: signer.public(),
        logs: AnchoredLogs {
            org: true,
            node: true,
        },
        interval_ms: 20,
    };
    let config = AnchorConfig {
        witnesses: vec![witness],
        authorities: Vec::new(),
    };
    Anchors::new(config).expect("a client")
}

#[tokio::test(flavor = "multi_thread")]
async fn cosignatures_are_stored_and_shown() {
    let (dir, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let opened = open(dir.path());
    let logs = shown(&opened);
    let signer = signer();
    let witness = faithful(&signer, state.path(), &logs);
    let addr = serve(move |path, body| witness.answer(path, body));
    let anchoring = anchors(addr, &signer).start(logs.clone());
    until(|| logs.iter().all(|log| log.cosigned().is_some()));
    tokio::task::spawn_blocking(move || opened.close())
        .await
        .unwrap()
        .expect("it closes");
    // The last checkpoints grew since: the witness is led from the ones before to these.
    anchoring.stop().await;
    for (log, folder) in logs.iter().zip(["log/org/1", "log/n1/1"]) {
        let latest = log.latest().expect("a checkpoint").checkpoint;
        for file in ["checkpoint", "checkpoint.cosigned"] {
            let note = fs::read(dir.path().join(folder).join(file)).expect("a note");
            let shown = Checkpoint::open(&note, log.key()).expect("the log signed");
            assert_eq!(shown, latest, "{folder}/{file}");
            let note = SignedNote::parse(&note).expect("a note");
            let said = note.cosigned_by(&signer.public()).expect("a cosignature");
            assert_eq!(said.time_s, 1_785_231_000);
        }
    }
    // A new start keeps what was cosigned, and the witness has no objection.
    drop(logs);
    let at_rest = store::DataDir::at_rest(dir.path()).unwrap().expect("a log");
    assert_eq!(at_rest.published().len(), 2);
    let checked = anchors(addr, &signer).check(at_rest.published()).await;
    assert_eq!(checked, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_that_is_away_or_talks_nonsense_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let opened = open(dir.path());
    let logs = shown(&opened);
    let signer = signer();
    let stranger = WitnessSigner::generate("witness.example/w1").expect("a key");
    let says = |status, kind: &'static str, body: &'static str| {
        serve(move |_, _| (status, kind, body.as_bytes().to_vec()))
    };
    let size = "text/x.tlog.size";
    let rows = [
        ("away", nobody()),
        (
            "slow",
            serve(|_, _| {
                std::thread::sleep(Duration::from_secs(7));
                (200, "text/plain", Vec::new())
            }),
        ),
        ("unknown log", says(404, "text/plain", "")),
        ("unknown key", says(403, "text/plain", "")),
        ("bad request", says(400, "text/plain", "")),
        ("broken", says(500, "text/plain", "")),
        ("an empty answer", says(200, "text/plain", "")),
        ("garbage", says(200, "text/plain", "<html>\n")),
        ("a conflict without a size", says(409, "text/plain", "1\n")),
        ("a conflict with garbage", says(409, size, "one\n")),
        ("a conflict with a padded size", says(409, size, "01\n")),
        (
            "a conflict with the size that was named",
            says(409, size, "0\n"),
        ),
        (
            "another key",
            serve(move |_, body| {
                let text = std::str::from_utf8(body).expect("text");
                let (_, note) = text.split_once("\n\n").expect("an empty line");
                let note = SignedNote::parse(note.as_bytes()).expect("a note");
                (200, "text/plain", stranger.cosign(&note, 1).into_bytes())
            }),
        ),
    ];
    for (what, addr) in rows {
        let checked = anchors(addr, &signer).check(&logs).await;
        assert_eq!(checked, Ok(()), "{what}");
        for log in &logs {
            assert!(
                log.cosigned().is_none() && log.stopped().is_none(),
                "{what}"
            );
        }
    }
    opened.close().expect("it closes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_that_knows_another_history_is_believed() {
    let (dir, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let opened = open(dir.path());
    let logs = shown(&opened);
    let signer = signer();
    let witness = faithful(&signer, state.path(), &logs);
    let node = logs[1].key().name().to_owned();
    let size = logs[1].latest().expect("a checkpoint").checkpoint.size.0;
    let addr = {
        let witness = witness.clone();
        serve(move |path, body| witness.answer(path, body))
    };
    let other = Digest::from_bytes([7; 32]);
    witness.remember(&node, 99, other);
    let larger = anchors(addr, &signer).check(&logs).await;
    assert!(
        matches!(larger, Err(Contradiction::Larger { known: 99, .. })),
        "{larger:?}"
    );
    witness.remember(&node, size, other);
    let same_size = anchors(addr, &signer).check(&logs).await;
    assert!(
        matches!(same_size, Err(Contradiction::Root { .. })),
        "{same_size:?}"
    );
    assert!(logs.iter().all(|log| log.stopped().is_none()));
    // While it runs: the alarm, and nothing more is signed for that log.
    let anchoring = anchors(addr, &signer).start(logs.clone());
    until(|| logs[1].stopped().is_some());
    assert!(logs[0].stopped().is_none());
    let closed = tokio::task::spawn_blocking(move || opened.close())
        .await
        .unwrap();
    let error = closed.expect_err("nothing is signed").to_string();
    assert!(error.contains("nothing is signed any more"), "{error}");
    anchoring.stop().await;
}

/// Each answer is lost on its way once, after the witness has remembered what it cosigned.
#[tokio::test(flavor = "multi_thread")]
async fn a_submission_that_failed_may_have_been_taken() {
    let (dir, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let opened = open(dir.path());
    let logs = shown(&opened);
    opened.close().expect("it closes");
    let signer = signer();
    let witness = faithful(&signer, state.path(), &logs);
    let remembers = witness.clone();
    let lost: Mutex<HashSet<Vec<u8>>> = Mutex::default();
    let addr = serve(move |path, body| {
        let reply = remembers.answer(path, body);
        if lost.lock().expect("the lock").insert(body.to_vec()) {
            return (502, "text/plain", b"the answer was lost".to_vec());
        }
        reply
    });
    for round in 0..2 {
        let checked = anchors(addr, &signer).check(&logs).await;
        assert_eq!(checked, Ok(()), "round {round}");
        for log in &logs {
            let latest = log.latest().expect("a checkpoint").checkpoint;
            let (known, root) = witness.known(log.key().name());
            assert_eq!((known, root), (latest.size.0, latest.root));
            assert!(log.stopped().is_none());
        }
    }
    // Asked again from the start, it says what it knows, and is led on from there.
    for _ in 0..3 {
        let checked = anchors(addr, &signer).check(&logs).await;
        assert_eq!(checked, Ok(()));
    }
    for log in &logs {
        let (cosigned, _) = log.cosigned().expect("a cosignature");
        let latest = log.latest().expect("a checkpoint").checkpoint;
        assert_eq!(cosigned, latest);
    }
}
