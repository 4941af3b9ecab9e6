import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Worker threads and browsers run built files, which vitest does not make: they are built here when a source is newer. */
export function setup(): void {
  const built = statSync(join(root, "dist", "index.js"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (newestMs(join(root, "ts")) < built) return;
  console.log("dist is older than ts: npm run build");
  execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: "inherit" });
}

function newestMs(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Math.max(...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}
