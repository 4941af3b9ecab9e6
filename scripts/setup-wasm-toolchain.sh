#!/usr/bin/env bash
# Prepares this machine to build wasm-pkg/: a wasm32 standard library, wasm-bindgen and wasm-pack. Run again at will.
set -euo pipefail

BINDGEN_VERSION=$(sed -n 's/^wasm-bindgen = "=\(.*\)"/\1/p' "$(dirname "$0")/../Cargo.toml")
WASM_PACK_VERSION=0.15.1
TARGET=wasm32-unknown-unknown
have() { command -v "$1" >/dev/null 2>&1; }
installed_version() { "$1" --version 2>/dev/null | awk '{print $2}'; }

# 1. A compiler with std for wasm32. Where rustup reaches its server that is one command; otherwise Debian's packages carry
#    the compiler and the sources of std, and std is compiled here in about a minute. The build for threads compiles std from these
#    sources each time, because it needs one with atomics.
if have rustup && ! [ -x /usr/bin/rustc ] && rustup target add $TARGET 2>/dev/null && rustup component add rust-src 2>/dev/null; then
  echo "rustup provides $TARGET and the sources of std"
elif [ -f /usr/lib/rustlib/$TARGET/lib/.ketflow-std ] && [ "$(cat /usr/lib/rustlib/$TARGET/lib/.ketflow-std)" = "$(/usr/bin/rustc -V), paths remapped" ]; then
  echo "std for $TARGET is already built for $(/usr/bin/rustc -V)"
else
  if ! { [ -x /usr/bin/rustc ] && have lld-22 && [ -d /usr/lib/rustlib/src ]; }; then
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends rustc-web cargo-web rust-web-src lld-22
  fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir "$work/src"
  printf '[package]\nname = "std-only"\nversion = "0.0.0"\nedition = "2021"\n' >"$work/Cargo.toml"
  : >"$work/src/lib.rs"
  # The crates that std uses are compiled here too: their paths stay out of every package that is linked with it.
  flags="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=registry --remap-path-prefix=$work=."
  (cd "$work" && env -u RUSTUP_TOOLCHAIN RUSTFLAGS="$flags" PATH="/usr/bin:$PATH" RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$work/target" \
    /usr/bin/cargo build --release -Zbuild-std=std,panic_abort --target $TARGET)
  lib=/usr/lib/rustlib/$TARGET/lib
  mkdir -p $lib
  rm -f $lib/*.rlib
  cp "$work"/target/$TARGET/release/deps/*.rlib $lib/
  echo "$(/usr/bin/rustc -V), paths remapped" >$lib/.ketflow-std
fi

# 2. The tools; the command line of wasm-bindgen must have the version of the crate.
[ "$(installed_version wasm-bindgen)" = "$BINDGEN_VERSION" ] || cargo install wasm-bindgen-cli --version "$BINDGEN_VERSION"
[ "$(installed_version wasm-pack)" = "$WASM_PACK_VERSION" ] || cargo install wasm-pack --version "$WASM_PACK_VERSION" --locked
