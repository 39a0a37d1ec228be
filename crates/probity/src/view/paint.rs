//! Colours, where a terminal reads along.

use std::io::IsTerminal as _;

/// Colours on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paint(bool);

/// What a colour stands for here.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Colour {
    Strong,
    Faint,
    Good,
    Bad,
    Warning,
    Accent,
}

impl Paint {
    /// On where standard output is a terminal, unless `NO_COLOR` is set (no-color.org).
    pub(crate) fn for_stdout() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self(std::io::stdout().is_terminal() && !refused)
    }

    #[cfg(test)]
    pub(crate) const fn off() -> Self {
        Self(false)
    }

    /// The text in a colour.
    pub(crate) fn text(self, colour: Colour, text: &str) -> String {
        if !self.0 || text.is_empty() {
            return text.to_owned();
        }
        let code = match colour {
            Colour::Strong => "1",
            Colour::Faint => "2",
            Colour::Good => "32",
            Colour::Bad => "31",
            Colour::Warning => "33",
            Colour::Accent => "36",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}
