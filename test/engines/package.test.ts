import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A process of its own, in which `ketflow/engines` is what package.json exports. */
function node(type: "module" | "commonjs", program: string) {
  const { status, stdout, stderr, signal } = spawnSync(process.execPath, [`--input-type=${type}`, "-e", program], {
    cwd: root,
    encoding: "utf8",
    timeout: 20_000,
  });
  return { status, stdout: stdout.trim(), stderr, signal };
}

const RUN = `
  const engines = await loadEngines();
  const { result } = await engines.circuit.run("OPENQASM 3.0; qubit q; U(pi, 0, pi) q;", { shots: 5 });
  console.log(JSON.stringify(result.counts));
`;

describe("ketflow/engines as a package", () => {
  it("is imported, and close() lets the process end", () => {
    const program = `import { loadEngines } from "ketflow/engines";${RUN}; await engines.close();`;
    expect(node("module", program)).toMatchObject({ status: 0, stdout: '{"1":5}', stderr: "" });
  });

  it("lets the process end without close() too: idle threads hold nothing", () => {
    const program = `import { loadEngines } from "ketflow/engines";${RUN}`;
    expect(node("module", program)).toMatchObject({ status: 0, stdout: '{"1":5}' });
  });

  it("is required by CommonJS", () => {
    const program = `const { loadEngines } = require("ketflow/engines"); (async () => {${RUN}; await engines.close();})()`;
    expect(node("commonjs", program)).toMatchObject({ status: 0, stdout: '{"1":5}' });
  });
});
