import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("verify_log.py", import.meta.url));
const venv = fileURLToPath(new URL("../../.venv/bin/python", import.meta.url));

/** The first Python that has `cryptography` with ML-DSA: one that is named, that of .venv, that of the system. */
const python = [process.env.KETFLOW_PYTHON, venv, "python3"].find(
  (candidate) =>
    candidate !== undefined &&
    spawnSync(candidate, ["-c", "import cryptography.hazmat.primitives.asymmetric.mldsa"]).status === 0,
);

/** The Python verifier on these arguments; undefined where there is none, which is said. */
export const verifyInPython: ((...args: readonly string[]) => SpawnSyncReturns<string>) | undefined = found();

function found(): typeof verifyInPython {
  if (python !== undefined) return (...args) => spawnSync(python, [script, ...args], { encoding: "utf8" });
  const missing = "no Python with `pip install -r test/python/requirements.txt` (set KETFLOW_PYTHON, or make .venv)";
  if (process.env.KETFLOW_REQUIRE !== undefined) throw new Error(`${missing}, and KETFLOW_REQUIRE asks for it`);
  console.log(`skipped: the Python verifier; ${missing}`);
  return undefined;
}
