use std::fmt;
use std::sync::Arc;

use crate::{Principal, SessionId, Timestamp, UpstreamName};

/// What an operator stopped, so that nothing of it passes until that is lifted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halt {
    /// What.
    pub target: HaltTarget,
    /// Who.
    pub by: Arc<str>,
    /// Why, in the operator's words. Agents are not told.
    pub reason: Option<Arc<str>>,
    /// Since when.
    pub at: Timestamp,
}

/// What is stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HaltTarget {
    /// Everything, because nobody knows what is meant to be stopped.
    Everything,
    /// Whatever goes to or comes from this server.
    Server(UpstreamName),
    /// Whatever is done for this person or service: a subject, of whichever issuer, or
    /// `kind|issuer|subject`.
    Person(Arc<str>),
    /// One recorded session.
    Session(SessionId),
}

impl HaltTarget {
    /// `everything`, `server`, `person` or `session`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::Server(_) => "server",
            Self::Person(_) => "person",
            Self::Session(_) => "session",
        }
    }

    /// Which one; empty for [`HaltTarget::Everything`].
    pub fn id(&self) -> String {
        match self {
            Self::Everything => String::new(),
            Self::Server(name) => name.to_string(),
            Self::Person(person) => person.to_string(),
            Self::Session(session) => session.to_string(),
        }
    }

    fn covers(&self, server: &UpstreamName, who: &Principal, session: SessionId) -> bool {
        match self {
            Self::Everything => true,
            Self::Server(name) => name == server,
            Self::Person(person) => {
                let (kind, issuer, subject) = (who.kind(), who.issuer(), who.subject());
                let named = !subject.is_empty() && **person == *subject;
                named || **person == *format!("{kind}|{issuer}|{subject}")
            }
            Self::Session(id) => *id == session,
        }
    }
}

impl fmt::Display for HaltTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("everything"),
            other => write!(f, "{} {}", other.kind(), other.id()),
        }
    }
}

/// What the operator reads.
impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was stopped by {}", self.target, self.by)?;
        match &self.reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}

/// Everything that is stopped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Halts(Vec<Arc<Halt>>);

impl Halts {
    /// These.
    pub fn new(halts: impl IntoIterator<Item = Halt>) -> Self {
        Self(halts.into_iter().map(Arc::new).collect())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Halt>> {
        self.0.iter()
    }

    /// Whether nothing is stopped.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What stops a message between this server and somebody in this session; the first, if several
    /// do.
    pub fn of(
        &self,
        server: &UpstreamName,
        who: &Principal,
        session: SessionId,
    ) -> Option<&Arc<Halt>> {
        let mut halts = self.0.iter();
        halts.find(|halt| halt.target.covers(server, who, session))
    }
}

#[cfg(test)]
mod tests {
    use super::{Halt, HaltTarget, Halts};
    use crate::{Principal, SessionId, Timestamp};

    #[test]
    fn what_a_halt_covers() {
        let person = |subject: &str| Principal::Person {
            issuer: "key".into(),
            subject: subject.into(),
        };
        let session = SessionId::from_bytes([1; 16]);
        let check = |target: HaltTarget, expected: bool| {
            let halts = Halts::new([Halt {
                target: target.clone(),
                by: "ops".into(),
                reason: None,
                at: Timestamp::from_unix_us(0),
            }]);
            let server = "files".parse().unwrap();
            let found = halts.of(&server, &person("ann"), session);
            assert_eq!(found.is_some(), expected, "{target}");
        };
        check(HaltTarget::Everything, true);
        check(HaltTarget::Server("files".parse().unwrap()), true);
        check(HaltTarget::Server("mail".parse().unwrap()), false);
        check(HaltTarget::Person("ann".into()), true);
        check(HaltTarget::Person("person|key|ann".into()), true);
        check(HaltTarget::Person("person|other|ann".into()), false);
        check(HaltTarget::Person("".into()), false);
        check(HaltTarget::Person("bob".into()), false);
        check(HaltTarget::Session(session), true);
        check(HaltTarget::Session(SessionId::from_bytes([2; 16])), false);
        // Nobody has no name, but can be named.
        let anonymous = |name: &str| {
            HaltTarget::Person(name.into()).covers(
                &"files".parse().unwrap(),
                &Principal::Anonymous,
                session,
            )
        };
        assert!(anonymous("anonymous||") && !anonymous(""));
    }
}
