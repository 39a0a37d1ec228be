use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};

use anyhow::{Context as _, Result};
use identity::Role;

use crate::cli::InitArgs;
use crate::config::{self, FILE_DEFAULT, TEMPLATE};
use crate::exit::Exit;
use crate::tokens::{self, Wanted};

/// Whom the first token stands for.
const FIRST_SUBJECT: &str = "admin";

pub(super) fn run(args: &InitArgs) -> Result<Exit> {
    let dir = &args.dir;
    fs::create_dir_all(dir).with_context(|| format!("cannot create `{}`", dir.display()))?;
    let path = dir.join(FILE_DEFAULT);
    let mut out = io::stdout().lock();
    match File::create_new(&path) {
        Ok(mut file) => {
            file.write_all(TEMPLATE.as_bytes())
                .and_then(|()| file.sync_all())
                .with_context(|| format!("cannot write `{}`", path.display()))?;
            writeln!(out, "wrote   {}", path.display())?;
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            writeln!(out, "kept    {}", path.display())?;
        }
        Err(error) => {
            return Err(error).with_context(|| format!("cannot write `{}`", path.display()));
        }
    }

    let config = config::load(Some(&path), Vec::new())?;
    let opened = store::DataDir::open(&config.data, &config.store()?)?;
    let state = if opened.recovery().created {
        "created"
    } else {
        "kept   "
    };
    writeln!(out, "{state} {}", config.data.display())?;
    writeln!(out, "log key {}", opened.vkey())?;
    writeln!(out, "org key {}", opened.org_vkey())?;
    opened.close()?;

    let file = tokens::open(&config.data)?;
    if file.load()?.is_empty() {
        let issued = tokens::issue(
            &file,
            &Wanted {
                subject: FIRST_SUBJECT,
                role: Role::Person,
                groups: &[],
                upstreams: &[],
                expires: None,
            },
        )?;
        writeln!(out, "token   {}   (shown once)", issued.token)?;
    }
    writeln!(out)?;
    writeln!(out, "Next: add an upstream to {}, then", path.display())?;
    writeln!(out, "  probity check -c {}", path.display())?;
    writeln!(out, "  probity serve -c {}", path.display())?;
    Ok(Exit::Ok)
}
