//! What was said of a name the last time: the same few names stand in nearly every message.

use std::cell::RefCell;

/// Names that are longer are judged each time.
const NAME_BYTES_MAX: usize = 24;

/// How many names are remembered. A power of two.
const NAMES_MAX: usize = 256;

/// What is known of names, each in the one slot in which it can be: a new name drives out an old
/// one. Of what anybody might have put into a name nothing is kept: only letters and a few signs.
#[derive(Debug)]
pub(crate) struct Recent<T> {
    slots: RefCell<Vec<Slot<T>>>,
}

#[derive(Debug, Clone, Copy)]
struct Slot<T> {
    name: Key,
    said: T,
}

/// A name, filled up with zeros; all zeros is none.
type Key = [u8; NAME_BYTES_MAX];

impl<T> Recent<T> {
    pub(crate) const fn new() -> Self {
        Self {
            slots: RefCell::new(Vec::new()),
        }
    }
}

impl<T: Copy + Default> Recent<T> {
    /// What `judge`, which must say the same of the same name, says of one.
    pub(crate) fn said(&self, name: &str, judge: impl FnOnce(&str) -> T) -> T {
        let Some(key) = key(name) else {
            return judge(name);
        };
        let Ok(mut slots) = self.slots.try_borrow_mut() else {
            return judge(name);
        };
        if slots.is_empty() {
            let empty = Slot {
                name: [0; NAME_BYTES_MAX],
                said: T::default(),
            };
            slots.resize(NAMES_MAX, empty);
        }
        let Some(slot) = slots.get_mut(place(&key)) else {
            return judge(name);
        };
        if slot.name == key {
            return slot.said;
        }
        let said = judge(name);
        if name
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || b"_-./ ".contains(&byte))
        {
            *slot = Slot { name: key, said };
        }
        said
    }
}

/// `None`: it is empty or too long.
fn key(name: &str) -> Option<Key> {
    let mut key = [0; NAME_BYTES_MAX];
    let start = key
        .get_mut(..name.len())
        .filter(|start| !start.is_empty())?;
    start.copy_from_slice(name.as_bytes());
    Some(key)
}

fn place(key: &Key) -> usize {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, _) = key.as_chunks::<8>();
    let mixed = words.iter().fold(0_u64, |mixed, word| {
        (mixed.rotate_left(23) ^ u64::from_le_bytes(*word)).wrapping_mul(MIX)
    });
    usize::try_from(mixed >> 32).unwrap_or(0) % NAMES_MAX
}

#[cfg(test)]
mod tests {
    use super::Recent;

    #[test]
    fn a_name_is_judged_once() {
        let recent = Recent::new();
        let check = |name: &str, judged: bool| {
            let mut asked = false;
            let said = recent.said(name, |name| {
                asked = true;
                name.len()
            });
            assert_eq!((said, asked), (name.len(), judged), "{name}");
        };
        check("password", true);
        check("password", false);
        check("passwords", true);
        // A name that may be anybody's data is not kept.
        check("4111111111111111", true);
        check("4111111111111111", true);
        check("", true);
        check("a name that is longer than what is kept", true);
    }
}
