//! A record, or some fields of one, in the clear and with their proofs: one JSON object. The format is
//! in `spec/disclosure.md`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Digest;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::tlog::{TlogProof, TlogProofError, decode_hash};
use crate::fields::{FieldTree, FieldType, ProvenField};
use crate::format::FormatError;
use crate::leaf::Leaf;
use crate::merkle::{ProofError, leaf_hash, verify_inclusion};
use crate::note::Checkpoint;
use crate::seal::{BodyError, Derivation, FieldKey, Plaintext, RecordSecret, open_plaintext};

/// What the file says of itself.
const FORMAT: &str = "probity/disclosure/v1";

/// Something that is shown to somebody who may see nothing else.
#[derive(Debug)]
pub struct Disclosure {
    /// The leaf's bytes: the entry that the proof is for.
    pub leaf: Vec<u8>,
    /// That it is in the log.
    pub proof: TlogProof,
    /// What is shown of its record.
    pub shown: Shown,
}

/// What is shown of a record.
#[derive(Debug)]
pub enum Shown {
    /// All of it.
    Record {
        /// What opens it.
        secret: RecordSecret,
        /// The sealed body.
        body: Vec<u8>,
    },
    /// Some of its fields.
    Fields(Vec<ProvenField>),
}

/// What a disclosure proves, once it was verified.
#[derive(Debug)]
pub enum Disclosed {
    /// The whole record.
    Record {
        /// Its leaf.
        leaf: Box<Leaf>,
        /// What was sealed.
        plaintext: Plaintext,
    },
    /// Some of its fields.
    Fields {
        /// Its leaf.
        leaf: Box<Leaf>,
        /// They.
        fields: Vec<ProvenField>,
    },
}

/// Why a disclosure proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum DisclosureError {
    /// The file is not one.
    #[error("it is not a `{FORMAT}`: {0}")]
    Shape(String),
    /// The leaf cannot be read.
    #[error(transparent)]
    Leaf(#[from] FormatError),
    /// The leaf is not in the log.
    #[error(transparent)]
    Proof(#[from] TlogProofError),
    /// The body does not open.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The body opens, and the leaf commits to other fields.
    #[error("the leaf commits to other fields than the body has")]
    Fields,
    /// A field is not the one that the leaf commits to.
    #[error("the leaf does not commit to this `{path}`: {error}")]
    Field {
        /// The field's path.
        path: String,
        /// What is wrong with its proof.
        error: ProofError,
    },
    /// The leaf commits to no fields.
    #[error("the record has no field commitments")]
    NoFields,
}

impl Disclosure {
    /// Checks everything, under the checkpoint of the proof, opened with a key that the caller trusts.
    ///
    /// # Errors
    ///
    /// One variant of [`DisclosureError`] per check.
    pub fn verify(self, checkpoint: &Checkpoint) -> Result<Disclosed, DisclosureError> {
        let leaf = Leaf::decode(&self.leaf)?;
        self.proof.verify(&self.leaf, checkpoint)?;
        let root = leaf.prefix.fields_root;
        let committed = root != Digest::default();
        match self.shown {
            Shown::Record { secret, body } => {
                let plaintext = open_plaintext(&self.leaf, &leaf, &secret, &body)?;
                let keys = Derivation::new(&secret, &leaf.prefix.record);
                if committed && FieldTree::new(&plaintext, keys)?.root() != root {
                    return Err(DisclosureError::Fields);
                }
                let leaf = Box::new(leaf);
                Ok(Disclosed::Record { leaf, plaintext })
            }
            Shown::Fields(_) if !committed => Err(DisclosureError::NoFields),
            Shown::Fields(fields) => {
                fields.iter().try_for_each(|field| field.verify(root))?;
                let leaf = Box::new(leaf);
                Ok(Disclosed::Fields { leaf, fields })
            }
        }
    }

    /// The file.
    pub fn to_json(&self) -> String {
        let (record, fields) = match &self.shown {
            Shown::Record { secret, body } => {
                let secret = STANDARD.encode(secret.expose());
                let sealed_body = STANDARD.encode(body);
                let record = RecordFile {
                    secret,
                    sealed_body,
                };
                (Some(record), None)
            }
            Shown::Fields(fields) => (None, Some(fields.iter().map(FieldFile::of).collect())),
        };
        let file = File {
            format: FORMAT.to_owned(),
            leaf: STANDARD.encode(&self.leaf),
            tlog_proof: self.proof.to_text(),
            record,
            fields,
        };
        // Strings and numbers only: nothing that JSON could not hold.
        let text = serde_json::to_string_pretty(&file).unwrap_or_default();
        format!("{text}\n")
    }

    /// From the file. Says nothing yet about its truth.
    ///
    /// # Errors
    ///
    /// [`DisclosureError::Shape`], or what is wrong with the proof in it.
    pub fn from_json(bytes: &[u8]) -> Result<Self, DisclosureError> {
        let file: File = serde_json::from_slice(bytes).map_err(shape)?;
        if file.format != FORMAT {
            return Err(shape("it has another `format`"));
        }
        let shown = match (file.record, file.fields) {
            (Some(record), None) => Shown::Record {
                secret: RecordSecret::from_bytes(array(&record.secret)?),
                body: decode(&record.sealed_body)?,
            },
            (None, Some(fields)) if !fields.is_empty() => Shown::Fields(
                fields
                    .into_iter()
                    .map(FieldFile::read)
                    .collect::<Result<_, _>>()?,
            ),
            _ => return Err(shape("it has `record` or `fields`, and not both")),
        };
        Ok(Self {
            leaf: decode(&file.leaf)?,
            proof: TlogProof::parse(file.tlog_proof.as_bytes())?,
            shown,
        })
    }
}

impl ProvenField {
    fn verify(&self, root: Digest) -> Result<(), DisclosureError> {
        let leaf = leaf_hash(self.field().commitment(&self.key).as_bytes());
        let (number, count) = (self.number.into(), self.count.into());
        verify_inclusion(number, count, leaf, &self.proof, root).map_err(|error| {
            DisclosureError::Field {
                path: self.path.clone(),
                error,
            }
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    leaf: String,
    tlog_proof: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    record: Option<RecordFile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<FieldFile>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordFile {
    secret: String,
    sealed_body: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldFile {
    number: u32,
    count: u32,
    path: String,
    r#type: String,
    value: String,
    key: String,
    proof: Vec<String>,
}

impl FieldFile {
    fn of(field: &ProvenField) -> Self {
        Self {
            number: field.number,
            count: field.count,
            path: field.path.clone(),
            r#type: field.kind.as_str().to_owned(),
            value: STANDARD.encode(&field.value),
            key: STANDARD.encode(field.key.expose()),
            proof: field
                .proof
                .iter()
                .map(|hash| STANDARD.encode(hash.as_bytes()))
                .collect(),
        }
    }

    fn read(self) -> Result<ProvenField, DisclosureError> {
        let hashes = self.proof.iter().map(|hash| decode_hash(hash));
        Ok(ProvenField {
            number: self.number,
            count: self.count,
            kind: FieldType::from_name(&self.r#type)
                .ok_or_else(|| shape("a field has an unknown `type`"))?,
            value: decode(&self.value)?,
            key: FieldKey::from_bytes(array(&self.key)?),
            proof: hashes
                .collect::<Option<_>>()
                .ok_or_else(|| shape("a hash is not 32 bytes in base64"))?,
            path: self.path,
        })
    }
}

fn shape(what: impl ToString) -> DisclosureError {
    DisclosureError::Shape(what.to_string())
}

fn decode(text: &str) -> Result<Vec<u8>, DisclosureError> {
    STANDARD.decode(text).map_err(shape)
}

fn array(text: &str) -> Result<Zeroizing<[u8; 32]>, DisclosureError> {
    let bytes = Zeroizing::new(decode(text)?);
    let array = bytes.as_slice().try_into();
    Ok(Zeroizing::new(
        array.map_err(|_| shape("a key is not 32 bytes"))?,
    ))
}
