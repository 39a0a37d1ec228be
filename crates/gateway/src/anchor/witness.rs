use std::sync::Arc;

use http::Uri;
use ledger::Published;
use ledger::note::Checkpoint;
use ledger::witness::{Answer, Contradiction, Refusal, Submission};

use super::post::post;
use super::{Due, Witness, blocking};
use crate::upstream::HttpClient;

/// Why there is no cosignature this time.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    /// It is away, or slow, or what it says is no HTTP.
    #[error("the witness cannot be reached: {0}")]
    Away(String),
    /// It refuses.
    #[error(transparent)]
    Refused(Refusal),
    /// It knows another history.
    #[error(transparent)]
    Contradiction(Contradiction),
}

impl From<Refusal> for AskError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Contradiction(contradiction) => Self::Contradiction(contradiction),
            refusal => Self::Refused(refusal),
        }
    }
}

/// Submits the newest checkpoint, and stores the cosignature. Gives the checkpoint; `None` if there
/// is none yet.
pub(super) async fn ask(
    client: &HttpClient,
    witness: &Witness,
    log: &Arc<Published>,
    old: u64,
) -> Result<Option<Checkpoint>, AskError> {
    let Some(mut submission) = Submission::new(log.clone(), witness.key.clone(), old) else {
        return Ok(None);
    };
    let url = format!(
        "{}/add-checkpoint",
        witness.url.to_string().trim_end_matches('/')
    );
    let url: Uri = url.parse().map_err(|_| AskError::Away(url))?;
    loop {
        let (asking, body) = blocking(move || {
            let body = submission.body();
            (submission, body)
        })
        .await
        .map_err(AskError::Away)?;
        let reply = post(client, &url, "text/plain; charset=utf-8", body?)
            .await
            .map_err(AskError::Away)?;
        let (asked, taken) = blocking(move || {
            let mut asking = asking;
            let taken = asking.take(Answer {
                status: reply.status,
                content_type: &reply.content_type,
                body: &reply.body,
            });
            (asking, taken)
        })
        .await
        .map_err(AskError::Away)?;
        if taken?.is_some() {
            return Ok(Some(asked.checkpoint().clone()));
        }
        submission = asked;
    }
}

/// Asks whenever there is something new. Ends when the witness knows another history: then nothing
/// more is signed.
pub(super) async fn watch(client: HttpClient, witness: Witness, log: Arc<Published>) {
    let mut due = Due::new(witness.interval_ms);
    let mut cosigned: Option<Checkpoint> = None;
    let labels = [
        ("witness", witness.key.name().to_owned()),
        ("log", log.key().name().to_owned()),
    ];
    loop {
        let latest = log.latest().map(|latest| latest.checkpoint);
        let fresh = latest.is_some() && latest != cosigned;
        metrics::gauge!("probity_witness_lag_seconds", &labels).set(due.lag_s(!fresh));
        if fresh && due.now() {
            let old = cosigned.as_ref().map_or(0, |checkpoint| checkpoint.size.0);
            match ask(&client, &witness, &log, old).await {
                Ok(checkpoint) => cosigned = checkpoint,
                Err(error) => {
                    metrics::counter!("probity_witness_failures_total", &labels).increment(1);
                    report(&log, &witness, &error);
                    if matches!(error, AskError::Contradiction(_)) {
                        return;
                    }
                }
            }
        }
        tokio::time::sleep(due.step()).await;
    }
}

/// The alarm. A contradiction ends signing.
pub(super) fn report(log: &Published, witness: &Witness, error: &AskError) {
    let (witness, name) = (witness.key.name(), log.key().name());
    match error {
        AskError::Contradiction(contradiction) => {
            log.stop(&contradiction.to_string());
            tracing::error!(witness, log = name, %error, "nothing more is signed for this log");
        }
        error => tracing::warn!(witness, log = name, %error, "a checkpoint was not cosigned"),
    }
}
