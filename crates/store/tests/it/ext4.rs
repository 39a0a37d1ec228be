//! Power failures on a real file system: ext4 on a loop device, shut down below the program without
//! a flush of its log. What was acknowledged went to a pipe, outside of that file system.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use model::SessionId;
use store::DataDir;

use crate::kill;
use crate::support::options;

/// The size of the file system, in bytes.
const BYTES: u64 = 256 << 20;

/// `EXT4_IOC_SHUTDOWN` is `_IOR('X', 125, __u32)`, and 2 is `EXT4_GOING_FLAGS_NOLOGFLUSH`
/// (`fs/ext4/ext4.h` of Linux).
const SHUTDOWN: &str = "
import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack('I', 2))
";

/// A file system of its own, unmounted when the test ends.
struct Ext4 {
    dir: tempfile::TempDir,
}

impl Ext4 {
    /// `None` where this process may not mount, or there are no loop devices.
    fn make() -> Option<Self> {
        let dir = tempfile::tempdir().expect("a directory");
        let image = fs::File::create(dir.path().join("image")).expect("a file");
        image.set_len(BYTES).expect("a sparse file");
        let ext4 = Self { dir };
        fs::create_dir(ext4.root()).expect("a directory");
        let made = ran(Command::new("mkfs.ext4")
            .args(["-q", "-F"])
            .arg(ext4.image()));
        (made && ext4.mount()).then_some(ext4)
    }

    fn image(&self) -> PathBuf {
        self.dir.path().join("image")
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("root")
    }

    fn mount(&self) -> bool {
        let mut mount = Command::new("mount");
        ran(mount
            .args(["-t", "ext4", "-o", "loop"])
            .arg(self.image())
            .arg(self.root()))
    }

    /// The power is gone: nothing reaches the image any more, and what was not synced is lost.
    fn shut_down(&self) {
        let mut python = Command::new("python3");
        let down = ran(python.args(["-c", SHUTDOWN]).arg(self.root()));
        assert!(down, "the file system can be shut down");
    }

    /// The power is back.
    fn remount(&self) {
        assert!(
            ran(Command::new("umount").arg(self.root())),
            "nobody uses it"
        );
        assert!(self.mount(), "it can be mounted again");
    }
}

impl Drop for Ext4 {
    fn drop(&mut self) {
        // It is not mounted where making it failed.
        ran(Command::new("umount").arg(self.root()));
    }
}

fn ran(command: &mut Command) -> bool {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

#[test]
fn no_power_failure_under_ext4_takes_what_was_acknowledged() {
    let Some(ext4) = Ext4::make() else {
        say("SKIPPED: a power failure under ext4 needs root, loop devices and mkfs.ext4");
        return;
    };
    let data = ext4.root().join("data");
    let mut acknowledged: HashMap<SessionId, u32> = HashMap::new();
    let rounds = if std::env::var_os("PROBITY_LONG").is_some() {
        50
    } else {
        6
    };
    for round in 0..rounds {
        // Some fall into opening and recovery.
        let span = Duration::from_millis(5 + round * 53 % 300);
        let told = kill::live_until(&data, span, round % 3 == 0, |child| {
            ext4.shut_down();
            child.kill().expect("it is killed");
        });
        acknowledged.extend(told);
        ext4.remount();
        kept(&data, &acknowledged);
    }
    assert!(acknowledged.len() >= 8, "the writers got somewhere");
}

fn kept(data: &Path, acknowledged: &HashMap<SessionId, u32>) {
    // A directory of which not even the making was durable holds nothing.
    let opened = DataDir::open(data, &options()).expect("the directory opens");
    opened.close().expect("it stops in order");
    kill::check(data, acknowledged);
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn say(text: &str) {
    eprintln!("{text}");
}
