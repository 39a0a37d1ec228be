use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use ledger::fields::FieldTree;
use ledger::proof::{Disclosure, Shown, TlogProof};
use ledger::wal::Entry;
use ledger::{BodyError, Derivation, RecordSecret, open_plaintext};
use model::EntryIndex;
use store::{Evidence, Reader};

use super::recordings;
use crate::cli::{DiscloseWhat, ProveArgs};
use crate::exit::{Exit, NotFound};
use crate::view::escape;

pub(super) fn run(args: &ProveArgs) -> Result<Exit> {
    let reader = recordings::open_epoch(&args.config, args.epoch)?;
    let index = EntryIndex(args.index);
    let evidence = reader.evidence(index).map_err(|error| match error {
        store::ReadError::NoEntry(_) => NotFound(error.to_string()).into(),
        error => anyhow::Error::from(error),
    })?;
    let proof = reader.proof(index)?;
    let Evidence { entry, secret } = evidence;
    let shown = shown(args, &entry, secret)?;
    let mut files = vec![
        ("leaf", entry.leaf_bytes.clone()),
        ("tlog-proof", proof.to_text().into_bytes()),
    ];
    if let Some(shown) = shown {
        let text = disclose(entry.leaf_bytes, proof, shown, &reader)?;
        files.push(("disclosure.json", text.into_bytes()));
    }
    fs::create_dir_all(&args.output)
        .with_context(|| format!("cannot make `{}`", args.output.display()))?;
    let mut out = io::stdout().lock();
    for (ending, bytes) in files {
        let path = args.output.join(format!("{index}.{ending}"));
        write_new(&path, &bytes)?;
        writeln!(out, "{}", path.display())?;
    }
    Ok(Exit::Ok)
}

/// What is to be shown of the record besides its proof.
fn shown(
    args: &ProveArgs,
    entry: &Entry,
    secret: Result<RecordSecret, BodyError>,
) -> Result<Option<Shown>> {
    if args.disclose.is_none() && args.disclose_field.is_empty() {
        return Ok(None);
    }
    let index = args.index;
    let secret = secret.with_context(|| format!("nothing of entry {index} can be disclosed"))?;
    let plaintext = open_plaintext(&entry.leaf_bytes, &entry.leaf, &secret, &entry.body)?;
    if let Some(DiscloseWhat::Record) = args.disclose {
        let body = entry.body.clone();
        return Ok(Some(Shown::Record { secret, body }));
    }
    let keys = Derivation::new(&secret, &entry.leaf.prefix.record);
    let tree = FieldTree::new(&plaintext, keys)?;
    let field = |path: &String| {
        tree.prove(path).ok_or_else(|| {
            let fields = tree.fields().map(|field| escape(field.path));
            let fields = fields.collect::<Vec<_>>().join("\n  ");
            NotFound(format!(
                "the record has no field `{path}`; it has\n  {fields}"
            ))
        })
    };
    let fields = args.disclose_field.iter().map(field);
    Ok(Some(Shown::Fields(fields.collect::<Result<_, _>>()?)))
}

/// The file, after reading it as its receiver will.
fn disclose(leaf: Vec<u8>, proof: TlogProof, shown: Shown, reader: &Reader) -> Result<String> {
    let checkpoint = ledger::note::Checkpoint::open(proof.checkpoint.as_bytes(), reader.key())?;
    let text = Disclosure { leaf, proof, shown }.to_json();
    Disclosure::from_json(text.as_bytes())?
        .verify(&checkpoint)
        .context("the disclosure does not hold")?;
    Ok(text)
}

/// Nothing is overwritten: it may have been handed out already.
fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let written = File::create_new(path).and_then(|mut file| file.write_all(bytes));
    written.with_context(|| format!("cannot write `{}`", path.display()))
}
