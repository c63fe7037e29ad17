//! Limits the memory of the engine: a hostile file ends with its Worker, and not with all memory of the machine.
#![allow(clippy::disallowed_methods, reason = "cargo tells the target by the environment")]

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo::rustc-link-arg-cdylib=--max-memory={}", 1 << 30);
    }
}
