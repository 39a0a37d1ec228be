//! The walk over a script: who runs, with which arguments, fed by whom.

use std::collections::BTreeSet;

use super::decode;
use super::facts::{Effect, Facts, Hazard, Unknown};
use super::lower;
use super::programs::{self, Class};
use super::syntax::{
    Command, DYNAMIC, Node, Pipeline, Redirect, RedirectKind, Script, Stage, Word,
};
use super::targets::Access;
use super::{LEVELS_MAX, TEXT_BYTES_MAX};

/// Most bytes of all texts that one command unwraps to.
const NESTED_BYTES_MAX: usize = 4 * TEXT_BYTES_MAX;
/// Most commands of all texts.
const COMMANDS_MAX: usize = 20_000;
/// How many stages before an interpreter are asked where its input comes from.
const STAGES_ASKED_MAX: usize = 32;

/// What has been found so far, and how much was looked at.
#[derive(Debug, Default)]
pub(super) struct Walk {
    pub(super) facts: Facts,
    /// The functions that the text defines.
    functions: BTreeSet<String>,
    /// The folder that `cd` went to, if it is known.
    pub(super) folder: Option<String>,
    bytes: usize,
    commands: usize,
}

/// What a program reads: the stages before it, or a text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stdin<'s> {
    pub(super) piped: Option<(&'s Pipeline, usize)>,
    pub(super) text: Option<&'s Word>,
    pub(super) file: Option<&'s Word>,
}

impl Stdin<'_> {
    pub(super) fn is_some(&self) -> bool {
        self.piped.is_some() || self.text.is_some() || self.file.is_some()
    }

    /// The text, if nothing has to run to tell.
    pub(super) fn literal(&self) -> Option<String> {
        match (self.text, self.piped) {
            (Some(word), _) => word.is_literal().then(|| word.text.clone()),
            (None, Some((pipeline, stages))) => decode::printed(pipeline, stages),
            _ => None,
        }
    }

    /// Whether one of the stages before is a program of which this holds.
    pub(super) fn comes_from(&self, is: fn(&str) -> bool) -> bool {
        self.piped.is_some_and(|(pipeline, stages)| {
            stages > STAGES_ASKED_MAX
                || pipeline
                    .stages
                    .iter()
                    .take(stages)
                    .any(|stage| runs(stage, is, 0))
        }) || self
            .text
            .is_some_and(|word| word.scripts.iter().any(|script| script_runs(script, is, 0)))
            || self
                .file
                .is_some_and(|word| word.scripts.iter().any(|script| script_runs(script, is, 0)))
    }
}

pub(super) fn is_downloader(program: &str) -> bool {
    programs::DOWNLOADERS.contains(&program)
}

fn script_runs(script: &Script, is: fn(&str) -> bool, depth: usize) -> bool {
    depth < 4
        && script
            .pipelines
            .iter()
            .take(STAGES_ASKED_MAX)
            .any(|pipeline| {
                pipeline
                    .stages
                    .iter()
                    .take(STAGES_ASKED_MAX)
                    .any(|stage| runs(stage, is, depth + 1))
            })
}

fn runs(stage: &Stage, is: fn(&str) -> bool, depth: usize) -> bool {
    match &stage.node {
        // A wrapper's program stands among its first words.
        Node::Command(command) => {
            command
                .words
                .iter()
                .take(4)
                .any(|word| is(base_name(&word.text)))
                || command.words.iter().any(|word| {
                    word.scripts
                        .iter()
                        .any(|script| script_runs(script, is, depth))
                })
        }
        Node::Group(script) => script_runs(script, is, depth),
        Node::Function(..) => false,
    }
}

/// A program's name without its folder.
pub(super) fn base_name(program: &str) -> &str {
    program.rsplit(['/', '\\']).next().unwrap_or(program)
}

impl Walk {
    /// A text in the shell's language.
    pub(super) fn text(&mut self, text: &str, level: usize) {
        if !self.admit(text, level) {
            return;
        }
        let lowered = lower::lower(text);
        if let Some(why) = lowered.unknown {
            self.facts.unknown(why);
        }
        self.facts.obscured |= lowered.tricks;
        self.script(&lowered.script, level);
    }

    /// Whether a text is within the limits.
    pub(super) fn admit(&mut self, text: &str, level: usize) -> bool {
        self.bytes = self.bytes.saturating_add(text.len());
        if level > LEVELS_MAX {
            self.facts.unknown(Unknown::TooDeep);
            return false;
        }
        if text.len() > TEXT_BYTES_MAX || self.bytes > NESTED_BYTES_MAX {
            self.facts.unknown(Unknown::TooLong);
            return false;
        }
        true
    }

    /// A text within a text.
    pub(super) fn nested(&mut self, text: &str, level: usize) {
        self.text(text, level + 1);
    }

    /// A program's name and arguments without a shell between.
    pub(super) fn argv(&mut self, argv: &[String]) {
        let length: usize = argv.iter().map(String::len).sum();
        if length > TEXT_BYTES_MAX {
            return self.facts.unknown(Unknown::TooLong);
        }
        if argv
            .iter()
            .any(|argument| argument.contains(|c: char| c < '\u{8}'))
        {
            self.facts.obscured = true;
            return self.facts.unknown(Unknown::ParseError);
        }
        let words: Vec<Word> = argv.iter().map(Word::literal).collect();
        self.words(&words, &Stdin::default(), 0);
    }

    pub(super) fn script(&mut self, script: &Script, level: usize) {
        for pipeline in &script.pipelines {
            for (at, stage) in pipeline.stages.iter().enumerate() {
                let piped = (at > 0).then_some((pipeline, at));
                self.stage(stage, piped, level);
            }
        }
    }

    fn stage(&mut self, stage: &Stage, piped: Option<(&Pipeline, usize)>, level: usize) {
        let mut stdin = Stdin {
            piped,
            ..Stdin::default()
        };
        for redirect in &stage.redirects {
            match redirect.kind {
                RedirectKind::Text => stdin.text = Some(&redirect.target),
                RedirectKind::Read => stdin.file = Some(&redirect.target),
                RedirectKind::Write => {}
            }
            self.redirect(redirect, level);
        }
        match &stage.node {
            Node::Command(command) => self.command(command, &stdin, level),
            Node::Group(script) => self.group(script, &stdin, level),
            Node::Function(name, body) => {
                if calls_itself(name, body) {
                    self.facts.hazard(Hazard::ForkBomb);
                }
                self.functions.insert(name.clone());
                self.script(body, level);
            }
        }
    }

    /// A group's first commands read what the group is fed.
    fn group(&mut self, script: &Script, stdin: &Stdin<'_>, level: usize) {
        if !stdin.is_some() {
            return self.script(script, level);
        }
        for pipeline in &script.pipelines {
            for (at, stage) in pipeline.stages.iter().enumerate() {
                match &stage.node {
                    Node::Command(command) if at == 0 && stage.redirects.is_empty() => {
                        self.command(command, stdin, level)
                    }
                    _ => self.stage(stage, (at > 0).then_some((pipeline, at)), level),
                }
            }
        }
    }

    fn redirect(&mut self, redirect: &Redirect, level: usize) {
        for script in &redirect.target.scripts {
            self.script(script, level);
        }
        match redirect.kind {
            RedirectKind::Text => {}
            // A process substitution is no file.
            _ if !redirect.target.scripts.is_empty()
                && redirect.target.text == DYNAMIC.to_string() => {}
            RedirectKind::Read => self.touch(&redirect.target, Access::Read),
            RedirectKind::Write => self.touch(&redirect.target, Access::Write),
        }
    }

    fn command(&mut self, command: &Command, stdin: &Stdin<'_>, level: usize) {
        for (name, value) in &command.assignments {
            self.environment(name, &value.text);
            for script in &value.scripts {
                self.script(script, level);
            }
        }
        for script in command.words.iter().flat_map(|word| &word.scripts) {
            self.script(script, level);
        }
        self.words(&command.words, stdin, level);
    }

    /// A program and its arguments.
    pub(super) fn words(&mut self, words: &[Word], stdin: &Stdin<'_>, level: usize) {
        let Some((first, arguments)) = words.split_first() else {
            return;
        };
        self.commands += 1;
        if level > LEVELS_MAX {
            return self.facts.unknown(Unknown::TooDeep);
        }
        if self.commands > COMMANDS_MAX {
            return self.facts.unknown(Unknown::TooLong);
        }
        if self.hides(first, arguments) {
            self.facts.obscured = true;
        }
        let name = base_name(&first.text);
        if name.contains(DYNAMIC) || (first.glob && name != "[") {
            return self.dynamic(first);
        }
        self.facts.programs.insert(name.to_owned());
        self.program(name, first, arguments, stdin, level);
    }

    /// Whether the words are written so that a reader, or a filter, overlooks them.
    fn hides(&self, first: &Word, arguments: &[Word]) -> bool {
        let splices = |word: &Word| word.spliced && word.decoded;
        first.spliced
            || first.decoded
            || first.brace
            || !first.text.is_ascii()
            || arguments.iter().any(splices)
    }

    fn dynamic(&mut self, first: &Word) {
        self.facts.unknown(Unknown::DynamicArgument);
        self.comes_out_of(&first.scripts);
        if !first.scripts.is_empty() || first.glob {
            self.facts.hazard(Hazard::DynamicCommand);
            self.facts.obscured |= first.glob;
        }
    }

    /// What it means that code comes out of these scripts.
    pub(super) fn comes_out_of(&mut self, scripts: &[Script]) {
        if scripts
            .iter()
            .any(|script| script_runs(script, is_downloader, 0))
        {
            self.facts.hazard(Hazard::DownloadIntoInterpreter);
        }
        if scripts
            .iter()
            .any(|script| script_runs(script, decode::is_decoder, 0))
        {
            self.facts.hazard(Hazard::DecodeIntoInterpreter);
            self.facts.obscured = true;
        }
    }

    fn program(
        &mut self,
        name: &str,
        first: &Word,
        arguments: &[Word],
        stdin: &Stdin<'_>,
        level: usize,
    ) {
        if self.functions.contains(name) {
            return;
        }
        if asks_for_help(name, arguments) {
            return self.facts.effect(Effect::Read);
        }
        if self.wrapper(name, arguments, stdin, level) {
            return;
        }
        if let Some(interpreter) = programs::interpreter(name) {
            return self.interpreter(name, interpreter, arguments, stdin, level);
        }
        if matches!(name, "source" | ".") {
            return self.source(arguments);
        }
        let family = programs::family(name);
        if self.ruled(family, arguments, stdin, level) {
            return;
        }
        match programs::class(family) {
            Some(class) => self.classed(class, arguments),
            None => {
                // A script or program at a path is run, and nothing is known about it.
                if first.text.contains('/') {
                    self.facts.effect(Effect::Execute);
                }
                self.facts.unknown(Unknown::UnlistedProgram);
            }
        }
    }

    fn classed(&mut self, class: Class, arguments: &[Word]) {
        let mut operands: Vec<&Word> = arguments
            .iter()
            .filter(|word| !word.text.starts_with('-'))
            .collect();
        match class {
            Class::Silent => {}
            Class::Query => self.facts.effect(Effect::Read),
            Class::Reader => {
                self.facts.effect(Effect::Read);
                operands
                    .iter()
                    .for_each(|word| self.touch(word, Access::Read));
            }
            Class::Pattern => {
                self.facts.effect(Effect::Read);
                let given = arguments
                    .iter()
                    .any(|word| matches!(word.text.as_str(), "-e" | "-f" | "--regexp" | "--file"));
                let skip = usize::from(!given);
                operands
                    .iter()
                    .skip(skip)
                    .for_each(|word| self.touch(word, Access::Read));
            }
            Class::Writer => {
                self.facts.effect(Effect::Write);
                operands
                    .iter()
                    .for_each(|word| self.touch(word, Access::Write));
            }
            Class::Deleter => {
                self.facts.effect(Effect::Delete);
                operands
                    .iter()
                    .for_each(|word| self.touch(word, Access::Delete));
            }
            Class::Copier => {
                self.facts.effect(Effect::Write);
                if let Some(last) = operands.pop() {
                    self.touch(last, Access::Write);
                }
                operands
                    .iter()
                    .for_each(|word| self.touch(word, Access::Read));
            }
            Class::Does(effect) => {
                self.facts.effect(effect);
                // Part of a host's name that a command prints leaves with the question for it.
                let carries =
                    |word: &&Word| !word.scripts.is_empty() && word.text.len() > DYNAMIC.len_utf8();
                if effect == Effect::Network && arguments.iter().any(|word| carries(&word)) {
                    self.facts.hazard(Hazard::DataUpload);
                }
            }
            Class::Ruled => {}
        }
    }
}

/// Whether a known program is only asked what it is.
fn asks_for_help(name: &str, arguments: &[Word]) -> bool {
    let known =
        programs::class(programs::family(name)).is_some() || programs::interpreter(name).is_some();
    match arguments {
        [only] => known && matches!(only.text.as_str(), "--help" | "--version" | "-version"),
        _ => false,
    }
}

/// Whether a function starts itself twice over, or beside itself.
fn calls_itself(name: &str, body: &Script) -> bool {
    body.pipelines.iter().any(|pipeline| {
        let calls = pipeline.stages.iter().filter(|stage| match &stage.node {
            Node::Command(command) => command.words.first().is_some_and(|word| word.text == name),
            _ => false,
        });
        calls.count() > 1
    })
}

/// Whether a script prints what stands in files: what it substitutes leaves with the request.
pub(super) fn reads_files(script: &Script) -> bool {
    const READING: &[&str] = &[
        "cat", "base64", "xxd", "tar", "gzip", "head", "tail", "env", "printenv", "sed", "awk",
        "grep",
    ];
    script_runs(script, |program| READING.contains(&program), 0)
}
