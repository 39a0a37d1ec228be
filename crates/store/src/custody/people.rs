use super::CustodyError;

/// The different people among these, as they were written first.
pub(super) fn distinct(names: &[String]) -> Vec<String> {
    let mut people: Vec<String> = Vec::new();
    for name in names.iter().map(|name| name.trim()) {
        let known = |other: &String| other.to_lowercase() == name.to_lowercase();
        if !name.is_empty() && !people.iter().any(known) {
            people.push(name.to_owned());
        }
    }
    people
}

/// The same, if they are at least so many.
pub(super) fn at_least(min: usize, names: &[String]) -> Result<Vec<String>, CustodyError> {
    let people = distinct(names);
    let given = people.len();
    if given < min.max(1) {
        return Err(CustodyError::People {
            given,
            min: min.max(1),
        });
    }
    Ok(people)
}
