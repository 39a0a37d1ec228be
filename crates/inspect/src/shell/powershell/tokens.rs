//! PowerShell's words.

/// A statement's word, without quotes and backticks.
pub(super) struct Token {
    pub(super) text: String,
    /// It has a variable or a subexpression in it, or begins as one.
    pub(super) dynamic: bool,
    /// Backticks inside of letters.
    pub(super) spliced: bool,
}

/// Statements, each a pipeline of commands, each a list of tokens. Nothing where a quote is open.
pub(super) fn tokens(text: &str) -> Option<Vec<Vec<Vec<Token>>>> {
    let mut pipelines = vec![vec![Vec::new()]];
    let mut token: Option<Token> = None;
    let mut chars = text.chars().peekable();
    let mut depth = 0_usize;
    while let Some(c) = chars.next() {
        let ends = matches!(c, ' ' | '\t' | '\r' | '\n' | ';' | '|' | '{' | '}') && depth == 0;
        if ends {
            let statement = pipelines.last_mut()?.last_mut()?;
            statement.extend(token.take());
            match c {
                '|' if chars.peek() == Some(&'|') => {
                    chars.next();
                    pipelines.push(vec![Vec::new()]);
                }
                '|' => pipelines.last_mut()?.push(Vec::new()),
                ';' | '\n' | '{' | '}' => pipelines.push(vec![Vec::new()]),
                _ => {}
            }
            continue;
        }
        if c == '#' && token.is_none() {
            while chars.next_if(|c| *c != '\n').is_some() {}
            continue;
        }
        let current = token.get_or_insert(Token {
            text: String::new(),
            dynamic: false,
            spliced: false,
        });
        match c {
            '`' => {
                let next = chars.next();
                current.spliced |=
                    !current.text.is_empty() && next.is_some_and(char::is_alphabetic);
                current.text.extend(next);
            }
            '\'' => {
                current.spliced |= current.text.ends_with(char::is_alphanumeric);
                loop {
                    match chars.next()? {
                        '\'' if chars.peek() == Some(&'\'') => current.text.extend(chars.next()),
                        '\'' => break,
                        c => current.text.push(c),
                    }
                }
            }
            '"' => {
                current.spliced |= current.text.ends_with(char::is_alphanumeric);
                loop {
                    match chars.next()? {
                        '`' => current.text.extend(chars.next()),
                        '"' => break,
                        c => {
                            current.dynamic |= c == '$';
                            current.text.push(c);
                        }
                    }
                }
            }
            c => {
                match c {
                    '(' => depth += 1,
                    ')' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                current.dynamic |=
                    matches!(c, '$' | '(' | '[') && (c != '[' || current.text.is_empty());
                current.text.push(c);
            }
        }
    }
    pipelines.last_mut()?.last_mut()?.extend(token);
    Some(pipelines)
}
