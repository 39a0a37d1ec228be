//! The header fields that MCP gives a meaning to, taken from any HTTP library's pairs.

use std::fmt;

/// The fields of a request that classification and validation need.
#[derive(Debug, Clone, Default)]
pub struct Headers<'a> {
    content_type: Option<&'a [u8]>,
    accept: Vec<&'a [u8]>,
    protocol_version: Option<&'a [u8]>,
    session_id: Option<&'a [u8]>,
    last_event_id: Option<&'a [u8]>,
    pub(super) method: Option<&'a [u8]>,
    pub(super) name: Option<&'a [u8]>,
    /// `Mcp-Param-*`: the part of the name after the prefix, and the value.
    pub(super) params: Vec<(&'a str, &'a [u8])>,
    repeated: Option<&'static str>,
}

const PARAM_PREFIX: &str = "mcp-param-";

impl<'a> Headers<'a> {
    /// Takes what it needs from all fields of a request. Names in any case; space around values
    /// does not count (RFC 9110 §5.5).
    pub fn collect(fields: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut headers = Self::default();
        for (name, value) in fields {
            headers.take(name, value.trim_ascii());
        }
        headers
    }

    /// `MCP-Protocol-Version`, if it is text.
    pub fn protocol_version(&self) -> Option<&'a str> {
        text(self.protocol_version)
    }

    /// `Mcp-Session-Id`, if it is text.
    pub fn session_id(&self) -> Option<&'a str> {
        text(self.session_id)
    }

    /// `Last-Event-ID`, if it is text.
    pub fn last_event_id(&self) -> Option<&'a str> {
        text(self.last_event_id)
    }

    /// Whether a version header came, readable or not.
    pub(super) fn has_protocol_version(&self) -> bool {
        self.protocol_version.is_some()
    }

    fn take(&mut self, name: &'a str, value: &'a [u8]) {
        let (place, known) = match name.len() {
            6 if name.eq_ignore_ascii_case("accept") => return self.accept.push(value),
            8 if name.eq_ignore_ascii_case("mcp-name") => (&mut self.name, "Mcp-Name"),
            10 if name.eq_ignore_ascii_case("mcp-method") => (&mut self.method, "Mcp-Method"),
            12 if name.eq_ignore_ascii_case("content-type") => {
                (&mut self.content_type, "Content-Type")
            }
            13 if name.eq_ignore_ascii_case("last-event-id") => {
                (&mut self.last_event_id, "Last-Event-ID")
            }
            14 if name.eq_ignore_ascii_case("mcp-session-id") => {
                (&mut self.session_id, "Mcp-Session-Id")
            }
            20 if name.eq_ignore_ascii_case("mcp-protocol-version") => {
                (&mut self.protocol_version, "MCP-Protocol-Version")
            }
            _ => {
                if let Some((prefix, suffix)) = name.split_at_checked(PARAM_PREFIX.len())
                    && prefix.eq_ignore_ascii_case(PARAM_PREFIX)
                {
                    self.params.push((suffix, value));
                }
                return;
            }
        };
        if place.replace(value).is_some() {
            self.repeated = Some(known);
        }
    }

    /// Whether each of the fields came once.
    ///
    /// # Errors
    ///
    /// [`TransportFault::Repeated`], for one of those that did not.
    pub fn check_repeated(&self) -> Result<(), TransportFault> {
        match self.repeated {
            Some(name) => Err(TransportFault::Repeated(name)),
            None => Ok(()),
        }
    }

    fn accepts(&self, kind: &str, subtype: &str) -> bool {
        self.accept
            .iter()
            .flat_map(|value| value.split(|&b| b == b','))
            .any(|range| range_covers(range, kind, subtype))
    }
}

fn text(value: Option<&[u8]>) -> Option<&str> {
    std::str::from_utf8(value?).ok()
}

/// Whether a media range (RFC 9110 §12.5.1) covers a type and is not weighted with zero.
fn range_covers(range: &[u8], kind: &str, subtype: &str) -> bool {
    let Ok(range) = std::str::from_utf8(range) else {
        return false;
    };
    let mut parts = range.split(';').map(str::trim);
    let media = parts.next().and_then(|media| media.split_once('/'));
    let covers = media.is_some_and(|(k, s)| {
        (k == "*" && s == "*")
            || (k.eq_ignore_ascii_case(kind) && (s == "*" || s.eq_ignore_ascii_case(subtype)))
    });
    let refused = parts.any(|part| {
        let weight = part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="));
        weight.is_some_and(|weight| weight.parse() == Ok(0.0_f32))
    });
    covers && !refused
}

/// Whether a media type declares no other charset than UTF-8. Some servers decode by it: the same
/// bytes would be another message to them (RFC 8259 §8.1 knows UTF-8 only).
fn is_utf8(media_type: &[u8]) -> bool {
    let Ok(media_type) = std::str::from_utf8(media_type) else {
        return false;
    };
    media_type
        .split(';')
        .skip(1)
        .filter_map(|parameter| parameter.split_once('='))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .all(|(_, value)| {
            let value = value.trim().trim_matches('"');
            value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8")
        })
}

/// Why a request is refused before its body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportFault {
    /// The body is not declared as `application/json`, or as JSON in another charset than UTF-8.
    ContentType,
    /// The client does not take both `application/json` and `text/event-stream`, or for a GET
    /// the latter.
    Accept,
    /// A field came more than once, so that readers could take different values from it.
    Repeated(&'static str),
}

impl TransportFault {
    /// The status of the refusal.
    pub fn http_status(self) -> u16 {
        match self {
            Self::ContentType => 415,
            Self::Accept => 406,
            Self::Repeated(_) => 400,
        }
    }

    /// What the client is told.
    pub fn public_message(self) -> &'static str {
        match self {
            Self::ContentType => {
                "Unsupported media type: Content-Type must be application/json in UTF-8"
            }
            Self::Accept => {
                "Not acceptable: Accept must list application/json and text/event-stream"
            }
            Self::Repeated(_) => "Bad request: an MCP header field came more than once",
        }
    }
}

impl fmt::Display for TransportFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repeated(name) => write!(f, "header field `{name}` came more than once"),
            Self::ContentType | Self::Accept => f.write_str(self.public_message()),
        }
    }
}

impl std::error::Error for TransportFault {}

/// Whether a POST can carry a message and take its answer (MCP streamable-http, Sending Messages).
///
/// # Errors
///
/// In the order in which a request is read: repeated fields, content type, accepted types.
pub fn check_post(headers: &Headers<'_>) -> Result<(), TransportFault> {
    headers.check_repeated()?;
    let declared = headers.content_type.unwrap_or_default();
    if !range_covers(declared, "application", "json")
        || declared.contains(&b'*')
        || !is_utf8(declared)
    {
        return Err(TransportFault::ContentType);
    }
    if !headers.accepts("application", "json") || !headers.accepts("text", "event-stream") {
        return Err(TransportFault::Accept);
    }
    Ok(())
}

/// Whether a GET can take an event stream (MCP 2025-11-25 transports, Listening for Messages).
///
/// # Errors
///
/// Repeated fields, then accepted types.
pub fn check_get(headers: &Headers<'_>) -> Result<(), TransportFault> {
    headers.check_repeated()?;
    if !headers.accepts("text", "event-stream") {
        return Err(TransportFault::Accept);
    }
    Ok(())
}
