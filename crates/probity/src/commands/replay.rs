use std::io::{self, IsTerminal as _};

use anyhow::Result;

use super::recordings;
use crate::cli::{ReplayArgs, Speed};
use crate::exit::Exit;
use crate::replay::{Player, play_on_screen, play_plain};
use crate::view::Paint;

pub(super) fn run(args: &ReplayArgs) -> Result<Exit> {
    let reader = recordings::open(&args.config)?;
    let view = recordings::find(&reader, &args.session)?;
    let records = recordings::records(&reader, &view, 0)?;
    if args.plain || !io::stdout().is_terminal() {
        let mut out = io::stdout().lock();
        let paint = Paint::for_stdout();
        play_plain(&mut out, &records, args.speed, args.idle_ms_max, paint)?;
        return Ok(Exit::Ok);
    }
    let at: Vec<_> = records.iter().map(|record| record.at).collect();
    let player = match args.speed {
        Speed::Times(times) => Player::new(&at, times, args.idle_ms_max),
        Speed::Max => {
            let mut player = Player::new(&at, 1.0, args.idle_ms_max);
            player.seek(usize::MAX);
            player
        }
    };
    let title = format!("session {}", view.id);
    play_on_screen(&records, player, &title)?;
    Ok(Exit::Ok)
}
