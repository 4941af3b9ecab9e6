// Rebuilds the WASM packages and compares them with the checked-in ones: byte for byte when the compiler is the manifest's;
// otherwise the rebuilt packages replace them for this run, so that every test that follows runs on them.
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root, run } from "./runners.mjs";

const rebuilt = mkdtempSync(join(tmpdir(), "ketflow-wasm-"));
const { code } = await run(process.execPath, ["scripts/build-wasm.mjs", "--out", rebuilt]);
if (code !== 0) process.exit(code);
/** @param {string} folder */
const manifest = (folder) => JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")).engines;
const [ours, theirs] = [manifest(join(root, "wasm-pkg")), manifest(rebuilt)];
let failed = Object.keys(ours).join() !== Object.keys(theirs).join();
for (const [crate, built] of Object.entries(theirs)) {
  const kept = ours[crate];
  if (kept?.compiler !== built.compiler) {
    console.log(
      `${crate}: built by ${kept?.compiler}, here is ${built.compiler}; the tests that follow use the rebuilt package`,
    );
    for (const { file } of built.builds) {
      cpSync(join(rebuilt, dirname(file)), join(root, "wasm-pkg", dirname(file)), { recursive: true });
    }
  } else if (JSON.stringify(kept.files) === JSON.stringify(built.files)) {
    console.log(`${crate}: same bytes`);
  } else {
    console.error(`${crate}: other bytes than the checked-in package; run npm run build:wasm and commit wasm-pkg/`);
    failed = true;
  }
}
rmSync(rebuilt, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
