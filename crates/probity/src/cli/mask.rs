use clap::Args;

/// Reads one JSON object per line from standard input and writes one per line. Members read: `id`,
/// `direction` (`client->server` or `server->client`), `transport` (`stdio`, `http-json` or `sse`),
/// `wire` (the text as it crossed), and optionally `http` (`{"method", "path", "headers": [[name,
/// value], …]}`) and `chunks` (byte offsets at which the stream was cut). Written: `id`, `wire`,
/// `http` and `findings` (`kind`, JSON Pointer `path`, and the bytes `start` to `end` of the decoded
/// string there).
///
/// What is shown is what a stranger may see: everything that is found is masked, but for fields that
/// the protocol needs as they are. Pseudonyms are made with a key that is known to everybody: they
/// are those of no deployment.
#[derive(Debug, Args)]
pub(crate) struct MaskArgs {
    /// Show what goes on record instead: fields that the protocol needs are masked as well
    #[arg(long, conflicts_with = "relayed")]
    pub(crate) stored: bool,
    /// Show what the default policy relays instead: contact data as it is, requests unchanged
    #[arg(long)]
    pub(crate) relayed: bool,
    /// Say of each finding its class, how sure the detector is, and the views it was seen through
    #[arg(long)]
    pub(crate) explain: bool,
    /// Look for IP and MAC addresses as well
    #[arg(long)]
    pub(crate) network: bool,
}
