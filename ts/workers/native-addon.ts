import { toHex } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import type { EngineIdentity } from "../models/job.ts";
import { sha256Quick } from "./digest.ts";
import { type EngineName, IDENTITIES } from "./engines.ts";
import { nodeModule } from "./node-module.ts";

/** In a variable, as in live-worker.ts: bundlers take `new URL(…, import.meta.url)` for an asset. */
const HERE = import.meta.url;

/** An engine of the native package of this platform. */
export interface NativeEngine {
  /** The addon's file. */
  readonly addon: string;
  readonly identity: EngineIdentity;
}

/** The package of this platform. */
export interface NativePackage {
  /** Those that were built from the same sources as this package's WASM. */
  readonly engines: ReadonlyMap<EngineName, NativeEngine>;
  readonly name: string;
}

/**
 * `ketflow-native-PLATFORM-ARCH`, where it is installed beside this package: its engines give the same bytes. `undefined` where it is not, in
 * browsers, and with the environment variable `KETFLOW_NATIVE=0`.
 *
 * @throws {AppError} `integrity-violation` where its addon is not the one that it was made with
 */
export async function findNative(): Promise<NativePackage | undefined> {
  const [fs, module] = [nodeModule("node:fs/promises"), nodeModule("node:module")];
  if (fs === undefined || module === undefined || process.env.KETFLOW_NATIVE === "0") return undefined;
  const require = module.createRequire(HERE);
  const name = nativePackage();
  let addon: string;
  let text: string;
  try {
    addon = require.resolve(`${name}/ketflow.node`);
    text = await fs.readFile(require.resolve(`${name}/identities.json`), "utf8");
  } catch {
    return undefined; // Not installed.
  }
  const digest = toHex(await sha256Quick(new Uint8Array(await fs.readFile(addon))));
  const engines = new Map<EngineName, NativeEngine>();
  for (const [engine, identity] of Object.entries(JSON.parse(text) as Record<EngineName, EngineIdentity>)) {
    if (identity.build.sha256 !== digest) {
      throw new AppError(
        "integrity-violation",
        `${addon} has SHA-256 ${digest}, its package was made with ${identity.build.sha256}; install it again`,
      );
    }
    const own = IDENTITIES[engine as EngineName];
    if (own?.engine.contentHash === identity.engine.contentHash) engines.set(engine as EngineName, { addon, identity });
  }
  return { engines, name };
}

/** As scripts/build-native.mjs names it. */
function nativePackage(): string {
  const { platform, arch } = process;
  return `ketflow-native-${platform}-${arch}${platform === "linux" && isMusl() ? "-musl" : ""}`;
}

function isMusl(): boolean {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined;
}
