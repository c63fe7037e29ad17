//! Files of every format, and hostile ones, read by the built program and its child processes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::{SAMPLE, files, ignores_hangup, nianbao, parts, sample, stdout, zipped};
use nianbao::cli::apart::Isolation;
use nianbao::cli::reading::workbook;
use nianbao::import::{FileKind, ImportError, Limits, read_bytes};

/// Returns the samples in formats other than .xlsx.
fn archive() -> Vec<PathBuf> {
    let folder = sample("archive");
    let mut all: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    all.retain(|p| p.extension().is_some_and(|e| e != "xlsx"));
    all.sort();
    all
}

/// Makes the workbook that a file of the archive was saved from, as `cargo xtask archive` makes it from its sample.
fn source(file: &Path, dir: &Path) -> PathBuf {
    let name = file.file_stem().unwrap().to_str().unwrap();
    let (agency, year) = name.split_once('-').unwrap();
    let of = |n: &&String| n.ends_with(&format!("-{year}.xlsx"));
    let original = files(&sample("")).iter().find(of).unwrap().clone();
    let from = original.split_once('-').unwrap().0;
    let mut all = parts(&fs::read(sample(&original)).unwrap());
    for (_, data) in &mut all {
        *data = String::from_utf8(data.clone()).unwrap().replace(from, agency).into_bytes();
    }
    let path = dir.join(format!("{name}.xlsx"));
    fs::write(&path, zipped(&all)).unwrap();
    path
}

fn published(input: &Path, out: &Path) -> Vec<u8> {
    let run = nianbao(&["convert".as_ref(), input.as_os_str(), "-o".as_ref(), out.as_os_str(), "--to=xlsx".as_ref()]);
    assert_eq!(run.status.code(), Some(0), "{input:?}: {}", stdout(&run));
    let names = files(out);
    assert_eq!(names.len(), 1);
    fs::read(out.join(&names[0])).unwrap()
}

#[test]
fn every_format_reads_as_the_workbook_it_was_made_from() {
    let dir = tempfile::tempdir().unwrap();
    let mut kinds = Vec::new();
    for file in archive() {
        let kind = file.extension().unwrap().to_str().unwrap().to_owned();
        let run = nianbao(&["check".as_ref(), file.as_os_str(), "--format=json".as_ref()]);
        let json: serde_json::Value = serde_json::from_str(&stdout(&run)).unwrap();
        let told = json["findings"].as_array().unwrap().iter().filter(|f| f["severity"] != "note").count();
        assert_eq!((told, run.status.code()), (0, Some(0)), "{file:?}: {json}");
        let source = source(&file, dir.path());
        let as_it_was = published(&source, &dir.path().join(format!("{kind}-source")));
        assert!(published(&file, &dir.path().join(&kind)) == as_it_was, "{file:?} reads as another report");
        kinds.push(kind);
    }
    for kind in FileKind::ALL {
        assert!(kind.endings().iter().any(|ending| kinds.iter().any(|k| k == ending)), "no {kind:?} in the archive");
    }
}

fn isolated(program: impl Into<PathBuf>, memory: u64, time: Duration) -> Isolation {
    Isolation { program: program.into(), memory, time }
}

/// Returns the error of reading under the default limits.
fn error(bytes: &[u8], isolation: &Isolation) -> ImportError {
    workbook("a", bytes, &Limits::default(), Some(isolation)).unwrap_err()
}

fn program() -> &'static str {
    env!("CARGO_BIN_EXE_nianbao")
}

/// An .ods whose content repeats a cell with this text.
fn repeating(text: &str, rows: u64, columns: u64) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"a\">\
         <table:table-row table:number-rows-repeated=\"{rows}\">\
         <table:table-cell table:number-columns-repeated=\"{columns}\" office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>\
         </table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    );
    let kind = b"application/vnd.oasis.opendocument.spreadsheet".to_vec();
    zipped(&[("mimetype".into(), kind), ("content.xml".into(), content.into_bytes())])
}

#[test]
fn memory_and_time_of_a_child_are_limited() {
    // Within all limits of content, but too large for so little memory or time.
    let large = repeating(&"字".repeat(40), 1000, 1000);
    let plenty = Duration::from_secs(60);
    let read = |memory, time| error(&large, &isolated(program(), memory, time));
    assert_eq!(read(192 << 20, plenty), ImportError::OutOfMemory("192 MB".into()));
    assert_eq!(read(2 << 30, Duration::from_millis(5)), ImportError::TimedOut(0));
    // The child itself reports that there are too many cells.
    let many = repeating("字", 1_000_000_000, 1_000_000_000);
    let error = error(&many, &isolated(program(), 2 << 30, plenty));
    assert!(matches!(error, ImportError::TooLarge { .. }), "{error}");
}

#[test]
fn a_format_that_needs_a_child_is_refused_without_one_and_read_by_the_library() {
    for file in archive() {
        let bytes = fs::read(&file).unwrap();
        assert!(read_bytes("a", &bytes, &Limits::default()).is_ok(), "{file:?}");
        let read = workbook("a", &bytes, &Limits::default(), None);
        let in_process = ["xlsm", "xltx"].contains(&file.extension().unwrap().to_str().unwrap());
        assert_eq!(read.is_ok(), in_process, "{file:?}");
        if let Err(error) = read {
            assert!(matches!(error, ImportError::NotIsolated(_)), "{error}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_child_that_misbehaves_costs_one_message() {
    let old = archive().into_iter().find(|p| p.extension().unwrap() == "xls").unwrap();
    let bytes = fs::read(old).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let script = |name: &str, text: &str| {
        let path = dir.path().join(name);
        crate::support::script(&path, text);
        path
    };
    let with = |program: PathBuf| {
        let limits = Limits { inflated_bytes: 1 << 20, cells: 10, ..Limits::default() };
        workbook("a", &bytes, &limits, Some(&isolated(program, 2 << 30, Duration::from_secs(2)))).unwrap_err()
    };
    assert_eq!(with(script("silent", "exit 0")), ImportError::Crashed);
    assert_eq!(
        with(script("talking", "head -c 100 >/dev/null; echo 乱说; echo 出错 >&2; exit 1")),
        ImportError::Crashed
    );
    // The sender of the signal and the reason are unknown. Under `nohup` a shell cannot be made to react to HUP again.
    let signals = ["KILL", "TERM", "HUP"].into_iter().filter(|s| *s != "HUP" || !ignores_hangup());
    for signal in signals {
        assert_eq!(with(script("killed", &format!("kill -{signal} $$"))), ImportError::Killed);
    }
    assert_eq!(with(script("faulty", "kill -SEGV $$")), ImportError::Crashed);
    assert_eq!(with(script("waiting", "exec sleep 600")), ImportError::TimedOut(2));
    assert_eq!(with(script("mute", "exec >&- 2>&-; exec sleep 600")), ImportError::Crashed);
    assert!(matches!(with(script("flooding", "exec yes")), ImportError::TooLarge { .. }));
    for (program, why) in [("absent", "不在原来的地方"), (".", "没有运行程序文件的权限")] {
        let error = with(dir.path().join(program));
        assert!(matches!(error, ImportError::NotStarted(_)), "{error}");
        assert!(error.to_string().contains(why) && !error.to_string().contains("os error"), "{error}");
    }
}

/// Starts the program under another name.
#[cfg(target_os = "linux")]
fn started(program: &Path, input: &Path) -> std::process::Child {
    let mut command = std::process::Command::new(program);
    command.arg("check").arg(input).args(["--jobs", "1", "--format", "json"]).stdout(std::process::Stdio::piped());
    command.spawn().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn the_child_is_the_program_that_runs_whatever_has_its_name() {
    use std::os::unix::fs::PermissionsExt;
    // Beside the program, which is too large to copy for each case and open for writing meanwhile, so it is linked.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let input = dir.path().join("各单位");
    fs::create_dir(&input).unwrap();
    let old = archive().into_iter().find(|p| p.extension().unwrap() == "et").unwrap();
    for i in 0..40 {
        fs::copy(&old, input.join(format!("{i}.et"))).unwrap();
    }
    let (own, other, run) = (dir.path().join("nianbao"), dir.path().join("别的"), dir.path().join("运行过"));
    let executed = format!("#!/bin/sh\n: > \"{}\"\n", run.display());
    let spoilers: [(&str, &dyn Fn()); 3] = [
        ("moved", &|| fs::rename(&own, dir.path().join("移走")).unwrap()),
        ("deleted", &|| fs::remove_file(&own).unwrap()),
        ("replaced", &|| {
            fs::write(&other, &executed).unwrap();
            fs::set_permissions(&other, fs::Permissions::from_mode(0o755)).unwrap();
            fs::rename(&other, &own).unwrap();
        }),
    ];
    for (how, spoil) in spoilers {
        fs::hard_link(program(), &own).unwrap();
        let child = started(&own, &input);
        spoil();
        let ended = child.wait_with_output().unwrap();
        let lines = stdout(&ended);
        // All files were read, although they have the same agency and year.
        assert_eq!(lines.lines().filter(|l| l.contains("\"edition\":\"2019\"")).count(), 40, "{how}");
        assert!(!run.exists(), "{how}: the other program was executed");
    }
}

/// Damages bytes with a simple random generator: the damage is the same in every run.
fn damaged(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let mut out = bytes.to_vec();
    for _ in 0..8 {
        let at = next() % out.len();
        out[at] = [0, 0xFF, 0x7F, 0x80][next() % 4];
    }
    if seed.is_multiple_of(5) {
        out.truncate(next() % out.len());
    }
    out
}

#[test]
fn damage_anywhere_costs_one_message_at_most() {
    let isolation = isolated(program(), 2 << 30, Duration::from_secs(10));
    let mut refused = 0;
    for file in archive() {
        if ["xlsm", "xltx"].contains(&file.extension().unwrap().to_str().unwrap()) {
            continue;
        }
        let bytes = fs::read(&file).unwrap();
        for seed in 0..25 {
            match workbook("a", &damaged(&bytes, seed), &Limits::default(), Some(&isolation)) {
                Ok(_) => {}
                Err(ImportError::Crashed | ImportError::OutOfMemory(_) | ImportError::TimedOut(_)) => {
                    panic!("{file:?} damaged by {seed} is not met by the reader itself")
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 20, "{refused}");
}

#[test]
fn hostile_files_do_not_stop_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("各单位"), dir.path().join("输出"));
    fs::create_dir(&input).unwrap();
    fs::copy(sample(SAMPLE), input.join("好.xlsx")).unwrap();
    let old = |kind: &str| fs::read(archive().into_iter().find(|p| p.extension().unwrap() == kind).unwrap()).unwrap();
    let xls = old("et");
    fs::write(input.join("一.xls"), &xls[..xls.len() / 2]).unwrap();
    let mut ring = xls.clone();
    // The first sector of the sector table: each sector follows itself.
    let table = 512 * (1 + u32::from_le_bytes(xls[76..80].try_into().unwrap()) as usize);
    for (i, entry) in ring[table..table + 512].chunks_exact_mut(4).enumerate() {
        entry.copy_from_slice(&(i as u32).to_le_bytes());
    }
    fs::write(input.join("二.et"), ring).unwrap();
    let xlsb = old("xlsb");
    fs::write(input.join("三.xlsb"), &xlsb[..xlsb.len() - 30]).unwrap();
    fs::write(input.join("四.ods"), repeating("字", 1_000_000_000, 1_000_000_000)).unwrap();
    let run = nianbao(&[
        "convert".as_ref(),
        input.as_os_str(),
        "-o".as_ref(),
        out.as_os_str(),
        "--to=xlsx".as_ref(),
        "--format=json".as_ref(),
    ]);
    assert_eq!(run.status.code(), Some(3), "{}", stdout(&run));
    assert!(run.stderr.is_empty());
    assert_eq!(files(&out).iter().filter(|f| f.contains("2024年")).count(), 1);
    let lines: Vec<serde_json::Value> = stdout(&run).lines().filter_map(|l| serde_json::from_str(l).ok()).collect();
    let failed: Vec<_> = lines.iter().filter(|l| l["status"] == "failed").collect();
    assert_eq!(failed.len(), 4, "{lines:?}");
    for line in failed {
        assert_eq!(
            (line["findings"].as_array().unwrap().len(), line["findings"][0]["code"].as_str()),
            (1, Some("I101"))
        );
    }
}
