//! Masking seen from outside: what goes in, what comes out.

mod hostile;
#[cfg(test)]
mod operator;
mod places;
mod properties;
mod readers;
mod rules;
mod script;
mod streams;
mod views;
