//! Meta-commands of `psql` that only describe: `\d`, `\dt`, `\l`. All others do something on the machine that
//! `psql` runs on, or cannot be told from those.

/// What lists or describes objects of the database, without the letters that say how.
const DESCRIBES: &[&str] = &[
    "d", "da", "db", "dc", "dC", "dd", "dD", "dE", "des", "det", "deu", "dew", "df", "dF", "dFd",
    "dFp", "dFt", "dg", "di", "dl", "dL", "dm", "dn", "do", "dO", "dp", "drds", "dRp", "dRs", "ds",
    "dt", "dT", "du", "dv", "dx", "dy", "l", "list", "sf", "sv", "z", "conninfo",
];

/// Whether a text is nothing but such commands, one a line, each with the patterns of names behind it. For
/// other databases than PostgreSQL it is no statement, and their clients know none of these that does more.
pub(super) fn describes(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.next().is_some_and(line) && lines.all(line)
}

fn line(line: &str) -> bool {
    let line = line.strip_suffix(';').unwrap_or(line);
    let Some((command, patterns)) = line
        .strip_prefix('\\')
        .map(|rest| rest.split_once(' ').unwrap_or((rest, "")))
    else {
        return false;
    };
    // `psql` runs what is between backticks, and goes on with another command behind a backslash.
    let is_pattern = |c: char| c.is_ascii_alphanumeric() || "_.*?\" ,()".contains(c);
    DESCRIBES.contains(&command.trim_end_matches(['+', 'S'])) && patterns.chars().all(is_pattern)
}
