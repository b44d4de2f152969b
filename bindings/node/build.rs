//! Sets the linker options that a Node.js addon needs on each platform.

fn main() {
    napi_build::setup();
}
