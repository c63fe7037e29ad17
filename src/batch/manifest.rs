//! The manifest of a run as JSON lines: a header, then one record per input, in the order of the inputs.
//!
//! Takes records, gives bytes, and reads them back; merges the manifests of the shards of one run. Reads and writes no file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Record, Shard};

/// Identifies a run. Manifests belong to the same run if their headers differ only in the index of the shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Header {
    /// Version of the manifest format.
    pub manifest: u32,
    /// Version of this program.
    pub tool: String,
    /// Digest of each form, by edition.
    pub forms: BTreeMap<String, String>,
    /// Digest of tool, forms, style, faces, options and aliases.
    pub key: String,
    /// Number of inputs of the whole run.
    pub inputs: usize,
    /// Digest over path and bytes of all inputs of the whole run.
    pub inputs_sha256: String,
    /// Shard of the run; `None` for a run that is not sharded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
}

impl Header {
    /// The manifest format that this version writes and reads.
    pub const LAYOUT: u32 = 1;
}

/// A manifest.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Manifest {
    /// The run that the records belong to.
    pub header: Header,
    /// One record per input of the run or shard, in the order of the inputs.
    pub records: Vec<Record>,
}

/// Why manifests cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// The line with this number (from 1) is not what this program writes.
    #[error("第 {0} 行读不懂，请使用 nianbao convert 写出的 manifest 文件")]
    Line(usize),
    /// No header: the run of this shard may not have finished.
    #[error("是空的，那一部分可能没有运行完，请重新运行它")]
    Empty,
    /// Written in another manifest format, which has this version.
    #[error("的格式版本是 {0}，请用同一版本的 nianbao 合并")]
    Layout(u32),
    /// The manifest of a run that is not sharded.
    #[error("不是分片运行的结果，不需要合并")]
    NotAShard,
    /// Differs from the manifest with this name in a property of the run (Chinese noun).
    #[error("与 {0} 不是同一次运行：{1}不同，请用同样的命令和同样的输入运行每个分片")]
    OtherRun(String, &'static str),
    /// The manifest with this name is that of the same shard.
    #[error("与 {0} 都是第 {1} 片，请只给一次")]
    Twice(String, Shard),
    /// These shards are missing, joined by 、.
    #[error("缺少分片 {0}，请运行它之后再合并")]
    Missing(String),
    /// Number and file of an input that occurs again, and the name of the manifest with the second record.
    #[error("第 {0} 份输入（{1}）在 {2} 里又出现了一次")]
    InputTwice(usize, String, String),
    /// Number and file of an input that the run does not have, and the number of its inputs.
    #[error("里有第 {0} 份输入（{1}），可是那次运行的输入编号是 1 到 {2}，文件被改动过，请重新运行这一部分")]
    InputBeyond(usize, String, usize),
    /// No manifest has a record for the input with this number.
    #[error("缺少第 {0} 份输入，各分片的结果不完整，请重新运行各分片")]
    InputMissing(usize),
}

impl Manifest {
    /// The bytes of the file.
    pub fn write(&self) -> Vec<u8> {
        Manifest::write_records(&self.header, self.records.iter())
    }

    /// The bytes of a manifest of these records, in this order.
    pub fn write_records<'a>(header: &Header, records: impl IntoIterator<Item = &'a Record>) -> Vec<u8> {
        let mut out = Vec::new();
        let mut line = |json: serde_json::Result<Vec<u8>>| {
            // A manifest without one of its lines would pass for that of an incomplete run.
            out.extend(json.expect("strings and numbers can be written as JSON"));
            out.push(b'\n');
        };
        line(serde_json::to_vec(header));
        for record in records {
            line(serde_json::to_vec(record));
        }
        out
    }

    /// Reads a whole manifest. Every record in it is of an input that the run has.
    pub fn parse(text: &str) -> Result<Manifest, ManifestError> {
        let mut lines = text.lines().enumerate();
        let (_, head) = lines.next().ok_or(ManifestError::Empty)?;
        let header: Header = serde_json::from_str(head).map_err(|_| ManifestError::Line(1))?;
        if header.manifest != Header::LAYOUT {
            return Err(ManifestError::Layout(header.manifest));
        }
        let records = lines
            .map(|(i, line)| serde_json::from_str(line).map_err(|_| ManifestError::Line(i + 1)))
            .collect::<Result<Vec<Record>, _>>()?;
        if let Some(Record { input, file, .. }) = records.iter().find(|r| !(1..=header.inputs).contains(&r.input)) {
            return Err(ManifestError::InputBeyond(*input, file.clone(), header.inputs));
        }
        Ok(Manifest { header, records })
    }
}

/// Merges the manifests of all shards of one run, each given with its file name. Checks that no shard and no input is missing or
/// duplicated. An error contains the name of the manifest it concerns, or `None` if it concerns several.
pub fn merge(parts: Vec<(String, Manifest)>) -> Result<Manifest, (Option<String>, ManifestError)> {
    let Some((first_name, first)) = parts.first() else { return Err((None, ManifestError::Empty)) };
    let (first_name, header) = (first_name.clone(), first.header.clone());
    let mut shards: BTreeMap<Shard, String> = BTreeMap::new();
    for (name, part) in &parts {
        let wrong = |e| Err((Some(name.clone()), e));
        let h = &part.header;
        let Some(shard) = h.shard else { return wrong(ManifestError::NotAShard) };
        let differs = [
            (h.tool != header.tool, "程序版本"),
            (h.forms != header.forms, "表样"),
            (h.key != header.key, "样式或选项"),
            (h.inputs != header.inputs, "输入的份数"),
            (h.inputs_sha256 != header.inputs_sha256, "输入的内容"),
            (h.shard.map(|s| s.count) != header.shard.map(|s| s.count), "分片总数"),
        ];
        if let Some((_, what)) = differs.iter().find(|(differs, _)| *differs) {
            return wrong(ManifestError::OtherRun(first_name, what));
        }
        if let Some(other) = shards.insert(shard, name.clone()) {
            return wrong(ManifestError::Twice(other, shard));
        }
    }
    let count = header.shard.map_or(0, |s| s.count);
    let missing: Vec<String> = (1..=count)
        .filter_map(|i| Shard::new(i, count))
        .filter(|s| !shards.contains_key(s))
        .map(|s| s.to_string())
        .collect();
    if !missing.is_empty() {
        return Err((None, ManifestError::Missing(missing.join("、"))));
    }
    let mut records: BTreeMap<usize, Record> = BTreeMap::new();
    for (name, part) in parts {
        for record in part.records {
            if let Some(other) = records.insert(record.input, record) {
                let again = ManifestError::InputTwice(other.input, other.file, name);
                return Err((None, again));
            }
        }
    }
    if let Some(gap) = (1..=header.inputs).find(|i| !records.contains_key(i)) {
        return Err((None, ManifestError::InputMissing(gap)));
    }
    Ok(Manifest { header: Header { shard: None, ..header }, records: records.into_values().collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(index: u32, inputs: &[usize]) -> (String, Manifest) {
        let header = Header {
            manifest: Header::LAYOUT,
            tool: "1".into(),
            forms: BTreeMap::new(),
            key: "k".into(),
            inputs: 4,
            inputs_sha256: "d".into(),
            shard: Shard::new(index, 2),
        };
        (format!("{index}.jsonl"), Manifest { header, records: inputs.iter().map(|i| Record::of_test(*i)).collect() })
    }

    #[test]
    fn whole_parts_make_a_whole() {
        let whole = merge(vec![part(2, &[3, 1]), part(1, &[2, 4])]).unwrap();
        assert_eq!(whole.records.iter().map(|r| r.input).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(whole.header.shard, None);
        let text = String::from_utf8(whole.write()).unwrap();
        assert_eq!(Manifest::parse(&text).unwrap(), whole);
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        let refused = |parts: Vec<(String, Manifest)>| merge(parts).unwrap_err().1;
        assert_eq!(refused(vec![part(1, &[1, 2, 3, 4])]), ManifestError::Missing("2/2".into()));
        assert_eq!(
            refused(vec![part(1, &[1, 2]), part(1, &[3, 4])]),
            ManifestError::Twice("1.jsonl".into(), Shard { index: 1, count: 2 })
        );
        assert_eq!(refused(vec![part(1, &[1, 2]), part(2, &[3])]), ManifestError::InputMissing(4));
        assert_eq!(
            refused(vec![part(1, &[1, 2]), part(2, &[2, 3, 4])]),
            ManifestError::InputTwice(2, "2.xlsx".into(), "2.jsonl".into())
        );
        let mut other = part(2, &[3, 4]);
        other.1.header.inputs_sha256 = "e".into();
        assert_eq!(refused(vec![part(1, &[1, 2]), other]), ManifestError::OtherRun("1.jsonl".into(), "输入的内容"));
        let mut whole = part(1, &[1, 2, 3, 4]);
        whole.1.header.shard = None;
        assert_eq!(refused(vec![whole]), ManifestError::NotAShard);
        assert_eq!(Manifest::parse(""), Err(ManifestError::Empty));
        let (_, good) = part(1, &[1]);
        let text = String::from_utf8(good.write()).unwrap();
        assert_eq!(Manifest::parse(&text[..text.len() - 9]), Err(ManifestError::Line(2)));
    }

    #[test]
    fn what_no_run_writes_is_refused() {
        for input in [0, 5, usize::MAX] {
            let text = String::from_utf8(part(1, &[1, input]).1.write()).unwrap();
            let beyond = ManifestError::InputBeyond(input, format!("{input}.xlsx"), 4);
            assert_eq!(Manifest::parse(&text), Err(beyond), "{input}");
        }
        let text = String::from_utf8(part(1, &[1, 2, 3, 4]).1.write()).unwrap();
        for (index, count) in [(1u32, 0u32), (0, 2), (3, 2), (1, 100_001), (1, 4_000_000_000)] {
            let shard = format!("\"index\":{index},\"count\":{count}");
            let text = text.replace("\"index\":1,\"count\":2", &shard);
            assert!(text.contains(&shard));
            assert_eq!(Manifest::parse(&text), Err(ManifestError::Line(1)), "{index}/{count}");
        }
    }
}
