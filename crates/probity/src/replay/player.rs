use model::Timestamp;

/// Factors that the speed keys go through.
const SPEEDS: [f64; 9] = [0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 64.0];

/// Plays records in their own rhythm. Knows no clock: elapsed time is an argument.
#[derive(Debug, Clone)]
pub(crate) struct Player {
    /// When each record happens, in microseconds of playing time at speed 1.
    times_us: Vec<u64>,
    /// Where playing is, in microseconds of playing time.
    position_us: f64,
    /// How many records have happened.
    shown: usize,
    speed: f64,
    playing: bool,
}

impl Player {
    /// Playing from the beginning; silences longer than `idle_ms_max` are shortened to it.
    pub(crate) fn new(at: &[Timestamp], speed: f64, idle_ms_max: u64) -> Self {
        let mut times_us = Vec::with_capacity(at.len());
        let (mut now_us, mut last) = (0_u64, at.first().copied());
        for &at in at {
            let gap_us = last.map_or(0, |last| at.us_since(last));
            now_us = now_us.saturating_add(gap_us.min(idle_ms_max.saturating_mul(1_000)));
            times_us.push(now_us);
            last = Some(at);
        }
        let mut player = Self {
            times_us,
            position_us: 0.0,
            shown: 0,
            speed,
            playing: true,
        };
        player.take_what_happened();
        player
    }

    /// Lets time pass.
    pub(crate) fn tick(&mut self, elapsed_us: u64) {
        if !self.playing {
            return;
        }
        self.position_us += as_f64(elapsed_us) * self.speed;
        self.take_what_happened();
        if self.is_at_end() {
            self.playing = false;
        }
    }

    /// Plays if it was paused, pauses if it was playing; at the end, begins again.
    pub(crate) fn toggle(&mut self) {
        if !self.playing && self.is_at_end() {
            self.seek(0);
        }
        self.playing = !self.playing;
    }

    /// One record on, paused.
    pub(crate) fn step_forward(&mut self) {
        self.playing = false;
        self.seek(self.shown.min(self.last()));
    }

    /// One record back, paused.
    pub(crate) fn step_back(&mut self) {
        self.playing = false;
        self.seek(self.shown.saturating_sub(2));
    }

    /// To the record of this number.
    pub(crate) fn seek(&mut self, record: usize) {
        let record = record.min(self.last());
        self.position_us = as_f64(self.times_us.get(record).copied().unwrap_or(0));
        self.shown = (record + 1).min(self.times_us.len());
    }

    /// To a tenth of the playing time.
    pub(crate) fn seek_tenth(&mut self, tenth: u32) {
        self.position_us = as_f64(self.length_us()) * f64::from(tenth.min(10)) / 10.0;
        self.shown = 0;
        self.take_what_happened();
    }

    /// One speed up or down.
    pub(crate) fn change_speed(&mut self, faster: bool) {
        let mut others = SPEEDS.iter().copied();
        let next = if faster {
            others.find(|speed| *speed > self.speed)
        } else {
            others.rev().find(|speed| *speed < self.speed)
        };
        self.speed = next.unwrap_or(self.speed);
    }

    /// How many records have happened.
    pub(crate) const fn shown(&self) -> usize {
        self.shown
    }

    /// How many there are.
    pub(crate) const fn records(&self) -> usize {
        self.times_us.len()
    }

    pub(crate) const fn speed(&self) -> f64 {
        self.speed
    }

    pub(crate) const fn is_playing(&self) -> bool {
        self.playing
    }

    /// Whether everything has happened.
    pub(crate) const fn is_at_end(&self) -> bool {
        self.shown == self.times_us.len()
    }

    /// Where playing is, in milliseconds of playing time.
    pub(crate) fn position_ms(&self) -> u64 {
        as_u64(self.position_us).min(self.length_us()) / 1_000
    }

    /// How long all of it plays at speed 1, in milliseconds.
    pub(crate) fn length_ms(&self) -> u64 {
        self.length_us() / 1_000
    }

    /// How long until the next record at this speed, in microseconds; `None` at the end.
    pub(crate) fn until_next_us(&self) -> Option<u64> {
        let next = self.times_us.get(self.shown)?;
        Some(as_u64(
            ((as_f64(*next) - self.position_us) / self.speed).ceil(),
        ))
    }

    fn take_what_happened(&mut self) {
        let now_us = as_u64(self.position_us);
        self.shown = self.times_us.partition_point(|&at| at <= now_us);
    }

    fn last(&self) -> usize {
        self.times_us.len().saturating_sub(1)
    }

    fn length_us(&self) -> u64 {
        self.times_us.last().copied().unwrap_or(0)
    }
}

/// Playing time is exact enough as a float: 2^53 microseconds are 285 years.
const fn as_f64(us: u64) -> f64 {
    us as f64
}

/// A float becomes an integer by saturating, and is never negative here.
const fn as_u64(us: f64) -> u64 {
    us as u64
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::Player;

    fn player() -> Player {
        let at = [0, 10_000, 10_000, 500_000, 90_000_000].map(Timestamp::from_unix_us);
        Player::new(&at, 1.0, 1_000)
    }

    fn check(script: &[(&str, u64)], expected: (usize, u64, bool)) {
        let mut player = player();
        for (verb, argument) in script {
            match *verb {
                "tick" => player.tick(*argument),
                "toggle" => player.toggle(),
                "forward" => player.step_forward(),
                "back" => player.step_back(),
                "seek" => player.seek(usize::try_from(*argument).unwrap()),
                "tenth" => player.seek_tenth(u32::try_from(*argument).unwrap()),
                "speed" => player.change_speed(*argument > 0),
                other => panic!("no verb {other}"),
            }
        }
        let state = (player.shown(), player.position_ms(), player.is_playing());
        assert_eq!(state, expected, "{script:?}");
    }

    #[test]
    fn a_recording_plays_in_its_own_rhythm() {
        check(&[], (1, 0, true));
        check(&[("tick", 9_999)], (1, 9, true));
        check(&[("tick", 10_000)], (3, 10, true));
        check(&[("tick", 500_000)], (4, 500, true));
        // The silence of 89.5 seconds is shortened to one.
        check(&[("tick", 1_500_000)], (5, 1_500, false));
        check(&[("toggle", 0), ("tick", 500_000)], (1, 0, false));
        check(&[("speed", 1), ("tick", 250_000)], (4, 500, true));
        check(&[("speed", 0), ("tick", 20_000)], (3, 10, true));
    }

    #[test]
    fn it_can_be_stepped_and_sought() {
        check(&[("forward", 0)], (2, 10, false));
        check(
            &[("forward", 0), ("forward", 0), ("back", 0)],
            (2, 10, false),
        );
        check(&[("back", 0)], (1, 0, false));
        check(&[("seek", 99), ("forward", 0)], (5, 1_500, false));
        check(&[("tenth", 5)], (4, 750, true));
        check(&[("tenth", 10), ("tick", 1)], (5, 1_500, false));
        // At the end, playing begins again.
        check(&[("tick", 9_000_000), ("toggle", 0)], (1, 0, true));
    }

    #[test]
    fn it_says_how_long_until_the_next_record() {
        let mut player = player();
        assert_eq!(player.until_next_us(), Some(10_000));
        player.change_speed(true);
        assert_eq!(player.until_next_us(), Some(5_000));
        player.seek(4);
        assert_eq!(player.until_next_us(), None);
        assert_eq!(Player::new(&[], 1.0, 1).until_next_us(), None);
    }
}
