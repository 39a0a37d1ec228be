//! Programs that read, unless a flag makes them do something else.

use super::Arguments;
use crate::paths;
use crate::shell::facts::{Effect, Hazard};
use crate::shell::syntax::{DYNAMIC, Word};
use crate::shell::targets::Access;
use crate::shell::walk::Walk;

/// Folders below which keys and password hashes lie: whoever searches all of one reads them.
const TREES: &[&str] = &[
    "/", "/etc", "~", "/home", "/proc", "/var", "/var/run", "/run",
];

/// Parts of names of variables that hold secrets.
const SECRET_NAMES: &[&str] = &[
    "secret",
    "token",
    "password",
    "passwd",
    "credential",
    "api_key",
    "apikey",
    "access_key",
    "private_key",
];

/// Builtins that evaluate the index of an array, commands within it included.
const EVALUATING: &[&str] = &[
    "let", "test", "[", "[[", "printf", "read", "unset", "declare", "typeset", "local", "export",
];

impl Walk {
    /// `cd`: what follows happens elsewhere.
    pub(super) fn moves(&mut self, program: &str, arguments: &Arguments<'_>) {
        let target = arguments.operands.first().filter(|_| program != "popd");
        self.folder = match target.map(|word| word.text.as_str()) {
            None if program == "cd" => Some("~".to_owned()),
            None | Some("-") => None,
            Some(text) if text.contains(DYNAMIC) => None,
            Some(text) if text.starts_with(['/', '~']) => Some(text.to_owned()),
            Some(text) => match &self.folder {
                Some(folder) => Some(format!("{folder}/{text}")),
                None => Some(text.to_owned()),
            },
        };
    }

    /// `printenv NAME`.
    pub(super) fn prints(&mut self, arguments: &Arguments<'_>) {
        self.facts.effect(Effect::Read);
        let secret = |word: &&&Word| {
            let name = word.text.to_ascii_lowercase();
            SECRET_NAMES.iter().any(|part| name.contains(part))
        };
        if arguments.operands.iter().any(|word| secret(&word)) {
            self.facts.hazard(Hazard::SensitiveRead);
        }
    }

    /// An index that is evaluated: `let 'x[$(command)]=1'`.
    pub(super) fn evaluates(&mut self, program: &str, arguments: &Arguments<'_>) {
        let runs = |text: &str| text.contains("[$(") || text.contains("[`");
        if EVALUATING.contains(&program) && arguments.any(runs) {
            self.facts.hazard(Hazard::DynamicCommand);
            self.facts.obscured = true;
        }
    }

    /// Pagers run what begins with `+!`, and `man` the pager that it is told. False: it reads on.
    pub(super) fn pager(&mut self, program: &str, words: &[Word], level: usize) -> bool {
        let mut words = words.iter().map(|word| word.text.as_str());
        while let Some(word) = words.next() {
            let command = match (program, word) {
                ("man", "-P" | "--pager" | "-H") => words.next(),
                ("man", word) => word.strip_prefix("--pager=").or(word.strip_prefix("-P")),
                (_, word) => word
                    .strip_prefix("++!")
                    .or(word.strip_prefix("+!"))
                    .or(word.strip_prefix("+|")),
            };
            if let Some(command) = command {
                self.nested(command, level);
            }
        }
        false
    }

    /// `sort -o FILE` writes. False: it reads on.
    pub(super) fn sorts(&mut self, arguments: &Arguments<'_>) -> bool {
        for word in arguments.all {
            let file = word.text.strip_prefix("--output=");
            let glued = word.text.strip_prefix("-o").filter(|file| !file.is_empty());
            if let Some(file) = file.or(glued) {
                self.touch_text(file, Access::Write);
            }
            if word.text.starts_with("--compress-program") {
                self.facts.hazard(Hazard::DynamicCommand);
            }
        }
        if let Some(file) = arguments.value(&["-o", "--output"]) {
            self.touch(file, Access::Write);
        }
        false
    }

    /// A search through a whole tree. False: it reads on.
    pub(super) fn searches(&mut self, program: &str, arguments: &Arguments<'_>) -> bool {
        // The first operand of a search is a pattern.
        let skip = usize::from(program != "diff");
        let tree = matches!(program, "rg" | "ag" | "ack")
            || arguments.has("recursive", 'r')
            || arguments.has("dereference-recursive", 'R');
        let whole = |word: &&Word| {
            TREES.contains(
                &paths::literal(word.text.trim_end_matches('*'))
                    .normalised
                    .as_str(),
            )
        };
        if tree
            && arguments
                .operands
                .iter()
                .skip(skip)
                .copied()
                .any(|word| whole(&word))
        {
            self.facts.hazard(Hazard::SensitiveRead);
        }
        if program == "rg" && arguments.any(|word| word.starts_with("--pre")) {
            self.facts.hazard(Hazard::DynamicCommand);
        }
        false
    }

    /// A filter that prints the environment. False: it reads on.
    pub(super) fn filters(&mut self, arguments: &Arguments<'_>) -> bool {
        let words = |text: &str| {
            text.contains("$ENV")
                || text
                    .split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.' | '$' | '"'))
                    .any(|word| word == "env")
        };
        let filter = arguments.operands.first();
        if filter.is_some_and(|filter| words(&filter.text)) {
            self.facts.hazard(Hazard::SensitiveRead);
        }
        false
    }

    /// Packers that print or list write nothing. False: the table knows.
    pub(super) fn unpacks(&mut self, program: &str, arguments: &Arguments<'_>) -> bool {
        let reads = match program {
            "7z" => matches!(
                arguments.operands.first().map(|word| word.text.as_str()),
                Some("l" | "t" | "i")
            ),
            "unzip" => arguments.all.first().is_some_and(|flag| {
                flag.text.starts_with('-') && flag.text.contains(['l', 'p', 't', 'v', 'Z', 'z'])
            }),
            _ => {
                arguments.has("stdout", 'c')
                    || arguments.has("to-stdout", 'c')
                    || arguments.has("list", 'l')
                    || arguments.has("test", 't')
            }
        };
        if reads {
            self.facts.effect(Effect::Read);
            for operand in &arguments.operands {
                self.touch(operand, Access::Read);
            }
        }
        reads
    }

    /// `rpm -q`: false where it does something else.
    pub(super) fn queries(&mut self, words: &[Word]) -> bool {
        let asks = words.iter().any(|word| {
            word.text.starts_with("-q") || word.text.starts_with("--query") || word.text == "-V"
        });
        if asks {
            self.facts.effect(Effect::Read);
        }
        asks
    }
}
