use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mcp::Message;
use model::{CallId, Digest};

use crate::edit::Edits;
use crate::stored::Stored;
use crate::{Call, Subject};

/// What every value of ours begins with; servers have others.
const PREFIX: &str = "probity1.";
/// Bytes of a call's id, of a leg, and of a digest.
const FIXED_BYTES: usize = 16 + 4 + 32;

/// What a client hands back with the same request while it waits: a name, and no permission. It is read
/// only with the key, and only the newest one of a held call is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestState {
    /// The held call.
    pub held: CallId,
    /// Which of its values this is.
    pub leg: u32,
    /// The digest of the arguments that it goes with.
    pub arguments: Digest,
}

/// The key that seals these values (AES-256-GCM).
pub struct StateKey(LessSafeKey);

impl fmt::Debug for StateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StateKey(…)")
    }
}

impl StateKey {
    /// From 32 random bytes. `None`: the cryptographic library does not take them.
    pub fn new(bytes: &[u8; 32]) -> Option<Self> {
        let key = UnboundKey::new(&AES_256_GCM, bytes).ok()?;
        Some(Self(LessSafeKey::new(key)))
    }

    /// Whether a text is of this kind, if it is genuine.
    fn is_ours(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// Seals a value for a caller; `nonce` must be random. `None`: the library fails.
    pub fn seal(
        &self,
        state: &RequestState,
        caller: &str,
        nonce: [u8; NONCE_LEN],
    ) -> Option<String> {
        let mut sealed = state.held.as_bytes().to_vec();
        sealed.extend_from_slice(&state.leg.to_be_bytes());
        sealed.extend_from_slice(state.arguments.as_bytes());
        let aad = Aad::from(caller.as_bytes());
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
            .ok()?;
        let bytes = [nonce.as_slice(), &sealed].concat();
        Some(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Opens a value that this caller hands back. `None`: it is not genuine, or was given to somebody
    /// else.
    pub fn open(&self, text: &str, caller: &str) -> Option<RequestState> {
        let mut bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk_mut::<NONCE_LEN>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let aad = Aad::from(caller.as_bytes());
        let opened = self.0.open_in_place(nonce, aad, sealed).ok()?;
        let fixed: &[u8; FIXED_BYTES] = (&*opened).try_into().ok()?;
        let (held, fixed) = fixed.split_first_chunk::<16>()?;
        let (leg, arguments) = fixed.split_first_chunk::<4>()?;
        Some(RequestState {
            held: CallId::from_bytes(*held),
            leg: u32::from_be_bytes(*leg),
            arguments: Digest::from_bytes(arguments.try_into().ok()?),
        })
    }
}

impl Call {
    /// Takes a `requestState` of ours out of the request: the server gets what the client meant, without
    /// it. `None`: it has none of ours, and nothing is changed.
    pub fn take_request_state(&mut self) -> Option<String> {
        let Subject::Message(message, _) = &mut self.subject else {
            return None;
        };
        if message.kind() != mcp::Kind::Request {
            return None;
        }
        let params = message.params()?;
        let text = params.get("requestState")?.text()?.into_owned();
        if !StateKey::is_ours(&text) {
            return None;
        }
        let mut edits = Edits::default();
        edits.remove_member(params, "requestState");
        let edited = edits.apply(message.bytes()).ok()??;
        *message = Message::parse(edited.into(), &Stored::limits()).ok()?;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use model::{CallId, Digest};

    use super::{RequestState, StateKey};

    fn state() -> RequestState {
        RequestState {
            held: CallId::from_bytes([7; 16]),
            leg: 3,
            arguments: Digest::from_bytes([9; 32]),
        }
    }

    #[test]
    fn a_value_opens_for_its_caller_and_only_as_it_was() {
        let key = StateKey::new(&[1; 32]).unwrap();
        let text = key.seal(&state(), "person|key|ann", [2; 12]).unwrap();
        assert!(StateKey::is_ours(&text));
        assert_eq!(key.open(&text, "person|key|ann"), Some(state()));
        assert_eq!(key.open(&text, "person|key|bob"), None);
        let other = StateKey::new(&[2; 32]).unwrap();
        assert_eq!(other.open(&text, "person|key|ann"), None);
        for at in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            assert_eq!(key.open(&other, "person|key|ann"), None, "{at}");
        }
        for length in 0..text.len() {
            let cut: String = text.chars().take(length).collect();
            assert_eq!(key.open(&cut, "person|key|ann"), None, "{length}");
        }
    }
}
