//! From the arguments of a call to the texts in them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::names::{Tool, snake};
use super::{Basis, Call, Commands, DEPTH_MAX, Language, Place, STRINGS_MAX, Settings};
use crate::{http, shell, sql};

/// The shortest text that is taken for base64 of a command.
const BASE64_BYTES_MIN: usize = 12;

pub(super) struct Walk<'a> {
    name: &'a str,
    tool: Tool,
    settings: &'a Settings,
    found: Commands,
    strings: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(call: &Call<'a>, settings: &'a Settings) -> Self {
        Self {
            name: call.tool,
            tool: Tool::new(call.server, call.tool),
            settings,
            found: Commands::default(),
            strings: 0,
        }
    }

    pub(super) fn run(mut self, arguments: &Value) -> Commands {
        self.value("", "", arguments, DEPTH_MAX);
        self.found
    }

    fn value(&mut self, pointer: &str, key: &str, value: &Value, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            self.found.unread = true;
            return;
        };
        match value {
            Value::Object(members) => self.object(pointer, members, depth),
            Value::Array(items) => {
                if let Some(argv) = strings(items)
                    && argv.len() > 1
                    && matches!(key, "command" | "cmd" | "argv" | "args" | "command_line")
                    && self.configured(pointer, key).is_none()
                    && (self.tool.runs() || key != "args")
                {
                    let argv: Vec<String> = argv.into_iter().map(str::to_owned).collect();
                    self.note(pointer, Language::Shell, Basis::Name);
                    self.found.shell(shell::inspect_argv(&argv), self.settings);
                    return;
                }
                for (at, item) in items.iter().enumerate() {
                    self.value(&format!("{pointer}/{at}"), key, item, depth);
                }
            }
            Value::String(text) => self.text(pointer, key, text, depth),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn object(&mut self, pointer: &str, members: &Map<String, Value>, depth: usize) {
        let request = self.request(pointer, members);
        let program = self.program(pointer, members);
        let code = self.code(pointer, members);
        for (name, value) in members {
            let below = format!("{pointer}/{}", escaped(name));
            let key = snake(name);
            // What a name could hide is read like any other text.
            if self.tool.runs() {
                self.looks(&below, name, depth);
            }
            let taken = [request, program.0, program.1, code].contains(&Some(name.as_str()));
            if !taken {
                self.value(&below, &key, value, depth);
            }
        }
    }

    /// A request whose parts are members; the name of the one with its URL.
    fn request<'m>(&mut self, pointer: &str, members: &'m Map<String, Value>) -> Option<&'m str> {
        const URLS: &[&str] = &[
            "url",
            "uri",
            "endpoint",
            "href",
            "link",
            "webhook",
            "webhook_url",
            "base_url",
            "target_url",
        ];
        let (name, url) = members.iter().find_map(|(name, value)| {
            let url = value.as_str()?;
            URLS.contains(&snake(name).as_str())
                .then_some((name.as_str(), url))
        })?;
        let below = format!("{pointer}/{}", escaped(name));
        if self.configured(&below, &snake(name)).is_some() {
            return None;
        }
        let member = |names: &[&str]| {
            members
                .iter()
                .find(|(name, _)| names.contains(&snake(name).as_str()))
                .map(|(_, value)| value)
        };
        let method = member(&["method", "verb", "http_method"]).and_then(Value::as_str);
        if method.is_none() && !is_url(url) {
            return None;
        }
        if is_file(url) {
            self.read(&below, url, Language::Path, Basis::Content);
        }
        let headers = match member(&["headers", "header"]) {
            Some(Value::Object(headers)) => headers
                .iter()
                .map(|(name, value)| (name.clone(), plain(value)))
                .collect(),
            _ => Vec::new(),
        };
        let request = http::Request {
            method: method.unwrap_or_default().to_owned(),
            url: url.to_owned(),
            headers,
            body: member(&["body", "data", "json", "payload"])
                .map(plain)
                .unwrap_or_default(),
        };
        self.note(&below, Language::Http, Basis::Name);
        self.found.http.push(http::inspect(&request));
        Some(name)
    }

    /// A program and its arguments, in two members.
    fn program<'m>(
        &mut self,
        pointer: &str,
        members: &'m Map<String, Value>,
    ) -> (Option<&'m str>, Option<&'m str>) {
        let find = |names: &[&str]| {
            members
                .iter()
                .find(|(name, _)| names.contains(&snake(name).as_str()))
        };
        let program = find(&["command", "cmd", "program", "executable", "binary"])
            .and_then(|(name, value)| Some((name.as_str(), value.as_str()?)));
        let arguments = find(&["args", "arguments", "argv"])
            .and_then(|(name, value)| Some((name.as_str(), strings(value.as_array()?)?)));
        let (Some((program_name, program)), Some((arguments_name, arguments))) =
            (program, arguments)
        else {
            return (None, None);
        };
        let below = format!("{pointer}/{}", escaped(program_name));
        if self.configured(&below, &snake(program_name)).is_some() {
            return (None, None);
        }
        self.note(&below, Language::Shell, Basis::Name);
        let facts = if program.contains(char::is_whitespace) {
            let mut line = program.to_owned();
            for argument in arguments {
                line.push(' ');
                line.push_str(&quoted(argument));
            }
            shell::inspect(&line, shell::Dialect::Bash)
        } else {
            let argv: Vec<String> = [program]
                .into_iter()
                .chain(arguments)
                .map(str::to_owned)
                .collect();
            shell::inspect_argv(&argv)
        };
        self.found.shell(facts, self.settings);
        (Some(program_name), Some(arguments_name))
    }

    /// A program in a language that a member or the tool's name says.
    fn code<'m>(&mut self, pointer: &str, members: &'m Map<String, Value>) -> Option<&'m str> {
        let (name, code) = members.iter().find_map(|(name, value)| {
            let is_code = matches!(
                snake(name).as_str(),
                "code" | "script" | "source" | "source_code" | "snippet" | "program"
            );
            is_code.then(|| Some((name.as_str(), value.as_str()?)))?
        })?;
        let said = members
            .iter()
            .find(|(name, _)| {
                matches!(
                    snake(name).as_str(),
                    "language" | "lang" | "interpreter" | "runtime"
                )
            })
            .and_then(|(_, value)| value.as_str());
        let of_tool = || {
            self.name
                .split(|c: char| !c.is_alphanumeric())
                .find_map(interpreter)
        };
        let argv = said.and_then(interpreter).or_else(of_tool)?;
        let below = format!("{pointer}/{}", escaped(name));
        if self.configured(&below, &snake(name)).is_some() {
            return None;
        }
        self.note(&below, Language::Shell, Basis::Name);
        let argv: Vec<String> = argv
            .iter()
            .chain([&code])
            .map(|&text| text.to_owned())
            .collect();
        self.found.shell(shell::inspect_argv(&argv), self.settings);
        Some(name)
    }

    fn text(&mut self, pointer: &str, key: &str, text: &str, depth: usize) {
        if let Some(language) = self.configured(pointer, key) {
            self.read(pointer, text, language, Basis::Configured);
            return;
        }
        match self.tool.language(key) {
            Some(Language::Shell) if !self.tool.is_shell() && is_word_of_a_menu(text) => {}
            Some(Language::Path) if is_url(text) && !is_file(text) => {
                self.read(pointer, text, Language::Http, Basis::Content);
            }
            Some(language) => {
                self.read(pointer, text, language, Basis::Name);
                return;
            }
            None => {}
        }
        if self.tool.may_run(key) {
            self.looks(pointer, text, depth);
        } else if is_path(text) {
            self.read(pointer, text, Language::Path, Basis::Content);
        }
    }

    /// By what a text looks like.
    fn looks(&mut self, pointer: &str, text: &str, depth: usize) {
        self.strings += 1;
        if self.strings > STRINGS_MAX {
            self.found.unread = true;
            return;
        }
        if is_file(text) || is_path(text) {
            self.read(pointer, text, Language::Path, Basis::Content);
        } else if is_url(text) {
            self.read(pointer, text, Language::Http, Basis::Content);
        } else if sql::sniff(text) {
            self.read(pointer, text, Language::Sql, Basis::Content);
        } else if shell::sniff(text) {
            self.read(pointer, text, Language::Shell, Basis::Content);
        } else if let Some(inner) = json(text) {
            self.value(pointer, "", &inner, depth);
        } else if let Some(inner) = base64(text) {
            match depth.checked_sub(1) {
                Some(depth) => self.looks(pointer, &inner, depth),
                None => self.found.unread = true,
            }
        }
    }

    fn configured(&self, pointer: &str, key: &str) -> Option<Language> {
        let argument = self.settings.arguments.iter().find(|argument| {
            argument
                .tool
                .as_deref()
                .is_none_or(|tool| tool == self.name)
                && match argument.argument.strip_prefix('/') {
                    Some(_) => *argument.argument == *pointer,
                    None => snake(&argument.argument) == key,
                }
        });
        argument.map(|argument| argument.language)
    }

    fn read(&mut self, pointer: &str, text: &str, language: Language, basis: Basis) {
        self.note(pointer, language, basis);
        self.found.read(text, language, self.settings);
    }

    fn note(&mut self, pointer: &str, language: Language, basis: Basis) {
        let pointer = pointer.to_owned();
        self.found.places.push(Place {
            pointer,
            language,
            basis,
        });
    }
}

/// All items, if each is a string.
fn strings(items: &[Value]) -> Option<Vec<&str>> {
    items.iter().map(Value::as_str).collect()
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// A reference token of a JSON Pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// One word of a shell that stands for itself.
fn quoted(argument: &str) -> String {
    format!("'{}'", argument.replace('\'', r"'\''"))
}

/// How a program in a language is run.
fn interpreter(language: &str) -> Option<&'static [&'static str]> {
    Some(match language.to_ascii_lowercase().as_str() {
        "python" | "python3" | "py" => &["python3", "-c"],
        "javascript" | "js" | "node" | "nodejs" => &["node", "-e"],
        "ruby" | "rb" => &["ruby", "-e"],
        "perl" => &["perl", "-e"],
        "php" => &["php", "-r"],
        "bash" => &["bash", "-c"],
        "sh" | "shell" => &["sh", "-c"],
        "powershell" | "pwsh" => &["pwsh", "-Command"],
        _ => return None,
    })
}

/// One word that nothing is known of: a choice among a tool's own commands, such as `view`.
fn is_word_of_a_menu(text: &str) -> bool {
    let is_word = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    is_word && !text.starts_with('-') && !shell::sniff(text)
}

/// A scheme, and something behind it.
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.trim().split_once("://") else {
        return false;
    };
    SCHEMES.contains(&scheme.to_ascii_lowercase().as_str())
        && !rest.is_empty()
        && !text.trim().contains(char::is_whitespace)
}

/// The schemes that a client fetches; others are names of a server's own resources.
const SCHEMES: &[&str] = &[
    "http", "https", "ws", "wss", "file", "gopher", "dict", "ftp", "ftps", "sftp", "tftp", "ldap",
    "ldaps", "jar", "netdoc", "phar", "smb", "php", "expect", "data",
];

fn is_file(text: &str) -> bool {
    text.trim()
        .get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("file:"))
}

/// A path by its looks: it begins as one, or climbs.
fn is_path(text: &str) -> bool {
    let text = text.trim();
    let begins = text.starts_with(['/', '~']) && text.len() > 1
        || ["./", "../", "..\\"]
            .iter()
            .any(|start| text.starts_with(start))
        || matches!(text.as_bytes(), [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic());
    let climbs = ["/../", "\\..\\", "%2e%2e", "..%2f", "%2E%2E", "..%2F"]
        .iter()
        .any(|part| text.contains(part));
    (begins || climbs) && !text.contains(char::is_whitespace) && !text.contains("://")
}

fn json(text: &str) -> Option<Value> {
    let text = text.trim();
    let framed = text.starts_with('{') && text.ends_with('}')
        || text.starts_with('[') && text.ends_with(']');
    framed.then(|| serde_json::from_str(text).ok())?
}

/// What base64 holds, if that is a text.
fn base64(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('=');
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_');
    if text.len() < BASE64_BYTES_MIN || !text.bytes().all(is_letter) {
        return None;
    }
    let bytes = STANDARD_NO_PAD
        .decode(text)
        .or_else(|_| URL_SAFE_NO_PAD.decode(text))
        .ok()?;
    let inner = String::from_utf8(bytes).ok()?;
    let is_text = inner.chars().all(|c| !c.is_control() || c.is_whitespace());
    is_text.then_some(inner)
}
