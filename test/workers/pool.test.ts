import { EnginePool } from "../../ts/workers/pool.ts";
import { describePool } from "../contract/pool.ts";

const engine = {
  module: new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)),
  identity: { engine: { name: "stand-in", version: "0", contentHash: "" }, build: { kind: "none", sha256: "" } },
};

describePool("threads of this process", (options) => new EnginePool({ engine, ...options }));
