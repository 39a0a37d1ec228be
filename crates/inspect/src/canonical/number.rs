/// A double as ECMAScript writes it (ECMA-262 Number::toString, RFC 8785 §3.2.2.3); `None` for
/// infinities and for what is no number.
pub(super) fn ecmascript(value: f64) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    if value == 0.0 {
        return Some("0".to_owned());
    }
    let scientific = shortest(value.abs());
    let (mantissa, exponent) = scientific.split_once('e')?;
    let digits = mantissa.replace('.', "");
    // The value is 0.digits times ten to the power of `point`.
    let point = exponent.parse::<i32>().ok()? + 1;
    let sign = if value < 0.0 { "-" } else { "" };
    let text = match point {
        1..=21 => {
            let whole = usize::try_from(point).ok()?;
            match digits.split_at_checked(whole) {
                Some((all, "")) => all.to_owned(),
                Some((whole, fraction)) => format!("{whole}.{fraction}"),
                None => format!("{digits:0<whole$}"),
            }
        }
        -5..=0 => {
            let zeros = usize::try_from(-point).ok()?;
            format!("0.{}{digits}", "0".repeat(zeros))
        }
        _ => {
            let power = point - 1;
            match digits.split_at_checked(1)? {
                (first, "") => format!("{first}e{power:+}"),
                (first, fraction) => format!("{first}.{fraction}e{power:+}"),
            }
        }
    };
    Some(format!("{sign}{text}"))
}

/// The shortest digits that read back as the same double, as `d.ddde-x`.
///
/// Where two are equally short and equally near, ECMAScript takes the even one (ECMA-262
/// Number::toString, note 2) and the standard library the larger one: so the length is taken from
/// the one, and the digits from exact rounding to that length.
fn shortest(value: f64) -> String {
    let short = format!("{value:e}");
    let digits = short
        .bytes()
        .take_while(|&b| b != b'e')
        .filter(u8::is_ascii_digit)
        .count();
    let even = format!("{value:.0$e}", digits.saturating_sub(1));
    if even.parse() == Ok(value) {
        even
    } else {
        short
    }
}
