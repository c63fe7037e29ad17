//! State kept from one report to the next in a process (folded labels, characters known to be drawn, packed parts) changes no
//! output.

use std::fs;

use crate::support::{files, nianbao, sample};
use nianbao::cli::reading::examine;
use nianbao::engine::Engine;
use nianbao::pipeline::{Format, produce};

/// Returns the files of a sample, made by this thread.
fn made(name: &str, engine: &Engine) -> Vec<Vec<u8>> {
    let examined = examine(&sample(name), engine);
    let files = produce(examined.whole().unwrap(), &Format::ALL, engine).unwrap();
    files.into_iter().map(|(_, bytes)| bytes).collect()
}

/// Returns the files of a sample, made by a separate process, in the same order.
fn made_alone(name: &str) -> Vec<Vec<u8>> {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("输出");
    let (input, formats) = (sample(name), Format::ALL.map(Format::name).join(","));
    nianbao(&[
        "convert".as_ref(),
        input.as_os_str(),
        "-o".as_ref(),
        out.as_os_str(),
        "--to".as_ref(),
        std::ffi::OsStr::new(&formats),
    ]);
    let names = files(&out);
    let stem = names.iter().find_map(|n| n.strip_suffix(".pdf")).unwrap();
    let of = |f: &Format| format!("{stem}.{}", f.ending());
    Format::ALL.iter().map(|f| fs::read(out.join(of(f))).unwrap()).collect()
}

#[test]
fn a_report_is_the_same_whatever_was_made_before_it_and_beside_it() {
    let names: Vec<String> =
        files(&sample("")).into_iter().filter(|n| n.ends_with(".xlsx") && !n.contains("模板")).collect();
    assert!(names.len() >= 3, "{names:?}");
    let alone: Vec<_> = names.iter().map(|n| made_alone(n)).collect();
    let engine = Engine::default();
    // Forwards and backwards, so that each report is made first, after others, and again; two threads share one engine.
    let round = || {
        for i in (0..names.len()).chain((0..names.len()).rev()) {
            for (format, (here, there)) in Format::ALL.iter().zip(made(&names[i], &engine).iter().zip(&alone[i])) {
                assert!(here == there, "{} as {format:?}", names[i]);
            }
        }
    };
    std::thread::scope(|s| {
        s.spawn(round);
        s.spawn(round);
    });
}
