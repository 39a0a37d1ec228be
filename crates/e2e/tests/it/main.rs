//! Real clients and real servers, without the gateway and through it.

#[cfg(test)]
mod components;
#[cfg(test)]
mod judge;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod plan;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod stage;
