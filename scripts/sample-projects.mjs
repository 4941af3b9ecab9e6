// The projects of test/e2e/projects as their authors would have them: `ketflow` and the bundlers installed by npm, ketflow from
// the tarball that would be published. For the tests, and for bench/bundles.mjs.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./runners.mjs";

/** npm where there is neither the registry nor a copy in its cache. */
const IS_OFFLINE = /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED)\b/;

/** Without a network, npm's own retries would last for minutes until the tests are skipped; where they must run, they may. */
const RETRIES = process.env.KETFLOW_REQUIRE === undefined ? ["--fetch-retries=0"] : [];

/** @param {string} folder @param {string[]} args @returns {string} what it printed; its errors are in what it throws */
function npm(folder, args) {
  return execFileSync("npm", args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
}

/**
 * Packs what `npm run build` made, and installs it for all projects at once.
 * @returns {string | undefined} a folder of its own with one folder for each project; `undefined` where npm reaches no registry
 */
export function installProjects() {
  const folder = mkdtempSync(join(tmpdir(), "ketflow-projects-"));
  cpSync(join(root, "test", "e2e", "projects"), folder, { recursive: true });
  const [tarball] = JSON.parse(npm(root, ["pack", "--json", "--ignore-scripts", "--pack-destination", folder]));
  renameSync(join(folder, tarball.filename), join(folder, "ketflow.tgz"));
  try {
    npm(folder, ["install", "--prefer-offline", "--no-audit", "--no-fund", ...RETRIES]);
  } catch (error) {
    removeProjects(folder);
    if (error instanceof Error && IS_OFFLINE.test(error.message)) return undefined;
    throw error;
  }
  // npm installs for all of them in the folder above; the commands of docs/npm.md name files of a project's own.
  symlinkSync(join("..", "node_modules"), join(folder, "esbuild", "node_modules"));
  return folder;
}

/** @param {string} folder */
export function removeProjects(folder) {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} folder of all projects @param {string} project @param {string} [script] of its package.json */
export function build(folder, project, script = "build") {
  npm(join(folder, project), ["run", "--silent", script]);
}
