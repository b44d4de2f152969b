//! Reads beyond the end of its memory for inputs that start with [`MAGIC`]. The fuzzer has to find such an input, and
//! the sanitizer has to report the read: otherwise the other checks would show nothing.

#![no_main]
#![expect(unsafe_code, reason = "the sanitizer has to report what safe code cannot do")]

use std::hint::black_box;

use libfuzzer_sys::fuzz_target;

const MAGIC: &[u8] = b"desk";

fuzz_target!(|input: &[u8]| {
    if input.starts_with(MAGIC) {
        let memory = MAGIC.to_vec();
        let end = black_box(memory.len());
        // SAFETY: there is none; this is the fault that has to be reported.
        black_box(unsafe { memory.as_ptr().add(end).read() });
    }
});
