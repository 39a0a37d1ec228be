use std::io::{self, Write};
use std::time::Duration;

use crate::cli::Speed;
use crate::view::{PAYLOAD_CHARS_MAX, Paint, Shown, write_record};

use super::Player;

/// Prints the records with their own timing, for pipes and scripts.
///
/// # Errors
///
/// The writer's own.
pub(crate) fn play_plain(
    out: &mut impl Write,
    records: &[Shown],
    speed: Speed,
    idle_ms_max: u64,
    paint: Paint,
) -> io::Result<()> {
    let Some(opened_at) = records.first().map(|first| first.at) else {
        return Ok(());
    };
    let at: Vec<_> = records.iter().map(|record| record.at).collect();
    let times = match speed {
        Speed::Times(times) => times,
        Speed::Max => 1.0,
    };
    let mut player = Player::new(&at, times, idle_ms_max);
    let mut printed = 0;
    loop {
        let shown = match speed {
            Speed::Times(_) => player.shown(),
            Speed::Max => records.len(),
        };
        for record in records.iter().take(shown).skip(printed) {
            write_record(out, record, opened_at, PAYLOAD_CHARS_MAX, paint)?;
        }
        out.flush()?;
        printed = shown;
        let Some(wait_us) = player.until_next_us().filter(|_| printed < records.len()) else {
            return Ok(());
        };
        std::thread::sleep(Duration::from_micros(wait_us));
        player.tick(wait_us.max(1));
    }
}
