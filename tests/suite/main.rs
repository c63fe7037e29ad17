//! All integration tests, as one program: each program would have the library and its faces in it, and there are thirty.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

mod aggregate;
mod archive;
mod batch;
mod cases;
mod cli;
mod containers;
mod desk;
mod edited;
mod form_digest;
mod formats;
#[cfg(unix)]
mod hostile_files;
mod html;
mod local_form;
mod many_places;
mod office;
mod one_pass;
mod open_data;
mod pipes;
mod publish;
mod round_trip;
mod second_reader;
mod shared_work;
mod sources;
mod terminal;
mod text;
mod typing;
mod unusual;
mod words;
