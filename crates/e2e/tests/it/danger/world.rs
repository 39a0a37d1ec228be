//! What there is to destroy: a database of PostgreSQL, one of SQLite, and files; and the server whose tools
//! reach them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::postgres::Cluster;
use crate::components::Components;

/// Both databases, in words that both understand.
const TABLES: &str = "
    CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, admin BOOLEAN DEFAULT false);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users, amount INTEGER);
    INSERT INTO users VALUES (1, 'Ada', true), (2, 'Grace', false), (3, 'DROP TABLE users', false);
    INSERT INTO orders VALUES (1, 1, 10), (2, 2, 20), (3, 2, 30);
";
/// A function that a SELECT can call, and a role that could be raised.
const MORE: &str = "
    CREATE FUNCTION forget_everything() RETURNS void LANGUAGE sql AS 'DELETE FROM orders';
    CREATE SEQUENCE tickets;
    DO $$ BEGIN CREATE ROLE reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
";

pub(crate) struct World<'a> {
    cluster: &'a Cluster,
    database: String,
    folder: TempDir,
}

/// Everything that can be harmed; equal if nothing was.
#[derive(Debug, PartialEq)]
pub(crate) struct State {
    cluster: String,
    /// Each file's mode and bytes; SQLite's database is one of them.
    files: BTreeMap<String, (u32, Vec<u8>)>,
}

impl<'a> World<'a> {
    pub(crate) fn new(cluster: &'a Cluster, database: &str) -> Self {
        cluster.create(database, &format!("{TABLES}{MORE}"));
        let folder = TempDir::new().unwrap();
        let notes = folder.path().join("notes");
        fs::create_dir(&notes).unwrap();
        fs::write(notes.join("a.txt"), "first\nsecond\n").unwrap();
        fs::write(notes.join("b.txt"), "third\n").unwrap();
        let readme = "never run rm -rf notes\nDROP TABLE is for others\n";
        fs::write(folder.path().join("README"), readme).unwrap();
        let world = Self {
            cluster,
            database: database.to_owned(),
            folder,
        };
        let done = Command::new(&Components::find().python)
            .args([
                "-c",
                "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])",
            ])
            .args([&world.sqlite(), TABLES])
            .status();
        assert!(done.unwrap().success(), "SQLite's database is not there");
        world
    }

    /// The command line of the server that reaches all of it.
    pub(crate) fn server(&self, components: &Components) -> Vec<String> {
        let folder = self.folder.path().to_str().unwrap();
        let [program, postgres, sqlite, address, file] = [
            &components.file("tests/python/danger_server.py"),
            "--postgres",
            "--sqlite",
            &self.cluster.address(&self.database),
            &self.sqlite(),
        ];
        let words = [program, postgres, address, sqlite, file, "--folder", folder];
        let python = std::iter::once(components.python.clone());
        python.chain(words.map(str::to_owned)).collect()
    }

    pub(crate) fn state(&self) -> State {
        let mut files = BTreeMap::new();
        collect(self.folder.path(), &mut files);
        State {
            cluster: self.cluster.dump(&self.database),
            files,
        }
    }

    fn sqlite(&self) -> String {
        let file = self.folder.path().join("shop.db");
        file.to_str().unwrap().to_owned()
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<String, (u32, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::symlink_metadata(&path).unwrap();
        let bytes = if metadata.is_file() {
            fs::read(&path).unwrap()
        } else {
            Vec::new()
        };
        if metadata.is_dir() {
            collect(&path, files);
        }
        let name = path.to_str().unwrap().to_owned();
        files.insert(name, (metadata.permissions().mode(), bytes));
    }
}
