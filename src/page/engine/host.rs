//! Functions that a host calls, with addresses in the memory of the instance.
#![allow(unsafe_code, reason = "a host has addresses only; each is one that `take` gave and is used once")]

use std::sync::{Mutex, PoisonError};

/// Bytes of the length that precedes an answer.
const LENGTH: usize = 4;

/// The message of the panic that is about to trap.
static FAULT: Mutex<String> = Mutex::new(String::new());

/// Prepares the instance: the host calls it once, before anything else.
#[unsafe(no_mangle)]
extern "C" fn begin() {
    std::panic::set_hook(Box::new(|fault| {
        *FAULT.lock().unwrap_or_else(PoisonError::into_inner) = fault.to_string();
    }));
}

/// What made the instance trap, in the form of an answer.
#[unsafe(no_mangle)]
extern "C" fn fault() -> *mut u8 {
    given(FAULT.lock().unwrap_or_else(PoisonError::into_inner).as_bytes())
}

/// Memory for a request of `length` bytes.
#[unsafe(no_mangle)]
extern "C" fn take(length: usize) -> *mut u8 {
    Box::into_raw(vec![0u8; length].into_boxed_slice()).cast()
}

/// Answers the request at `at`, whose memory is freed. Returns the address of the answer's length (four bytes, little-endian)
/// followed by the answer.
#[unsafe(no_mangle)]
extern "C" fn answer(at: *mut u8, length: usize) -> *mut u8 {
    // SAFETY: the host got address and length from `take` and gives them up.
    let request = unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(at, length)) };
    given(&crate::answered(&request))
}

fn given(answer: &[u8]) -> *mut u8 {
    let mut out = Vec::with_capacity(LENGTH + answer.len());
    out.extend_from_slice(&(answer.len() as u32).to_le_bytes());
    out.extend_from_slice(answer);
    Box::into_raw(out.into_boxed_slice()).cast()
}

/// Frees an answer of `length` bytes.
#[unsafe(no_mangle)]
extern "C" fn give_back(at: *mut u8, length: usize) {
    // SAFETY: the host got address and length from `answer` and gives them up.
    drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(at, LENGTH + length)) });
}
