//! Tests of the test kit itself.

#[cfg(test)]
mod comparison;
#[cfg(feature = "fixture")]
#[cfg(test)]
mod conformance;
#[cfg(feature = "fixture")]
#[cfg(test)]
mod fixture;
#[cfg(feature = "fixture")]
#[cfg(test)]
mod raw;
#[cfg(feature = "fixture")]
#[cfg(test)]
mod wire;
