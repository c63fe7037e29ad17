//! `--include` and `--exclude`: which files of folders and containers are read.
//!
//! Takes patterns and paths below the typed folder; reads nothing.

use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::Stop;

/// Selects the files of a folder. A pattern without `/` is matched against the name of the file and of every folder above it, a
/// pattern with `/` against the path below the typed folder.
#[derive(Debug, Default)]
pub struct Filter {
    include: Patterns,
    exclude: Patterns,
}

#[derive(Debug, Default)]
struct Patterns {
    names: GlobSet,
    paths: GlobSet,
    any: bool,
}

impl Patterns {
    fn new(option: &str, patterns: &[String]) -> Result<Patterns, Stop> {
        let (mut names, mut paths) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        for pattern in patterns {
            let glob = GlobBuilder::new(pattern.trim_end_matches('/')).literal_separator(true).build();
            let glob =
                glob.map_err(|_| Stop::usage(format!("{option} 的“{pattern}”不是通配符，写法如 *.xlsx、2023/*、旧*")))?;
            if pattern.trim_end_matches('/').contains('/') { &mut paths } else { &mut names }.add(glob);
        }
        let built = |set: GlobSetBuilder| set.build().map_err(|_| Stop::usage(format!("{option} 的通配符太复杂")));
        Ok(Patterns { names: built(names)?, paths: built(paths)?, any: !patterns.is_empty() })
    }

    fn meet(&self, below: &Path) -> bool {
        self.paths.is_match(below) || below.iter().any(|part| self.names.is_match(Path::new(part)))
    }
}

impl Filter {
    pub fn new(include: &[String], exclude: &[String]) -> Result<Filter, Stop> {
        Ok(Filter { include: Patterns::new("--include", include)?, exclude: Patterns::new("--exclude", exclude)? })
    }

    /// Whether a file or folder is excluded.
    pub fn excludes(&self, below: &Path) -> bool {
        self.exclude.meet(below)
    }

    /// Whether a file is to be read.
    pub fn takes(&self, below: &Path) -> bool {
        (!self.include.any || self.include.meet(below)) && !self.excludes(below)
    }
}
