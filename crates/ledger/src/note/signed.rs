use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::keys::{LogKey, LogPublicKey};

/// Em dash and space: how a signature line begins.
const SIGNATURE_START: &str = "\u{2014} ";
/// The most signatures that are looked at.
const SIGNATURES_MAX: usize = 100;

/// Why a note cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is not laid out as a signed note.
    #[error("it is not a signed note")]
    Shape,
    /// No signature of the expected key.
    #[error("it is not signed by `{0}`")]
    Unsigned(String),
    /// A signature that names the expected key and is not its signature.
    #[error("the signature of `{0}` is wrong")]
    Forged(String),
}

/// A text and its signatures (C2SP signed-note).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<Signature>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signature {
    pub(super) name: String,
    pub(super) id: [u8; 4],
    pub(super) bytes: Vec<u8>,
}

impl SignedNote {
    /// Signs a text, which ends with a newline.
    ///
    /// # Errors
    ///
    /// [`NoteError::Shape`] if it does not, or has control characters.
    pub fn sign(text: &str, key: &LogKey) -> Result<Self, NoteError> {
        check_text(text)?;
        Ok(Self {
            text: text.to_owned(),
            signatures: vec![Signature {
                name: key.name().to_owned(),
                id: key.public().id(),
                bytes: key.sign(text.as_bytes()).to_vec(),
            }],
        })
    }

    /// From its bytes; says nothing yet about the signatures.
    ///
    /// # Errors
    ///
    /// [`NoteError::Shape`] if it is not a note.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::Shape)?;
        let (head, lines) = whole.rsplit_once("\n\n").ok_or(NoteError::Shape)?;
        let text = format!("{head}\n");
        check_text(&text)?;
        let signatures = Signature::parse_all(lines)?;
        Ok(Self { text, signatures })
    }

    /// How many signatures there are, of whomever.
    pub fn signatures_total(&self) -> usize {
        self.signatures.len()
    }

    /// The text: to be shown or signed, never to be trusted.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The same text under other signature lines.
    pub(super) fn with_only(&self, lines: &[u8]) -> Result<Self, NoteError> {
        let lines = std::str::from_utf8(lines).map_err(|_| NoteError::Shape)?;
        Ok(Self {
            text: self.text.clone(),
            signatures: Signature::parse_all(lines)?,
        })
    }

    pub(super) fn signatures_of(
        &self,
        name: &str,
        id: [u8; 4],
    ) -> impl Iterator<Item = &Signature> {
        self.signatures.iter().filter(move |s| s.is_of(name, id))
    }

    /// Puts this key's signatures from another note with the same text in the place of those here.
    pub(super) fn replace_signatures_of(&mut self, name: &str, id: [u8; 4], other: Self) {
        self.signatures.retain(|s| !s.is_of(name, id));
        let theirs = other.signatures.into_iter().filter(|s| s.is_of(name, id));
        self.signatures.extend(theirs);
    }

    /// The text, if the key signed it. Signatures of other keys are ignored.
    ///
    /// # Errors
    ///
    /// If the key did not sign, or a signature in its name is not its own.
    pub fn verified_by(&self, key: &LogPublicKey) -> Result<&str, NoteError> {
        let mut ours = self.signatures_of(key.name(), key.id()).peekable();
        if ours.peek().is_none() {
            return Err(NoteError::Unsigned(key.name().to_owned()));
        }
        if ours.all(|s| key.verifies(self.text.as_bytes(), &s.bytes)) {
            Ok(&self.text)
        } else {
            Err(NoteError::Forged(key.name().to_owned()))
        }
    }

    /// Its bytes.
    pub fn to_text(&self) -> String {
        let mut out = format!("{}\n", self.text);
        for signature in &self.signatures {
            out.push_str(&signature.to_line());
        }
        out
    }
}

impl Signature {
    fn is_of(&self, name: &str, id: [u8; 4]) -> bool {
        self.name == name && self.id == id
    }

    /// Its line, with the newline.
    pub(super) fn to_line(&self) -> String {
        let bytes = STANDARD.encode([self.id.as_slice(), &self.bytes].concat());
        format!("{SIGNATURE_START}{} {bytes}\n", self.name)
    }

    /// One or more lines, each ended by a newline.
    fn parse_all(lines: &str) -> Result<Vec<Self>, NoteError> {
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Shape)?;
        let signatures: Vec<_> = lines
            .split('\n')
            .take(SIGNATURES_MAX + 1)
            .map(Self::parse)
            .collect::<Result<_, _>>()?;
        if signatures.len() > SIGNATURES_MAX {
            return Err(NoteError::Shape);
        }
        Ok(signatures)
    }

    fn parse(line: &str) -> Result<Self, NoteError> {
        let (name, encoded) = line
            .strip_prefix(SIGNATURE_START)
            .and_then(|rest| rest.split_once(' '))
            .ok_or(NoteError::Shape)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| NoteError::Shape)?;
        let (id, bytes) = bytes.split_first_chunk().ok_or(NoteError::Shape)?;
        if name.is_empty() || name.contains(['+', '\t']) || bytes.is_empty() {
            return Err(NoteError::Shape);
        }
        Ok(Self {
            name: name.to_owned(),
            id: *id,
            bytes: bytes.to_vec(),
        })
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    let control = text.chars().any(|c| c.is_control() && c != '\n');
    if control || !text.ends_with('\n') {
        return Err(NoteError::Shape);
    }
    Ok(())
}
