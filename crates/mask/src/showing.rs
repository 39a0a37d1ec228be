//! What is shown to whom, by class and by kind.

use std::collections::BTreeMap;

use crate::detect::Class;
use crate::style::Style;

/// How each kind is shown to one reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Styles {
    /// Tokens, keys, passwords.
    pub credential: Style,
    /// Payment card numbers.
    pub card: Style,
    /// Security codes, PINs, full tracks, seed phrases.
    pub authentication: Style,
    /// Identifiers at an authority.
    pub identifier: Style,
    /// E-mail, phone, address, date of birth.
    pub contact: Style,
    /// IP and MAC addresses.
    pub network: Style,
    /// Kinds that are shown differently from their class.
    pub kinds: BTreeMap<String, Style>,
}

impl Styles {
    /// The same for every class.
    pub const fn all(style: Style) -> Self {
        Self {
            credential: style,
            card: style,
            authentication: style,
            identifier: style,
            contact: style,
            network: style,
            kinds: BTreeMap::new(),
        }
    }

    /// Labels, cards but for their last four digits, and no trace of what only authenticates.
    pub fn strict() -> Self {
        Self {
            card: Style::Partial,
            authentication: Style::Delete,
            contact: Style::Pseudonym,
            ..Self::all(Style::Label)
        }
    }

    /// How this kind is shown.
    pub fn of(&self, class: Class, kind: &str) -> Style {
        if !self.kinds.is_empty()
            && let Some(style) = self.kinds.get(kind)
        {
            return *style;
        }
        match class {
            Class::Credential => self.credential,
            Class::Card => self.card,
            Class::Authentication => self.authentication,
            Class::Identifier => self.identifier,
            Class::Contact => self.contact,
            Class::Network => self.network,
        }
    }

    fn describe(&self, to: &mut String) {
        let classes = [
            self.credential,
            self.card,
            self.authentication,
            self.identifier,
            self.contact,
            self.network,
        ];
        for style in classes {
            to.push_str(style.as_str());
            to.push(' ');
        }
        for (kind, style) in &self.kinds {
            to.push_str(kind);
            to.push('=');
            to.push_str(style.as_str());
            to.push(' ');
        }
        to.push('\n');
    }
}

/// What each reader is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Showing {
    /// The record.
    pub stored: Styles,
    /// The agent, of what a server sends.
    pub to_agent: Styles,
    /// The server, of what an agent sends.
    pub to_server: Styles,
}

impl Default for Showing {
    /// Secrets, cards and identifiers are neither stored nor shown to agents; contact data is stored
    /// under pseudonyms and shown. A server is sent what the agent sent: it has to act on it.
    fn default() -> Self {
        Self {
            stored: Styles::strict(),
            to_agent: Styles {
                contact: Style::Reveal,
                network: Style::Reveal,
                ..Styles::strict()
            },
            to_server: Styles::all(Style::Reveal),
        }
    }
}

impl Showing {
    /// Everybody is shown what is stored.
    pub fn strict() -> Self {
        Self {
            stored: Styles::strict(),
            to_agent: Styles::strict(),
            to_server: Styles::strict(),
        }
    }

    /// A text that is the same for two that show the same.
    pub(crate) fn describe(&self) -> String {
        let mut text = String::new();
        for styles in [&self.stored, &self.to_agent, &self.to_server] {
            styles.describe(&mut text);
        }
        text
    }
}
