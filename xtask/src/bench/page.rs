//! The page in a browser: its size, how soon it is ready, and how soon findings and PDF of a report are there.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::cost::against;
use crate::page;

/// Most bytes of the page, in millions, and most milliseconds until it is ready.
const MOST_MB: f64 = 40.0;
const READY: f64 = 3000.0;
/// Most milliseconds for findings and PDF of the first report, and of a later one.
const COLD: f64 = 150.0;
const WARM: f64 = 50.0;
/// Number of times that the page is opened.
const RUNS: usize = 5;

/// Measures the page with a workbook.
pub fn measure(workbook: &Path) -> Result<Value> {
    let (bytes, times) = page::times(workbook, RUNS)?;
    let megabytes = bytes as f64 / 1e6;
    let median = |name: &str| -> Result<f64> {
        let mut all: Vec<f64> = times[name].as_array().context("times")?.iter().filter_map(Value::as_f64).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().with_context(|| format!("no times of {name}"))
    };
    let ready = median("ready")?;
    let (cold_findings, cold_pdf) = (median("cold_findings")?, median("cold_pdf")?);
    let (warm_findings, warm_pdf) = (median("warm_findings")?, median("warm_pdf")?);
    println!("\nthe page in a browser, medians of {RUNS} times");
    println!("{}", against("size", megabytes, "MB", MOST_MB, true));
    println!("{}", against("ready after opening", ready, "ms", READY, true));
    println!("{}", against("first report, findings and PDF", cold_findings + cold_pdf, "ms", COLD, true));
    println!("  of which findings {cold_findings:.1}, PDF {cold_pdf:.1}");
    println!("{}", against("later report, findings and PDF", warm_findings + warm_pdf, "ms", WARM, true));
    println!("  of which findings {warm_findings:.1}, PDF {warm_pdf:.1}");
    Ok(json!({ "mb": megabytes, "ready_ms": ready, "times": times }))
}
