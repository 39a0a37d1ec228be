use super::{Context, Search};
use crate::candidates::Seen;
use crate::detect::Candidates;
use crate::place::Place;

impl Search<'_> {
    /// Searches the other readings of a text.
    pub(super) fn views(
        &mut self,
        _text: &str,
        _seen: Seen,
        _candidates: &Candidates,
        _context: Context<'_>,
        _places: &mut Vec<Place>,
    ) {
    }
}
