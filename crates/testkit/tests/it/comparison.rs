//! The comparer sees every kind of difference.

use testkit::conformance::{Check, Comparison, Run, Status};

/// Builds a run from lines of `scenario check status`.
fn run(script: &str) -> Run {
    let mut run = Run::default();
    for line in script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        let words: Vec<&str> = line.split(' ').collect();
        let status = match words[2] {
            "ok" => Status::Success,
            "bad" => Status::Failure,
            "warn" => Status::Warning,
            other => panic!("unknown status {other}"),
        };
        run.scenarios
            .entry(words[0].to_owned())
            .or_default()
            .push(Check {
                id: words[1].to_owned(),
                name: words[1].to_owned(),
                status,
                error_message: (status != Status::Success).then(|| "because".to_owned()),
            });
    }
    run
}

#[test]
fn differences() {
    for (name, direct, through, expected) in [
        ("nothing", "a x ok", "a x ok", ""),
        ("same failure", "a x bad", "a x bad", ""),
        (
            "worse",
            "a x ok",
            "a x bad",
            "a / x x 1: success directly, failure through: because",
        ),
        (
            "better",
            "a x bad",
            "a x ok",
            "a / x x 1: failure directly, success through",
        ),
        (
            "warned",
            "a x ok",
            "a x warn",
            "a / x x 1: success directly, warning through: because",
        ),
        (
            "check lost",
            "a x ok\na y ok",
            "a x ok",
            "a / y y 1: success directly, absent through",
        ),
        (
            "scenario lost",
            "a x ok\nb x ok",
            "a x ok",
            "b / x x 1: success directly, absent through",
        ),
        (
            "second of a name",
            "a x ok\na x ok",
            "a x ok\na x bad",
            "a / x x 2: success directly, failure through: because",
        ),
    ] {
        let comparison = Comparison::of(run(direct), run(through));
        let lines: Vec<String> = comparison
            .differences
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(lines.join("\n"), expected, "{name}");
    }
}

#[test]
fn clean_needs_both_no_failure_and_no_difference() {
    for (direct, through, clean) in [
        ("a x ok", "a x ok", true),
        ("a x bad", "a x bad", false),
        ("a x ok", "a x bad", false),
    ] {
        assert_eq!(Comparison::of(run(direct), run(through)).is_clean(), clean);
    }
}
