//! What holds for any text.

use std::fs;
use std::path::PathBuf;

use inspect::fuzzing;
use inspect::sql::{Dialect, inspect};
use proptest::prelude::*;

/// Pieces of which hostile texts are made.
const PIECES: &[&str] = &[
    "SELECT",
    "DELETE FROM",
    "t",
    "WHERE",
    "'",
    "\"",
    "`",
    "[",
    "]",
    "(",
    ")",
    ";",
    "--",
    "/*",
    "*/",
    "/*!",
    "#",
    "\\",
    "$$",
    "$a$",
    "1",
    "=",
    " ",
    "\n",
    "\u{a0}",
    "END",
    "BEGIN",
    "UNION",
    "E'",
    ",",
    ".",
    "*",
    "@x",
    "DROP TABLE",
    "EXEC",
    "CASE",
    "WHEN",
    "INTO",
    "é",
    "\0",
    "AS",
    "::",
    "|>",
    "INSERT INTO",
    "VALUES",
    "SET",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_has_facts(text in ".{0,200}") {
        fuzzing::sql(text.as_bytes());
    }

    #[test]
    fn any_pieces_have_facts(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        fuzzing::sql(pieces.concat().as_bytes());
        fuzzing::sql(pieces.join(" ").as_bytes());
    }

    /// The separators stand between tokens; what they are says nothing.
    #[test]
    fn space_and_comments_say_nothing(
        at in 0..STATEMENTS.len(),
        separators in prop::collection::vec(
            prop::sample::select(&[" ", "\n", "\t ", "/**/", " /* DROP TABLE x; */ ", " -- ; '\n"][..]),
            32,
        ),
    ) {
        let words: Vec<&str> = STATEMENTS[at].split(' ').collect();
        let mut text = String::new();
        for (word, separator) in words.iter().zip(&separators) {
            text.push_str(separator);
            text.push_str(word);
        }
        for &dialect in Dialect::ALL {
            let (plain, spaced) = (inspect(STATEMENTS[at], dialect), inspect(&text, dialect));
            // Comments with semicolons may end earlier in dialects that nobody named.
            if dialect != Dialect::Generic {
                prop_assert_eq!(plain, spaced, "{:?}", text);
            }
        }
    }
}

/// Statements whose tokens stand apart.
const STATEMENTS: &[&str] = &[
    "SELECT a , b FROM t WHERE c = 1",
    "DELETE FROM t WHERE id = id",
    "DELETE FROM t WHERE id = 1 OR 1 = 1",
    "UPDATE t SET a = 1",
    "INSERT INTO t ( a ) VALUES ( 'x' )",
    "DROP TABLE t",
    "SELECT 1 ; DROP TABLE t",
    "SELECT pg_terminate_backend ( 1 )",
    "WITH c AS ( SELECT 1 ) SELECT * FROM c",
    "GRANT ALL ON t TO bob",
    "SHUTDOWN",
    "SELECT * INTO copy FROM t",
];

#[test]
fn the_target_holds_over_its_corpus() {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus/sql"]
        .iter()
        .collect();
    let mut files = 0;
    for entry in fs::read_dir(&folder).expect("the corpus") {
        let bytes = fs::read(entry.expect("an entry").path()).expect("a file");
        files += 1;
        for at in 0..=bytes.len() {
            fuzzing::sql(bytes.split_at(at).0);
        }
    }
    assert!(files > 0, "no corpus in {}", folder.display());
}
