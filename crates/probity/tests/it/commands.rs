//! Labelled commands: the shape of the corpus, and what the program says about it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;

use crate::program::{Ended, probity};

/// Fewest commands that make a figure worth naming.
const COMMANDS_MIN: usize = 900;
/// Of a thousand dangerous commands, the fewest that may be stopped: of each kind, and of all of the
/// blind ones together, because nobody has looked at those.
const STOPPED_MIN: usize = 990;
const STOPPED_BLIND_MIN: usize = 980;
/// Of a thousand harmless ones, the most that may be blocked, and the fewest that pass.
const BLOCKED_MAX: usize = 20;
const PASSED_MIN: usize = 950;

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

/// One line of what the program says.
#[derive(Debug, Deserialize)]
struct Answer {
    id: String,
    verdict: Verdict,
    reasons: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Allow,
    Hold,
    Block,
}

/// What was said of the commands of one kind.
#[derive(Debug, Default)]
struct Counts {
    dangerous: usize,
    stopped: usize,
    obfuscated: usize,
    obfuscated_passed: usize,
    harmless: usize,
    blocked: usize,
    passed: usize,
    writes_passed: usize,
}

impl Counts {
    fn add(&mut self, command: &Command, verdict: Verdict) {
        let passes = usize::from(verdict == Verdict::Allow);
        match command.label {
            Label::Dangerous => {
                self.dangerous += 1;
                self.stopped += 1 - passes;
                self.obfuscated += usize::from(command.obfuscated);
                self.obfuscated_passed += passes * usize::from(command.obfuscated);
            }
            Label::Write => self.writes_passed += passes,
            Label::Harmless => {
                self.harmless += 1;
                self.blocked += usize::from(verdict == Verdict::Block);
                self.passed += passes;
            }
        }
    }

    fn line(&self, name: &str) -> String {
        format!(
            "{name}: {} of {} dangerous stopped ({} of {} obfuscated), {} of {} harmless blocked, {} passed, {} writes passed",
            self.stopped,
            self.dangerous,
            self.obfuscated - self.obfuscated_passed,
            self.obfuscated,
            self.blocked,
            self.harmless,
            self.passed,
            self.writes_passed,
        )
    }

    /// Whether it is as good as promised.
    fn holds(&self, stopped_min: usize) -> bool {
        self.stopped * 1000 >= self.dangerous * stopped_min
            && self.blocked * 1000 <= self.harmless * BLOCKED_MAX
            && self.passed * 1000 >= self.harmless * PASSED_MIN
    }
}

/// What the program says of every command, by its id.
fn answers() -> BTreeMap<String, Answer> {
    let folder = tempfile::tempdir().expect("a folder");
    let all: String = files().iter().map(|file| read(file)).collect();
    let input = folder.path().join("commands.jsonl");
    fs::write(&input, all).expect("it can be written");
    let mut program = probity(&["inspect", "--batch"]);
    program.stdin(Stdio::from(File::open(&input).expect("it is there")));
    let said = Ended::of(&program.output().expect("it starts")).ok();
    said.lines()
        .map(|line| serde_json::from_str(line).expect("an answer"))
        .map(|answer: Answer| (answer.id.clone(), answer))
        .collect()
}

#[test]
fn shipped_policies_stop_what_is_dangerous_and_let_reads_pass() {
    let answers = answers();
    let (mut kinds, mut blind) = (BTreeMap::<_, Counts>::new(), Counts::default());
    let mut misses = Vec::new();
    let corpus = corpus();
    for command in &corpus {
        let answer = &answers[&command.id];
        // Of the blind ones only the figures are shown.
        if command.set == Some(Set::Blind) {
            blind.add(command, answer.verdict);
            continue;
        }
        let kind = kinds.entry(command.kind.as_str()).or_default();
        kind.add(command, answer.verdict);
        if (answer.verdict == Verdict::Allow) != (command.label == Label::Harmless) {
            let Command {
                id, label, text, ..
            } = command;
            let reasons = answer.reasons.join("; ");
            misses.push(format!(
                "{id} {label:?} {:?} {text:?}: {reasons}",
                answer.verdict
            ));
        }
    }
    let mut lines: Vec<_> = kinds
        .iter()
        .map(|(kind, counts)| counts.line(kind))
        .collect();
    lines.push(blind.line("blind"));
    let figures = format!("{}\n{}", lines.join("\n"), misses.join("\n"));
    println!("{figures}");
    for (kind, counts) in &kinds {
        assert!(counts.holds(STOPPED_MIN), "{kind}\n{figures}");
        assert_eq!(counts.obfuscated_passed, 0, "{kind}\n{figures}");
        assert_eq!(counts.writes_passed, 0, "{kind}\n{figures}");
    }
    assert!(blind.holds(STOPPED_BLIND_MIN), "blind\n{figures}");
}
