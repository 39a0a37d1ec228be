//! Azure keys that carry a signature inside: Microsoft puts four letters at a fixed place so that
//! scanners can tell its keys from other base 64.
//!
//! Source: github.com/microsoft/security-utilities, "Identifiable secrets"; learn.microsoft.com,
//! "Azure DevOps personal access tokens", and the Purview entity definitions of each service.

use std::ops::Range;

use super::bytes::Class;
use super::tokens::Found;

/// Length with padding, place of the signature, the signature.
const SIGNED: &[(usize, usize, &[u8], &str)] = &[
    (44, 33, b"AIoT", "azure_iot_key"),
    (44, 33, b"+ASb", "azure_service_bus_key"),
    (44, 33, b"+AEh", "azure_event_hub_key"),
    (44, 33, b"+ARm", "azure_relay_key"),
    (44, 33, b"AzCa", "azure_redis_key"),
    (44, 33, b"AZEG", "azure_event_grid_key"),
    (52, 42, b"AzSe", "azure_search_key"),
    (52, 42, b"+ACR", "azure_registry_key"),
    (56, 44, b"AzFu", "azure_function_key"),
    (84, 52, b"JQQJ9", "azure_key"),
    (88, 52, b"JQQJ9", "azure_key"),
    (84, 76, b"AZDO", "azure_devops_token"),
    (88, 76, b"+ASt", "azure_storage_key"),
    (88, 76, b"+ABa", "azure_batch_key"),
    (88, 76, b"+AMC", "azure_ml_key"),
    (88, 76, b"ACDb", "azure_cosmos_key"),
    (88, 76, b"APIM", "azure_api_management_key"),
];

/// The signed key that one token run is, or ends with after a name and `=`.
pub(super) fn key(text: &[u8], run: &Range<usize>) -> Option<Found> {
    let whole = text.get(run.clone())?;
    let padding = whole.iter().rev().take_while(|b| **b == b'=').count();
    let body = whole.get(..whole.len() - padding)?;
    let start = body.iter().rposition(|b| *b == b'=').map_or(0, |at| at + 1);
    let key = whole.get(start..)?;
    SIGNED.iter().find_map(|(length, place, signature, kind)| {
        let fits = key.len() == *length
            && key.get(*place..)?.starts_with(signature)
            && Class::ANY64.run(key, 0) == *length;
        fits.then(|| Found::shaped(kind, run.start + start..run.end))?
    })
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a wrong slice fails the test")]
mod tests {
    use super::super::testing::{check, survives};

    #[test]
    fn the_signature_tells_a_key_from_other_base64() {
        let head =
            "q8Zr2LmXc4Vb7NkJh5Gf1Ds9Ap3Oi6Uy0TeWq8Zr2LmXc4Vb7NkJh5Gf1Ds9Ap3Oi6Uy0TeWq8Z9q8Zr2L";
        assert!(head.len() > 76);
        let storage = format!("{}+AStq8Zr2w==", &head[..76]);
        check(&format!("x={storage}"), &[("azure_storage_key", &storage)]);
        let devops = format!("{}AZDOq8Zr", &head[..76]);
        check(&devops, &[("azure_devops_token", &devops)]);
        let foundry = format!("{}JQQJ99BCACYeBjFXJ3w3AAABACOGq8Zr", &head[..52]);
        check(&foundry, &[("azure_key", &foundry)]);
        survives(&[&format!("{}q8Zr2Lm9w==", &head[..77]), &head[..52]]);
    }
}
