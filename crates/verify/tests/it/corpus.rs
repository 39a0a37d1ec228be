//! The damages of `spec/vectors/damage`: each is named as it says, by two verifiers.

use std::fs;
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use store::DataDir;
use verify::{Exit, Report};

use crate::support::{copy, files, options, report};

fn spec() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec")
}

fn corpus() -> PathBuf {
    spec().join("vectors/damage")
}

/// The status with which a script of the specification ends, and its complaint.
fn python(script: &str, argument: &Path) -> (Option<i32>, String) {
    let python = std::env::var_os("PROBITY_TEST_PYTHON").expect(
        "PROBITY_TEST_PYTHON names a Python with the packages of tests/python/requirements.txt; \
         `cargo xtask test` prepares one",
    );
    let output = Command::new(python)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(spec().join(script))
        .arg(argument)
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), complaint)
}

fn apply(edit: &Value, dir: &Path) {
    let number = |name: &str| edit[name].as_u64().unwrap() as usize;
    let range = |from: &str| -> Range<usize> { number(from)..number(from) + number("bytes") };
    let file = dir.join(edit["file"].as_str().unwrap());
    let mut bytes = fs::read(&file).unwrap_or_default();
    match edit["op"].as_str().unwrap() {
        "flip" => bytes[number("byte")] ^= 1 << number("bit"),
        "truncate" => bytes.truncate(number("bytes")),
        "cut" => drop(bytes.drain(range("at"))),
        "double" => {
            let doubled = bytes[range("at")].to_vec();
            drop(bytes.splice(number("at")..number("at"), doubled));
        }
        "zero" => bytes[range("at")].fill(0),
        "swap" => {
            let (one, other) = (bytes[range("at")].to_vec(), bytes[range("other")].to_vec());
            bytes[range("at")].copy_from_slice(&other);
            bytes[range("other")].copy_from_slice(&one);
        }
        "replace" => bytes = STANDARD.decode(edit["base64"].as_str().unwrap()).unwrap(),
        "delete" => return fs::remove_file(&file).unwrap(),
        other => panic!("`{other}` is no edit"),
    }
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, bytes).unwrap();
}

/// `VERDICT file` for each problem of any log.
fn problems(report: &Report) -> Vec<String> {
    let logs = report
        .epochs
        .iter()
        .chain(report.orgs.iter().map(|org| &org.log));
    logs.flat_map(|log| &log.problems)
        .map(|problem| format!("{} {}", problem.verdict.as_str(), problem.file))
        .collect()
}

#[test]
fn each_damage_is_named() {
    let mut count = 0;
    for entry in fs::read_dir(corpus()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        count += 1;
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let damage: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let dir = copy(&corpus().join("base"));
        for edit in damage["edits"].as_array().unwrap() {
            apply(edit, dir.path());
        }
        let expected = &damage["expected"];
        let found = report(dir.path());
        let exit = u64::from(found.exit().code());
        assert_eq!(Some(exit), expected["exit"].as_u64(), "{name}: {found}");
        let (verdict, file) = (expected["verdict"].as_str(), expected["file"].as_str());
        let named = format!("{} {}", verdict.unwrap(), file.unwrap());
        let whole = verdict == Some("INTACT");
        assert!(
            whole || problems(&found).contains(&named),
            "{name}: {found}"
        );
        let (code, complaint) = python("reader.py", dir.path());
        assert_eq!(code, Some(i32::from(!whole)), "{name}: {complaint}");
    }
    assert!(count > 40, "{count} damages");
}

#[test]
fn the_base_is_whole_and_the_product_goes_on_with_it() {
    let dir = copy(&corpus().join("base"));
    assert_eq!(report(dir.path()).exit(), Exit::Intact);
    let (code, complaint) = python("reader.py", dir.path());
    assert_eq!(code, Some(0), "{complaint}");
    // A repository does not keep who may read a file; the product insists on it.
    for key in files(&dir.path().join("keys")) {
        fs::set_permissions(key, fs::Permissions::from_mode(0o600)).unwrap();
    }
    let opened = DataDir::open(dir.path(), &options()).unwrap();
    let recovery = opened.recovery();
    assert_eq!((recovery.size.0, recovery.torn_bytes), (275, 0));
    assert_eq!(
        (recovery.sessions_abandoned, recovery.outcomes_unknown),
        (2, 1)
    );
    opened.close().unwrap();
    let found = report(dir.path());
    assert_eq!(found.exit(), Exit::Intact, "{found}");
}

#[test]
fn the_corpus_is_what_its_writer_writes() {
    let dir = tempfile::tempdir().unwrap();
    let (code, complaint) = python("writer.py", dir.path());
    assert_eq!(code, Some(0), "{complaint}");
    let names = |root: &Path| -> Vec<PathBuf> {
        let below = |file: PathBuf| file.strip_prefix(root).unwrap().to_owned();
        files(root).into_iter().map(below).collect()
    };
    assert_eq!(names(&corpus()), names(dir.path()));
    for name in names(dir.path()) {
        // SQLite's versions lay out the same rows differently.
        if !name.ends_with("keyring.db") {
            let (kept, made) = (
                fs::read(corpus().join(&name)),
                fs::read(dir.path().join(&name)),
            );
            assert!(kept.unwrap() == made.unwrap(), "{}", name.display());
        }
    }
}
