//! What must hold of a session through the gateway, next to the same session without it.

use serde_json::Value;

use crate::judge::short;
use crate::plan::Step;

/// A step that is not what it is without the gateway.
pub(crate) struct Difference {
    pub(crate) step: String,
    pub(crate) text: String,
}

/// Where the session through the gateway is not what it is without.
pub(crate) fn differences(without: &[Step], through: &[Step]) -> Vec<Difference> {
    let mut different: Vec<Difference> = without
        .iter()
        .zip(through)
        .filter(|(without, through)| !same(without, through))
        .map(|(without, through)| Difference {
            step: without.step.clone(),
            text: format!(
                "`{}`: without {} {}, through {} {}",
                without.step,
                without.ok,
                short(&without.detail),
                through.ok,
                short(&through.detail)
            ),
        })
        .collect();
    if without.len() != through.len() {
        different.push(Difference {
            step: String::new(),
            text: format!("{} steps without, {} through", without.len(), through.len()),
        });
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
    for detail in [&mut one, &mut other] {
        // Whether a client that resumes a stream is asked again is chance; the scenario says what it
        // has to be asked.
        if let Some(detail) = detail.as_object_mut() {
            detail.remove("asked");
        }
    }
    (&without.step, without.ok) == (&through.step, through.ok) && one == other
}
