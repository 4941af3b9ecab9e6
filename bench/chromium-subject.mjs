// The built engine in a page of Chromium that is cross-origin isolated, with the methods of a subject.
import { readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";

const TYPES = new Map([
  [".html", "text/html"],
  [".js", "text/javascript"],
  [".wasm", "application/wasm"],
]);
const FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking";

/** @param {string} root */
export async function startChromium(root) {
  const outDir = join(root, "target", "hash-matrix-page");
  const alias = [{ find: /^.*\/ts\/engines\.ts$/, replacement: join(root, "dist", "engines.js") }];
  const page = fileURLToPath(new URL("../test/e2e/page", import.meta.url));
  const output = { outDir, emptyOutDir: true, target: "es2023" };
  await build({ root: page, base: "./", configFile: false, logLevel: "warn", resolve: { alias }, build: output });
  const server = createServer(async (request, response) => {
    const file = request.url === "/" ? "/index.html" : new URL(request.url ?? "/", "http://localhost").pathname;
    try {
      const body = await readFile(join(outDir, file));
      response.writeHead(200, {
        "Content-Type": TYPES.get(extname(file)) ?? "application/octet-stream",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: FLAGS.split(" ") });
  const tab = await browser.newPage();
  await tab.goto(`http://127.0.0.1:${port}/`);
  await tab.waitForFunction(() => "loadEngines" in globalThis);
  await tab.evaluate("window.loadEngines({ threads: 1 }).then((engines) => { window.engines = engines; })");
  return {
    /** @param {import("./subject.mjs").RunRequest} run @returns {Promise<{ resultHash: string, fewerThreads?: string }>} */
    run: async ({ type, format, source, options }) => {
      const input = JSON.stringify({ format, source });
      const call = `window.engines.run(${JSON.stringify(type)}, ${input}, ${JSON.stringify(options)})`;
      return tab.evaluate(`${call}.then(({ resultHash, fewerThreads }) => ({ resultHash, fewerThreads }))`);
    },
    close: async () => {
      await browser.close();
      server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}
