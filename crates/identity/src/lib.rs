//! Who calls: credentials to callers.
//!
//! Deliberately absent: sockets, files and clocks. What has to be fetched or kept goes through
//! ports, time is an argument, so that every attack is a plain test.

mod api_key;
mod bearer;
mod claims;
mod discovery;
mod fetch;
mod introspection;
mod issuer;
mod issuers;
mod jose;
mod keyring;
mod remembered;
mod resource;

pub use api_key::{ApiKey, ApiKeys, IssuedKey, KeyId, KeySecret, Pepper, Role, is_key};
pub use bearer::{AuthError, Credential, LoginFault, authorization, token_in_query};
pub use claims::{ClaimMap, ClaimPath, TokenFault};
pub use fetch::{Ask, Document, Fetch, FetchError, Fetching};
pub use issuer::{Introspection, IssuerConfig, TokenType};
pub use issuers::Issuers;
pub use jose::Algorithm;
pub use resource::{Challenge, ProtectedResource, is_scope_token};
