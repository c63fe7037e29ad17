//! Names that the user declares to denote the same agency.
//!
//! Takes the text of a file, returns the official name of each name. Never guesses.

use std::collections::{BTreeMap, BTreeSet};

/// Other names of agencies. Without entries, no names are joined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aliases {
    /// Other name → official name.
    official: BTreeMap<String, String>,
    /// Official names: separate agencies, however similar to others.
    declared: BTreeSet<String>,
}

/// Why a file of aliases cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AliasError {
    /// Not TOML of the expected form; with the place and the cause as a sentence.
    #[error("别名文件{0}；每行写成 \"正式名称\" = [\"旧名\", \"别名\"]，名称要加引号")]
    Syntax(String),
    /// A name without characters other than spaces.
    #[error("别名文件里有空的名称，请删去或填上")]
    Empty,
    /// An alias of two agencies.
    #[error("别名文件里“{name}”既归“{first}”又归“{second}”，请只保留一处")]
    Twice {
        /// The alias.
        name: String,
        /// The official name that it was first declared for.
        first: String,
        /// The other official name.
        second: String,
    },
    /// An alias that is listed twice for one agency.
    #[error("别名文件里“{official}”的别名“{name}”写了两次，请只保留一处")]
    Repeated {
        /// The alias.
        name: String,
        /// The official name of its agency.
        official: String,
    },
    /// A name that is declared as an official name and as an alias.
    #[error("别名文件里“{0}”既是正式名称又是别名，请只保留一处")]
    Both(String),
}

impl Aliases {
    /// Reads a TOML file, `"official name" = ["other name", …]`. An empty list declares a separate agency. A name that occurs
    /// twice is an error, because it would be uncertain which of the two is meant.
    pub fn parse(text: &str) -> Result<Aliases, AliasError> {
        let text = text.trim_start_matches('\u{feff}');
        let lists: BTreeMap<String, Vec<String>> =
            toml::from_str(text).map_err(|e| AliasError::Syntax(crate::toml_error::sentence(&e, text)))?;
        let mut all = Aliases::default();
        for (official, names) in &lists {
            let official = official.trim();
            if official.is_empty() {
                return Err(AliasError::Empty);
            }
            all.declared.insert(official.to_owned());
            for name in names.iter().map(|n| n.trim()) {
                if name.is_empty() {
                    return Err(AliasError::Empty);
                }
                match all.official.insert(name.to_owned(), official.to_owned()) {
                    None => {}
                    Some(first) if first == official => {
                        return Err(AliasError::Repeated { name: name.to_owned(), official: first });
                    }
                    Some(first) => {
                        return Err(AliasError::Twice { name: name.to_owned(), first, second: official.to_owned() });
                    }
                }
            }
        }
        match all.declared.iter().find(|d| all.official.contains_key(*d)) {
            Some(both) => Err(AliasError::Both(both.clone())),
            None => Ok(all),
        }
    }

    /// The official name of an agency, or the name itself.
    pub fn canonical<'a>(&'a self, agency: &'a str) -> &'a str {
        let agency = agency.trim();
        self.official.get(agency).map_or(agency, String::as_str)
    }

    /// Every alias with its official name.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.official.iter().map(|(name, official)| (name.as_str(), official.as_str()))
    }

    /// Whether the user declares this as the official name of a separate agency.
    pub fn declares(&self, agency: &str) -> bool {
        self.declared.contains(agency)
    }

    /// The aliases that are not among these names.
    pub fn unmet<'a>(&'a self, met: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let met: BTreeSet<&str> = met.into_iter().map(str::trim).collect();
        self.official.keys().map(String::as_str).filter(|n| !met.contains(n)).collect()
    }
}
