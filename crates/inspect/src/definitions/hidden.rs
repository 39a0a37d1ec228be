//! Characters that people do not see.

use super::Suspicion;

/// What is hidden in a text, each kind once.
pub(super) fn find(text: &str) -> Vec<Suspicion> {
    let mut found = Vec::new();
    let mut before = None;
    let mut chars = text.chars().peekable();
    let mut flag = false;
    while let Some(char) = chars.next() {
        let after = chars.peek().copied();
        let what = match char {
            '\u{1b}' | '\u{9b}' => Some(Suspicion::Escapes),
            '\t' | '\n' | '\r' => None,
            _ if char.is_control() => Some(Suspicion::Control),
            // A joiner between letters of a script, or parts of an emoji, belongs there.
            '\u{200c}' | '\u{200d}' => {
                let needed = |char: Option<char>| char.is_some_and(|char| char > '\u{2ff}');
                let joins = needed(before) && needed(after) && !is_joiner(before);
                (!joins).then_some(Suspicion::ZeroWidth)
            }
            '\u{200b}'
            | '\u{2060}'..='\u{2064}'
            | '\u{feff}'
            | '\u{180e}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{3164}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{ffa0}' => Some(Suspicion::ZeroWidth),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some(Suspicion::Bidirectional),
            // The flags of England, Scotland and Wales are a black flag and tags.
            '\u{e0000}'..='\u{e007f}' if flag => None,
            '\u{e0000}'..='\u{e007f}' => Some(Suspicion::Tags),
            '\u{e0100}'..='\u{e01ef}' | '\u{fe00}'..='\u{fe0f}' => {
                before.is_some_and(is_selector).then_some(Suspicion::Tags)
            }
            _ => None,
        };
        flag = char == '\u{1f3f4}' || (flag && matches!(char, '\u{e0020}'..='\u{e007e}'));
        if let Some(what) = what
            && !found.contains(&what)
        {
            found.push(what);
        }
        before = Some(char);
    }
    found
}

fn is_joiner(char: Option<char>) -> bool {
    matches!(char, Some('\u{200c}' | '\u{200d}'))
}

const fn is_selector(char: char) -> bool {
    matches!(char, '\u{e0100}'..='\u{e01ef}' | '\u{fe00}'..='\u{fe0f}')
}
