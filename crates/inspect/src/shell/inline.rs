//! Code of other languages on the command line: `python -c`, `perl -e`, `node -e`.

use super::facts::{Effect, Hazard, Unknown};
use super::syntax::Word;
use super::targets::Access;
use super::walk::{Stdin, Walk};

/// What a name in the code means.
const MARKS: &[(&str, Effect, Option<Hazard>)] = &[
    ("os.system", Effect::Execute, Some(Hazard::InlineCode)),
    ("os.popen", Effect::Execute, Some(Hazard::InlineCode)),
    ("os.exec", Effect::Execute, Some(Hazard::InlineCode)),
    ("os.spawn", Effect::Execute, Some(Hazard::InlineCode)),
    ("subprocess", Effect::Execute, Some(Hazard::InlineCode)),
    ("pty.spawn", Effect::Execute, Some(Hazard::ReverseShell)),
    ("child_process", Effect::Execute, Some(Hazard::InlineCode)),
    ("execSync", Effect::Execute, Some(Hazard::InlineCode)),
    ("spawnSync", Effect::Execute, Some(Hazard::InlineCode)),
    ("shell_exec", Effect::Execute, Some(Hazard::InlineCode)),
    ("passthru", Effect::Execute, Some(Hazard::InlineCode)),
    ("proc_open", Effect::Execute, Some(Hazard::InlineCode)),
    ("do shell script", Effect::Execute, Some(Hazard::InlineCode)),
    ("Kernel.exec", Effect::Execute, Some(Hazard::InlineCode)),
    ("IO.popen", Effect::Execute, Some(Hazard::InlineCode)),
    ("os.execute", Effect::Execute, Some(Hazard::InlineCode)),
    ("io.popen", Effect::Execute, Some(Hazard::InlineCode)),
    ("system(", Effect::Execute, Some(Hazard::InlineCode)),
    ("system ", Effect::Execute, Some(Hazard::InlineCode)),
    ("system\"", Effect::Execute, Some(Hazard::InlineCode)),
    ("exec(", Effect::Execute, Some(Hazard::InlineCode)),
    ("exec \"", Effect::Execute, Some(Hazard::InlineCode)),
    ("eval(", Effect::Execute, Some(Hazard::DynamicCommand)),
    ("__import__", Effect::Execute, Some(Hazard::InlineCode)),
    (
        "shutil.rmtree",
        Effect::Delete,
        Some(Hazard::RecursiveDelete),
    ),
    ("rmSync", Effect::Delete, Some(Hazard::RecursiveDelete)),
    ("rm_rf", Effect::Delete, Some(Hazard::RecursiveDelete)),
    ("rmtree", Effect::Delete, Some(Hazard::RecursiveDelete)),
    ("os.remove", Effect::Delete, Some(Hazard::InlineCode)),
    ("os.unlink", Effect::Delete, Some(Hazard::InlineCode)),
    ("os.rmdir", Effect::Delete, Some(Hazard::InlineCode)),
    ("unlinkSync", Effect::Delete, Some(Hazard::InlineCode)),
    ("unlink", Effect::Delete, Some(Hazard::InlineCode)),
    ("File.delete", Effect::Delete, Some(Hazard::InlineCode)),
    ("writeFile", Effect::Write, None),
    ("socket", Effect::Network, Some(Hazard::InlineCode)),
    ("urllib", Effect::Network, None),
    ("urlopen", Effect::Network, None),
    ("requests.", Effect::Network, None),
    ("http.client", Effect::Network, None),
    ("fetch(", Effect::Network, None),
    ("net.Socket", Effect::Network, Some(Hazard::ReverseShell)),
    ("fsockopen", Effect::Network, Some(Hazard::ReverseShell)),
    ("TCPSocket", Effect::Network, Some(Hazard::ReverseShell)),
    ("IO::Socket", Effect::Network, Some(Hazard::ReverseShell)),
    (
        "os.setuid",
        Effect::Privilege,
        Some(Hazard::PrivilegeEscalation),
    ),
    (
        "setuid",
        Effect::Privilege,
        Some(Hazard::PrivilegeEscalation),
    ),
    ("os.kill", Effect::Process, None),
    ("os.fork", Effect::Process, Some(Hazard::ForkBomb)),
    ("os.environ", Effect::Read, Some(Hazard::SecretDisclosure)),
    ("process.env", Effect::Read, Some(Hazard::SecretDisclosure)),
    (
        "b64decode",
        Effect::Execute,
        Some(Hazard::DecodeIntoInterpreter),
    ),
    (
        "169.254.169.254",
        Effect::Network,
        Some(Hazard::MetadataService),
    ),
];

/// Modules that `python -m` runs and that are known.
const MODULES: &[(&str, Effect)] = &[
    ("pytest", Effect::Execute),
    ("unittest", Effect::Execute),
    ("doctest", Effect::Execute),
    ("mypy", Effect::Execute),
    ("black", Effect::Write),
    ("ruff", Effect::Execute),
    ("flake8", Effect::Execute),
    ("pip", Effect::Package),
    ("venv", Effect::Write),
    ("build", Effect::Execute),
    ("json.tool", Effect::Read),
    ("http.server", Effect::Network),
    ("timeit", Effect::Execute),
    ("compileall", Effect::Write),
    ("this", Effect::Read),
    ("site", Effect::Read),
];

impl Walk {
    /// An interpreter of another language than the shell's.
    pub(super) fn inline(
        &mut self,
        name: &str,
        flags: &[&str],
        arguments: &[Word],
        stdin: &Stdin<'_>,
        level: usize,
    ) {
        let first = arguments.first().map(|word| word.text.as_str());
        if matches!(first, Some("--version" | "-V" | "-v" | "--help" | "-h"))
            && arguments.len() == 1
        {
            return self.facts.effect(Effect::Read);
        }
        self.facts.effect(Effect::Execute);
        let at = arguments
            .iter()
            .position(|word| flags.iter().any(|flag| gives_code(&word.text, flag)));
        let module = arguments.iter().position(|word| word.text == "-m");
        if let Some(at) = at {
            let glued = arguments
                .get(at)
                .filter(|word| !word.text.starts_with("--") && word.text.len() > 4);
            match glued.or(arguments.get(at + 1)) {
                Some(code) => self.code(code, level),
                None => self.facts.unknown(Unknown::ParseError),
            }
        } else if let Some(module) = module
            .and_then(|at| arguments.get(at + 1))
            .filter(|_| name.starts_with("py"))
        {
            match MODULES.iter().find(|(known, _)| *known == module.text) {
                Some((_, effect)) => self.facts.effect(*effect),
                None => self.facts.unknown(Unknown::UnlistedProgram),
            }
        } else if let Some(file) = arguments.iter().find(|word| !word.text.starts_with('-')) {
            self.file(file);
        } else if stdin.is_some() {
            self.provenance(stdin);
            match stdin.literal() {
                Some(text) => self.code(&Word::literal(text), level),
                None => {
                    self.facts.hazard(Hazard::DynamicCommand);
                    self.facts.unknown(Unknown::DynamicArgument);
                }
            }
        } else {
            self.facts.unknown(Unknown::DynamicArgument);
        }
    }

    fn file(&mut self, file: &Word) {
        if file.scripts.is_empty() {
            self.touch(file, Access::Read);
            self.facts.unknown(Unknown::UnlistedProgram);
        } else {
            self.facts.hazard(Hazard::DynamicCommand);
            self.facts.unknown(Unknown::DynamicArgument);
            self.comes_out_of(&file.scripts);
        }
    }

    /// Code is looked through for names, and is unknown all the same: no name is a promise.
    fn code(&mut self, code: &Word, level: usize) {
        self.facts.unknown(Unknown::UnlistedProgram);
        self.comes_out_of(&code.scripts);
        for (mark, effect, hazard) in MARKS {
            if code.text.contains(mark) {
                self.facts.effect(*effect);
                self.facts.hazards.extend(*hazard);
            }
        }
        // A text in the code that is handed to a shell is one more command.
        let runs = self.facts.hazards.contains(&Hazard::InlineCode);
        for quoted in quoted_texts(&code.text) {
            let facts = crate::paths::literal(quoted);
            if facts.sensitive {
                self.facts.hazard(Hazard::SensitiveRead);
            }
            if runs && super::sniff(quoted) {
                self.nested(quoted, level);
            }
        }
    }
}

/// `-c`, `-c'code'`, `-Sc`: the flag, with code glued to it or other letters before it.
fn gives_code(argument: &str, flag: &str) -> bool {
    if argument == flag {
        return true;
    }
    let Some(letter) = flag.strip_prefix('-').filter(|letter| letter.len() == 1) else {
        return false;
    };
    argument.strip_prefix('-').is_some_and(|letters| {
        !letters.starts_with('-')
            && (letters.starts_with(letter) || (letters.len() < 4 && letters.ends_with(letter)))
    })
}

/// What stands between quotes of one kind, for the first few.
fn quoted_texts(code: &str) -> impl Iterator<Item = &str> {
    ['"', '\'']
        .into_iter()
        .flat_map(move |quote| code.split(quote).skip(1).step_by(2))
        .filter(|text| text.len() > 1)
        .take(16)
}
