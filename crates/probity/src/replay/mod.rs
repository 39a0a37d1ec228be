//! A session played back: the [`Player`] decides, the screen and the plain printer show.

mod plain;
mod player;
mod screen;

pub(crate) use plain::play_plain;
pub(crate) use player::Player;
pub(crate) use screen::play_on_screen;
