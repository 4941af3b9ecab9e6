import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { type StaticServer, serveFolder } from "./static-server.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Builds a page with Vite as a user of the package would: no plugin, no option about workers or WASM. @returns the folder */
async function buildPage(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), "ketflow-page-"));
  await build({
    root: path("page"),
    base: "./",
    configFile: false,
    logLevel: "warn",
    resolve: { alias: [{ find: /^.*\/ts\/engines\.ts$/, replacement: path("../../dist/engines.js") }] },
    build: { outDir, emptyOutDir: true, target: "es2023" },
  });
  return outDir;
}

export interface EnginePages {
  /** A fresh page in which `window.loadEngines` is there; isolated pages have shared memory. */
  open(isolated: boolean): Promise<Page>;
  close(): Promise<void>;
}

export async function serveEnginePages(browser: Browser): Promise<EnginePages> {
  const folder = await buildPage();
  const servers = new Map<boolean, StaticServer>();
  for (const isolated of [false, true]) servers.set(isolated, await serveFolder(folder, isolated));
  return {
    async open(isolated) {
      const page = await browser.newPage();
      await page.goto(servers.get(isolated)?.url ?? "");
      await page.waitForFunction(() => window.loadEngines !== undefined);
      return page;
    },
    async close() {
      for (const server of servers.values()) await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
