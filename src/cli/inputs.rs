//! Files and folders as typed → the inputs of a run, in order, each with the folder for its outputs.
//!
//! Lists folders and reads metadata; an archive or a mail counts as a folder with its members. Never opens a file itself.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Stop;
use super::containers::{Containers, Contents};
use super::filter::Filter;
use super::io_error::cause;
use super::real_path::real_path;
use super::{meant, output, standard};
use crate::fault::{Faults, Step};
use crate::import::container::{Member, MemberState, Place, folder_of, noise};
use crate::import::{ImportError, named_as_workbook};
use crate::model::{Code, Finding, Source, finding};

/// Maximum nesting of folders, as a guard against loops of mounts.
const DEEPEST: usize = 32;

/// A file to read, or the reason why there is none.
#[derive(Debug, Clone)]
pub struct InputFile {
    pub path: PathBuf,
    /// Where it is in the file of `path`, if that is a container.
    pub inside: Option<Inside>,
    /// Subfolder of the output folder for its outputs: the folder of the file, relative to the typed one.
    pub below: PathBuf,
    /// Its name where local paths must not be shown: the file name with the folders below the typed one.
    pub shown: String,
    /// Whether it must be a workbook, because of its extension or because the user named it.
    pub wanted: bool,
    /// Whether the user named the file itself.
    pub typed: bool,
    /// Bytes of standard input; `None` for a file.
    pub piped: Option<Arc<[u8]>>,
    /// The finding that prevents it from being read.
    pub trouble: Option<Finding>,
}

/// Position of an input in an archive or a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inside {
    pub place: Place,
    /// The path of that place.
    pub path: String,
}

impl InputFile {
    /// Its name in records and findings: its path, through the container if it is in one.
    pub fn file(&self) -> String {
        let path = self.path.display();
        self.inside.as_ref().map_or_else(|| path.to_string(), |inside| format!("{path}/{}", inside.path))
    }

    /// Its file name; a title may be read from it.
    pub fn name(&self) -> String {
        let name = self.inside.as_ref().map_or(self.path.as_path(), |inside| Path::new(&inside.path)).file_name();
        name.map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// Result of expanding the typed paths.
#[derive(Debug, Default)]
pub struct InputFiles {
    pub all: Vec<InputFile>,
    /// Whether a folder or a container was typed, or more than one input.
    pub many: bool,
    /// Number of files excluded by the filters.
    pub left_out: usize,
    /// Number of folders excluded by `--exclude`; their files are not counted.
    pub left_out_folders: usize,
}

/// Expands folders and containers recursively: folders in the order of names, containers in their own. The output folder is
/// skipped: outputs of an earlier run are not inputs of this one.
pub fn expand(
    typed: &[PathBuf],
    output: Option<&Path>,
    filter: &Filter,
    (containers, faults): (&Containers, &Faults),
) -> Result<InputFiles, Stop> {
    let output = output.and_then(|o| real_path(o).ok());
    let within = PathBuf::new();
    let (left_out, left_out_folders, all) = (0, 0, Vec::new());
    let mut walk = FolderWalk { output, filter, containers, faults, within, all, left_out, left_out_folders };
    let mut many = typed.len() > 1;
    for path in typed {
        walk.within = path.file_name().filter(|_| typed.len() > 1).map(PathBuf::from).unwrap_or_default();
        let is_piped = standard::is_dash(path);
        if is_piped || !path.is_dir() {
            let contents = if is_piped { None } else { walk.contents(path) };
            if let Some(contents) = contents {
                many = true;
                walk.typed_container(path, contents);
            } else {
                walk.within = PathBuf::new();
                let trouble = if is_piped { None } else { meant::missing(path).map(|m| finding(Code::I101, m)) };
                let path = if is_piped { Path::new(standard::INPUT) } else { path };
                walk.add(path, Path::new(""), true, trouble);
                if let Some(input) = walk.all.last_mut() {
                    input.typed = true;
                    input.piped = is_piped.then(|| Arc::from([]));
                }
            }
            continue;
        }
        many = true;
        if walk.is_output(path) {
            let message = "输出文件夹不能就是输入的文件夹，请用 -o 换一个文件夹（可以是它下面的）";
            return Err(Stop::usage(message));
        }
        let (before, left_out) = (walk.all.len(), walk.left_out + walk.left_out_folders);
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
    Ok(InputFiles { all, many, left_out, left_out_folders })
}

/// Adds a finding to every further path of the same file, so that the file is read once.
fn refuse_repeated(all: &mut [InputFile]) {
    let mut seen: BTreeMap<(PathBuf, Option<Place>), String> = BTreeMap::new();
    for input in all.iter_mut().filter(|i| i.trouble.is_none() && i.piped.is_none()) {
        let Ok(real) = real_path(&input.path) else { continue };
        let place = input.inside.as_ref().map(|inside| inside.place.clone());
        match seen.get(&(real.clone(), place.clone())) {
            Some(first) => {
                let message = format!("与 {first} 是同一个文件，只处理一次");
                input.trouble = Some(finding(Code::I102, message).related([Source::file(first)]));
                input.wanted = false;
            }
            None => _ = seen.insert((real, place), input.file()),
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
    containers: &'a Containers,
    faults: &'a Faults,
    /// First part of [`InputFile::shown`]: with several typed paths, the name of the typed folder or container.
    within: PathBuf,
    all: Vec<InputFile>,
    left_out: usize,
    left_out_folders: usize,
}

impl FolderWalk<'_> {
    fn add(&mut self, path: &Path, below: &Path, wanted: bool, trouble: Option<Finding>) {
        let shown = self.within.join(below).join(path.file_name().unwrap_or_default()).display().to_string();
        let (path, below) = (path.to_owned(), below.to_owned());
        self.all.push(InputFile { path, inside: None, below, shown, wanted, typed: false, piped: None, trouble });
    }

    fn pass_over(&mut self, path: &Path, below: &Path, why: &str) {
        self.add(path, below, false, Some(finding(Code::I102, why)));
    }

    fn is_output(&self, path: &Path) -> bool {
        self.output.is_some() && real_path(path).ok() == self.output
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
            if !self.filter.excludes(&at) {
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
                return self.add(path, &below, named_as_workbook(&name), Some(finding(Code::I101, message)));
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
        // Written by this program beside its outputs: no news to anyone.
        if name == output::RECORD {
            return;
        }
        let why = if meta.is_file() { noise(&name) } else { Some("不是普通文件") };
        let contents = if why.is_none() { self.contents(path) } else { None };
        match (contents, why) {
            (Some(contents), _) => self.container(path, at, contents),
            _ if !self.filter.takes(at) => self.left_out += 1,
            (None, Some(why)) => self.pass_over(path, &below, why),
            (None, None) => self.add(path, &below, named_as_workbook(&name), None),
        }
    }

    /// The contents of a container, or the finding on one that cannot be opened; `None` if the file is none.
    fn contents(&self, path: &Path) -> Option<Result<Contents, Box<Finding>>> {
        let contents = self.faults.run(Step::Read, || self.containers.contents(path));
        match contents {
            Ok(contents) => contents.map(|opened| opened.map_err(|e| Box::new(unopened(&e)))),
            Err(fault) => Some(Err(Box::new(fault.finding()))),
        }
    }

    /// Adds the members of a container that was typed.
    fn typed_container(&mut self, path: &Path, contents: Result<Contents, Box<Finding>>) {
        let (before, left_out) = (self.all.len(), self.left_out);
        match contents {
            Ok(contents) => self.members(path, Path::new(""), Path::new(""), contents),
            Err(f) => return self.unread_container(path, Path::new(""), true, *f),
        }
        if self.all.len() == before && self.left_out > left_out {
            let message = "里面没有符合 --include、--exclude 的文件，请检查通配符";
            self.add(path, Path::new(""), true, Some(finding(Code::I101, message)));
        }
    }

    /// Adds a container that gives no members; if a workbook is `expected` of it, that there is none is an error.
    fn unread_container(&mut self, path: &Path, below: &Path, expected: bool, f: Finding) {
        let f = if expected && f.code == Code::I102 { finding(Code::I101, f.message) } else { f };
        self.add(path, below, f.code != Code::I102, Some(f));
    }

    /// Adds the members of a container in a folder, at this path below the typed folder.
    fn container(&mut self, path: &Path, at: &Path, contents: Result<Contents, Box<Finding>>) {
        let below = at.parent().unwrap_or(Path::new(""));
        match contents {
            Ok(contents) if self.containers.is_published(path, &contents) => {
                self.pass_over(path, below, "是 nianbao 公布时写的压缩包，没有读取");
            }
            Ok(contents) => {
                let name = at.file_name().unwrap_or_default().to_string_lossy();
                let folder = below.join(folder_of(contents.kind, "", &name));
                self.members(path, at, &folder, contents);
            }
            Err(f) => {
                let named = named_as_workbook(&at.file_name().unwrap_or_default().to_string_lossy());
                self.unread_container(path, below, named, *f);
            }
        }
    }

    /// Adds the members of a container. `at` is its path below the typed folder, empty for a typed one, `folder` the folder for
    /// the outputs.
    fn members(&mut self, path: &Path, at: &Path, folder: &Path, contents: Contents) {
        for Member { path: inner, folder: below, place, state, .. } in contents.members {
            let at = at.join(&inner);
            if !self.filter.takes(&at) {
                self.left_out += 1;
                continue;
            }
            let named = named_as_workbook(&inner);
            let (wanted, trouble) = match state {
                MemberState::File => (named, None),
                MemberState::PassedOver(why) => (false, Some(finding(Code::I102, why))),
                MemberState::Refused(e) => {
                    let code = if named { Code::I101 } else { Code::I102 };
                    (named, Some(finding(code, e.to_string())))
                }
                MemberState::Closed(e) => (true, Some(unopened(&e))),
            };
            self.all.push(InputFile {
                path: path.to_owned(),
                inside: Some(Inside { place, path: inner }),
                below: folder.join(below),
                shown: self.within.join(&at).display().to_string(),
                wanted,
                typed: false,
                piped: None,
                trouble,
            });
        }
    }
}

/// The finding on a container that cannot be opened: an error, because its content is unknown, unless it is known to have no
/// workbook.
fn unopened(e: &ImportError) -> Finding {
    let code = if matches!(e, ImportError::NoWorkbook(_)) { Code::I102 } else { Code::I101 };
    finding(code, e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::Limits;
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

    fn expanded(typed: &[PathBuf], output: Option<&Path>, filter: &Filter) -> InputFiles {
        expand(typed, output, filter, (&Containers::new(&Limits::default()), &Faults::default())).unwrap()
    }

    fn found(dir: &Path, include: &[&str], exclude: &[&str]) -> Vec<String> {
        let own = |all: &[&str]| all.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
        let filter = Filter::new(&own(include), &own(exclude)).unwrap();
        let inputs = expanded(&[dir.to_owned()], Some(&dir.join("出")), &filter);
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
        let inputs = expanded(&typed, None, &Filter::default());
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
        let inputs = expanded(&[dir.path().to_owned()], None, &Filter::default());
        let messages: Vec<_> =
            inputs.all.iter().filter_map(|i| i.trouble.as_ref()).map(|f| f.message.as_str()).collect();
        assert_eq!(messages.len(), 3, "{messages:?}");
        assert!(messages.iter().any(|m| m.contains("没有跟进")) && messages.iter().any(|m| m.contains("绕成了圈")));
        assert!(inputs.all.iter().filter(|i| i.trouble.is_some()).all(|i| !i.wanted));
    }
}
