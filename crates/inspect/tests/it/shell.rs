//! Shell commands: two tables, one of harmless ones and one of harmful ones.

use inspect::shell::{self, Dialect, Facts};

/// The rows of a table: what is expected, and the command.
fn rows(table: &str) -> impl Iterator<Item = (Vec<&str>, String)> {
    table
        .lines()
        .filter(|line| !line.starts_with("# "))
        .map(|line| {
            let (expected, command) = line.split_once("::: ").expect("a row has `::: `");
            let expected = expected.split_whitespace().collect();
            (expected, command.replace('⏎', "\n"))
        })
}

fn effects(facts: &Facts) -> Vec<&'static str> {
    facts.effects.iter().map(|effect| effect.as_str()).collect()
}

/// Whether a word of a row is among the facts.
fn says(facts: &Facts, word: &str) -> bool {
    match (word, word.split_once(':')) {
        ("obscured", _) => facts.obscured,
        ("unknown", _) => facts.unknown.is_some(),
        (_, Some(("program", program))) => facts.programs.contains(program),
        (_, Some(("sql", part))) => facts.sql.iter().any(|text| text.contains(part)),
        (_, Some(("host", host))) => facts.hosts.contains(host),
        (_, Some(("call", call))) => facts.cloud.iter().any(|c| c.effect.as_str() == call),
        (word, _) => {
            facts.hazards.iter().any(|hazard| hazard.as_str() == word)
                || effects(facts).contains(&word)
        }
    }
}

#[test]
fn harmless_commands_are_told_from_their_look_alikes() {
    let mut wrong = Vec::new();
    for (expected, command) in rows(include_str!("../data/benign.txt")) {
        let facts = shell::inspect(&command, Dialect::Bash);
        let mut expected = expected;
        let found = effects(&facts);
        expected.sort_by_key(|effect| found.iter().position(|found| found == effect));
        let clean = facts.hazards.is_empty() && !facts.obscured && facts.unknown.is_none();
        if found != expected || !clean {
            wrong.push(format!("{command}\n    expected {expected:?}, found {found:?} {:?} obscured {} unknown {:?}", facts.hazards, facts.obscured, facts.unknown));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} rows:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn harmful_commands_are_found_however_they_are_written() {
    let mut wrong = Vec::new();
    for (expected, command) in rows(include_str!("../data/dangerous.txt")) {
        let facts = shell::inspect(&command, Dialect::Bash);
        let missing: Vec<&str> = expected
            .into_iter()
            .filter(|word| !says(&facts, word))
            .collect();
        if !missing.is_empty() {
            wrong.push(format!("{command}\n    misses {missing:?}: {facts:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} rows:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
