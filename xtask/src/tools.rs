//! What the tests need besides Rust, each installed only where it is missing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step::{Steps, works};

/// A program, the arguments with which it proves that it is there, and its Debian package.
const DEBIAN: &[(&str, &[&str], &str)] = &[
    ("git", &["--version"], "git"),
    ("cc", &["--version"], "build-essential"),
    ("openssl", &["version"], "openssl"),
    ("npm", &["--version"], "npm"),
    ("python3", &["-c", "import ensurepip, venv"], "python3-venv"),
    ("go", &["version"], "golang-go"),
    ("test", &["-d", GO_NOTE], "golang-golang-x-mod-dev"),
    ("test", &["-d", GO_ED25519], "golang-golang-x-crypto-dev"),
    ("strace", &["-V"], "strace"),
    ("sh", &["-c", POSTGRESQL], "postgresql"),
];

/// Whether there is a server of some version, where Debian puts them.
const POSTGRESQL: &str = "ls /usr/lib/postgresql/*/bin/postgres";

/// Where Debian puts the sources of Go's packages, and two that the tests need.
const GO_PATH: &str = "/usr/share/gocode";
const GO_NOTE: &str = "/usr/share/gocode/src/golang.org/x/mod/sumdb/note";
const GO_ED25519: &str = "/usr/share/gocode/src/golang.org/x/crypto/ed25519";

/// The file in an installation that says from which list it was made.
const STAMP: &str = ".made-from";

/// Where the installed tools are.
pub(crate) struct Tools {
    /// Python with the packages of `tests/python/requirements.txt`.
    pub(crate) python: Option<PathBuf>,
    /// The Node of `tests/node`.
    pub(crate) node: Option<PathBuf>,
    /// Go's own code for transparency logs, as a program that judges one.
    pub(crate) go_judge: PathBuf,
}

/// Installs what is missing.
pub(crate) fn install(root: &Path, steps: &Steps) -> Result<Tools> {
    debian(steps)?;
    say_what_is_skipped(steps);
    Ok(Tools {
        python: python(root, steps)?,
        node: node(root, steps)?,
        go_judge: go_judge(root, steps)?,
    })
}

fn debian(steps: &Steps) -> Result<()> {
    let missing: Vec<&str> = DEBIAN
        .iter()
        .filter(|(program, proof, _)| !works(program, proof))
        .map(|(_, _, package)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !works("apt-get", &["--version"]) {
        bail!("the tests need these packages, please install them: {names}");
    }
    let apt = || {
        let mut command = Command::new(if is_root() { "apt-get" } else { "sudo" });
        if !is_root() {
            command.args(["--non-interactive", "apt-get"]);
        }
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    steps.run("apt-get update", apt().args(["update", "-qq"]))?;
    let install = ["install", "-y", "-qq", "--no-install-recommends"];
    steps.run(
        &format!("apt-get install {names}"),
        apt().args(install).args(&missing),
    )
}

/// A passing test's own words are not shown by every runner.
fn say_what_is_skipped(steps: &Steps) {
    if !is_root() || !Path::new("/dev/loop-control").exists() {
        steps.say("SKIPPED here: power failures under ext4, which need root and loop devices");
    }
    if !works("strace", &["-o", "/dev/null", "true"]) {
        steps.say("SKIPPED here: faults in the real program's system calls, which need to trace");
    }
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Interpreters with the scanners that masking is measured beside.
pub(crate) fn peers(root: &Path, steps: &Steps) -> Result<Vec<PathBuf>> {
    debian(steps)?;
    let peers = venv(root, steps, "tests/masking/requirements.txt", "peers")?;
    Ok([peers, python(root, steps)?]
        .into_iter()
        .flatten()
        .collect())
}

fn python(root: &Path, steps: &Steps) -> Result<Option<PathBuf>> {
    venv(root, steps, "tests/python/requirements.txt", "python")
}

/// A Python with the packages of a list; `None`: there is no such list.
fn venv(root: &Path, steps: &Steps, list: &str, name: &str) -> Result<Option<PathBuf>> {
    let list = root.join(list);
    if !list.exists() {
        return Ok(None);
    }
    let home = root.join("target/test-tools").join(name);
    let python = home.join("bin/python");
    if !is_made_from(&home, &list)? {
        let mut venv = Command::new("python3");
        steps.run(
            "python -m venv",
            venv.args(["-m", "venv", "--clear"]).arg(&home),
        )?;
        let mut pip = Command::new(&python);
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]);
        steps.run("pip install", pip.arg("--requirement").arg(&list))?;
        note_made_from(&home, &list)?;
    }
    Ok(Some(python))
}

fn node(root: &Path, steps: &Steps) -> Result<Option<PathBuf>> {
    let folder = root.join("tests/node");
    let list = folder.join("package-lock.json");
    if !list.exists() {
        return Ok(None);
    }
    let home = folder.join("node_modules");
    if !is_made_from(&home, &list)? {
        let mut npm = Command::new("npm");
        steps.run("npm ci", npm.arg("ci").current_dir(&folder))?;
        note_made_from(&home, &list)?;
    }
    Ok(Some(home.join(".bin/node")))
}

/// Builds `tests/go/judge.go` from Debian's sources, without any network.
fn go_judge(root: &Path, steps: &Steps) -> Result<PathBuf> {
    let home = root.join("target/test-tools/go");
    let judge = home.join("judge");
    let list = root.join("tests/go/judge.go");
    if !is_made_from(&home, &list)? || !judge.exists() {
        fs::create_dir_all(&home).context("cannot create a folder for a Go program")?;
        let mut go = Command::new("go");
        go.env("GO111MODULE", "off")
            .env("GOPATH", GO_PATH)
            .env("GOCACHE", home.join("cache"))
            .args(["build", "-o"])
            .arg(&judge)
            .arg(&list);
        steps.run("go build", &mut go)?;
        note_made_from(&home, &list)?;
    }
    Ok(judge)
}

fn is_made_from(home: &Path, list: &Path) -> Result<bool> {
    let wanted = read(list)?;
    Ok(fs::read_to_string(home.join(STAMP)).is_ok_and(|had| had == wanted))
}

fn note_made_from(home: &Path, list: &Path) -> Result<()> {
    fs::write(home.join(STAMP), read(list)?).context("cannot note what was installed")
}

fn read(list: &Path) -> Result<String> {
    fs::read_to_string(list).with_context(|| format!("cannot read {}", list.display()))
}
