//! Sets the linker's options that the extension needs on macOS.

use std::env;

fn main() {
    // Without this line, cargo would watch the whole folder, where `make` writes its output.
    println!("cargo::rerun-if-changed=build.rs");
    // PHP's symbols are resolved when PHP loads the extension. Apple's linker looks for them earlier.
    if env::var("CARGO_CFG_TARGET_VENDOR").is_ok_and(|vendor| vendor == "apple") {
        println!("cargo::rustc-link-arg-cdylib=-Wl,-undefined,dynamic_lookup");
    }
}
