// Bundles the command line and the service that it starts, after `tsc`: `node scripts/bundle-command.mjs`.
//
// One source in place of 600 modules: a service holds 10 MB less, and starts sooner. What is imported as a package stays as `tsc`
// wrote it, as do workers and engine host, which are found by their files.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { rolldown } from "rolldown";

const root = resolve(import.meta.dirname, "..");
const [source, dist] = [join(root, "ts"), join(root, "dist")];
/** Chunks stand as deep as the modules that they are made of. */
const CHUNKS = "command";
const { peerDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const bundle = await rolldown({
  input: { cli: join(source, "cli.ts") },
  platform: "node",
  // Native, WASM with files beside it, installed by whoever wants it, or (protobufjs) asked for by a part that is not used here.
  external: [/^libsql(\/|$)/, /wasm-pkg/, "protobufjs/minimal", ...Object.keys(peerDependencies)],
  plugins: [{ name: "places", transform: { filter: { code: "import.meta.url" }, handler: ownPlace } }],
});
const { output } = await bundle.write({
  dir: dist,
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: `${CHUNKS}/[name]-[hash].js`,
  // Names of functions stay: a service's log holds the places of faults.
  minify: { compress: true, mangle: { keepNames: true } },
  comments: { legal: false },
});
await bundle.close();
const packages = new Set(output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : [])).flatMap(packageOf));
writeFileSync(join(dist, CHUNKS, "LICENSES.txt"), [...packages].sort().map(licenceOf).join("\n\n"));

/** `import.meta.url` of a module is where the module was, not where its chunk is. @param {string} code @param {string} id */
function ownPlace(code, id) {
  if (!id.startsWith(source + sep)) return null;
  const place = `../${relative(source, id).split(sep).join("/").replace(/\.ts$/, ".js")}`;
  return code.replaceAll("import.meta.url", `new URL(${JSON.stringify(place)}, import.meta.url).href`);
}

/** The folder of the package that a bundled module is of. @param {string} id */
function packageOf(id) {
  const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.split(sep).join("/"));
  return folder === null ? [] : [folder[0]];
}

/** What its licence asks to be kept with copies. @param {string} folder */
function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name}@${version} (${license}) has no licence file`);
  return `${name} ${version}\n\n${readFileSync(join(folder, file), "utf8").trim()}`;
}
