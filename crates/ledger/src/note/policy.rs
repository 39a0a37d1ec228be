//! Whom an auditor trusts: logs, witnesses, and how many of them it takes (C2SP tlog-policy).

use std::collections::HashMap;

use super::checkpoint::{Checkpoint, CheckpointError};
use super::cosignature::{Cosignature, WitnessKey};
use super::keys::{LogPublicKey, NoteKeyError};
use super::signed::{NoteError, SignedNote};
use super::vkey;

/// The name that stands for a quorum of nobody.
const NONE: &[u8] = b"none";

/// A trust policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<LogPublicKey>,
    nodes: Vec<Node>,
    /// The node that must have witnessed; `None` if nobody must.
    quorum: Option<usize>,
}

/// What a name stands for. The members of a group come before it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Witness(WitnessKey),
    /// A witness with an ML-DSA-44 key, whose cosignatures are not understood: never seen.
    Unheard(Vec<u8>),
    Group {
        threshold: usize,
        members: Vec<usize>,
    },
}

/// Why a text is not a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct PolicyError {
    /// The line, counted from 1; the one behind the last if something is missing.
    pub line: usize,
    /// What is wrong there.
    pub fault: PolicyFault,
}

/// What is wrong with a line of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// A control character besides tab and newline.
    #[error("there is a control character")]
    Control,
    /// Not one of the four kinds of lines, or with too few or too many words.
    #[error(
        "a line is `log VKEY [URL]`, `witness NAME VKEY [URL]`, `group NAME K MEMBER...` or \
         `quorum NAME`"
    )]
    Shape,
    /// The key is none, or of the wrong type.
    #[error(transparent)]
    Key(#[from] NoteKeyError),
    /// The same public key was there before.
    #[error("this public key is on an earlier line already")]
    SameKey,
    /// The name is taken, or is `none`.
    #[error("the name is taken")]
    NameTaken,
    /// The name was not defined on an earlier line.
    #[error("`{0}` is not defined on an earlier line")]
    Unknown(String),
    /// The name is a member of a group already.
    #[error("`{0}` is a member of a group already")]
    Member(String),
    /// The threshold is not `all`, `any` or a number from 1 to the number of members.
    #[error("the threshold is `all`, `any`, or a number from 1 to the number of members")]
    Threshold,
    /// There is not exactly one quorum line.
    #[error("there must be exactly one `quorum` line")]
    Quorum,
}

/// What a policy says of a checkpoint that one of its logs signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// The verified cosignatures, the earliest first.
    pub cosignatures: Vec<Cosignature>,
    /// Whether they are as many as the policy asks for.
    pub quorum: bool,
    /// When the last one came that the quorum needed, by the witnesses' clocks, in seconds since
    /// 1970-01-01T00:00:00Z: the entries under the checkpoint existed by then. `None` if nobody
    /// whom it takes has cosigned.
    pub time_s: Option<u64>,
}

impl Policy {
    /// From its text.
    ///
    /// # Errors
    ///
    /// The first line that is wrong, and what is wrong with it.
    pub fn parse(text: &[u8]) -> Result<Self, PolicyError> {
        let mut parser = Parser::default();
        let mut lines = 0;
        for line in text.split(|byte| *byte == b'\n') {
            lines += 1;
            let fault = |fault| PolicyError { line: lines, fault };
            parser.line(line).map_err(fault)?;
        }
        let quorum = parser.quorum.ok_or(PolicyError {
            line: lines,
            fault: PolicyFault::Quorum,
        })?;
        Ok(Self {
            logs: parser.logs,
            nodes: parser.nodes,
            quorum,
        })
    }

    /// A policy that trusts these logs and asks for no witness.
    pub const fn of_logs(logs: Vec<LogPublicKey>) -> Self {
        Self {
            logs,
            nodes: Vec::new(),
            quorum: None,
        }
    }

    /// The logs; none if they are known from elsewhere.
    pub fn logs(&self) -> &[LogPublicKey] {
        &self.logs
    }

    /// The witnesses whose cosignatures are understood.
    pub fn witnesses(&self) -> impl Iterator<Item = &WitnessKey> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Witness(key) => Some(key),
            Node::Unheard(_) | Node::Group { .. } => None,
        })
    }

    /// The checkpoint, if one of the logs signed it.
    ///
    /// # Errors
    ///
    /// What is wrong with it; if it is of none of the logs, what the last of them says.
    pub fn open(&self, note: &[u8]) -> Result<Checkpoint, CheckpointError> {
        let mut result = Err(CheckpointError::Note(NoteError::Unsigned(
            "any log of the policy".to_owned(),
        )));
        for log in &self.logs {
            match Checkpoint::open(note, log) {
                Err(CheckpointError::Note(NoteError::Unsigned(_))) => {}
                other => {
                    result = other;
                    break;
                }
            }
        }
        result
    }

    /// Who of the witnesses cosigned the checkpoint in this note, and whether that is enough.
    ///
    /// # Errors
    ///
    /// [`NoteError::Forged`] if a cosignature in the name of one of them is not its own.
    pub fn judge(&self, note: &SignedNote) -> Result<Witnessed, NoteError> {
        let mut seen = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            let Node::Witness(key) = node else { continue };
            match note.cosigned_by(key) {
                Ok(cosignature) => seen.push((cosignature, at)),
                Err(NoteError::Unsigned(_)) => {}
                Err(error) => return Err(error),
            }
        }
        seen.sort();
        let mut nodes = vec![false; self.nodes.len()];
        let mut quorum = self.quorum.is_none();
        let mut time_s = None;
        for (cosignature, at) in &seen {
            if let Some(node) = nodes.get_mut(*at) {
                *node = true;
            }
            if time_s.is_none() && self.is_enough(&mut nodes) {
                quorum = true;
                time_s = Some(cosignature.time_s);
            }
        }
        Ok(Witnessed {
            cosignatures: seen
                .into_iter()
                .map(|(cosignature, _)| cosignature)
                .collect(),
            quorum,
            time_s,
        })
    }

    /// Whether the witnesses that are marked make a quorum; marks the groups.
    fn is_enough(&self, nodes: &mut [bool]) -> bool {
        for (at, node) in self.nodes.iter().enumerate() {
            let Node::Group { threshold, members } = node else {
                continue;
            };
            let marked = |member: &&usize| nodes.get(**member).copied().unwrap_or_default();
            let count = members.iter().filter(marked).count();
            if let Some(group) = nodes.get_mut(at) {
                *group = count >= *threshold;
            }
        }
        self.quorum
            .is_none_or(|at| nodes.get(at).copied().unwrap_or_default())
    }
}

#[derive(Default)]
struct Parser {
    logs: Vec<LogPublicKey>,
    nodes: Vec<Node>,
    names: HashMap<Vec<u8>, usize>,
    /// Which nodes are a member of a group already.
    taken: Vec<usize>,
    /// `Some(None)` after `quorum none`.
    quorum: Option<Option<usize>>,
}

impl Parser {
    fn line(&mut self, line: &[u8]) -> Result<(), PolicyFault> {
        let control = |byte: &u8| (*byte < 0x20 && *byte != b'\t') || *byte == 0x7f;
        if line.iter().any(control) {
            return Err(PolicyFault::Control);
        }
        let words: Vec<&[u8]> = line
            .split(|byte| matches!(byte, b' ' | b'\t'))
            .filter(|word| !word.is_empty())
            .collect();
        match words.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key] | [b"log", key, _] => self.log(key),
            [b"witness", name, key] | [b"witness", name, key, _] => self.witness(name, key),
            [b"group", name, threshold, members @ ..] => self.group(name, threshold, members),
            [b"quorum", name] => self.quorum(name),
            _ => Err(PolicyFault::Shape),
        }
    }

    fn log(&mut self, key: &[u8]) -> Result<(), PolicyFault> {
        let key = LogPublicKey::from_vkey(utf8(key)?)?;
        if self.logs.iter().any(|log| log.as_bytes() == key.as_bytes()) {
            return Err(PolicyFault::SameKey);
        }
        self.logs.push(key);
        Ok(())
    }

    fn witness(&mut self, name: &[u8], key: &[u8]) -> Result<(), PolicyFault> {
        let text = utf8(key)?;
        let node = match WitnessKey::from_vkey(text) {
            Ok(key) => Node::Witness(key),
            Err(NoteKeyError::Type) => Node::Unheard(vkey::parse_ml_dsa_witness(text)?),
            Err(error) => return Err(error.into()),
        };
        if self.nodes.iter().any(|other| other.has_key_of(&node)) {
            return Err(PolicyFault::SameKey);
        }
        self.define(name, node)
    }

    fn group(
        &mut self,
        name: &[u8],
        threshold: &[u8],
        members: &[&[u8]],
    ) -> Result<(), PolicyFault> {
        let threshold = match threshold {
            b"any" => 1,
            b"all" => members.len(),
            number => utf8(number)?
                .bytes()
                .all(|digit| digit.is_ascii_digit())
                .then(|| utf8(number).ok()?.parse().ok())
                .flatten()
                .ok_or(PolicyFault::Threshold)?,
        };
        if threshold < 1 || threshold > members.len() {
            return Err(PolicyFault::Threshold);
        }
        let mut nodes = Vec::with_capacity(members.len());
        for member in members {
            let node = self.defined(member)?;
            if self.taken.contains(&node) {
                return Err(PolicyFault::Member(lossy(member)));
            }
            self.taken.push(node);
            nodes.push(node);
        }
        let members = nodes;
        self.define(name, Node::Group { threshold, members })
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), PolicyFault> {
        if self.quorum.is_some() {
            return Err(PolicyFault::Quorum);
        }
        let node = match name {
            NONE => None,
            name => Some(self.defined(name)?),
        };
        self.quorum = Some(node);
        Ok(())
    }

    fn defined(&self, name: &[u8]) -> Result<usize, PolicyFault> {
        let unknown = || PolicyFault::Unknown(lossy(name));
        self.names.get(name).copied().ok_or_else(unknown)
    }

    fn define(&mut self, name: &[u8], node: Node) -> Result<(), PolicyFault> {
        if name == NONE || self.names.contains_key(name) {
            return Err(PolicyFault::NameTaken);
        }
        self.names.insert(name.to_owned(), self.nodes.len());
        self.nodes.push(node);
        Ok(())
    }
}

impl Node {
    fn has_key_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Witness(a), Self::Witness(b)) => a.as_bytes() == b.as_bytes(),
            (Self::Unheard(a), Self::Unheard(b)) => a == b,
            _ => false,
        }
    }
}

fn utf8(word: &[u8]) -> Result<&str, PolicyFault> {
    std::str::from_utf8(word).map_err(|_| PolicyFault::Shape)
}

fn lossy(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}
