//! Links as addons of Node have to be linked.

fn main() {
    napi_build::setup();
}
