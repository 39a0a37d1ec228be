//! What is handed to somebody outside: the proof that an entry is in a log (C2SP tlog-proof), and
//! with it a record, or some fields of one, in the clear.

mod disclosure;
mod tlog;

pub use disclosure::{Disclosed, Disclosure, DisclosureError, Shown};
pub use tlog::{TlogProof, TlogProofError};
