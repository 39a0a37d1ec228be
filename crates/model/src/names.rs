use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Longest upstream name, in characters; it is a path segment and a label of metrics.
const UPSTREAM_NAME_CHARS_MAX: usize = 64;

/// Why a text cannot name an upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameError {
    /// The text is empty.
    Empty,
    /// The text has this many characters, and 64 is the most.
    TooLong(usize),
    /// A character other than `a`-`z`, `0`-`9`, `-`, `_` and `.`.
    Character(char),
    /// The first character is neither a letter nor a digit.
    Start(char),
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("an upstream needs a name"),
            Self::TooLong(n) => write!(
                f,
                "an upstream's name has at most {UPSTREAM_NAME_CHARS_MAX} characters, this has {n}"
            ),
            Self::Character(c) => write!(
                f,
                "`{c}` cannot be in an upstream's name: use a-z, 0-9, `-`, `_` and `.`"
            ),
            Self::Start(c) => write!(
                f,
                "an upstream's name starts with a letter or a digit, not with `{c}`"
            ),
        }
    }
}

impl std::error::Error for NameError {}

/// The configured name of an MCP server behind the gateway: the last segment of `/mcp/{upstream}`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UpstreamName(Arc<str>);

impl UpstreamName {
    /// The name as it was configured.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UpstreamName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let first = text.chars().next().ok_or(NameError::Empty)?;
        if text.chars().count() > UPSTREAM_NAME_CHARS_MAX {
            return Err(NameError::TooLong(text.chars().count()));
        }
        if let Some(c) = text
            .chars()
            .find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-' | '_' | '.'))
        {
            return Err(NameError::Character(c));
        }
        if !first.is_ascii_alphanumeric() {
            return Err(NameError::Start(first));
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for UpstreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for UpstreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UpstreamName({})", self.0)
    }
}

/// What a call names: a tool, a prompt, or a resource's URI, exactly as the caller wrote it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ToolName(Arc<str>);

impl ToolName {
    /// Any text: MCP does not restrict names.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The name as the caller wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ToolName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{NameError, UpstreamName};

    #[test]
    fn an_upstream_name_is_a_path_segment() {
        let long = "a".repeat(65);
        for (text, error) in [
            ("", Some(NameError::Empty)),
            ("files", None),
            ("git-2.local_x", None),
            ("Files", Some(NameError::Character('F'))),
            ("a/b", Some(NameError::Character('/'))),
            ("..", Some(NameError::Start('.'))),
            (long.as_str(), Some(NameError::TooLong(65))),
        ] {
            assert_eq!(text.parse::<UpstreamName>().err(), error, "{text}");
        }
    }
}
