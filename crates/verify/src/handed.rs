//! What somebody was handed: the proof of one entry, or a record or some of its fields with it.

use std::fmt;
use std::fs;
use std::path::Path;

use ledger::Leaf;
use ledger::note::{Checkpoint, LogPublicKey, Policy, SignedNote};
use ledger::proof::{Disclosed, Disclosure, TlogProof};
use model::TreeSize;

use crate::directory::{Options, VerifyError};
use crate::report::{Exit, printable, quoted};
use crate::witness::{Cosigned, Witnessed};

/// How a `.tlog-proof` begins; what begins otherwise is a disclosure.
const TLOG_PROOF: &[u8] = b"c2sp.org/tlog-proof@";

/// The result for one file.
#[derive(Debug)]
pub struct HandedReport {
    /// What holds; `None` if something does not.
    pub proven: Option<Proven>,
    /// What does not hold.
    pub problem: Option<(Exit, String)>,
}

/// What a file proves.
#[derive(Debug)]
pub struct Proven {
    /// The log's origin.
    pub origin: String,
    /// The size under the checkpoint in the file.
    pub size: TreeSize,
    /// The entry's index.
    pub index: u64,
    /// The leaf.
    pub leaf: Box<Leaf>,
    /// What witnesses attest about the checkpoint.
    pub witnessed: Witnessed,
    /// What is shown of the record: paths or `facts` and `payload`, types, and values.
    pub shown: Vec<(String, &'static str, Vec<u8>)>,
}

/// Verifies a `.tlog-proof`, with the entry in the file of the same name that ends in `.leaf`, or a
/// disclosure.
///
/// # Errors
///
/// If a file cannot be read, or no key is known. What was found wrong is in the report.
pub fn verify_handed(path: &Path, options: &Options) -> Result<HandedReport, VerifyError> {
    let keys = options.keys()?;
    if keys.is_empty() {
        return Err(VerifyError::NoKey(path.display().to_string()));
    }
    let bytes = read(path)?;
    let judge = Judge {
        logs: Policy::of_logs(keys_once(keys)),
        policy: options.policy(),
    };
    let result = if bytes.starts_with(TLOG_PROOF) {
        judge.proof(&bytes, &read(&path.with_extension("leaf"))?)
    } else {
        judge.disclosure(&bytes)
    };
    Ok(match result {
        Ok((proven, None)) => HandedReport {
            proven: Some(proven),
            problem: None,
        },
        Ok((proven, Some(lacking))) => HandedReport {
            proven: Some(proven),
            problem: Some((Exit::Missing, lacking)),
        },
        Err(problem) => HandedReport {
            proven: None,
            problem: Some((Exit::Corrupt, problem)),
        },
    })
}

fn read(path: &Path) -> Result<Vec<u8>, VerifyError> {
    fs::read(path).map_err(|error| VerifyError::Io {
        path: path.to_owned(),
        error,
    })
}

fn keys_once(mut keys: Vec<LogPublicKey>) -> Vec<LogPublicKey> {
    keys.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    keys.dedup();
    keys
}

struct Judge {
    logs: Policy,
    policy: Policy,
}

/// What holds, and what the policy asks for besides; or what does not hold.
type Judged = Result<(Proven, Option<String>), String>;

impl Judge {
    fn proof(&self, bytes: &[u8], entry: &[u8]) -> Judged {
        let proof = TlogProof::parse(bytes).map_err(text)?;
        let checkpoint = self.checkpoint(&proof)?;
        proof.verify(entry, &checkpoint).map_err(text)?;
        let leaf = Leaf::decode(entry).map_err(text)?;
        self.proven(&proof, checkpoint, Box::new(leaf), Vec::new())
    }

    fn disclosure(&self, bytes: &[u8]) -> Judged {
        let disclosure = Disclosure::from_json(bytes).map_err(text)?;
        let proof = disclosure.proof.clone();
        let checkpoint = self.checkpoint(&proof)?;
        let (leaf, shown) = match disclosure.verify(&checkpoint).map_err(text)? {
            Disclosed::Record { leaf, plaintext } => {
                let facts = ("facts".to_owned(), "json", plaintext.facts().to_vec());
                let payload = ("payload".to_owned(), "bytes", plaintext.payload().to_vec());
                (leaf, vec![facts, payload])
            }
            Disclosed::Fields { leaf, fields } => {
                let fields = fields.into_iter();
                let shown = fields.map(|field| (field.path, field.kind.as_str(), field.value));
                (leaf, shown.collect())
            }
        };
        self.proven(&proof, checkpoint, leaf, shown)
    }

    fn checkpoint(&self, proof: &TlogProof) -> Result<Checkpoint, String> {
        self.logs.open(proof.checkpoint.as_bytes()).map_err(text)
    }

    fn proven(
        &self,
        proof: &TlogProof,
        checkpoint: Checkpoint,
        leaf: Box<Leaf>,
        shown: Vec<(String, &'static str, Vec<u8>)>,
    ) -> Judged {
        let note = SignedNote::parse(proof.checkpoint.as_bytes()).map_err(text)?;
        let judged = self.policy.judge(&note).map_err(text)?;
        let known = judged.cosignatures.len() + 1;
        let lacking = "fewer witnesses have cosigned than the policy asks for".to_owned();
        let by = judged.cosignatures;
        let proven = Proven {
            witnessed: Witnessed {
                largest: judged.time_s.map(|time_s| Cosigned {
                    size: checkpoint.size,
                    time_s,
                    by,
                }),
                unchecked: note.signatures_total().saturating_sub(known) as u64,
            },
            origin: checkpoint.origin,
            size: checkpoint.size,
            index: proof.index,
            leaf,
            shown,
        };
        Ok((proven, (!judged.quorum).then_some(lacking)))
    }
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

impl HandedReport {
    /// How the program ends.
    pub fn exit(&self) -> Exit {
        self.problem
            .as_ref()
            .map_or(Exit::Intact, |(exit, _)| *exit)
    }

    /// One JSON object.
    pub fn to_json(&self) -> String {
        let proven = self.proven.as_ref().map(Proven::to_json);
        let problem = self.problem.as_ref().map(|(_, what)| quoted(what));
        let or_null = |text: Option<String>| text.unwrap_or_else(|| "null".to_owned());
        format!(
            "{{\"result\":\"{}\",\"proven\":{},\"problem\":{}}}",
            format!("{:?}", self.exit()).to_lowercase(),
            or_null(proven),
            or_null(problem),
        )
    }
}

impl Proven {
    fn to_json(&self) -> String {
        let shown = self.shown.iter().map(|(path, kind, value)| {
            let value = quoted(&String::from_utf8_lossy(value));
            format!(
                "{{\"path\":{},\"type\":\"{kind}\",\"value\":{value}}}",
                quoted(path)
            )
        });
        let prefix = &self.leaf.prefix;
        format!(
            "{{\"origin\":{},\"size\":{},\"index\":{},\"kind\":{},\"at\":\"{}\",\"session\":\"{}\",\
             \"witnessed\":{},\"shown\":[{}]}}",
            quoted(&self.origin),
            self.size,
            self.index,
            quoted(&kind_of(&self.leaf)),
            prefix.at,
            prefix.session,
            self.witnessed.to_json(),
            shown.collect::<Vec<_>>().join(","),
        )
    }
}

impl fmt::Display for HandedReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(proven) = &self.proven {
            proven.fmt(f)?;
        }
        if let Some((exit, what)) = &self.problem {
            let name = if *exit == Exit::Missing {
                "MISSING"
            } else {
                "CORRUPT"
            };
            writeln!(f, "{name:<9} {}", printable(what))?;
        }
        Ok(())
    }
}

impl fmt::Display for Proven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = &self.leaf.prefix;
        writeln!(f, "log       {}", self.origin)?;
        writeln!(f, "entry     {} of {}, INTACT", self.index, self.size)?;
        writeln!(f, "witness   {}", self.witnessed)?;
        writeln!(
            f,
            "record    {}, {}, session {} number {}",
            kind_of(&self.leaf),
            prefix.at,
            prefix.session,
            self.leaf.session_seq
        )?;
        self.shown.iter().try_for_each(|(path, kind, value)| {
            let value = String::from_utf8_lossy(value);
            writeln!(f, "{} ({kind}): {}", printable(path), printable(&value))
        })
    }
}

fn kind_of(leaf: &Leaf) -> String {
    let code = leaf.prefix.kind_code;
    let name = leaf.prefix.kind().map(|kind| kind.as_str().to_owned());
    name.unwrap_or_else(|| format!("kind {code}"))
}
