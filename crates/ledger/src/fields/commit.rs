//! The tree over a record's field commitments.

use model::Digest;

use super::flatten::{self, Place};
use super::list::FieldList;
use super::{Field, FieldType};
use crate::format::FormatError;
use crate::merkle::{CompactRange, Nodes, inclusion_proof, leaf_hash, node_hash};
use crate::seal::{Derivation, FieldKey, Plaintext};

/// Finds the fields of records and commits to them; one for many records, because it keeps its
/// memory.
#[derive(Debug, Default)]
pub struct Committer {
    list: FieldList,
    place: Place,
}

impl Committer {
    /// Without memory yet.
    pub const fn new() -> Self {
        Self {
            list: FieldList::new(),
            place: Place::new(),
        }
    }

    /// The root over the commitments to a record's fields.
    ///
    /// # Errors
    ///
    /// If the facts are not one JSON object with distinct names.
    pub fn commit(
        &mut self,
        facts: &[u8],
        payload: &[u8],
        keys: &Derivation,
    ) -> Result<Digest, FormatError> {
        self.find(facts, payload)?;
        let mut range = CompactRange::new();
        for (number, field) in (0..).zip(self.list.iter(facts, payload)) {
            let commitment = field.commitment(&keys.field_key(number));
            range.push(leaf_hash(commitment.as_bytes()));
        }
        Ok(range.root())
    }

    fn find(&mut self, facts: &[u8], payload: &[u8]) -> Result<(), FormatError> {
        self.list.clear();
        flatten::facts(facts, &mut self.place, &mut self.list)
            .ok_or(FormatError::Value("the facts of a body"))?;
        flatten::payload(payload, &mut self.place, &mut self.list);
        Ok(())
    }

    pub(crate) fn give_back(&mut self, bytes_kept: usize) {
        self.list.give_back(bytes_kept);
    }
}

/// The fields of one opened record and their tree, to prove some of them.
#[derive(Debug)]
pub struct FieldTree<'a> {
    plaintext: &'a Plaintext,
    list: FieldList,
    keys: Derivation,
    leaves: Vec<Digest>,
}

/// One field with all that proves that it is in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenField {
    /// Its number among the record's fields, counted from 0.
    pub number: u32,
    /// How many fields the record has.
    pub count: u32,
    /// [`Field::path`].
    pub path: String,
    /// [`Field::kind`].
    pub kind: FieldType,
    /// [`Field::value`].
    pub value: Vec<u8>,
    /// The key of its commitment.
    pub key: FieldKey,
    /// The path from the commitment to the root in the leaf (RFC 6962 §2.1.1).
    pub proof: Vec<Digest>,
}

impl<'a> FieldTree<'a> {
    /// Of a record that was opened.
    ///
    /// # Errors
    ///
    /// If the facts are not one JSON object.
    pub fn new(plaintext: &'a Plaintext, keys: Derivation) -> Result<Self, FormatError> {
        let mut committer = Committer::default();
        let (facts, payload) = (plaintext.facts(), plaintext.payload());
        committer.find(facts, payload)?;
        let list = committer.list;
        let leaves = (0..)
            .zip(list.iter(facts, payload))
            .map(|(number, field)| leaf_hash(field.commitment(&keys.field_key(number)).as_bytes()))
            .collect();
        Ok(Self {
            plaintext,
            list,
            keys,
            leaves,
        })
    }

    /// The root over the commitments.
    pub fn root(&self) -> Digest {
        let mut range = CompactRange::new();
        self.leaves.iter().for_each(|leaf| range.push(*leaf));
        range.root()
    }

    /// The fields, in their order.
    pub fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.list
            .iter(self.plaintext.facts(), self.plaintext.payload())
    }

    /// The field with this path, and its proof.
    pub fn prove(&self, path: &str) -> Option<ProvenField> {
        let mut fields = (0..).zip(self.fields());
        let (number, field) = fields.find(|(_, field)| field.path == path)?;
        let count = u32::try_from(self.leaves.len()).ok()?;
        let mut nodes = &*self.leaves;
        let proof = inclusion_proof(&mut nodes, number.into(), count.into());
        Some(ProvenField {
            number,
            count,
            path: field.path.to_owned(),
            kind: field.kind,
            value: field.value.to_vec(),
            key: self.keys.field_key(number),
            proof: proof.ok()?,
        })
    }
}

impl ProvenField {
    /// As a field, without its proof.
    pub fn field(&self) -> Field<'_> {
        Field {
            path: &self.path,
            kind: self.kind,
            value: &self.value,
        }
    }
}

/// The perfect subtrees over a list of leaf hashes.
impl Nodes for &[Digest] {
    type Error = FormatError;

    fn node(&mut self, level: u8, number: u64) -> Result<Digest, FormatError> {
        let outside = || FormatError::Value("a place in a tree of fields");
        if level == 0 {
            let number = usize::try_from(number).map_err(|_| outside())?;
            return self.get(number).copied().ok_or_else(outside);
        }
        let left = self.node(level - 1, number * 2)?;
        let right = self.node(level - 1, number * 2 + 1)?;
        Ok(node_hash(&left, &right))
    }
}
