//! Checks the published JSON against its schema with a third-party validator.
//!
//! Takes packages, reports the first errors as worded by the validator. Its environment is located in `target/verify` and
//! made on first use.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;

use super::stdout_of;
use crate::project;

const VALIDATOR: &str = "jsonschema==4.26.0";

/// Arguments: the schema, then the files.
const SCRIPT: &str = "\
import json, sys
import jsonschema
schema, *files = [(f, json.load(open(f, encoding='utf-8'))) for f in sys.argv[1:]]
jsonschema.Draft202012Validator.check_schema(schema[1])
validator, faults = jsonschema.Draft202012Validator(schema[1]), 0
for name, value in files:
    for error in list(validator.iter_errors(value))[:5]:
        faults += 1
        print(name, error.json_path, error.message[:300])
sys.exit(faults > 0)
";

/// The installed validator.
pub struct Checker {
    python: PathBuf,
}

impl Checker {
    pub fn set_up() -> Result<Checker> {
        let folder = project::root().join("target/verify");
        let python = folder.join("bin/python");
        let mut there = Command::new(&python);
        there.args(["-c", "import jsonschema"]).stdin(Stdio::null()).stderr(Stdio::null());
        if !there.status().is_ok_and(|s| s.success()) {
            stdout_of(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
            stdout_of(Command::new(&python).args(["-m", "pip", "install", "--quiet", VALIDATOR]))?;
        }
        Ok(Checker { python })
    }

    /// Fails if the JSON of a package does not match the schema.
    pub fn all(&self, packages: &[PathBuf]) -> Result<()> {
        let json = |p: &PathBuf| p.join(p.file_name().unwrap_or_default()).with_extension("json");
        self.files(&packages.iter().map(json).collect::<Vec<_>>())
    }

    fn files(&self, files: &[PathBuf]) -> Result<()> {
        let schema: &Path = &project::root().join("samples/report.schema.json");
        stdout_of(Command::new(&self.python).args(["-c", SCRIPT]).arg(schema).args(files))?;
        Ok(())
    }
}
