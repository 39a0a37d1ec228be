//! Addresses in one form, however they are written.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of host it is.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Kind {
    pub(super) loopback: bool,
    pub(super) private: bool,
    /// Not the notation in which people write addresses.
    pub(super) obscured: bool,
}

/// A host in one form: dotted decimals for every way to write an IPv4 address (`inet_aton`:
/// one to four parts, decimal, octal or hexadecimal; IPv6-mapped; NAT64), small letters for names.
pub(super) fn canonical(host: &str) -> (String, Kind) {
    let plain = crate::paths::percent_decoded(host).unwrap_or_else(|| host.to_owned());
    let plain: String = plain
        .trim_end_matches('.')
        .chars()
        .map(narrow)
        .collect::<String>()
        .to_ascii_lowercase();
    let plain = plain.split('%').next().unwrap_or_default().to_owned();
    let address = if let Ok(address) = plain.parse::<Ipv6Addr>() {
        Some(embedded(address).map_or(IpAddr::V6(address), IpAddr::V4))
    } else {
        aton(&plain).map(IpAddr::V4)
    };
    let Some(address) = address else {
        let loopback = plain == "localhost" || plain.ends_with(".localhost");
        let private = plain.ends_with(".internal") || plain.ends_with(".local");
        return (
            plain,
            Kind {
                loopback,
                private,
                obscured: false,
            },
        );
    };
    let text = address.to_string();
    let kind = match address {
        IpAddr::V4(v4) => Kind {
            loopback: v4.is_loopback() || v4.is_unspecified(),
            private: v4.is_private() || v4.is_link_local(),
            obscured: text != plain,
        },
        IpAddr::V6(v6) => Kind {
            loopback: v6.is_loopback() || v6.is_unspecified(),
            private: v6.is_unique_local() || v6.is_unicast_link_local(),
            obscured: false,
        },
    };
    (text, kind)
}

/// Full-width and circled forms that hosts are normalised from (UTS #46).
fn narrow(c: char) -> char {
    match c {
        '\u{ff10}'..='\u{ff5a}' => char::from_u32(u32::from(c) - 0xff00 + 0x20).unwrap_or(c),
        '\u{3002}' | '\u{ff0e}' | '\u{ff61}' => '.',
        '\u{2460}'..='\u{2468}' => {
            char::from_u32(u32::from(c) - 0x2460 + u32::from('1')).unwrap_or(c)
        }
        '\u{24ea}' => '0',
        c => c,
    }
}

/// The IPv4 address inside of an IPv6 one: mapped (RFC 4291 §2.5.5.2), compatible, NAT64 (RFC 6052).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let tail = Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    let zeros = [a, b, c, d, e].iter().all(|segment| *segment == 0);
    let mapped = zeros && f == 0xffff;
    let compatible = zeros && f == 0 && high != 0;
    let nat64 = a == 0x64 && b == 0xff9b && [c, d, e, f].iter().all(|segment| *segment == 0);
    (mapped || compatible || nat64).then_some(tail)
}

/// An address as `inet_aton` reads it.
fn aton(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u32> = text.split('.').map(number).collect::<Option<_>>()?;
    let (last, head) = parts.split_last()?;
    if head.len() > 3 || head.iter().any(|part| *part > 255) {
        return None;
    }
    let room = 8 * (4 - u32::try_from(head.len()).ok()?);
    if room < 32 && *last >> room != 0 {
        return None;
    }
    let mut address = *last;
    for (at, part) in head.iter().enumerate() {
        address |= part << (24 - 8 * u32::try_from(at).ok()?);
    }
    Some(Ipv4Addr::from(address))
}

fn number(text: &str) -> Option<u32> {
    if let Some(hex) = text.strip_prefix("0x") {
        return if hex.is_empty() {
            Some(0)
        } else {
            u32::from_str_radix(hex, 16).ok()
        };
    }
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match text.strip_prefix('0') {
        Some(octal) if !octal.is_empty() => u32::from_str_radix(octal, 8).ok(),
        _ => text.parse().ok(),
    }
}
