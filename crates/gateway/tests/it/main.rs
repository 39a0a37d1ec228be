//! The data path through real sockets: what crosses, what is refused, and what is on record.

#[cfg(test)]
mod rig;

#[cfg(test)]
mod anchor;
#[cfg(test)]
mod answers;
#[cfg(test)]
mod approvals;
#[cfg(test)]
mod bytes;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod connect;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod definitions;
mod deprecated;
#[cfg(test)]
mod detector;
#[cfg(test)]
mod framing;
#[cfg(test)]
mod halts;
#[cfg(test)]
mod http2;
#[cfg(test)]
mod leaving;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod masking;
#[cfg(test)]
mod outside;
#[cfg(test)]
mod presidio;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod published;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod stopping;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod transit;
#[cfg(test)]
mod unrecorded;
#[cfg(test)]
mod upstream_faults;
