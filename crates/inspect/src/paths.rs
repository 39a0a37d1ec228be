//! What a file path points at.
//!
//! A path is brought to one form first: percent escapes, look-alike slashes and dots, `.` and `..`,
//! doubled slashes, `/proc/self/root`. Deliberately absent: the file system. A symbolic link is not
//! followed, because here is no disk to ask.

mod table;

/// What a path points at, as far as its text tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The path in one form; below a home folder it begins with `~/`.
    pub normalised: String,
    /// It climbs out of where it begins.
    pub traversal: bool,
    /// It lies in none of the roots; always so where there is no root and the path is absolute.
    pub outside_roots: bool,
    /// Keys, tokens, password hashes, histories or environments.
    pub sensitive: bool,
    /// A folder of the operating system, or below one.
    pub system: bool,
    /// A hidden file or folder of a home folder.
    pub home_dotfile: bool,
    /// A disk, or the memory of the machine.
    pub device: bool,
    /// A log or a history.
    pub log: bool,
    /// Read or run when something starts.
    pub startup: bool,
    /// Part of it could not be read: control characters, or escapes that go on and on.
    pub unknown: bool,
}

/// Longest path that is judged, in bytes (`PATH_MAX` of Linux).
const PATH_BYTES_MAX: usize = 4096;
/// Most layers of percent escapes that are taken off.
const ESCAPE_LAYERS_MAX: usize = 3;

/// Judges a path or a `file:` URL as an argument of a tool, against the folders that it may touch.
#[must_use]
pub fn inspect(path: &str, roots: &[String]) -> Facts {
    let (plain, unclear) = unescape(path.trim());
    let plain = strip_scheme(&plain);
    let mut facts = literal(plain);
    facts.unknown |= unclear;
    let inside = |root: &String| {
        let root = normalise(root).0;
        let root = root.trim_end_matches('/');
        facts
            .normalised
            .strip_prefix(root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let rooted = facts.normalised.starts_with(['/', '~']) || has_drive(&facts.normalised);
    let climbs = match roots {
        // Whoever names a place from the top may go back within its first folder.
        // Below `/proc` it stands for another place.
        [] => plain.starts_with("/proc") || !stays_inside(plain, &first_folder(plain)),
        roots => !roots.iter().any(|root| stays_inside(plain, root)),
    };
    if rooted && !climbs {
        facts.traversal = false;
    }
    // `\\HOST\SHARE` is another machine, whatever it is called here.
    let elsewhere = path.trim_start().starts_with("\\\\");
    facts.unknown |= elsewhere;
    facts.outside_roots = if rooted {
        !roots.iter().any(inside)
    } else {
        facts.traversal
    };
    facts
}

/// Judges a path as a shell means it: nothing in it is an escape.
pub(crate) fn literal(path: &str) -> Facts {
    let (normalised, traversal) = normalise(path);
    let lower = normalised.to_lowercase();
    let segments: Vec<&str> = lower.split('/').collect();
    let any = |patterns: &[&str]| patterns.iter().any(|pattern| matches(pattern, &segments));
    let harmless = any(table::HARMLESS_DEVICES);
    Facts {
        traversal,
        outside_roots: false,
        sensitive: any(table::SENSITIVE) && !any(table::NOT_SENSITIVE),
        system: !harmless
            && (matches!(lower.as_str(), "/" | "/*" | "/var" | "c:" | "c:/") || any(table::SYSTEM)),
        home_dotfile: lower.starts_with("~/.") && !lower.starts_with("~/.cache"),
        device: any(table::DEVICES),
        log: any(table::LOGS),
        startup: any(table::STARTUP),
        unknown: path.len() > PATH_BYTES_MAX || path.chars().any(char::is_control),
        normalised,
    }
}

/// Takes percent escapes off, and turns look-alikes into what they look like.
fn unescape(path: &str) -> (String, bool) {
    let mut text = path.get(..PATH_BYTES_MAX).unwrap_or(path).to_owned();
    for _ in 0..ESCAPE_LAYERS_MAX {
        match percent_decoded(&text) {
            Some(decoded) => text = decoded,
            None => break,
        }
    }
    let unclear = percent_decoded(&text).is_some();
    let plain = text
        .chars()
        .map(|c| match c {
            // Division slash, fraction slash, full-width solidus, big solidus, and their mirror images.
            '\u{2215}' | '\u{2044}' | '\u{ff0f}' | '\u{29f8}' | '\u{ff3c}' | '\\' => '/',
            '\u{ff0e}' | '\u{2024}' | '\u{fe52}' => '.',
            c => c,
        })
        .collect();
    (plain, unclear)
}

/// The text without one layer of percent escapes; nothing where there are none. `%c0%af` and its
/// kin, which some decoders take for a slash, are taken for one.
pub(crate) fn percent_decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.as_bytes();
    let mut found = false;
    while let [first, rest @ ..] = bytes {
        let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
        match (first, digit(rest.first()), digit(rest.get(1))) {
            (b'%', Some(high), Some(low)) => {
                out.extend(u8::try_from(high * 16 + low));
                found = true;
                bytes = rest.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(*first);
                bytes = rest;
            }
        }
    }
    if !found {
        return None;
    }
    let mut plain = Vec::with_capacity(out.len());
    let mut bytes = out.as_slice();
    while let [first, rest @ ..] = bytes {
        match (first, rest) {
            (0xc0, [0xaf, tail @ ..]) => {
                plain.push(b'/');
                bytes = tail;
            }
            (0xc0, [0xae, tail @ ..]) => {
                plain.push(b'.');
                bytes = tail;
            }
            _ => {
                plain.push(*first);
                bytes = rest;
            }
        }
    }
    Some(String::from_utf8_lossy(&plain).into_owned())
}

fn strip_scheme(path: &str) -> &str {
    let scheme = path
        .get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("file:"));
    match path.get(5..) {
        Some(rest) if scheme => {
            let rest = rest.strip_prefix("//").unwrap_or(rest);
            // `file://host/path`: the host is not part of the path.
            match rest.find('/') {
                Some(at) if !rest.starts_with('/') => rest.get(at..).unwrap_or(rest),
                _ => rest,
            }
        }
        _ => path,
    }
}

/// `/a` of `/a/b/c`.
fn first_folder(path: &str) -> String {
    let first = path.split('/').find(|segment| !segment.is_empty());
    format!("/{}", first.unwrap_or_default())
}

/// Whether a path lies in a root all the way: `..` takes back only what the path itself went down.
fn stays_inside(path: &str, root: &str) -> bool {
    let root = root.trim_end_matches('/');
    let Some(rest) = path.strip_prefix(root).filter(|rest| rest.starts_with('/')) else {
        return false;
    };
    let mut depth = 0_usize;
    rest.split('/').all(|segment| match segment {
        "" | "." => true,
        ".." => {
            let inside = depth > 0;
            depth = depth.saturating_sub(1);
            inside
        }
        dots if dots.len() > 3 && dots.bytes().all(|byte| byte == b'.') => false,
        _ => {
            depth += 1;
            true
        }
    })
}

fn has_drive(path: &str) -> bool {
    let mut chars = path.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':')
}

/// One form of a path, and whether it climbs out of where it begins.
fn normalise(path: &str) -> (String, bool) {
    let path = path.replace('\\', "/");
    let absolute = path.starts_with('/');
    let mut traversal = false;
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                traversal = true;
                match segments.last() {
                    Some(last) if *last != ".." => {
                        segments.pop();
                    }
                    _ if absolute => {}
                    _ => segments.push(".."),
                }
            }
            // What is left of `../` where somebody took `../` out once: `....//`.
            dots if dots.len() > 3 && dots.bytes().all(|byte| byte == b'.') => {
                traversal = true;
                segments.push(dots);
            }
            segment => segments.push(segment),
        }
    }
    // What a process sees as its root is the root here.
    while absolute && matches!(segments.as_slice(), ["proc", _, "root" | "cwd", ..]) {
        segments.drain(..3);
    }
    let home = match segments.as_slice() {
        ["home" | "Users", _, rest @ ..] if absolute => Some(rest),
        ["root", rest @ ..] if absolute => Some(rest),
        [first, rest @ ..] if first.starts_with('~') => Some(rest),
        [drive, "Users", _, rest @ ..] if has_drive(drive) => Some(rest),
        _ => None,
    };
    let joined = match home {
        Some([]) => "~".to_owned(),
        Some(rest) => format!("~/{}", rest.join("/")),
        None if absolute => format!("/{}", segments.join("/")),
        None if segments.is_empty() => ".".to_owned(),
        None => segments.join("/"),
    };
    (joined, traversal)
}

/// Whether a pattern's segments stand in a path's, at its beginning if the pattern is anchored.
fn matches(pattern: &str, path: &[&str]) -> bool {
    let anchored = pattern.starts_with('/');
    let mut starts = if anchored { 0..=0 } else { 0..=path.len() };
    starts.any(|start| {
        let mut segments = path.iter().skip(start);
        pattern.split('/').all(|pattern| {
            segments
                .next()
                .is_some_and(|segment| segment_matches(pattern, segment))
        })
    })
}

/// `*` stands for any letters. Both sides may hold one: a shell's glob in a path may become anything.
fn segment_matches(pattern: &str, segment: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == segment,
        Some((start, end)) => match end.split_once('*') {
            None => {
                segment.len() >= start.len() + end.len()
                    && segment.starts_with(start)
                    && segment.ends_with(end)
            }
            Some((middle, end)) => segment
                .strip_prefix(start)
                .and_then(|rest| rest.strip_suffix(end))
                .is_some_and(|rest| rest.contains(middle)),
        },
    }
}
