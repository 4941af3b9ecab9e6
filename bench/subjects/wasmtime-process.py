"""The native subject compiled for WASI, run by wasmtime: a WASM engine that shares no code with those of browsers.

usage: wasmtime-process.py FILE.wasm (needs the package `wasmtime` of PyPI)
"""

import sys

import wasmtime

config = wasmtime.Config()
config.wasm_relaxed_simd = False
engine = wasmtime.Engine(config)
module = wasmtime.Module.from_file(engine, sys.argv[1])
linker = wasmtime.Linker(engine)
linker.define_wasi()
store = wasmtime.Store(engine)
wasi = wasmtime.WasiConfig()
wasi.inherit_stdin()
wasi.inherit_stdout()
wasi.inherit_stderr()
store.set_wasi(wasi)
linker.instantiate(store, module).exports(store)["_start"](store)
