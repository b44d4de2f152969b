//! Links the addon as its platform wants it.

fn main() {
    napi_build::setup();
}
