type NodeModules = {
  "node:fs/promises": typeof import("node:fs/promises");
  "node:module": typeof import("node:module");
  "node:os": typeof import("node:os");
  "node:worker_threads": typeof import("node:worker_threads");
};

/**
 * One of Node's own modules, or `undefined` in a browser. Asked for at run time, so that one source serves both and no bundler has
 * to leave anything out.
 */
export function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined {
  // Browser builds of other packages sometimes define a bare `process`; only Node's has this function.
  return globalThis.process?.getBuiltinModule?.(name) as NodeModules[Name] | undefined;
}
