//! The claims of `fonts/README.md`, read from its own tables, so that each claim is written in one place only.
//!
//! Takes the text of the README; returns origins, digests and coverage claims. Rejects a table that it cannot read
//! completely, because a skipped row would be an unchecked claim. Never opens a font.

use std::fmt;

use anyhow::{Context, Result, bail, ensure};

/// The three tables of the README.
#[derive(Debug, PartialEq, Eq)]
pub struct Readme {
    pub origins: Vec<Origin>,
    pub digests: Vec<Digest>,
    pub coverage: Vec<Coverage>,
}

/// A row of `| faces | from | licence | text |`.
#[derive(Debug, PartialEq, Eq)]
pub struct Origin {
    pub faces: Vec<String>,
    /// Path of the full text of the licence, relative to `fonts/`.
    pub licence: String,
}

/// A line of the digest list, as `sha256sum` prints it.
#[derive(Debug, PartialEq, Eq)]
pub struct Digest {
    pub sha256: String,
    pub file: String,
}

/// A row of `| faces | characters | drawn | of |`: how many characters of a set the faces draw together.
#[derive(Debug, PartialEq, Eq)]
pub struct Coverage {
    pub faces: Vec<String>,
    pub set: String,
    pub claim: Claim,
}

/// The two ways to claim coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// So many characters of a set of that size.
    Drawn { drawn: usize, of: usize },
    /// Every character of a set that may grow.
    All,
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drawn { drawn, of } => write!(f, "{drawn} of {of}"),
            Self::All => write!(f, "all"),
        }
    }
}

impl Readme {
    /// Reads the three tables; each must exist and must not be empty.
    pub fn parse(text: &str) -> Result<Self> {
        let origins = table(text, ["faces", "from", "licence", "text"])?
            .into_iter()
            .map(|[faces, _, _, licence]| Ok(Origin { faces: list(&faces), licence: link(&licence)? }))
            .collect::<Result<Vec<_>>>()?;
        let coverage = table(text, ["faces", "characters", "drawn", "of"])?
            .into_iter()
            .map(|[faces, set, drawn, of]| {
                let claim = claim(&drawn, &of).with_context(|| format!("the coverage of {set} by {faces}"))?;
                Ok(Coverage { faces: list(&faces), set, claim })
            })
            .collect::<Result<Vec<_>>>()?;
        let digests: Vec<Digest> = text.lines().filter_map(digest).collect();
        ensure!(!digests.is_empty(), "the README lists no SHA-256 digest");
        Ok(Self { origins, digests, coverage })
    }
}

/// Returns the rows of the table with these heads.
fn table<const N: usize>(text: &str, heads: [&str; N]) -> Result<Vec<[String; N]>> {
    let mut lines = text.lines().skip_while(|line| cells(line).is_none_or(|cells| cells != heads));
    let (_head, rule) = (lines.next(), lines.next());
    ensure!(rule.is_some(), "the README has no table `{}`", heads.join(" | "));
    let rows = lines
        .map_while(cells)
        .map(|row| {
            <[String; N]>::try_from(row).map_err(|row| anyhow::anyhow!("{N} cells are wanted in `{}`", row.join(" | ")))
        })
        .collect::<Result<Vec<_>>>()?;
    ensure!(!rows.is_empty(), "the README's table `{}` is empty", heads.join(" | "));
    Ok(rows)
}

fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(|cell| cell.trim().to_owned()).collect())
}

fn list(cell: &str) -> Vec<String> {
    cell.split(',').map(|name| name.trim().to_owned()).collect()
}

/// Returns the target of `[text](target)`.
fn link(cell: &str) -> Result<String> {
    let target = cell.split_once("](").and_then(|(_, rest)| rest.strip_suffix(')'));
    Ok(target.with_context(|| format!("`{cell}` is no link to a licence"))?.to_owned())
}

fn claim(drawn: &str, of: &str) -> Result<Claim> {
    match (drawn, of) {
        ("all", "") => Ok(Claim::All),
        ("all", of) => number(of).map(|of| Claim::Drawn { drawn: of, of }),
        (drawn, of) => Ok(Claim::Drawn { drawn: number(drawn)?, of: number(of)? }),
    }
}

/// Parses an integer with or without thousands separators.
fn number(cell: &str) -> Result<usize> {
    match cell.replace(',', "").parse() {
        Ok(number) => Ok(number),
        Err(_) => bail!("`{cell}` is no number"),
    }
}

fn digest(line: &str) -> Option<Digest> {
    let (sha256, file) = line.trim().split_once("  ")?;
    let hex = sha256.len() == 64 && sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    hex.then(|| Digest { sha256: sha256.to_owned(), file: file.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

    fn readme(coverage_row: &str) -> String {
        format!(
            "# Faces\n\n| faces | from | licence | text |\n|---|---|---|---|\n\
             | A.ttf, B.ttf | somewhere | OFL 1.1 | [text](licences/A.txt) |\n\nWords.\n\n    {ZEROS}  A.ttf\n\n\
             | faces | characters | drawn | of |\n|---|---|---:|---:|\n{coverage_row}\n"
        )
    }

    #[test]
    fn the_three_tables_are_read() {
        let read = Readme::parse(&readme("| A.ttf, B.ttf | ASCII | 27,558 | 27558 |")).unwrap();
        assert_eq!(
            read.origins,
            [Origin { faces: vec!["A.ttf".into(), "B.ttf".into()], licence: "licences/A.txt".into() }]
        );
        assert_eq!(read.digests, [Digest { sha256: ZEROS.into(), file: "A.ttf".into() }]);
        assert_eq!(read.coverage[0].claim, Claim::Drawn { drawn: 27_558, of: 27_558 });
        assert_eq!(read.coverage[0].faces.len(), 2);
    }

    #[test]
    fn all_may_stand_with_a_number_and_without() {
        let claim_of = |row: &str| Readme::parse(&readme(row)).unwrap().coverage[0].claim;
        assert_eq!(claim_of("| A.ttf | ASCII | all | 95 |"), Claim::Drawn { drawn: 95, of: 95 });
        assert_eq!(claim_of("| A.ttf | the forms | all | |"), Claim::All);
    }

    #[test]
    fn nothing_is_skipped_in_silence() {
        assert!(Readme::parse(&readme("")).is_err(), "an empty table");
        assert!(Readme::parse(&readme("| A.ttf | ASCII | many | 95 |")).is_err(), "no number");
        assert!(Readme::parse(&readme("| A.ttf | ASCII | 95 |")).is_err(), "a cell too few");
        let no_digest = readme("| A.ttf | ASCII | 95 | 95 |").replace(ZEROS, "0000");
        assert!(Readme::parse(&no_digest).is_err(), "no digest");
        let no_link = readme("| A.ttf | ASCII | 95 | 95 |").replace("[text](licences/A.txt)", "licences/A.txt");
        assert!(Readme::parse(&no_link).is_err(), "no link");
    }
}
