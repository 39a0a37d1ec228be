//! A witness that remembers more of a log than is there.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ledger::note::{SignedNote, WitnessSigner};

use crate::program::{Serving, run};

/// More entries than any log here has.
const KNOWN: u64 = 1_000_000;

/// A witness that cosigns what it is given, until it is told to contradict it.
struct Scripted {
    signer: WitnessSigner,
    contradicts: AtomicBool,
}

impl Scripted {
    fn start() -> (Arc<Self>, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let witness = Arc::new(Self {
            signer: WitnessSigner::generate("witness.example/w1").expect("a key"),
            contradicts: AtomicBool::new(false),
        });
        let answering = Arc::clone(&witness);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answering.answer(stream);
            }
        });
        (witness, address)
    }

    fn answer(&self, mut stream: TcpStream) {
        let mut asked = Vec::new();
        let mut buffer = [0; 4096];
        // A note ends with an empty text behind its last line; the request is one note long.
        let note = loop {
            let read = stream.read(&mut buffer).unwrap_or(0);
            if read == 0 {
                return;
            }
            asked.extend_from_slice(buffer.get(..read).unwrap_or_default());
            if let Some(note) = note_in(&asked) {
                break note;
            }
        };
        let (status, kind, body) = if self.contradicts.load(Ordering::Relaxed) {
            (409, "text/x.tlog.size", format!("{KNOWN}\n"))
        } else {
            (200, "text/plain", self.signer.cosign(&note, 1_785_231_000))
        };
        let length = body.len();
        // Whoever gave up does not read it.
        let _ = stream.write_all(
            format!(
                "HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
                 Connection: close\r\n\r\n{body}"
            )
            .as_bytes(),
        );
    }
}

/// The note of a whole request to add a checkpoint.
fn note_in(asked: &[u8]) -> Option<SignedNote> {
    let text = std::str::from_utf8(asked).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let head = head.to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))?;
    let length: usize = length.parse().ok()?;
    (body.len() == length).then_some(())?;
    let (_, note) = body.split_once("\n\n")?;
    SignedNote::parse(note.as_bytes()).ok()
}

fn configuration(dir: &Path, witness: &Scripted, address: SocketAddr) -> String {
    let file = dir.join("probity.toml");
    let text = format!(
        "listen = \"127.0.0.1:0\"\ndata = {data:?}\norg = \"example.org\"\n\n\
         [upstreams.shop]\ncommand = [{program:?}, \"sample-server\", {shop:?}]\n\n\
         [[witnesses]]\nurl = \"http://{address}\"\nvkey = \"{vkey}\"\ninterval_ms = 50\n",
        data = dir.join("data"),
        program = env!("CARGO_BIN_EXE_probity"),
        shop = dir.join("shop.db"),
        vkey = witness.signer.public().to_vkey(),
    );
    fs::write(&file, text).expect("written");
    file.display().to_string()
}

/// Every file of the logs, with its content.
fn logs(data: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for part in ["log", "wal", "head"] {
        collect(&data.join(part), &mut found);
    }
    found.sort();
    found
}

fn collect(dir: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read(&path).expect("a file")));
        }
    }
}

#[test]
fn a_witness_that_contradicts_the_log_keeps_the_gateway_from_starting() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    let (witness, address) = Scripted::start();
    let file = configuration(dir.path(), &witness, address);
    let serve = ["serve", "--config", &file];

    let serving = Serving::start(&serve);
    serving.address();
    assert_eq!(serving.terminate(), 0);
    let shown = data.display().to_string();
    let told = run(&["verify", &shown]).ok();
    assert!(told.contains("1 signatures of unknown keys"), "{told}");

    let before = logs(&data);
    witness.contradicts.store(true, Ordering::Relaxed);
    let error = run(&serve).failed(1);
    for part in [
        "witness.example/w1",
        &KNOWN.to_string(),
        "nothing was changed; restore a newer backup, or begin a new epoch with `probity recover --new-epoch`",
    ] {
        assert!(error.contains(part), "`{part}` in {error}");
    }
    assert!(logs(&data) == before, "something was written");

    // It remembers the log that is here: then this is the log to go on with.
    witness.contradicts.store(false, Ordering::Relaxed);
    let serving = Serving::start(&serve);
    serving.address();
    assert_eq!(serving.terminate(), 0);
    run(&["verify", &shown]).ok();
}
