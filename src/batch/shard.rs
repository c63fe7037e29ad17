//! One part of a run that is distributed over several machines.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// Shard `index` of `count`; `index` starts at 1. One that [`Shard::new`] does not admit is not deserialized either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "StoredShard")]
pub struct Shard {
    /// Number of this shard, from 1 to `count`.
    pub index: u32,
    /// Number of shards of the run.
    pub count: u32,
}

/// A shard as a file states it.
#[derive(serde::Deserialize)]
struct StoredShard {
    index: u32,
    count: u32,
}

impl TryFrom<StoredShard> for Shard {
    type Error = String;

    fn try_from(stated: StoredShard) -> Result<Shard, String> {
        let StoredShard { index, count } = stated;
        Shard::new(index, count).ok_or_else(|| format!("no shard: {index}/{count}"))
    }
}

/// Most shards of a run; a larger number is treated as a typing error.
const MOST: u32 = 100_000;

impl Shard {
    /// `None` unless `1 ≤ index ≤ count ≤ MOST`.
    pub fn new(index: u32, count: u32) -> Option<Shard> {
        (count <= MOST && (1..=count).contains(&index)).then_some(Shard { index, count })
    }

    /// Whether inputs grouped under `name` (an agency, or the path of an unreadable input) belong to this shard. The hash must
    /// never change: all years of an agency belong to the same shard, on every machine and in every version.
    pub fn holds(self, name: &str) -> bool {
        let digest = Sha256::digest(name.as_bytes());
        let head = digest.iter().take(8).fold(0u64, |n, b| n << 8 | u64::from(*b));
        head % u64::from(self.count) == u64::from(self.index - 1)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = ();

    fn from_str(text: &str) -> Result<Shard, ()> {
        let (index, count) = text.split_once('/').ok_or(())?;
        let number = |t: &str| t.trim().parse().map_err(|_| ());
        Shard::new(number(index)?, number(count)?).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_one_of_its_count() {
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, count: 3 }));
        for wrong in ["", "0/3", "4/3", "1/0", "1", "a/b", "-1/3", "1/100001"] {
            assert_eq!(wrong.parse::<Shard>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn every_name_belongs_to_exactly_one_part_for_ever() {
        let parts: Vec<Shard> = (1..=7).filter_map(|i| Shard::new(i, 7)).collect();
        let mut sizes = [0; 7];
        for n in 0..700 {
            let name = format!("第{n}局");
            let of: Vec<_> = parts.iter().filter(|p| p.holds(&name)).collect();
            assert_eq!(of.len(), 1);
            sizes[of[0].index as usize - 1] += 1;
        }
        assert!(sizes.iter().all(|s| (60..140).contains(s)), "{sizes:?}");
        // Must not change: otherwise two versions would assign the years of an agency to different shards.
        assert!(Shard { index: 4, count: 7 }.holds("老城区科学技术局"));
    }
}
