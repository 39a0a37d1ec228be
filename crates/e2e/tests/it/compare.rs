//! What must hold of a session through the gateway, next to the same session without it.

use serde_json::Value;

use crate::judge::short;
use crate::plan::Step;

/// Where the session through the gateway is not what it is without.
pub(crate) fn differences(without: &[Step], through: &[Step]) -> Vec<String> {
    let mut different: Vec<String> = without
        .iter()
        .zip(through)
        .filter(|(without, through)| !same(without, through))
        .map(|(without, through)| {
            format!(
                "`{}`: without {} {}, through {} {}",
                without.step,
                without.ok,
                short(&without.detail),
                through.ok,
                short(&through.detail)
            )
        })
        .collect();
    if without.len() != through.len() {
        let (without, through) = (without.len(), through.len());
        different.push(format!("{without} steps without, {through} through"));
    }
    different
}

fn same(without: &Step, through: &Step) -> bool {
    let (mut one, mut other) = (without.detail.clone(), through.detail.clone());
    match without.step.as_str() {
        // v1 tells the version only on one of its transports.
        "connect" if one["version"].is_null() || other["version"].is_null() => {
            one["version"] = Value::Null;
            other["version"] = Value::Null;
        }
        // Whether there was a session to DELETE depends on the transport.
        "close" => return without.ok == through.ok,
        _ => {}
    }
    (&without.step, without.ok) == (&through.step, through.ok) && one == other
}
