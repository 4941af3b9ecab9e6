// Writes docs/openapi.json, the description of the API as the built service gives it, and the table of its operations in docs/api.md.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openService } from "../dist/server.js";
import { operationsTable, withTable } from "./operations-table.mjs";
import { root } from "./runners.mjs";

const folder = mkdtempSync(join(tmpdir(), "ketflow-openapi-"));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const service = await openService({
  ...{ dataDir: join(folder, "data"), port: 0, trustLog: false, version },
  environment: { XDG_STATE_HOME: folder, XDG_CONFIG_HOME: folder },
});
try {
  const document = await (await fetch(`${service.url}/openapi.json`)).json();
  writeFileSync(join(root, "docs", "openapi.json"), `${JSON.stringify(document, null, 2)}\n`);
  const page = join(root, "docs", "api.md");
  writeFileSync(page, withTable(readFileSync(page, "utf8"), "operations", operationsTable(document)));
} finally {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
}
