//! Links the extension as its platform wants it.

use std::env;

fn main() {
    // Nothing else: cargo would watch the whole folder, in which `make` puts what it builds.
    println!("cargo::rerun-if-changed=build.rs");
    // What PHP offers is found when PHP loads the extension. Only Apple's linker asks for it earlier.
    if env::var("CARGO_CFG_TARGET_VENDOR").is_ok_and(|vendor| vendor == "apple") {
        println!("cargo::rustc-link-arg-cdylib=-Wl,-undefined,dynamic_lookup");
    }
}
