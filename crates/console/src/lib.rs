//! The HTTP API with which people rule on held calls.
//!
//! Deliberately absent: stores, sessions of browsers, and the gateway. Everything that is read or said
//! goes through one port, [`Desk`]; the one thing that can be changed about a call is a person's word.

mod api;
mod ask;
mod body;
mod desk;
mod events;
mod page;
mod problem;
mod route;
mod shown;

pub use api::{Api, Body, Limits};
pub use desk::{Desk, DeskError};
