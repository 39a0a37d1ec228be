//! Lines of the stdio transport.

use mcp::stdio::Lines;

/// Lines as text, `!` for one that is too long, `…` and the rest at the end.
fn read(portions: &[&str]) -> Vec<String> {
    let mut reader = Lines::new(8);
    let mut seen = Vec::new();
    for portion in portions {
        reader.push(portion.as_bytes());
        while let Some(line) = reader.next_line() {
            seen.push(match line {
                Ok(line) => String::from_utf8_lossy(&line).into_owned(),
                Err(_) => "!".to_owned(),
            });
        }
    }
    seen.extend(
        reader
            .finish()
            .map(|rest| format!("…{}", String::from_utf8_lossy(&rest))),
    );
    seen
}

#[test]
fn lines_end_with_a_line_feed() {
    assert_eq!(read(&["a\nb\r\n\n \r\nc"]), ["a", "b", "…c"]);
    assert_eq!(read(&["a", "b", "\n", "c\r", "\n"]), ["ab", "c"]);
    assert_eq!(read(&["a\rb\n"]), ["a\rb"]);
    assert_eq!(read(&[" \r\n", " "]), [""; 0]);
}

#[test]
fn a_long_line_is_passed_over_once() {
    assert_eq!(read(&["12345678\n12345678\r\n"]), ["12345678", "12345678"]);
    assert_eq!(read(&["123456789\nok\n"]), ["!", "ok"]);
    assert_eq!(read(&["1234567890", "1234567890", "12\nok\n"]), ["!", "ok"]);
    assert_eq!(read(&["1234567890", "x"]), ["!"]);
}
