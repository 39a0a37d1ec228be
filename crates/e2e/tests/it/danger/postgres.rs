//! A PostgreSQL of the test's own: its data in a folder that goes, on a port of loopback.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, getuid, kill_process};
use tempfile::TempDir;

use crate::stage::free_port;

/// Where Debian puts the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// The superuser of the cluster, and the user that it runs as where the test is root's.
const SUPERUSER: &str = "postgres";
/// Longest wait for the server: a bound, not an expectation.
const ROUNDS: u32 = 400;

/// Ended, by process id, when dropped.
pub(crate) struct Cluster {
    server: Child,
    programs: PathBuf,
    port: u16,
    /// Holds the data directory.
    folder: TempDir,
}

impl Cluster {
    pub(crate) fn start() -> Self {
        let programs = programs();
        let folder = TempDir::new().unwrap();
        let data = folder.path().join("data");
        let said = fs::File::create(folder.path().join("said")).unwrap();
        if getuid().is_root() {
            // The server refuses to be root's, so its own user must reach the folder.
            fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).unwrap();
            run(Command::new("install")
                .args(["-d", "-m", "700", "-o", SUPERUSER, "-g", SUPERUSER])
                .arg(&data));
        }
        let port = free_port();
        run(server_program(&programs.join("initdb"))
            .args([
                "--auth=trust",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
            ])
            .arg(format!("--username={SUPERUSER}"))
            .arg("--pgdata")
            .arg(&data)
            .current_dir("/"));
        let server = server_program(&programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories=", "-c", "fsync=off"])
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(said.try_clone().unwrap())
            .stderr(said)
            .spawn()
            .unwrap();
        let cluster = Self {
            server,
            programs,
            port,
            folder,
        };
        cluster.wait();
        cluster
    }

    /// Creates a database from a script.
    pub(crate) fn create(&self, database: &str, script: &str) {
        let create = format!("CREATE DATABASE {database}");
        run(self.client("psql", SUPERUSER).args(["-qc", &create]));
        let stop = ["-qX", "-v", "ON_ERROR_STOP=1", "-c", script];
        run(self.client("psql", database).args(stop));
    }

    /// What libpq and its relatives connect with.
    pub(crate) fn address(&self, database: &str) -> String {
        format!(
            "host=127.0.0.1 port={} user={SUPERUSER} dbname={database}",
            self.port
        )
    }

    /// Everything that a statement may change: this database's rows and definitions, which databases there
    /// are, the roles, the settings, and which files there are.
    pub(crate) fn dump(&self, database: &str) -> String {
        const DATABASES: &str = "SELECT datname FROM pg_database ORDER BY 1";
        let mut rows = self.client("pg_dump", database);
        let mut roles = self.client("pg_dumpall", database);
        let mut databases = self.client("psql", SUPERUSER);
        let dumped = run(&mut rows)
            + &run(roles.arg("--globals-only"))
            + &run(databases.args(["-AtXc", DATABASES]));
        // A word that is drawn by lot for each dump.
        let drawn =
            |line: &&str| line.starts_with("\\restrict") || line.starts_with("\\unrestrict");
        let mut dump: Vec<&str> = dumped.lines().filter(|line| !drawn(line)).collect();
        let data = self.folder.path().join("data");
        let settings = fs::read_to_string(data.join("postgresql.auto.conf")).unwrap();
        dump.extend(settings.lines());
        let mut files: Vec<String> = fs::read_dir(&data)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        dump.extend(files.iter().map(String::as_str));
        dump.join("\n")
    }

    fn client(&self, program: &str, database: &str) -> Command {
        let mut client = Command::new(self.programs.join(program));
        client.args(["-d", &self.address(database)]);
        client
    }

    fn wait(&self) {
        for _ in 0..ROUNDS {
            let mut asked = self.client("pg_isready", SUPERUSER);
            if asked.arg("-q").status().unwrap().success() {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        let said = fs::read_to_string(self.folder.path().join("said"));
        panic!("PostgreSQL is not ready, but said {said:?}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Its fast shutdown, which ends the processes that it started. Fails only where it already ended.
        let _ = kill_process(Pid::from_child(&self.server), Signal::INT);
        let _ = self.server.wait();
    }
}

fn programs() -> PathBuf {
    let versions = fs::read_dir(VERSIONS).into_iter().flatten();
    let programs = versions
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .filter(|programs| programs.join("initdb").exists())
        .max();
    programs.unwrap_or_else(|| panic!("PostgreSQL is missing: `cargo xtask test` installs it"))
}

/// A program that refuses to be root's.
fn server_program(path: &Path) -> Command {
    if !getuid().is_root() {
        return Command::new(path);
    }
    let mut command = Command::new("setpriv");
    command
        .arg(format!("--reuid={SUPERUSER}"))
        .arg(format!("--regid={SUPERUSER}"))
        .arg("--init-groups")
        .arg(path);
    command
}

/// What a program that ends well writes.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}
