//! Files that somebody was handed, what witnesses attest, and the policy that names them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ledger::fields::FieldTree;
use ledger::note::{Policy, SignedNote, WitnessSigner};
use ledger::proof::{Disclosure, Shown};
use ledger::{Derivation, open_plaintext};
use model::{EntryIndex, TreeSize};
use store::Reader;
use verify::{Exit, LeafVerdict, Options, Report};

use crate::support::{copy, fill, has, only, options, problems, stopped};

const LOG: &str = "log/n1/1";

fn witness(n: u8) -> WitnessSigner {
    WitnessSigner::from_seed(
        &format!("witness.example/{n}"),
        zeroize::Zeroizing::new([n; 32]),
    )
    .unwrap()
}

fn vkey(dir: &Path) -> String {
    let key = fs::read_to_string(dir.join(LOG).join("vkey")).unwrap();
    key.trim().to_owned()
}

/// The log's key, and both witnesses.
fn policy_text(dir: &Path) -> String {
    format!(
        "log {}\nwitness a {}\nwitness b {}\ngroup both all a b\nquorum both\n",
        vkey(dir),
        witness(1).public().to_vkey(),
        witness(2).public().to_vkey()
    )
}

fn trusted(dir: &Path) -> Options {
    Options {
        policy: Some(Policy::parse(policy_text(dir).as_bytes()).unwrap()),
        ..Options::default()
    }
}

fn report(dir: &Path, options: &Options) -> Report {
    verify::verify(dir, options, &mut |_| {}).unwrap()
}

/// Cosigns what is shown.
fn cosign(dir: &Path, witnesses: &[(u8, u64)], to: &str) {
    let log = dir.join(LOG);
    let bytes = fs::read(log.join("checkpoint")).unwrap();
    let mut note = SignedNote::parse(&bytes).unwrap();
    for (n, time_s) in witnesses {
        let line = witness(*n).cosign(&note, *time_s);
        note.add_cosignature(line.as_bytes(), &witness(*n).public())
            .unwrap();
    }
    fs::write(log.join(to), note.to_text()).unwrap();
}

#[test]
fn the_report_says_up_to_where_and_when_witnesses_vouch() {
    let dir = stopped(2, 50);
    let alone = report(dir.path(), &Options::default());
    assert!(
        alone
            .to_string()
            .contains("witness   none: no time is attested")
    );

    // Two are needed.
    cosign(dir.path(), &[(1, 1_700_000_000)], "checkpoint.cosigned");
    let one = report(dir.path(), &trusted(dir.path()));
    assert_eq!(one.exit(), Exit::Missing);
    assert_eq!(problems(&one), ["MISSING log/n1/1/checkpoint"]);

    cosign(
        dir.path(),
        &[(1, 1_700_000_000), (2, 1_700_000_060)],
        "checkpoint.cosigned",
    );
    let both = report(dir.path(), &trusted(dir.path()));
    assert_eq!(problems(&both), [""; 0]);
    let seen = only(&both).witnessed.largest.clone().unwrap();
    assert_eq!(
        (seen.size, seen.time_s, seen.by.len()),
        (only(&both).size, 1_700_000_060, 2)
    );
    let text = both.to_string();
    let line = "up to entry 105 by 2023-11-14T22:14:20";
    assert!(text.contains(line), "{text}");
    assert!(both.to_json().contains("\"time_s\":1700000060"));
    // Without a policy nobody is known, and the signatures are counted.
    let unknown = only(&report(dir.path(), &Options::default()))
        .witnessed
        .clone();
    assert_eq!((unknown.largest, unknown.unchecked), (None, 2));

    // The log goes on; the witnesses do not.
    let opened = store::DataDir::open(dir.path(), &options()).unwrap();
    fill(&opened, 1, 400);
    opened.close().unwrap();
    let later = report(dir.path(), &trusted(dir.path()));
    assert_eq!(problems(&later), [""; 0]);
    let seen = only(&later).witnessed.largest.clone().unwrap();
    assert!(seen.size < only(&later).size);
    assert_eq!(seen.size, TreeSize(105));
}

#[test]
fn a_log_that_is_not_the_cosigned_one_is_named() {
    let dir = stopped(1, 50);
    let shorter = copy(dir.path());
    let opened = store::DataDir::open(dir.path(), &options()).unwrap();
    fill(&opened, 1, 50);
    opened.close().unwrap();
    cosign(dir.path(), &[(1, 7), (2, 8)], "checkpoint.cosigned");
    let cosigned = Path::new(LOG).join("checkpoint.cosigned");
    fs::copy(dir.path().join(&cosigned), shorter.path().join(&cosigned)).unwrap();
    let found = report(shorter.path(), &trusted(dir.path()));
    let file = shorter.path().join(&cosigned);
    assert!(has(&found, LeafVerdict::Missing, &file, shorter.path()));

    let text = fs::read_to_string(dir.path().join(&cosigned)).unwrap();
    for (at, _) in text
        .char_indices()
        .filter(|(_, c)| c.is_ascii_alphanumeric())
        .step_by(11)
    {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        fs::write(dir.path().join(&cosigned), bytes).unwrap();
        let found = report(dir.path(), &trusted(dir.path()));
        assert_ne!(found.exit(), Exit::Intact, "byte {at}");
    }
}

/// Writes the files of one entry as `probity prove` does.
fn hand_out(dir: &Path, out: &Path, index: u64, field: Option<&str>) -> PathBuf {
    let reader = Reader::open(dir).unwrap();
    let evidence = reader.evidence(EntryIndex(index)).unwrap();
    let proof = reader.proof(EntryIndex(index)).unwrap();
    let (entry, secret) = (evidence.entry, evidence.secret.unwrap());
    fs::write(out.join("x.leaf"), &entry.leaf_bytes).unwrap();
    fs::write(out.join("x.tlog-proof"), proof.to_text()).unwrap();
    let plaintext = open_plaintext(&entry.leaf_bytes, &entry.leaf, &secret, &entry.body).unwrap();
    let shown = match field {
        None => Shown::Record {
            secret,
            body: entry.body,
        },
        Some(path) => {
            let keys = Derivation::new(&secret, &entry.leaf.prefix.record);
            let tree = FieldTree::new(&plaintext, keys).unwrap();
            Shown::Fields(vec![tree.prove(path).unwrap()])
        }
    };
    let leaf = entry.leaf_bytes;
    let file = out.join("x.disclosure.json");
    fs::write(&file, Disclosure { leaf, proof, shown }.to_json()).unwrap();
    file
}

fn run(arguments: &[&str], file: &Path) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_probity-verify"))
        .args(arguments)
        .arg(file)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), text)
}

#[test]
fn the_program_verifies_what_was_handed_out() {
    let dir = stopped(1, 600);
    let vkey = vkey(dir.path());
    let known = ["--vkey", &vkey];
    for index in [0, 1, 255, 256, 400, 602] {
        let out = tempfile::tempdir().unwrap();
        let whole = hand_out(dir.path(), out.path(), index, None);
        let (code, text) = run(&known, &whole);
        assert_eq!(code, 0, "{text}");
        let proof = out.path().join("x.tlog-proof");
        let (code, text) = run(&known, &proof);
        assert_eq!(code, 0, "{text}");
        assert!(
            text.contains(&format!("entry     {index} of 603, INTACT")),
            "{text}"
        );
        let (code, text) = run(&["--json", "--vkey", &vkey], &proof);
        assert!(
            code == 0 && text.starts_with("{\"result\":\"intact\""),
            "{text}"
        );
        assert_eq!(run(&[], &proof).0, 1, "no key is known");
        let other = fs::read(out.path().join("x.leaf")).map(|mut leaf| {
            leaf[50] ^= 1;
            leaf
        });
        fs::write(out.path().join("x.leaf"), other.unwrap()).unwrap();
        assert_eq!(run(&known, &proof).0, 5);
        fs::remove_file(out.path().join("x.leaf")).unwrap();
        assert_eq!(run(&known, &proof).0, 1);
    }
}

#[test]
fn a_field_is_shown_and_nothing_else_of_its_record() {
    let dir = stopped(1, 10);
    let out = tempfile::tempdir().unwrap();
    let file = hand_out(dir.path(), out.path(), 5, Some("/payload"));
    let vkey = vkey(dir.path());
    let (code, text) = run(&["--vkey", &vkey], &file);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("/payload (bytes): record 3 of 1"), "{text}");
    let changed = fs::read_to_string(&file)
        .unwrap()
        .replacen("\"bytes\"", "\"string\"", 1);
    fs::write(&file, changed).unwrap();
    let (code, text) = run(&["--vkey", &vkey], &file);
    assert_eq!(code, 5);
    assert!(
        text.contains("the leaf does not commit to this `/payload`"),
        "{text}"
    );
}

#[test]
fn a_policy_asks_for_witnesses_under_a_proof_too() {
    let dir = stopped(1, 10);
    let out = tempfile::tempdir().unwrap();
    let policy = out.path().join("policy");
    fs::write(&policy, policy_text(dir.path())).unwrap();
    let policy = policy.display().to_string();
    let file = hand_out(dir.path(), out.path(), 5, None);
    let (code, text) = run(&["--policy", &policy], &file);
    assert_eq!(code, 4, "{text}");
    cosign(dir.path(), &[(1, 70), (2, 80)], "checkpoint.cosigned");
    let file = hand_out(dir.path(), out.path(), 5, None);
    let (code, text) = run(&["--policy", &policy], &file);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("by 1970-01-01T00:01:20"), "{text}");
    fs::write(&policy, "quorum nobody\n").unwrap();
    assert_eq!(run(&["--policy", &policy], &file).0, 1);
}
