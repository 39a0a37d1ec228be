//! PowerShell: a tokenizer of its own, and a table of cmdlets.

mod table;
mod tokens;

use super::facts::{Effect, Hazard, Unknown};
use super::syntax::Word;
use super::targets::Access;
use super::walk::{Stdin, Walk, base_name};
use table::{ALIASES, HAZARDS, MARKS, VERBS};
use tokens::{Token, tokens};

/// `powershell -Command TEXT`, `-EncodedCommand BASE64`, `-File PATH`.
pub(super) fn arguments(walk: &mut Walk, words: &[Word], level: usize) {
    let mut rest = words;
    while let [first, tail @ ..] = rest {
        let flag = first.text.to_ascii_lowercase();
        let name = flag.trim_start_matches(['-', '/']);
        rest = tail;
        if flag.starts_with(['-', '/']) && !name.is_empty() {
            // Any beginning of the flag's name will do.
            if "encodedcommand".starts_with(name) && !"executionpolicy".starts_with(name)
                || name == "ec"
                || name == "e"
            {
                walk.facts.obscured = true;
                walk.facts.hazard(Hazard::DecodeIntoInterpreter);
                return match tail.first().and_then(|word| decode(&word.text)) {
                    Some(code) => text(walk, &code, level + 1),
                    None => walk.facts.unknown(Unknown::DynamicArgument),
                };
            }
            if "command".starts_with(name) {
                break;
            }
            if "file".starts_with(name) {
                walk.facts.effect(Effect::Execute);
                return walk.facts.unknown(Unknown::UnlistedProgram);
            }
            if [
                "executionpolicy",
                "windowstyle",
                "version",
                "inputformat",
                "outputformat",
            ]
            .iter()
            .any(|valued| valued.starts_with(name))
                || name == "ep"
            {
                rest = tail.get(1..).unwrap_or_default();
            }
            continue;
        }
        let joined = words.iter().skip_while(|word| !std::ptr::eq(*word, first));
        let code = joined
            .map(|word| word.text.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        return text(walk, &code, level + 1);
    }
    let code = rest
        .iter()
        .map(|word| word.text.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    if code.is_empty() {
        return walk.facts.unknown(Unknown::DynamicArgument);
    }
    if rest.iter().any(|word| !word.is_literal()) {
        walk.facts.unknown(Unknown::DynamicArgument);
    }
    text(walk, &code, level + 1);
}

/// UTF-16LE in base64.
fn decode(text: &str) -> Option<String> {
    let bytes = super::decode::base64(text.as_bytes())?;
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| {
            pair.iter()
                .rev()
                .fold(0, |sum, byte| (sum << 8) | u16::from(*byte))
        })
        .collect();
    Some(String::from_utf16_lossy(&units))
}

/// A text in PowerShell.
pub(super) fn text(walk: &mut Walk, text: &str, level: usize) {
    if !walk.admit(text, level) {
        return;
    }
    let plain = text.replace(['`', '\'', '"'], "").to_lowercase();
    for (mark, hazard) in MARKS {
        if plain.contains(mark) {
            walk.facts.hazard(*hazard);
        }
    }
    let Some(pipelines) = tokens(text) else {
        return walk.facts.unknown(Unknown::ParseError);
    };
    for pipeline in pipelines {
        let mut downloads = false;
        for statement in pipeline {
            downloads |= command(walk, &statement, downloads, level);
        }
    }
}

/// One command. Says whether it prints what another machine sends.
fn command(walk: &mut Walk, tokens: &[Token], fed: bool, level: usize) -> bool {
    let called = tokens
        .first()
        .is_some_and(|token| matches!(token.text.as_str(), "&" | "."));
    let tokens = if called {
        tokens.get(1..).unwrap_or_default()
    } else {
        tokens
    };
    let Some((first, arguments)) = tokens.split_first() else {
        return false;
    };
    let lower = first.text.to_lowercase();
    if first.dynamic {
        // `$x = value`: what is assigned runs if it is a command.
        if arguments
            .first()
            .is_some_and(|token| matches!(token.text.as_str(), "=" | "+="))
        {
            return command(walk, arguments.get(1..).unwrap_or_default(), fed, level);
        }
        if called {
            walk.facts.hazard(Hazard::DynamicCommand);
            walk.facts.obscured |= lower.contains(['+', '[']);
        }
        walk.facts.unknown(Unknown::DynamicArgument);
        return lower.contains("net.webclient");
    }
    walk.facts.obscured |= first.spliced;
    let name = base_name(&lower).trim_end_matches(".exe");
    let name = ALIASES
        .iter()
        .find(|(alias, _)| *alias == name)
        .map_or(name, |(_, name)| name);
    walk.facts.programs.insert(name.to_owned());
    let has = |flag: &str| {
        arguments.iter().any(|token| {
            token.text.len() > 1
                && token.text.starts_with('-')
                && flag.starts_with(&token.text.to_lowercase().trim_start_matches('-').to_owned())
        })
    };
    if let Some((_, effect, hazard)) = HAZARDS.iter().find(|(known, ..)| *known == name) {
        walk.facts.effect(*effect);
        walk.facts.hazard(*hazard);
    }
    let operands: Vec<&Token> = arguments
        .iter()
        .filter(|token| !token.text.starts_with('-'))
        .collect();
    match name {
        "invoke-expression" => {
            if fed
                || arguments.iter().any(|token| {
                    token.text.to_lowercase().contains("download")
                        || token.text.to_lowercase().contains("invoke-web")
                })
            {
                walk.facts.hazard(Hazard::DownloadIntoInterpreter);
            }
            match operands.first().filter(|token| !token.dynamic) {
                Some(code) => text(walk, &code.text, level + 1),
                None => walk.facts.unknown(Unknown::DynamicArgument),
            }
        }
        "invoke-webrequest" | "invoke-restmethod" => {
            walk.facts.effect(Effect::Network);
            let method = arguments
                .iter()
                .position(|token| token.text.eq_ignore_ascii_case("-method"))
                .and_then(|at| arguments.get(at + 1));
            if method.is_some_and(|method| method.text.eq_ignore_ascii_case("delete")) {
                walk.facts.effect(Effect::Delete);
            }
            return true;
        }
        "remove-item" => {
            walk.facts.effect(Effect::Delete);
            let access = if has("recurse") {
                Access::DeleteTree
            } else {
                Access::Delete
            };
            for operand in operands {
                walk.touch_text(&plain_path(operand), access);
            }
        }
        "get-content" | "get-childitem" | "get-item" | "select-string" => {
            walk.facts.effect(Effect::Read);
            for operand in operands {
                walk.touch_text(&plain_path(operand), Access::Read);
            }
        }
        "set-content" | "add-content" | "out-file" | "new-item" | "copy-item" | "move-item"
        | "tee-object" | "clear-content" => {
            walk.facts.effect(Effect::Write);
            let last = matches!(name, "copy-item" | "move-item");
            for operand in operands
                .iter()
                .skip(if last {
                    operands.len().saturating_sub(1)
                } else {
                    0
                })
                .take(1)
            {
                walk.touch_text(&plain_path(operand), Access::Write);
            }
        }
        "powershell" | "pwsh" => {
            let words: Vec<Word> = arguments
                .iter()
                .map(|token| Word::literal(token.text.replace('\0', "")))
                .collect();
            self::arguments(walk, &words, level + 1);
        }
        "cmd" => {
            let line = arguments
                .iter()
                .skip_while(|token| token.text.starts_with('/'))
                .map(|token| token.text.as_str());
            walk.facts.effect(Effect::Execute);
            text(walk, &line.collect::<Vec<_>>().join(" "), level + 1);
        }
        _ => return other(walk, name, arguments, level),
    }
    false
}

fn other(walk: &mut Walk, name: &str, arguments: &[Token], level: usize) -> bool {
    if HAZARDS.iter().any(|(known, ..)| *known == name) {
        return false;
    }
    if let Some((verb, _)) = name.split_once('-')
        && let Some((_, effect)) = VERBS.iter().find(|(known, _)| *known == verb)
    {
        walk.facts.effects.extend(*effect);
        return false;
    }
    let known =
        super::programs::class(name).is_some() || super::programs::interpreter(name).is_some();
    if known {
        let mut words = vec![Word::literal(name)];
        words.extend(arguments.iter().map(|token| {
            Word::literal(if token.dynamic {
                "\0".to_owned()
            } else {
                token.text.clone()
            })
        }));
        walk.words(&words, &Stdin::default(), level);
    } else {
        walk.facts.unknown(Unknown::UnlistedProgram);
    }
    false
}

/// A path with the variables that are known: the home and the system folder.
fn plain_path(token: &Token) -> String {
    let lower = token.text.to_lowercase();
    for (variable, path) in [
        ("$env:userprofile", "~"),
        ("$home", "~"),
        ("$env:systemroot", "C:/Windows"),
        ("$env:systemdrive", "C:"),
        ("$env:windir", "C:/Windows"),
    ] {
        if lower.starts_with(variable) {
            return format!(
                "{path}{}",
                token.text.get(variable.len()..).unwrap_or_default()
            );
        }
    }
    if token.dynamic {
        "\0".to_owned()
    } else {
        token.text.clone()
    }
}
