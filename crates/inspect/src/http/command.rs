//! Requests as the arguments of curl, wget and httpie.

use super::request::Request;
use super::{Facts, inspect};

/// What a command line asks for.
#[derive(Debug, Default)]
pub(crate) struct CommandLine {
    pub(crate) requests: Vec<Facts>,
    /// Local files that are sent.
    pub(crate) uploads: Vec<String>,
    /// Local files that are read: cookies, certificates, keys.
    pub(crate) reads: Vec<String>,
    /// Local files that are written.
    pub(crate) outputs: Vec<String>,
    /// Certificates are not checked.
    pub(crate) unverified: bool,
    /// A file that nobody has read adds to the command line.
    pub(crate) unseen: bool,
}

/// The requests of a command line, before they are judged.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) requests: Vec<Request>,
    uploads: Vec<String>,
    reads: Vec<String>,
    outputs: Vec<String>,
    unverified: bool,
    unseen: bool,
}

/// Flags of curl that take the next argument and say nothing here.
const CURL_VALUED: &[&str] = &[
    "-A",
    "--user-agent",
    "-e",
    "--referer",
    "-u",
    "--user",
    "-w",
    "--write-out",
    "-m",
    "--max-time",
    "--connect-timeout",
    "--retry",
    "--retry-delay",
    "-r",
    "--range",
    "--limit-rate",
    "--interface",
    "-y",
    "-Y",
    "-z",
    "--max-redirs",
    "--oauth2-bearer",
    "--aws-sigv4",
    "--ciphers",
    "--dns-servers",
    "-C",
    "--retry-max-time",
    "--noproxy",
    "-h",
    "--unix-socket",
];

/// Flags of curl that name a file to read.
const CURL_READS: &[&str] = &[
    "-b",
    "--cookie",
    "-E",
    "--cert",
    "--key",
    "--cacert",
    "--capath",
    "--crlfile",
    "--netrc-file",
    "--proxy-cert",
    "--proxy-key",
    "--proxy-cacert",
];

/// Flags of curl that name a file to write.
const CURL_WRITES: &[&str] = &[
    "-c",
    "--cookie-jar",
    "-D",
    "--dump-header",
    "--etag-save",
    "--hsts",
    "--trace",
    "--trace-ascii",
    "--stderr",
];

/// The same of wget.
const WGET_READS: &[&str] = &[
    "-i",
    "--input-file",
    "--load-cookies",
    "--certificate",
    "--private-key",
    "--ca-certificate",
    "--ca-directory",
];
const WGET_WRITES: &[&str] = &[
    "--save-cookies",
    "-a",
    "--append-output",
    "-o",
    "--output-file",
];

const WGET_VALUED: &[&str] = &[
    "-t",
    "--tries",
    "-T",
    "--timeout",
    "-w",
    "--wait",
    "-Q",
    "-U",
    "--user-agent",
    "-l",
    "--level",
    "-A",
    "-R",
    "-D",
    "-I",
    "-X",
    "-B",
    "-e",
    "--execute",
];

/// Reads a command line and judges its requests.
pub(crate) fn command_line(program: &str, arguments: &[&str]) -> CommandLine {
    let parsed = requests(program, arguments);
    CommandLine {
        requests: parsed.requests.iter().map(inspect).collect(),
        uploads: parsed.uploads,
        reads: parsed.reads,
        outputs: parsed.outputs,
        unverified: parsed.unverified,
        unseen: parsed.unseen,
    }
}

pub(super) fn requests(program: &str, arguments: &[&str]) -> Parsed {
    match program {
        "wget" => wget(arguments),
        "http" | "https" => httpie(arguments),
        _ => curl(arguments),
    }
}

fn curl(arguments: &[&str]) -> Parsed {
    let mut out = Parsed::default();
    let mut request = Request::default();
    let (mut urls, mut get, mut has_body) = (Vec::new(), false, false);
    let mut others = Vec::new();
    let mut rest = arguments.iter().copied();
    while let Some(argument) = rest.next() {
        let (flag, mut glued) = split_flag(argument);
        if !argument.starts_with('-') || argument == "-" {
            urls.push(argument);
            continue;
        }
        let mut value = || {
            glued
                .take()
                .or_else(|| rest.next())
                .unwrap_or_default()
                .to_owned()
        };
        match flag {
            "-X" | "--request" => request.method = value(),
            "-H" | "--header" => {
                let header = value();
                let (name, value) = header.split_once(':').unwrap_or((&header, ""));
                request
                    .headers
                    .push((name.to_owned(), value.trim().to_owned()));
            }
            "-d" | "--data" | "--data-binary" | "--data-raw" | "--data-ascii"
            | "--data-urlencode" | "-F" | "--form" | "--json" | "--form-string" => {
                let body = value();
                let file = body.strip_prefix('@').or_else(|| {
                    let named = matches!(flag, "-F" | "--form" | "--data-urlencode");
                    body.split_once("=@")
                        .or(body.split_once("=<"))
                        .filter(|_| named)
                        .map(|(_, file)| file)
                });
                if let Some(file) = file.filter(|_| flag != "--data-raw" && flag != "--form-string")
                {
                    out.uploads
                        .push(file.split(';').next().unwrap_or(file).to_owned());
                }
                has_body = true;
                if !request.body.is_empty() {
                    request.body.push('&');
                }
                request.body.push_str(&body);
            }
            "-T" | "--upload-file" => {
                out.uploads.push(value());
                request
                    .method
                    .push_str(if request.method.is_empty() { "PUT" } else { "" });
            }
            "-o" | "--output" => out.outputs.push(value()),
            // The file has flags of its own, and nobody has read it.
            "-K" | "--config" => {
                value();
                out.unseen = true;
            }
            // What is asked for goes by way of, or to, another machine.
            "-x" | "--proxy" | "--preproxy" | "--socks5" | "--socks5-hostname" | "--socks4"
            | "--socks4a" => others.push(value()),
            "--resolve" | "--connect-to" => {
                let places = value();
                others.extend(connected(flag, &places));
            }
            "--url" => {
                let url = value();
                urls.push(
                    arguments
                        .iter()
                        .find(|argument| argument.ends_with(url.as_str()))
                        .copied()
                        .unwrap_or_default(),
                );
            }
            "-G" | "--get" => get = true,
            "-I" | "--head" => "HEAD".clone_into(&mut request.method),
            "-k" | "--insecure" | "--proxy-insecure" => out.unverified = true,
            "-O" | "--remote-name" | "-J" => out.outputs.push("./".to_owned()),
            flag if CURL_READS.contains(&flag) => out.reads.extend(file_of(flag, &value())),
            flag if CURL_WRITES.contains(&flag) => {
                out.outputs.extend(Some(value()).filter(|file| file != "-"));
            }
            flag if CURL_VALUED.contains(&flag) => {
                value();
            }
            flag => clustered(flag, &mut out, &mut request, &mut get, &mut rest),
        }
    }
    if has_body && request.method.is_empty() && !get {
        "POST".clone_into(&mut request.method);
    }
    out.requests = urls
        .into_iter()
        .filter(|url| !url.is_empty())
        .map(|url| Request {
            url: expand(url),
            ..request.clone()
        })
        .collect();
    out.requests.extend(others.into_iter().map(|url| Request {
        url,
        method: "CONNECT".to_owned(),
        ..Request::default()
    }));
    out
}

/// Where `--resolve HOST:PORT:ADDRESS` and `--connect-to HOST:PORT:HOST:PORT` lead to.
fn connected(flag: &str, places: &str) -> Option<String> {
    let to = places.splitn(3, ':').nth(2)?;
    let bracketed = to.starts_with('[');
    let host = match flag {
        "--connect-to" if !bracketed => to.split(':').next().unwrap_or(to),
        _ => to.split(',').next().unwrap_or(to),
    };
    (!host.is_empty()).then(|| host.to_owned())
}

/// `-sSLo FILE`, `-skX POST`: letters side by side, of which the last may take a value.
fn clustered<'a>(
    flag: &str,
    out: &mut Parsed,
    request: &mut Request,
    get: &mut bool,
    rest: &mut impl Iterator<Item = &'a str>,
) {
    let Some(letters) = flag
        .strip_prefix('-')
        .filter(|letters| !letters.starts_with('-'))
    else {
        return;
    };
    for (at, letter) in letters.char_indices() {
        let tail = letters.get(at + 1..).filter(|tail| !tail.is_empty());
        let mut value = || {
            tail.map(str::to_owned)
                .or_else(|| rest.next().map(str::to_owned))
                .unwrap_or_default()
        };
        match letter {
            'k' => out.unverified = true,
            'G' => *get = true,
            'I' => "HEAD".clone_into(&mut request.method),
            'O' => out.outputs.push("./".to_owned()),
            'o' => return out.outputs.push(value()),
            'X' => {
                request.method = value();
                return;
            }
            'T' => {
                out.uploads.push(value());
                "PUT".clone_into(&mut request.method);
                return;
            }
            'd' | 'F' => {
                let body = value();
                if let Some((_, file)) = body.split_once('@') {
                    out.uploads.push(file.to_owned());
                }
                request.body = body;
                if request.method.is_empty() {
                    "POST".clone_into(&mut request.method);
                }
                return;
            }
            'H' => {
                let header = value();
                let (name, value) = header.split_once(':').unwrap_or((&header, ""));
                request
                    .headers
                    .push((name.to_owned(), value.trim().to_owned()));
                return;
            }
            'K' => {
                value();
                out.unseen = true;
                return;
            }
            'b' | 'E' => return out.reads.extend(file_of(&format!("-{letter}"), &value())),
            'c' | 'D' => return out.outputs.extend(Some(value()).filter(|file| file != "-")),
            'u' | 'A' | 'e' | 'x' | 'm' | 'w' => {
                value();
                return;
            }
            _ => {}
        }
    }
}

/// The file that the value of a flag names. What has an equals sign is a cookie itself, and what follows a
/// colon behind a certificate its password.
fn file_of(flag: &str, value: &str) -> Option<String> {
    match flag {
        "-b" | "--cookie" if value.contains('=') => None,
        "-E" | "--cert" => value.split(':').next().map(str::to_owned),
        _ => Some(value.to_owned()),
    }
}

/// A flag and the value that is glued to it: `--output=file`, `-XPOST`.
fn split_flag(argument: &str) -> (&str, Option<&str>) {
    if argument.starts_with("--") {
        return match argument.split_once('=') {
            Some((flag, value)) => (flag, Some(value)),
            None => (argument, None),
        };
    }
    match argument.split_at_checked(2) {
        Some((flag @ ("-X" | "-H" | "-d" | "-o" | "-T" | "-F"), value)) if !value.is_empty() => {
            (flag, Some(value))
        }
        _ => (argument, None),
    }
}

/// curl's own globs: the first choice of `{a,b}`, which is enough to see where it goes.
fn expand(url: &str) -> String {
    match (url.find('{'), url.find('}')) {
        (Some(open), Some(close)) if open < close => {
            let first = url
                .get(open + 1..close)
                .and_then(|body| body.split(',').next())
                .unwrap_or_default();
            format!(
                "{}{first}{}",
                url.get(..open).unwrap_or_default(),
                url.get(close + 1..).unwrap_or_default()
            )
        }
        _ => url.to_owned(),
    }
}

fn wget(arguments: &[&str]) -> Parsed {
    let mut out = Parsed::default();
    let mut request = Request::default();
    let mut urls = Vec::new();
    let mut wrote = false;
    let mut rest = arguments.iter().copied();
    while let Some(argument) = rest.next() {
        if !argument.starts_with('-') || argument == "-" {
            urls.push(argument.to_owned());
            continue;
        }
        let (flag, glued) = match argument.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag, Some(value)),
            _ => (argument, None),
        };
        let mut value = || glued.or_else(|| rest.next()).unwrap_or_default().to_owned();
        match flag {
            "-O" | "--output-document" | "-qO" | "-nvO" => {
                out.outputs.push(value());
                wrote = true;
            }
            "-O-" | "-qO-" => wrote = true,
            "-P" | "--directory-prefix" => {
                out.outputs.push(value());
                wrote = true;
            }
            "--method" => request.method = value(),
            "--post-data" | "--body-data" => request.body = value(),
            "--post-file" | "--body-file" => out.uploads.push(value()),
            "--header" => {
                let header = value();
                let (name, value) = header.split_once(':').unwrap_or((&header, ""));
                request
                    .headers
                    .push((name.to_owned(), value.trim().to_owned()));
            }
            "--no-check-certificate" => out.unverified = true,
            "--spider" => {
                "HEAD".clone_into(&mut request.method);
                wrote = true;
            }
            flag if WGET_READS.contains(&flag) => out.reads.push(value()),
            flag if WGET_WRITES.contains(&flag) => out.outputs.push(value()),
            flag if WGET_VALUED.contains(&flag) => {
                value();
            }
            _ => {}
        }
    }
    if request.method.is_empty() && (!request.body.is_empty() || !out.uploads.is_empty()) {
        "POST".clone_into(&mut request.method);
    }
    if !wrote {
        out.outputs.push("./".to_owned());
    }
    out.requests = urls
        .into_iter()
        .map(|url| Request {
            url,
            ..request.clone()
        })
        .collect();
    out
}

/// `http POST example.org name=value file@path`.
fn httpie(arguments: &[&str]) -> Parsed {
    let mut out = Parsed::default();
    let mut operands = arguments
        .iter()
        .copied()
        .filter(|argument| !argument.starts_with('-'))
        .peekable();
    let method = operands
        .next_if(|word| word.chars().all(|c| c.is_ascii_uppercase()))
        .map(str::to_owned);
    let url = operands.next().unwrap_or_default().to_owned();
    let mut body = false;
    for item in operands {
        if let Some((_, file)) = item.split_once('@') {
            out.uploads.push(file.to_owned());
        }
        body |= item.contains('=') && !item.contains("==");
    }
    let method = method.unwrap_or_else(|| {
        if body {
            "POST".to_owned()
        } else {
            String::new()
        }
    });
    out.requests.push(Request {
        method,
        url,
        ..Request::default()
    });
    out
}
