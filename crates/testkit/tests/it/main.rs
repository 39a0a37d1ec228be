//! Tests of the test kit itself.

#[cfg(test)]
mod comparison;
#[cfg(feature = "fixture")]
#[cfg(test)]
mod fixture;
