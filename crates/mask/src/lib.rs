//! Masking: detectors find sensitive data in a message, and findings are cut out of its bytes.
//!
//! A finding says what kind of data was found and where, never the value. Deliberately absent:
//! I/O, clocks, MCP. The set of detectors in force is a value, [`MaskSet`]; the empty set finds
//! nothing and says so by its digest.
//!
//! A message is walked leaf by leaf; each leaf, and each view of it in which something may hide, is
//! shown to the detectors; what they find is led back to the bytes of the message, and only those
//! bytes are replaced, once for the record and once for who receives the message.

mod candidates;
mod crossing;
mod detect;
mod finding;
mod frames;
mod lanes;
mod operator;
mod place;
mod render;
mod rules;
mod search;
mod set;
mod showing;
mod stream;
mod style;
mod view;
mod walk;

pub use crossing::{Crossing, Direction};
pub use detect::{Certainty, Class};
pub use finding::{Finding, Masked, Part};
pub use frames::Framing;
pub use operator::{OperatorRules, PathFault, Rule, RuleFault};
pub use rules::{Leaf, Outside, Rules, Spot};
pub use set::{Builder, MaskSet};
pub use showing::{Showing, Styles};
pub use stream::{Relay, Stream};
pub use style::{Key, Style};
