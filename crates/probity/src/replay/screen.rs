//! The player on a terminal.

use std::io;
use std::time::{Duration, Instant};

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::DefaultTerminal;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Gauge, List, ListItem, ListState, Paragraph, Wrap};

use ledger::{Direction, VerdictCode};

use crate::view::{Shown, escape, payload_lines, what};

use super::Player;

/// How often the screen is drawn while nothing is typed.
const FRAME: Duration = Duration::from_millis(50);
/// The most of one message that is laid out, in characters.
const PAYLOAD_CHARS_MAX: usize = 200_000;
/// Lines that a page key scrolls.
const PAGE: u16 = 10;

/// Plays until `q`. The terminal is left as it was, also after an error.
///
/// # Errors
///
/// The terminal's own.
pub(crate) fn play_on_screen(records: &[Shown], player: Player, title: &str) -> io::Result<()> {
    let mut terminal = ratatui::try_init()?;
    let result = Screen::new(records, player, title).run(&mut terminal);
    ratatui::restore();
    result
}

struct Screen<'a> {
    records: &'a [Shown],
    player: Player,
    title: String,
    /// The lines of the current record's message: they are made once, not for every frame.
    message: Vec<String>,
    scroll: u16,
}

impl<'a> Screen<'a> {
    fn new(records: &'a [Shown], player: Player, title: &str) -> Self {
        let mut screen = Self {
            records,
            player,
            title: escape(title),
            message: Vec::new(),
            scroll: 0,
        };
        screen.turn_to_current();
        screen
    }

    fn run(&mut self, terminal: &mut DefaultTerminal) -> io::Result<()> {
        let mut last = Instant::now();
        loop {
            terminal.draw(|frame| self.draw(frame))?;
            if event::poll(FRAME)?
                && let Event::Key(key) = event::read()?
                && key.kind != KeyEventKind::Release
                && self.is_end(key)
            {
                return Ok(());
            }
            let now = Instant::now();
            let elapsed_us = now.duration_since(last).as_micros();
            let before = self.player.shown();
            self.player
                .tick(u64::try_from(elapsed_us).unwrap_or(u64::MAX));
            if self.player.shown() != before {
                self.turn_to_current();
            }
            last = now;
        }
    }

    /// Acts on a key; `true` ends the playing.
    fn is_end(&mut self, key: KeyEvent) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let before = self.player.shown();
        match key.code {
            KeyCode::Char('q') | KeyCode::Esc => return true,
            KeyCode::Char('c') if control => return true,
            KeyCode::Char(' ') => self.player.toggle(),
            KeyCode::Right | KeyCode::Char('l') => self.player.step_forward(),
            KeyCode::Left | KeyCode::Char('h') => self.player.step_back(),
            KeyCode::Char('+' | '=') => self.player.change_speed(true),
            KeyCode::Char('-') => self.player.change_speed(false),
            KeyCode::Home => self.player.seek(0),
            KeyCode::End => self.player.seek(usize::MAX),
            KeyCode::Char(digit) if digit.is_ascii_digit() => {
                self.player.seek_tenth(digit.to_digit(10).unwrap_or(0));
            }
            KeyCode::Down => self.scroll = self.scroll.saturating_add(1),
            KeyCode::Up => self.scroll = self.scroll.saturating_sub(1),
            KeyCode::PageDown => self.scroll = self.scroll.saturating_add(PAGE),
            KeyCode::PageUp => self.scroll = self.scroll.saturating_sub(PAGE),
            _ => {}
        }
        if self.player.shown() != before {
            self.turn_to_current();
        }
        false
    }

    fn current(&self) -> Option<&'a Shown> {
        self.records.get(self.player.shown().checked_sub(1)?)
    }

    fn turn_to_current(&mut self) {
        self.scroll = 0;
        self.message = self
            .current()
            .map_or_else(Vec::new, |shown| payload_lines(shown, PAYLOAD_CHARS_MAX));
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        let rows = Layout::vertical([
            Constraint::Percentage(45),
            Constraint::Min(5),
            Constraint::Length(1),
            Constraint::Length(1),
        ]);
        let [timeline, message, progress, keys] = rows.areas(frame.area());
        self.draw_timeline(frame, timeline);
        self.draw_message(frame, message);
        self.draw_progress(frame, progress);
        let help = "space play/pause   ←/→ step   +/- speed   0-9 seek   ↑/↓ scroll   q quit";
        frame.render_widget(
            Paragraph::new(help).style(Style::new().fg(Color::DarkGray)),
            keys,
        );
    }

    fn draw_timeline(&self, frame: &mut Frame<'_>, area: Rect) {
        let opened_at = self.records.first().map(|first| first.at);
        let rows = usize::from(area.height.saturating_sub(2));
        let hidden = self.player.shown().saturating_sub(rows);
        let visible = self.records.iter().take(self.player.shown()).skip(hidden);
        let items = visible.map(|shown| {
            let since_ms = opened_at.map_or(0, |opened| shown.at.us_since(opened) / 1_000);
            ListItem::new(timeline_line(shown, since_ms))
        });
        let list = List::new(items)
            .block(Block::bordered().title(format!(" {} ", self.title)))
            .highlight_style(Style::new().add_modifier(Modifier::REVERSED));
        let selected = (self.player.shown() - hidden).checked_sub(1);
        let mut state = ListState::default().with_selected(selected);
        frame.render_stateful_widget(list, area, &mut state);
    }

    fn draw_message(&self, frame: &mut Frame<'_>, area: Rect) {
        let Some(shown) = self.current() else {
            return;
        };
        let title = format!(" {} #{} — {} ", shown.kind, shown.index, what(shown));
        let lines: Vec<Line<'_>> = self
            .message
            .iter()
            .map(|line| Line::from(line.as_str()))
            .collect();
        let message = Paragraph::new(lines)
            .wrap(Wrap { trim: false })
            .scroll((self.scroll, 0))
            .block(Block::bordered().title(title));
        frame.render_widget(message, area);
    }

    fn draw_progress(&self, frame: &mut Frame<'_>, area: Rect) {
        let player = &self.player;
        let (at_ms, of_ms) = (player.position_ms(), player.length_ms());
        let percent = at_ms.saturating_mul(100).checked_div(of_ms).unwrap_or(100);
        let label = format!(
            "{} {}x  {}.{} / {}.{} s  {}/{} records",
            if player.is_playing() { "▶" } else { "⏸" },
            player.speed(),
            at_ms / 1_000,
            at_ms % 1_000 / 100,
            of_ms / 1_000,
            of_ms % 1_000 / 100,
            player.shown(),
            player.records(),
        );
        let gauge = Gauge::default()
            .gauge_style(Style::new().fg(Color::Cyan).bg(Color::Black))
            .percent(u16::try_from(percent.min(100)).unwrap_or(100))
            .label(label);
        frame.render_widget(gauge, area);
    }
}

fn timeline_line(shown: &Shown, since_ms: u64) -> Line<'static> {
    let (arrow, colour) = match shown.direction() {
        Some(Direction::ClientToServer) => ("->", Color::Cyan),
        Some(Direction::ServerToClient) => ("<-", Color::Green),
        None => ("--", Color::DarkGray),
    };
    let mut spans = vec![
        Span::styled(
            format!(
                "{:>9} ",
                format!("+{}.{:03}", since_ms / 1_000, since_ms % 1_000)
            ),
            Style::new().fg(Color::DarkGray),
        ),
        Span::styled(format!("{arrow} "), Style::new().fg(colour)),
        Span::raw(format!("{:<15} {}", shown.kind, what(shown))),
    ];
    let verdict = match shown.verdict {
        VerdictCode::None | VerdictCode::Permitted => None,
        VerdictCode::Held => Some(Color::Yellow),
        VerdictCode::Refused | VerdictCode::Undecidable => Some(Color::Red),
    };
    if let Some(colour) = verdict {
        let text = format!("  {}", shown.verdict.as_str());
        spans.push(Span::styled(text, Style::new().fg(colour)));
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use ledger::{Body, Facts};
    use model::{Digest, SessionId, Timestamp};
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;

    fn record(seq: u64, kind: &str, payload: &str) -> Shown {
        Shown {
            index: seq + 10,
            seq,
            session: SessionId::from_bytes([1; 16]),
            kind: kind.to_owned(),
            verdict: VerdictCode::None,
            at: Timestamp::from_unix_us(seq * 1_000_000),
            leaf_hash: Digest::default(),
            called: None,
            body: Ok(Body {
                facts: Facts::default(),
                payload: payload.into(),
            }),
        }
    }

    fn drawn(screen: &Screen<'_>) -> String {
        let mut terminal = Terminal::new(TestBackend::new(80, 20)).unwrap();
        terminal.draw(|frame| screen.draw(frame)).unwrap();
        terminal.backend().to_string()
    }

    #[test]
    fn keys_move_through_a_recording_and_nothing_in_it_reaches_the_terminal() {
        let mut records = vec![record(0, "session_opened", ""), record(1, "intent", "one")];
        records.extend((2..40).map(|seq| record(seq, "outcome", "\u{1b}[2Jtwo\u{202e}")));
        let at: Vec<_> = records.iter().map(|record| record.at).collect();
        let mut screen = Screen::new(&records, Player::new(&at, 1.0, 10_000), "a\u{1b}b");
        let first = drawn(&screen);
        assert!(
            first.contains("session_opened") && first.contains("1/40 records"),
            "{first}"
        );
        for (key, expected) in [
            (KeyCode::Right, "one"),
            (KeyCode::Right, "\\u{1b}[2Jtwo\\u{202e}"),
            (KeyCode::Left, "one"),
            (KeyCode::End, "40/40 records"),
            (KeyCode::Home, "1/40 records"),
            (KeyCode::Char('5'), "20/40 records"),
            (KeyCode::Char('+'), "2x"),
        ] {
            assert!(!screen.is_end(KeyEvent::from(key)));
            let shown = drawn(&screen);
            assert!(shown.contains(expected), "{key:?} {expected} {shown}");
            assert!(
                !shown.chars().any(|c| c.is_control() && c != '\n'),
                "{key:?}"
            );
        }
        assert!(screen.is_end(KeyEvent::from(KeyCode::Char('q'))));
    }
}
