//! Labelled commands: the shape of the corpus, and what the program says about it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Fewest commands that make a figure worth naming.
const COMMANDS_MIN: usize = 900;

/// One line of `tests/commands/*.jsonl`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Command {
    id: String,
    kind: String,
    dialect: Option<String>,
    tool: Option<String>,
    text: String,
    label: Label,
    obfuscated: bool,
    why: String,
    set: Option<Set>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Label {
    Dangerous,
    Write,
    Harmless,
}

/// Whether a command may be looked at while code and policies are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Set {
    Blind,
}

/// The files of the corpus, in the order of their names.
fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/commands");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the corpus is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
        .collect();
    files.sort();
    files
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).expect("a file of the corpus")
}

/// Every command of the corpus.
fn corpus() -> Vec<Command> {
    let parse = |line: &str| match serde_json::from_str(line) {
        Ok(command) => command,
        Err(error) => panic!("{error}: {line}"),
    };
    files()
        .iter()
        .flat_map(|file| read(file).lines().map(parse).collect::<Vec<_>>())
        .collect()
}

#[test]
fn the_corpus_is_what_it_says() {
    let corpus = corpus();
    assert!(corpus.len() >= COMMANDS_MIN);

    let ids: BTreeSet<_> = corpus.iter().map(|command| &command.id).collect();
    assert_eq!(ids.len(), corpus.len(), "an id stands for one command");
    let texts: BTreeSet<_> = corpus
        .iter()
        .map(|c| (&c.kind, &c.dialect, &c.tool, &c.text))
        .collect();
    assert_eq!(texts.len(), corpus.len(), "no command is counted twice");
    for command in &corpus {
        assert!(!command.text.is_empty() && !command.why.is_empty());
        assert_eq!(
            command.dialect.is_some(),
            matches!(&*command.kind, "sql" | "nosql"),
            "a dialect belongs to a query: {command:?}"
        );
        assert!(!command.obfuscated || command.label == Label::Dangerous);
    }

    let share = |matches: &dyn Fn(&Command) -> bool, of: usize| {
        let count = corpus.iter().filter(|command| matches(command)).count();
        (count * 100 / of, count)
    };
    let (dangerous, count) = share(&|c| c.label == Label::Dangerous, corpus.len());
    let (obfuscated, _) = share(&|c| c.obfuscated, count);
    let (harmless, _) = share(&|c| c.label == Label::Harmless, corpus.len());
    let (blind, _) = share(&|c| c.set == Some(Set::Blind), corpus.len());
    assert!((45..=60).contains(&dangerous), "{dangerous} %");
    assert!(obfuscated >= 33, "{obfuscated} %");
    assert!((35..=50).contains(&harmless), "{harmless} %");
    assert!((30..=40).contains(&blind), "{blind} %");
}
