use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use gateway::{AnchorConfig, AnchoredLogs, Anchors, Authority};

use super::peer::{Reply, nobody, serve};
use super::{open, shown};

/// A timestamp authority made of `openssl ts`, with an authority of its own in `dir`. Its answers
/// hold no certificates.
const CONFIG: &str = "\
[tsa]
default_tsa = one
[one]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[ext]
extendedKeyUsage = critical,timeStamping
[dn]
";

fn openssl(dir: &Path, arguments: &str) -> Output {
    Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(dir)
        .output()
        .expect("openssl runs")
}

fn authority(dir: &Path) {
    fs::write(dir.join("tsa.cnf"), CONFIG).expect("written");
    fs::write(dir.join("serial"), "01\n").expect("written");
    for arguments in [
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=ca -days 2",
        "req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=tsa",
        "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 2 \
         -extfile tsa.cnf -extensions ext",
    ] {
        let done = openssl(dir, arguments);
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
    }
}

/// The authority's answer to a request.
fn reply(dir: &Path, request: &[u8]) -> Reply {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _serial = ONE_AT_A_TIME.lock().expect("the lock");
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    fs::write(dir.join(format!("{number}.tsq")), request).expect("written");
    openssl(
        dir,
        &format!(
            "ts -reply -config tsa.cnf -section one -queryfile {number}.tsq -out {number}.tsr"
        ),
    );
    let body = fs::read(dir.join(format!("{number}.tsr"))).unwrap_or_default();
    (200, "application/timestamp-reply", body)
}

fn anchors(addr: SocketAddr) -> Anchors {
    let authority = Authority {
        url: format!("http://{addr}/tsr").parse().expect("a URL"),
        logs: AnchoredLogs {
            org: true,
            node: true,
        },
        interval_ms: 20,
    };
    let config = AnchorConfig {
        witnesses: Vec::new(),
        authorities: vec![authority],
    };
    Anchors::new(config).expect("a client")
}

const JUDGE: &str = "\
import sys
from cryptography import x509
from rfc3161_client import VerifierBuilder, decode_timestamp_response
tsr, note, ca, tsa = (open(name, 'rb').read() for name in sys.argv[1:])
verifier = (
    VerifierBuilder()
    .tsa_certificate(x509.load_pem_x509_certificate(tsa))
    .add_root_certificate(x509.load_pem_x509_certificate(ca))
    .build()
)
verifier.verify_message(decode_timestamp_response(tsr), note)
";

/// Whether `openssl ts` and `rfc3161-client` accept a timestamp over a note.
fn accepted(ca: &Path, tsr: &Path, note: &Path) -> (bool, bool) {
    let (tsr, note) = (tsr.display().to_string(), note.display().to_string());
    let verify = format!("ts -verify -in {tsr} -data {note} -CAfile ca.pem -untrusted tsa.pem");
    let python = std::env::var_os("PROBITY_TEST_PYTHON").expect(
        "PROBITY_TEST_PYTHON names a Python with the packages of tests/python/requirements.txt; \
         `cargo xtask test` prepares one",
    );
    let judge = Command::new(python)
        .args(["-c", JUDGE, &tsr, &note, "ca.pem", "tsa.pem"])
        .current_dir(ca)
        .output()
        .expect("Python runs");
    let complaint = String::from_utf8_lossy(&judge.stderr);
    assert!(
        judge.status.success() || complaint.contains("VerificationError"),
        "{complaint}"
    );
    (
        openssl(ca, &verify).status.success(),
        judge.status.success(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_accept_a_stored_timestamp() {
    let (dir, ca) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    authority(ca.path());
    let opened = open(dir.path());
    let logs = shown(&opened);
    let at = ca.path().to_owned();
    let addr = serve(move |_, body| reply(&at, body));
    opened.close().expect("it closes");
    anchors(addr).start(logs.clone()).stop().await;
    for (log, folder) in logs.iter().zip(["log/org/1", "log/n1/1"]) {
        let size = log.latest().expect("a checkpoint").checkpoint.size;
        let stamps = dir.path().join(folder).join("timestamps");
        let (tsr, note) = (
            stamps.join(format!("{size}.tsr")),
            stamps.join(format!("{size}.note")),
        );
        assert_eq!(accepted(ca.path(), &tsr, &note), (true, true), "{folder}");
        let mut altered = fs::read(&note).expect("a note");
        altered[20] ^= 1;
        let altered_note = ca.path().join("altered");
        fs::write(&altered_note, altered).expect("written");
        assert_eq!(
            accepted(ca.path(), &tsr, &altered_note),
            (false, false),
            "{folder}"
        );
    }
    let verified = || verify::verify(dir.path(), &verify::Options::default(), &mut |_| {});
    let report = verified().expect("it can be verified");
    assert_eq!(report.exit(), verify::Exit::Intact, "{report}");
    let attested =
        |log: &verify::EpochReport| log.attested.iter().map(|a| a.size).collect::<Vec<_>>();
    assert_eq!(attested(&report.epochs[0]), [report.epochs[0].size]);
    assert_eq!(attested(&report.orgs[0].log), [report.orgs[0].log.size]);
    let size = report.epochs[0].size;
    let note = dir.path().join(format!("log/n1/1/timestamps/{size}.note"));
    fs::copy(dir.path().join("log/org/1/checkpoint"), &note).expect("copied");
    let report = verified().expect("it can be verified");
    assert_eq!(report.exit(), verify::Exit::Corrupt, "{report}");
    fs::remove_file(note).expect("removed");
    let report = verified().expect("it can be verified");
    assert_eq!(report.exit(), verify::Exit::Missing, "{report}");
}

/// The request with one byte changed, `at` bytes behind where `before` ends.
fn altered(request: &[u8], before: &[u8], at: usize) -> Vec<u8> {
    let mut request = request.to_vec();
    let found = request.windows(before.len()).position(|w| w == before);
    request[found.expect("it is there") + before.len() + at] ^= 1;
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_is_away_or_wrong_leaves_nothing() {
    let (dir, ca) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    authority(ca.path());
    let opened = open(dir.path());
    let logs = shown(&opened);
    opened.close().expect("it closes");
    let with = |change: fn(&[u8]) -> Vec<u8>| {
        let ca = ca.path().to_owned();
        serve(move |_, body| reply(&ca, &change(body)))
    };
    let rows = [
        ("away", nobody()),
        ("broken", serve(|_, _| (500, "text/plain", Vec::new()))),
        (
            "garbage",
            serve(|_, _| (200, "text/plain", b"nothing".to_vec())),
        ),
        // The last arc of id-sha256: an algorithm that the authority does not take.
        (
            "refusing",
            with(|request| {
                altered(
                    request,
                    &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02],
                    0,
                )
            }),
        ),
        (
            "another imprint",
            with(|request| altered(request, &[0x04, 0x20], 5)),
        ),
        (
            "another nonce",
            with(|request| altered(request, &[0x02, 0x08], 5)),
        ),
        (
            "slow",
            serve(|_, _| {
                std::thread::sleep(std::time::Duration::from_secs(7));
                (200, "text/plain", Vec::new())
            }),
        ),
    ];
    for (what, addr) in rows {
        anchors(addr).start(logs.clone()).stop().await;
        for folder in ["log/org/1", "log/n1/1"] {
            let stamps = dir.path().join(folder).join("timestamps");
            let names: Vec<_> = fs::read_dir(stamps)
                .map(|entries| entries.flatten().map(|e| e.file_name()).collect())
                .unwrap_or_default();
            let stored = names
                .iter()
                .any(|name| name.to_string_lossy().ends_with(".tsr"));
            assert!(!stored, "{what}: {names:?}");
        }
    }
}

/// The authority stamped, and nobody heard of it: the next stamp is another one over the same note.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_failed_may_have_been_stamped() {
    let (dir, ca) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    authority(ca.path());
    let opened = open(dir.path());
    let logs = shown(&opened);
    opened.close().expect("it closes");
    let (home, asked) = (ca.path().to_owned(), AtomicU32::new(0));
    let addr = serve(move |_, body| {
        let (status, kind, stamp) = reply(&home, body);
        match asked.fetch_add(1, Ordering::Relaxed) {
            // The status was lost, or the end of the answer.
            0 => (502, kind, stamp),
            1 => (status, kind, stamp[..stamp.len() / 2].to_vec()),
            _ => (status, kind, stamp),
        }
    });
    for _ in 0..3 {
        anchors(addr).start(logs.clone()).stop().await;
    }
    for folder in ["log/org/1", "log/n1/1"] {
        let stamps = dir.path().join(folder).join("timestamps");
        let mut names: Vec<_> = fs::read_dir(&stamps)
            .expect("timestamps")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        names.sort();
        let [note, stamp] = &names[..] else {
            panic!("{folder}: {names:?}");
        };
        assert_eq!(accepted(ca.path(), stamp, note), (true, true), "{folder}");
    }
}
