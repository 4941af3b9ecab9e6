import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";

/** The folders of `ts/` from the bottom up: a folder may import itself and what stands above it in this list. */
export const IMPORT_ORDER = [
  "core",
  "database",
  "cache",
  "models",
  "client",
  "pictures",
  "algorithms",
  "workers",
  "engines",
  "audit",
  "tenancy",
  "identity",
  "resilience",
  "providers",
  "routing",
  "experiments",
  "chat",
  "jobs",
  "analytics",
  "tasks",
  "tools",
  "agents",
  "privacy",
  "compliance",
  "telemetry",
  "i18n",
  "adapters",
  "migrations",
  "http",
  "service",
  "cli",
  "dashboard",
  "demo",
] as const;

/** Edges know the services; they do not know each other, but for `service`, which joins everything and serves `http`. */
const EDGES = new Set(["http", "service", "cli", "dashboard", "demo"]);

/** The public doors and the folders each may open. */
export const DOORS: Record<string, readonly string[]> = {
  "index.ts": ["core", "models"],
  "engines.ts": ["core", "models", "algorithms", "workers", "engines"],
  "verify.ts": ["core", "models", "audit"],
  "client.ts": ["core", "models", "client"],
  "server.ts": ["audit", "service"],
  "cli.ts": ["core", "cli"],
};

/** Path below `ts/`, with forward slashes → source text. */
export type Sources = ReadonlyMap<string, string>;

export function readSources(root: string): Sources {
  const sources = new Map<string, string>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    sources.set(relative(root, path).split(sep).join("/"), readFileSync(path, "utf8"));
  }
  return sources;
}

/** Relative imports of a file as paths below `ts/`: static, type-only, re-exported and dynamic. */
export function importsOf(path: string, source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const found = code.matchAll(/\b(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g);
  return [...found].map((match) => posix.normalize(posix.join(dirname(path), match[1] ?? "")));
}

const folderOf = (path: string): string => (path.includes("/") ? path.slice(0, path.indexOf("/")) : "");

/** Every import that points the wrong way, in words. */
export function wrongImports(sources: Sources): string[] {
  const wrong: string[] = [];
  for (const [path, source] of sources) {
    for (const target of importsOf(path, source)) {
      if (target.startsWith("../")) continue; // wasm-pkg, beside ts/
      const reason = refusal(path, target);
      if (!sources.has(target)) wrong.push(`${path} imports ${target}, which does not exist`);
      else if (reason !== undefined) wrong.push(`${path} imports ${target}: ${reason}`);
    }
  }
  return wrong;
}

function refusal(path: string, target: string): string | undefined {
  const [from, to] = [folderOf(path), folderOf(target)];
  if (from === "") {
    const allowed = DOORS[path];
    if (allowed === undefined) return "not one of the public doors";
    if (to === "") return path === "cli.ts" && target === "server.ts" ? undefined : "doors do not open each other";
    return allowed.includes(to) ? undefined : `this door opens ${allowed.join(", ")} only`;
  }
  const order: readonly string[] = IMPORT_ORDER;
  if (!order.includes(from)) return `folder ${from} is not in the list`;
  if (to === "") {
    // Edges of the browser and of the command line use the product through its doors.
    return EDGES.has(from) ? undefined : "only the edges may use a public door";
  }
  if (from === to) return undefined;
  if (from === "service") return ["cli", "dashboard", "demo"].includes(to) ? "edges do not know each other" : undefined;
  if (to === "adapters" || to === "migrations") return "only service joins services and adapters";
  if (EDGES.has(from)) return EDGES.has(to) ? "edges do not know each other" : undefined;
  return order.indexOf(to) < order.indexOf(from) ? undefined : `${to} stands above ${from}`;
}

/** One import cycle as a path of files, or undefined. */
export function findCycle(sources: Sources): string[] | undefined {
  const done = new Set<string>();
  const stack: string[] = [];
  const visit = (path: string): string[] | undefined => {
    if (stack.includes(path)) return [...stack.slice(stack.indexOf(path)), path];
    if (done.has(path)) return undefined;
    stack.push(path);
    for (const target of importsOf(path, sources.get(path) ?? "")) {
      const cycle = sources.has(target) ? visit(target) : undefined;
      if (cycle !== undefined) return cycle;
    }
    stack.pop();
    done.add(path);
    return undefined;
  };
  for (const path of sources.keys()) {
    const cycle = visit(path);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
