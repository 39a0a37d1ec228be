use super::{Hit, Scope};

/// Adds what it finds in one text; the order does not matter, overlaps are allowed.
pub(crate) fn find(_scope: &Scope<'_>, _hits: &mut Vec<Hit>) {}
