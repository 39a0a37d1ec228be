//! Network addresses: IPv4, IPv6, MAC.

use core::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::number::is_glued;
use super::words::Word;
use super::{Certainty, Class, Hit};

/// Longest textual form, in bytes: IPv6 with an IPv4 tail.
const ADDRESS_MAX: usize = 45;

/// The address that begins with this word.
pub(super) fn network(text: &str, word: &Word) -> Option<Hit> {
    let bytes = text.as_bytes();
    let Range { start, end } = word.span;
    let hit = |kind, span| Hit {
        kind,
        class: Class::Network,
        span,
        certainty: Certainty::Shaped,
    };
    match bytes.get(end)? {
        b'.' if word.made_of.is_digits() && end - start <= 3 => {
            let span = start..run(bytes, start, |byte| byte.is_ascii_digit() || byte == b'.');
            let written = text.get(span)?.trim_end_matches('.');
            let span = start..start + written.len();
            let next = bytes.get(span.end).is_some_and(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+')
            });
            let found = written.parse::<Ipv4Addr>().is_ok() && !next && !is_glued(bytes, start);
            found.then(|| hit("ip_address", span))
        }
        b':' | b'-' if end - start == 2 => mac(bytes, start)
            .map(|span| hit("mac_address", span))
            .or_else(|| ipv6(text, start).map(|span| hit("ip_address", span))),
        b':' if end - start <= 4 => ipv6(text, start).map(|span| hit("ip_address", span)),
        _ => None,
    }
}

fn run(bytes: &[u8], start: usize, like: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    start
        + rest
            .iter()
            .take(ADDRESS_MAX + 1)
            .take_while(|&&byte| like(byte))
            .count()
}

/// Six pairs of hexadecimal digits with one kind of separator, IEEE 802.
fn mac(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let span = start..start + 17;
    let written = bytes.get(span.clone())?;
    let separator = written.get(2)?;
    let fits = written.iter().enumerate().all(|(at, byte)| match at % 3 {
        2 => byte == separator,
        _ => byte.is_ascii_hexdigit(),
    });
    let touches = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == separator)
    };
    (fits && !touches(start.checked_sub(1)) && !touches(Some(span.end))).then_some(span)
}

/// At least four colons or a `::` with hexadecimal groups around it: a time of day has two.
fn ipv6(text: &str, start: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let before = bytes.get(..start)?;
    if before
        .last()
        .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'.'))
    {
        return None;
    }
    let end = run(bytes, start, |byte| {
        byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')
    });
    let written = text.get(start..end)?.trim_end_matches(['.', ':']);
    let span = start..start + written.len();
    let next = bytes.get(span.end).is_some_and(u8::is_ascii_alphanumeric);
    let long = written.matches(':').count() >= 4 || written.contains("::") && written.len() >= 6;
    (long && !next && written.parse::<Ipv6Addr>().is_ok()).then_some(span)
}

#[cfg(test)]
mod tests {
    use crate::detect::identifiers::testing::{found, no_address};

    #[test]
    fn addresses_are_found() {
        for (text, kind, value) in [
            ("from 192.168.10.1:443", "ip_address", "192.168.10.1"),
            ("10.0.0.1.", "ip_address", "10.0.0.1"),
            ("http://10.0.0.1/x", "ip_address", "10.0.0.1"),
            (
                "[2001:db8::8a2e:370:7334]",
                "ip_address",
                "2001:db8::8a2e:370:7334",
            ),
            (
                "2001:0db8:0000:0000:0000:ff00:0042:8329",
                "ip_address",
                "2001:0db8:0000:0000:0000:ff00:0042:8329",
            ),
            ("00:1B:44:11:3a:b7", "mac_address", "00:1B:44:11:3a:b7"),
            ("00-1B-44-11-3A-B7", "mac_address", "00-1B-44-11-3A-B7"),
        ] {
            found(&[], text, kind, value);
        }
    }

    #[test]
    fn other_dots_and_colons_stay() {
        for text in [
            "v1.2.3.4",
            "1.2.3.4.5",
            "256.1.1.1",
            "1.2.3",
            "10:20:30",
            "std::vec",
            "a::b",
            "12:34",
            "1.2.3.4-rc1",
        ] {
            no_address(text);
        }
    }
}
