import { parseHybridDocument } from "../../ts/models/hybrid.ts";
import { EngineModules } from "../../ts/workers/load-wasm.ts";
import { EnginePool } from "../../ts/workers/pool.ts";
import { describePool } from "../contract/pool.ts";

describePool("threads of this process", (options) => {
  return new EnginePool({ modules: new EngineModules(), readHybrid: parseHybridDocument, ...options });
});
