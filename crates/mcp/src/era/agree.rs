//! Modern requests: what must be in them, and what their header fields must repeat.

use std::fmt;

use super::value::{ValueFault, decode_value, encode_value};
use super::{HeaderSchema, Headers};
use crate::json::{Json, Kind as JsonKind, Limits, parse};
use crate::message::key;
use crate::reply::code;
use crate::{Direction, Kind, Message, RequestId, Revision};

/// Why a modern request is refused (MCP 2026-07-28 streamable-http, Server Validation; basic,
/// Per-request protocol fields). The HTTP status is 400 for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModernFault {
    /// The body is an answer; modern clients only send requests and notifications.
    Answer,
    /// A required member of `params._meta` is missing or has another type.
    Meta(&'static str),
    /// A required header field is missing.
    Missing(String),
    /// A header field cannot be read.
    Unreadable(String, ValueFault),
    /// A header field says something else than the body.
    Mismatch(String),
}

impl ModernFault {
    /// The JSON-RPC code of the error reply.
    pub fn code(&self) -> i64 {
        match self {
            Self::Answer => code::INVALID_REQUEST,
            Self::Meta(_) => code::INVALID_PARAMS,
            Self::Missing(_) | Self::Unreadable(..) | Self::Mismatch(_) => code::HEADER_MISMATCH,
        }
    }

    /// The status of the refusal.
    pub fn http_status(&self) -> u16 {
        400
    }

    /// What the client is told. Values are left out: they may be secrets.
    pub fn public_message(&self) -> String {
        match self {
            Self::Answer => "Invalid request: a client cannot send responses".into(),
            Self::Meta(member) => format!("Invalid params: _meta lacks a valid {member}"),
            Self::Missing(_) | Self::Unreadable(..) | Self::Mismatch(_) => {
                format!("Header mismatch: {self}")
            }
        }
    }
}

/// For the operator.
impl fmt::Display for ModernFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer => f.write_str("a response in a modern POST"),
            Self::Meta(member) => write!(f, "`_meta` lacks a valid `{member}`"),
            Self::Missing(name) => write!(f, "{name} is missing"),
            Self::Unreadable(name, fault) => write!(f, "{name} {fault}"),
            Self::Mismatch(name) => write!(f, "{name} does not match the body"),
        }
    }
}

impl std::error::Error for ModernFault {}

/// Validates a modern POST as a server that reads bodies must. `schema` is the called tool's, if
/// it is known.
///
/// What only the server can know is left to it: whether it has the method, the revision, the tool.
///
/// # Errors
///
/// The first rule that is broken.
pub fn check_modern(
    headers: &Headers<'_>,
    message: &Message,
    schema: Option<&HeaderSchema>,
) -> Result<(), ModernFault> {
    match message.kind() {
        Kind::Response | Kind::ErrorResponse => Err(ModernFault::Answer),
        Kind::Notification => check_notification(headers, message),
        Kind::Request => {
            check_version(headers, message)?;
            let method = message.method_name().unwrap_or_default();
            check_equal(METHOD_FIELD, headers.method, &method)?;
            if let Some(name) = mirrored_name(message) {
                check_decoded(NAME_FIELD, headers.name, &name)?;
            }
            let capabilities = message.request_meta(key::CLIENT_CAPABILITIES);
            if !capabilities.is_some_and(Json::is_object) {
                return Err(ModernFault::Meta(key::CLIENT_CAPABILITIES));
            }
            schema.map_or(Ok(()), |schema| check_params(headers, message, schema))
        }
    }
}

/// The header fields that a modern request needs besides `Mcp-Param-*`: names and values.
pub fn required_headers(message: &Message) -> Vec<(&'static str, String)> {
    let mut fields = Vec::with_capacity(3);
    if let Some(version) = message.meta_protocol_version() {
        fields.push((VERSION_FIELD, version.into_owned()));
    }
    if let Some(method) = message.method_name() {
        fields.push((METHOD_FIELD, method.into_owned()));
    }
    if let Some(name) = mirrored_name(message) {
        fields.push((NAME_FIELD, encode_value(&name).into_owned()));
    }
    fields
}

const VERSION_FIELD: &str = "MCP-Protocol-Version";
const METHOD_FIELD: &str = "Mcp-Method";
const NAME_FIELD: &str = "Mcp-Name";

/// The revision does not say which header fields a notification needs: those that came must agree.
fn check_notification(headers: &Headers<'_>, message: &Message) -> Result<(), ModernFault> {
    if headers.has_protocol_version()
        && let Some(version) = message.meta_protocol_version()
        && headers.protocol_version() != Some(&version)
    {
        return Err(ModernFault::Mismatch(VERSION_FIELD.into()));
    }
    match headers.method {
        None => Ok(()),
        given => check_equal(
            METHOD_FIELD,
            given,
            &message.method_name().unwrap_or_default(),
        ),
    }
}

fn check_version(headers: &Headers<'_>, message: &Message) -> Result<(), ModernFault> {
    let version = message.meta_protocol_version();
    let version = version.ok_or(ModernFault::Meta(key::PROTOCOL_VERSION))?;
    if !headers.has_protocol_version() {
        return Err(ModernFault::Missing(VERSION_FIELD.into()));
    }
    if headers.protocol_version() != Some(&version) {
        return Err(ModernFault::Mismatch(VERSION_FIELD.into()));
    }
    Ok(())
}

/// The text that `Mcp-Name` repeats: of methods that have a name path in a modern revision.
fn mirrored_name(message: &Message) -> Option<std::borrow::Cow<'_, str>> {
    let info = message.method()?.info()?;
    info.known_in(Revision::V2026_07_28, Direction::ClientToServer)
        .then(|| message.name())?
}

fn check_equal(name: &str, given: Option<&[u8]>, body: &str) -> Result<(), ModernFault> {
    match given {
        None => Err(ModernFault::Missing(name.into())),
        Some(value) if value == body.as_bytes() && value.is_ascii() => Ok(()),
        Some(_) => Err(ModernFault::Mismatch(name.into())),
    }
}

fn check_decoded(name: &str, given: Option<&[u8]>, body: &str) -> Result<(), ModernFault> {
    let value = given.ok_or_else(|| ModernFault::Missing(name.into()))?;
    match decode_value(value) {
        Err(fault) => Err(ModernFault::Unreadable(name.into(), fault)),
        Ok(text) if text == body => Ok(()),
        Ok(_) => Err(ModernFault::Mismatch(name.into())),
    }
}

fn check_params(
    headers: &Headers<'_>,
    message: &Message,
    schema: &HeaderSchema,
) -> Result<(), ModernFault> {
    for param in &schema.params {
        let mut given = headers
            .params
            .iter()
            .filter(|(suffix, _)| suffix.eq_ignore_ascii_case(&param.name))
            .map(|(_, value)| *value);
        let (first, second) = (given.next(), given.next());
        let name = || format!("Mcp-Param-{}", param.name);
        if second.is_some() {
            return Err(ModernFault::Mismatch(name()));
        }
        match (param.value(message.arguments()), first) {
            (None, None) => {}
            (None, Some(_)) => return Err(ModernFault::Mismatch(name())),
            (Some(_), None) => return Err(ModernFault::Missing(name())),
            (Some(value), Some(given)) => {
                let said =
                    decode_value(given).map_err(|fault| ModernFault::Unreadable(name(), fault))?;
                if !says(&said, value) {
                    return Err(ModernFault::Mismatch(name()));
                }
            }
        }
    }
    Ok(())
}

/// Whether a decoded header value stands for an argument; numbers are compared as numbers.
fn says(said: &str, value: Json<'_>) -> bool {
    match value.kind() {
        JsonKind::String => value.text().as_deref() == Some(said),
        JsonKind::Bool => value.lexeme() == said,
        JsonKind::Number => {
            let limits = Limits::default();
            let said = parse(said.as_bytes(), &limits).ok();
            let said = said.filter(|said| said.kind() == JsonKind::Number);
            let key = |json| RequestId::of(json).map(|id| id.key());
            said.is_some_and(|said| key(said) == key(value))
        }
        JsonKind::Object | JsonKind::Array | JsonKind::Null => false,
    }
}
