//! Real clients and real servers, without the gateway and through it.

#[cfg(test)]
mod approvals;
#[cfg(test)]
mod compare;
#[cfg(test)]
mod components;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod danger;
#[cfg(test)]
mod gateway;
#[cfg(test)]
mod judge;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod pins;
#[cfg(test)]
mod plan;
#[cfg(test)]
mod planted;
#[cfg(test)]
mod record;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod structured;
