//! Files and folders as typed → the inputs of a run, in order, each with the folder for its outputs.
//!
//! Lists folders and reads metadata. Never opens a file.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::Stop;
use super::io_error::cause;
use crate::import::FileKind;
use crate::model::{Code, Finding, Source, finding};

/// Maximum nesting of folders, as a guard against loops of mounts.
const DEEPEST: usize = 32;

/// A file to read, or the reason why there is none.
#[derive(Debug, Clone)]
pub struct InputFile {
    pub path: PathBuf,
    /// Subfolder of the output folder for its outputs: the folder of the file, relative to the typed one.
    pub below: PathBuf,
    /// Its name where local paths must not be shown: the file name with the folders below the typed one.
    pub shown: String,
    /// Whether it must be a workbook, because of its extension or because the user named it.
    pub wanted: bool,
    /// Whether the user named the file itself.
    pub typed: bool,
    /// The finding that prevents it from being read.
    pub trouble: Option<Finding>,
}

/// Result of expanding the typed paths.
#[derive(Debug, Default)]
pub struct InputFiles {
    pub all: Vec<InputFile>,
    /// Whether a folder was typed, or more than one input.
    pub many: bool,
    /// Number of files excluded by the filters.
    pub left_out: usize,
    /// Number of folders excluded by `--exclude`; their files are not counted.
    pub left_out_folders: usize,
}

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

    fn takes(&self, below: &Path) -> bool {
        (!self.include.any || self.include.meet(below)) && !self.exclude.meet(below)
    }
}

/// Expands folders recursively, in the order of names. The output folder is skipped: outputs of an earlier run are not inputs of
/// this one.
pub fn expand(typed: &[PathBuf], output: Option<&Path>, filter: &Filter) -> Result<InputFiles, Stop> {
    let output = output.and_then(|o| o.canonicalize().ok());
    let mut walk =
        FolderWalk { output, filter, within: PathBuf::new(), all: Vec::new(), left_out: 0, left_out_folders: 0 };
    for path in typed {
        walk.within = PathBuf::new();
        if !path.is_dir() {
            walk.add(path, Path::new(""), true, None);
            walk.all.last_mut().into_iter().for_each(|input| input.typed = true);
            continue;
        }
        if walk.is_output(path) {
            let message = "输出文件夹不能就是输入的文件夹，请用 -o 换一个文件夹（可以是它下面的）";
            return Err(Stop::usage(message));
        }
        let (before, left_out) = (walk.all.len(), walk.left_out + walk.left_out_folders);
        // With several typed paths, names begin with the name of the typed folder.
        walk.within = path.file_name().filter(|_| typed.len() > 1).map(PathBuf::from).unwrap_or_default();
        walk.folder(path, Path::new(""), 0);
        if walk.all.len() == before {
            let message = if walk.left_out + walk.left_out_folders == left_out {
                "文件夹里没有工作簿（.xlsx、.xls、.xlsb、.ods、.et 等），请检查路径"
            } else {
                "文件夹里没有符合 --include、--exclude 的文件，请检查通配符"
            };
            walk.add(path, Path::new(""), true, Some(finding(Code::I101, message)));
        }
    }
    let FolderWalk { mut all, left_out, left_out_folders, .. } = walk;
    refuse_repeated(&mut all);
    distinguish_names(&mut all);
    let many = typed.len() > 1 || typed.iter().any(|p| p.is_dir());
    Ok(InputFiles { all, many, left_out, left_out_folders })
}

/// Adds a finding to every further path of the same file, so that the file is read once.
fn refuse_repeated(all: &mut [InputFile]) {
    let mut seen: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    for input in all.iter_mut().filter(|i| i.trouble.is_none()) {
        let Ok(real) = input.path.canonicalize() else { continue };
        match seen.get(&real) {
            Some(first) => {
                let message = format!("与 {} 是同一个文件，只处理一次", first.display());
                input.trouble =
                    Some(finding(Code::I102, message).related([Source::file(&first.display().to_string())]));
                input.wanted = false;
            }
            None => _ = seen.insert(real, input.path.clone()),
        }
    }
}

/// Prefixes names that several inputs share with the name of the parent folder.
fn distinguish_names(all: &mut [InputFile]) {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for input in all.iter() {
        *count.entry(input.shown.clone()).or_default() += 1;
    }
    for input in all.iter_mut().filter(|i| count.get(&i.shown).is_some_and(|n| *n > 1)) {
        if let Some(folder) = input.path.parent().and_then(Path::file_name) {
            input.shown = Path::new(folder).join(&input.shown).display().to_string();
        }
    }
}

struct FolderWalk<'a> {
    output: Option<PathBuf>,
    filter: &'a Filter,
    /// First part of [`InputFile::shown`].
    within: PathBuf,
    all: Vec<InputFile>,
    left_out: usize,
    left_out_folders: usize,
}

impl FolderWalk<'_> {
    fn add(&mut self, path: &Path, below: &Path, wanted: bool, trouble: Option<Finding>) {
        let shown = self.within.join(below).join(path.file_name().unwrap_or_default()).display().to_string();
        let (path, below) = (path.to_owned(), below.to_owned());
        self.all.push(InputFile { path, below, shown, wanted, typed: false, trouble });
    }

    fn pass_over(&mut self, path: &Path, below: &Path, why: &str) {
        self.add(path, below, false, Some(finding(Code::I102, why)));
    }

    fn is_output(&self, path: &Path) -> bool {
        self.output.is_some() && path.canonicalize().ok() == self.output
    }

    fn folder(&mut self, path: &Path, below: &Path, depth: usize) {
        if depth > DEEPEST {
            return self.pass_over(path, below, "文件夹嵌套太深，没有再往下找");
        }
        let mut entries = match std::fs::read_dir(path).and_then(|all| all.collect::<io::Result<Vec<_>>>()) {
            Ok(entries) => entries,
            Err(e) => {
                let message = format!("文件夹打不开：{}", cause(&e));
                return self.add(path, below, true, Some(finding(Code::I101, message)));
            }
        };
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let (path, name) = (entry.path(), entry.file_name());
            let at = below.join(&name);
            if !self.filter.exclude.meet(&at) {
                self.entry(&path, &at, depth);
            } else if path.is_dir() {
                self.left_out_folders += 1;
            } else {
                self.left_out += 1;
            }
        }
    }

    fn entry(&mut self, path: &Path, at: &Path, depth: usize) {
        let below = at.parent().unwrap_or(Path::new("")).to_owned();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let link = path.symlink_metadata().is_ok_and(|m| m.is_symlink());
        // For a link: the metadata of its target.
        let meta = match path.metadata() {
            Ok(meta) => meta,
            Err(_) if link => return self.pass_over(path, &below, "链接所指的文件不存在，或者链接绕成了圈"),
            Err(e) => {
                let message = format!("读取失败：{}", cause(&e));
                return self.add(path, &below, wanted(path), Some(finding(Code::I101, message)));
            }
        };
        if meta.is_dir() {
            if self.is_output(path) {
                return;
            }
            return match () {
                // The link may lead back to this folder.
                () if link => self.pass_over(path, &below, "是指向文件夹的链接，没有跟进"),
                () if name.starts_with('.') => self.pass_over(path, &below, "是隐藏的文件夹，没有读取"),
                () => self.folder(path, at, depth + 1),
            };
        }
        if !self.filter.takes(at) {
            self.left_out += 1;
        } else if !meta.is_file() {
            self.pass_over(path, &below, "不是普通文件");
        } else if name.starts_with("~$") || name.starts_with(".~") {
            self.pass_over(path, &below, "是 Office 或 WPS 打开文件时留下的锁文件");
        } else if name.starts_with('.') {
            self.pass_over(path, &below, "是隐藏的文件");
        } else {
            self.add(path, &below, wanted(path), None);
        }
    }
}

/// Whether a file must be a workbook by its extension: one that cannot be read is a failure, and so is a table as text that was saved
/// instead of one. Any other file in a folder that is not a workbook by its content is skipped.
fn wanted(path: &Path) -> bool {
    const TEXT_TABLE: &str = "csv";
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let mut endings = FileKind::ALL.into_iter().flat_map(FileKind::endings);
    extension == TEXT_TABLE || endings.any(|ending| extension == *ending)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        dir
    }

    fn found(dir: &Path, include: &[&str], exclude: &[&str]) -> Vec<String> {
        let own = |all: &[&str]| all.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
        let filter = Filter::new(&own(include), &own(exclude)).unwrap();
        let inputs = expand(&[dir.to_owned()], Some(&dir.join("出")), &filter).unwrap();
        let shown = |i: &InputFile| i.path.strip_prefix(dir).unwrap().display().to_string();
        inputs.all.iter().filter(|i| i.trouble.is_none()).map(shown).collect()
    }

    #[test]
    fn folders_are_walked_in_the_order_of_names_and_filtered() {
        let dir =
            tree(&["乙/2023/b.xls", "乙/旧/c.xlsx", "甲.xlsx", "出/甲.xlsx", "照片.jpg", ".git/x.xlsx", "~$甲.xlsx"]);
        let all = ["乙/2023/b.xls", "乙/旧/c.xlsx", "照片.jpg", "甲.xlsx"];
        assert_eq!(found(dir.path(), &[], &[]), all);
        assert_eq!(found(dir.path(), &["*.xls*"], &["旧"]), ["乙/2023/b.xls", "甲.xlsx"]);
        assert_eq!(found(dir.path(), &["乙/*/*.xlsx"], &[]), ["乙/旧/c.xlsx"]);
        assert_eq!(found(dir.path(), &["乙/**"], &["*.xls"]), ["乙/旧/c.xlsx"]);
        assert!(Filter::new(&["[".to_owned()], &[]).is_err());
    }

    #[test]
    fn a_file_is_read_once_whatever_leads_to_it() {
        let dir = tree(&["甲.xlsx", "子/乙.xlsx"]);
        let typed = [dir.path().join("甲.xlsx"), dir.path().to_owned(), dir.path().join("子")];
        let inputs = expand(&typed, None, &Filter::default()).unwrap();
        let read: Vec<_> = inputs.all.iter().filter(|i| i.trouble.is_none()).collect();
        assert_eq!(read.len(), 2);
        assert_eq!(inputs.all.len(), 4);
        assert_eq!(read[1].below, Path::new("子"));
        assert!(inputs.many);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_into_folders() {
        use std::os::unix::fs::symlink;
        let dir = tree(&["子/乙.xlsx"]);
        symlink(dir.path(), dir.path().join("子/圈")).unwrap();
        symlink("b", dir.path().join("a")).unwrap();
        symlink("a", dir.path().join("b")).unwrap();
        let inputs = expand(&[dir.path().to_owned()], None, &Filter::default()).unwrap();
        let messages: Vec<_> =
            inputs.all.iter().filter_map(|i| i.trouble.as_ref()).map(|f| f.message.as_str()).collect();
        assert_eq!(messages.len(), 3, "{messages:?}");
        assert!(messages.iter().any(|m| m.contains("没有跟进")) && messages.iter().any(|m| m.contains("绕成了圈")));
        assert!(inputs.all.iter().filter(|i| i.trouble.is_some()).all(|i| !i.wanted));
    }
}
