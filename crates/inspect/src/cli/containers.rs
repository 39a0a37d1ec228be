//! docker, podman and their kin.

use super::{CallEffect, Line, Outcome, effect_of};
use crate::shell::{Effect, Hazard};

/// Flags that take the next argument.
const VALUED: &str = "-H --host --context --config -l --log-level -e --env --env-file -v --volume --mount -p --publish --name -w \
                      --workdir -u --user --network --net --entrypoint --cpus -m --memory --label -f --file --filter --format \
                      -t --tag --build-arg --target --platform --restart --hostname -h --add-host --device --cap-add --cap-drop \
                      --security-opt --pid --ipc --userns --uts --gpus --ulimit --dns --shm-size --tail --since -n --until \
                      --volumes-from --tmpfs --cgroupns --cgroup-parent --runtime --pull --link -a --attach --detach-keys -s \
                      --profile --project-name --project-directory --scale";

const VERBS: &[(CallEffect, &str)] = &[
    (
        CallEffect::Read,
        "ps images logs inspect stats top port version info events history search diff ls list show df config images-ls wait \
         help context-ls",
    ),
    (
        CallEffect::Write,
        "run exec build pull push tag start stop restart up create commit cp import load save export rename update pause \
         unpause attach login logout connect disconnect buildx compose kill bake init join watch scale deploy",
    ),
    (
        CallEffect::Delete,
        "rm rmi prune down remove kill-all leave",
    ),
];

/// Groups whose verb is the second word.
const GROUPS: &[&str] = &[
    "container",
    "image",
    "volume",
    "network",
    "system",
    "compose",
    "builder",
    "buildx",
    "context",
    "secret",
    "config",
    "service",
    "stack",
    "swarm",
    "node",
    "plugin",
    "trust",
    "manifest",
    "pod",
    "machine",
];

/// Host folders that give a container the machine.
const ESCAPE_MOUNTS: &[&str] = &[
    "/",
    "/etc",
    "/root",
    "/proc",
    "/sys",
    "/dev",
    "/var",
    "/var/run",
    "/run",
    "/var/lib/docker",
    "/boot",
    "/usr",
    "/home",
];

const ESCAPE_FLAGS: &[&str] = &[
    "--privileged",
    "--privileged=true",
    "--pid=host",
    "--ipc=host",
    "--userns=host",
    "--uts=host",
    "--cgroupns=host",
    "--net=host",
    "--network=host",
];

pub(super) fn docker(tool: &str, line: Line<'_>) -> Outcome {
    let placed = line.placed(VALUED);
    let operands: Vec<&str> = placed.iter().map(|(_, operand)| *operand).collect();
    let grouped = usize::from(
        tool != "docker-compose" && operands.first().is_some_and(|first| GROUPS.contains(first)),
    );
    let group = if tool == "docker-compose" {
        "compose"
    } else {
        operands
            .get(..grouped)
            .unwrap_or_default()
            .first()
            .copied()
            .unwrap_or_default()
    };
    let verb = operands.get(grouped).copied().unwrap_or_default();
    let objects = operands.get(grouped + 1..).unwrap_or_default();
    let object = objects.first().copied().unwrap_or_default();
    let mut effect = if verb.is_empty() {
        CallEffect::Read
    } else {
        effect_of(VERBS, verb).unwrap_or(CallEffect::Unknown)
    };
    let mut out = Outcome::default();
    let mut inside = false;
    match verb {
        "prune" => {
            let whole =
                group == "system" || group == "volume" || line.has(&["-a", "--all", "--volumes"]);
            out.hazards
                .extend(whole.then_some(Hazard::ResourceDestruction));
        }
        "down" => out.hazards.extend(
            line.has(&["-v", "--volumes", "--rmi"])
                .then_some(Hazard::ResourceDestruction),
        ),
        "rm" | "remove" if matches!(group, "volume" | "stack" | "service" | "secret" | "node") => {
            out.hazards.push(Hazard::ResourceDestruction)
        }
        "leave" => out.hazards.push(Hazard::ResourceDestruction),
        "run" | "create" | "exec" => {
            escape(line, &mut out);
            // The image or container is the first operand, and the command follows it.
            let own = placed
                .get(grouped + 1)
                .map_or(line.arguments.len(), |(at, _)| *at);
            if line.arguments.get(own + 1).is_some() {
                out.inner = Some(own + 1);
            }
            let entrypoint = Line {
                arguments: line.arguments.get(..own).unwrap_or_default(),
            }
            .value(&["--entrypoint"]);
            out.shell
                .extend(entrypoint.filter(|_| verb == "run").map(str::to_owned));
            if verb == "exec" {
                inside = true;
            } else {
                out.effects.push(Effect::Execute);
            }
        }
        "build" | "up" | "pull" | "push" | "login" | "search" | "bake" => {
            out.effects.push(Effect::Network);
            out.effects
                .extend(matches!(verb, "build" | "up" | "bake").then_some(Effect::Execute));
            if objects.iter().any(|object| super::is_remote(object)) && verb == "build" {
                out.hazards.push(Hazard::RemoteManifest);
            }
        }
        "inspect"
            if line
                .value(&["-f", "--format"])
                .is_some_and(|format| format.contains("Env")) =>
        {
            effect = CallEffect::Secret
        }
        "config" if group == "compose" => effect = CallEffect::Read,
        "use" | "use-context" => effect = CallEffect::Write,
        "cp" => {
            if let [from, to] = objects {
                if !to.contains(':') {
                    out.writes.push((*to).to_owned());
                } else if !from.contains(':') {
                    out.reads.push((*from).to_owned());
                }
            }
        }
        _ => {}
    }
    if line
        .values(&["-H", "--host"])
        .iter()
        .any(|host| host.starts_with("tcp://"))
        && !matches!(verb, "run" | "create")
    {
        out.hazards.push(Hazard::ProtectionBypass);
    }
    let mut call = Outcome::call(tool, group, verb, object, effect);
    out.calls.append(&mut call.calls);
    if inside {
        super::runs_inside(&mut out, line, verb);
    }
    out
}

/// What gives a container the machine that it runs on.
fn escape(line: Line<'_>, out: &mut Outcome) {
    let hosts = |flags: &[&str]| line.values(flags).contains(&"host");
    let mounts = line.values(&["-v", "--volume", "--mount"]);
    let opens = mounts.iter().any(|mount| {
        let source = mount
            .split(',')
            .find_map(|part| part.strip_prefix("source=").or(part.strip_prefix("src=")))
            .unwrap_or_else(|| mount.split(':').next().unwrap_or(mount));
        let plain = if source.len() > 1 {
            source.trim_end_matches('/')
        } else {
            source
        };
        source.ends_with("docker.sock")
            || source.ends_with("containerd.sock")
            || ESCAPE_MOUNTS.contains(&plain)
    });
    let capable = line.values(&["--cap-add"]).iter().any(|capability| {
        let upper = capability.to_ascii_uppercase();
        matches!(
            upper.trim_start_matches("CAP_"),
            "ALL" | "SYS_ADMIN" | "SYS_PTRACE" | "SYS_MODULE" | "DAC_READ_SEARCH" | "SYS_RAWIO"
        )
    });
    let unconfined = line.values(&["--security-opt"]).iter().any(|option| {
        option.ends_with("unconfined")
            || option.ends_with("label=disable")
            || option.ends_with("label:disable")
    });
    let device = line
        .values(&["--device"])
        .iter()
        .any(|device| crate::paths::literal(device.split(':').next().unwrap_or(device)).device);
    if line.has(ESCAPE_FLAGS)
        || hosts(&["--pid", "--ipc", "--userns", "--uts"])
        || opens
        || capable
        || unconfined
        || device
    {
        out.hazards.push(Hazard::ContainerEscape);
    }
}
