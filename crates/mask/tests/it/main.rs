//! Masking seen from outside: what goes in, what comes out.

mod hostile;
mod places;
mod properties;
mod readers;
mod rules;
mod script;
mod streams;
mod views;
