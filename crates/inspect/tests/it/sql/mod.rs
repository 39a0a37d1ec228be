//! Tables of SQL and the facts that follow from it.

mod bounds;
mod mysql;
mod names;
mod postgresql;
mod properties;
mod sqlite;
mod sqlserver;
mod warehouses;

use inspect::sql::{Dialect, Facts, inspect};

/// Compares the facts of each text with what stands beside it: effects, `unfiltered`, `!hazard`,
/// `obscured`, `?unknown`.
fn check(dialect: Dialect, rows: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for &(text, expected) in rows {
        let facts = line(&inspect(text, dialect));
        if facts != expected {
            wrong.push(format!(
                "{text:?}\n  expected {expected}\n  seen     {facts}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{dialect}:\n{}", wrong.join("\n"));
}

/// Facts as one line of the tables.
fn line(facts: &Facts) -> String {
    let effects = facts.effects.iter().map(ToString::to_string);
    let unfiltered = facts.unfiltered.then(|| "unfiltered".to_owned());
    let hazards = facts.hazards.iter().map(|hazard| format!("!{hazard}"));
    let obscured = facts.obscured.then(|| "obscured".to_owned());
    let unknown = facts.unknown.map(|why| format!("?{why}"));
    let words: Vec<String> = effects
        .chain(unfiltered)
        .chain(hazards)
        .chain(obscured)
        .chain(unknown)
        .collect();
    words.join(" ")
}
