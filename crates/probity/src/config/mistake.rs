use std::fmt;

/// One thing that is wrong with a configuration, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mistake {
    /// The file, the variable or the flag.
    pub(crate) source: String,
    /// Line and column in the file, counted from 1; none for a variable or a flag.
    pub(crate) position: Option<(usize, usize)>,
    /// What is wrong, and what to do.
    pub(crate) message: String,
}

impl Mistake {
    /// A mistake of a whole file, a variable or a flag.
    pub(crate) fn nowhere(source: &str, message: String) -> Self {
        Self {
            source: source.to_owned(),
            position: None,
            message,
        }
    }
}

/// `probity.toml:7:3: unknown field …`
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Everything that is wrong with a configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mistakes(Vec<Mistake>);

impl Mistakes {
    pub(crate) fn one(mistake: Mistake) -> Self {
        Self(vec![mistake])
    }

    pub(crate) fn push(&mut self, mistake: Mistake) {
        self.0.push(mistake);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In the order of their places.
    pub(crate) fn sorted(&self) -> Vec<Mistake> {
        let mut all = self.0.clone();
        all.sort();
        all.dedup();
        all
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, mistake) in self.sorted().iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            mistake.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}
