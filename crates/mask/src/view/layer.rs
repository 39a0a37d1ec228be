use std::fmt::Write as _;

/// How a text is written inside of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layer {
    /// Between the quotes of a JSON string (RFC 8259 §7).
    JsonString,
    /// In the place of a JSON number.
    JsonNumber,
    /// Percent-encoded (RFC 3986 §2.1).
    Percent,
    /// With the character references of HTML.
    Entities,
    /// With the backslash escapes of most languages.
    Backslash,
    /// Quoted-printable (RFC 2045 §6.7).
    QuotedPrintable,
    /// In exactly so many bytes, filled up with spaces.
    Fill(usize),
    /// As it is: the view only left out or replaced characters.
    Plain,
}

impl Layer {
    /// The replacement as it is written there.
    pub(crate) fn encode(self, text: &str) -> String {
        match self {
            Self::JsonString => escaped(text, |out, char| match char {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\0'..='\x1f' => {
                    let _ = write!(out, "\\u{:04x}", u32::from(char));
                }
                _ => out.push(char),
            }),
            Self::JsonNumber => "0".to_owned(),
            Self::Percent => escaped(text, |out, char| match char {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.' | '_' | '~' | '*' | '/' | ':' => {
                    out.push(char);
                }
                _ => char.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| {
                    let _ = write!(out, "%{byte:02X}");
                }),
            }),
            Self::Entities => escaped(text, |out, char| match char {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                _ => out.push(char),
            }),
            Self::Backslash => escaped(text, |out, char| match char {
                '"' | '\\' => out.extend(['\\', char]),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                _ => out.push(char),
            }),
            Self::QuotedPrintable => escaped(text, |out, char| match char {
                ' '..='<' | '>'..='~' => out.push(char),
                _ => char.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| {
                    let _ = write!(out, "={byte:02X}");
                }),
            }),
            Self::Fill(bytes) => {
                let mut out: String = text.chars().filter(char::is_ascii).take(bytes).collect();
                out.extend(std::iter::repeat_n(' ', bytes - out.len()));
                out
            }
            Self::Plain => text.to_owned(),
        }
    }
}

fn escaped(text: &str, mut write: impl FnMut(&mut String, char)) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|char| write(&mut out, char));
    out
}
