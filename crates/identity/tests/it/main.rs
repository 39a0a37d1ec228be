//! The validation of access tokens, from the side of whoever sends one.

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod callers;
#[cfg(test)]
mod outages;
#[cfg(test)]
mod world;
