import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The browser page, `npm run build:demo`. */
export default defineConfig({
  root: path("ts/demo"),
  base: "./",
  resolve: {
    // The page takes the public doors as users do: the built files, whose relative URLs of worker and WASM Vite follows unaided.
    alias: [{ find: /^\.\.\/(engines|verify)\.ts$/, replacement: path("dist/$1.js") }],
  },
  build: {
    outDir: path("dist/demo"),
    emptyOutDir: true,
    target: "es2023",
    // The policy of the page allows no inline script, and every browser that runs the engine preloads modules by itself.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
