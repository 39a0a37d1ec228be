//! The real program on a disk that fails, by way of `strace -e inject=`: it ends, nobody waits for
//! ever, and what is on record is whole.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::program::run;

/// Longest wait for the program's end: a bound, not an expectation.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs the demo with faults injected into its system calls; `None` where nothing may be traced.
fn demo(data: &Path, inject: &str) -> Option<i32> {
    let call = inject.split(':').next()?;
    let mut traced = Command::new("strace");
    traced
        .args(["-f", "-o", "/dev/null", "-e"])
        .arg(format!("trace={call}"))
        .arg("-e")
        .arg(format!("inject={inject}"))
        .arg(env!("CARGO_BIN_EXE_probity"))
        .args(["demo", "--exit", "--data"])
        .arg(data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = traced.spawn().ok()?;
    for _ in 0..PATIENCE.as_millis() / 20 {
        if let Some(status) = child.try_wait().expect("a child") {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("it is killed");
    panic!("{inject}: it did not end");
}

fn may_trace() -> bool {
    let mut strace = Command::new("strace");
    strace.args(["-o", "/dev/null", "true"]);
    strace.status().is_ok_and(|status| status.success())
}

#[test]
fn a_broken_disk_ends_the_program_and_not_the_record() {
    if !may_trace() {
        say(
            "SKIPPED: faults in the real program's system calls need strace, and the right to trace",
        );
        return;
    }
    let rows = [
        // While it starts, in the midst of calls, and each from some point on.
        "fdatasync:error=EIO:when=9",
        "fdatasync:error=EIO:when=24",
        "fdatasync:error=EIO:when=35+",
        "pwrite64:error=EIO:when=130",
        "fsync:error=EIO:when=14",
        "openat:error=EMFILE:when=280+",
    ];
    // Here nothing can be published any more, and the demo waits for that as long as it ever does.
    let slow = [
        "pwrite64:error=ENOSPC:when=60+",
        "rename:error=EROFS:when=6+",
    ];
    let long = std::env::var_os("PROBITY_LONG").is_some();
    for inject in rows.into_iter().chain(slow.into_iter().filter(|_| long)) {
        let dir = tempfile::tempdir().expect("a folder");
        let data = dir.path().join("kept");
        let shown = data.display().to_string();
        run(&["demo", "--exit", "--data", &shown]).ok();
        // It is not there where the program ended before it was made.
        let new_shop = || match fs::remove_file(data.join("shop.db")) {
            Err(error) if error.kind() != ErrorKind::NotFound => panic!("{inject}: {error}"),
            _ => {}
        };
        new_shop();
        let status = demo(&data, inject);
        assert!(matches!(status, Some(0 | 1)), "{inject}: {status:?}");
        let log = data.join("probity").display().to_string();
        run(&["verify", &log]).ok();
        // The disk works again, and so does the program, on the same record.
        new_shop();
        run(&["demo", "--exit", "--data", &shown]).ok();
        run(&["verify", &log]).ok();
    }
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn say(text: &str) {
    eprintln!("{text}");
}
