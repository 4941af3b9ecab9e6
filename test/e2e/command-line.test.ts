import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { loadDriver } from "../../ts/adapters/sqlite/drivers.ts";
import { type Issued, issueReceipt } from "../cli/receipts.ts";
import { scratch } from "../cli/scratch.ts";
import { longCircuit } from "./long-circuit.ts";
import { longModel } from "./long-model.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const script = join(root, "dist", "cli.js");
const example = (name: string): string => join(root, "examples", name);

/** The built command line as a process, with a home of its own. */
function ketflow(
  args: string[],
  options: { cwd?: string; input?: string; home?: string } = {},
): SpawnSyncReturns<string> {
  const { cwd = scratch(), input = "", home = cwd } = options;
  const env = { PATH: process.env.PATH ?? "", HOME: home };
  return spawnSync(process.execPath, [script, ...args], { cwd, input, env, encoding: "utf8" });
}

describe("ketflow --version", () => {
  it("names the package and the content hash of its engine", () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const packages = JSON.parse(readFileSync(join(root, "wasm-pkg", "manifest.json"), "utf8"));
    const { status, stdout } = ketflow(["--version"]);
    expect(status).toBe(0);
    expect(stdout).toContain(`ketflow ${manifest.version}\n`);
    const [, hash] = /content ([0-9a-f]{64})\n/.exec(stdout) ?? [];
    expect(JSON.stringify(packages)).toContain(hash);
  });
});

describe("ketflow draw", () => {
  it("draws a file, and the same from standard input", () => {
    const { status, stdout, stderr } = ketflow(["draw", example("bell.qasm")]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(`\n${stdout}`).toMatchInlineSnapshot(`
      "
            ┌───┐     ┌───┐
      q[0] ─┤ H ├──●──┤ M ├─
            └───┘  │  └─╥─┘
                   │  ┌─╨─┐
      q[1] ────────⊕──┤ M ├─
                      └─╥─┘
      c/2  ═════════════╩═══
                       0-1
      "
    `);
    expect(ketflow(["draw", "-"], { input: readFileSync(example("bell.qasm"), "utf8") }).stdout).toBe(stdout);
  });

  it("draws the circuit that a hybrid job searches over", () => {
    expect(ketflow(["draw", example("h2-vqe.hybrid.json")]).stdout).toContain("Ry(pair)");
    const { status, stdout } = ketflow(["draw", example("maxcut-qaoa.hybrid.json"), "--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ qubits: [{ size: 10 }] });
    const { stderr } = ketflow(["draw", "-", "--format", "hybrid-json"], { input: "{" });
    expect(stderr).toMatch(/^<stdin>:1:2: /m);
  });

  it("draws every example within its width", () => {
    const files = readdirSync(join(root, "examples")).filter((name) => name.endsWith(".qasm"));
    expect(files.length).toBeGreaterThanOrEqual(10);
    for (const name of files) {
      const { status, stdout } = ketflow(["draw", example(name), "--width", "64"]);
      expect(status, name).toBe(0);
      expect(Math.max(...stdout.split("\n").map((line) => [...line].length)), name).toBeLessThanOrEqual(64);
    }
  });

  it("writes SVG that stands alone", () => {
    const cwd = scratch();
    expect(ketflow(["draw", example("teleportation.qasm"), "--svg", "t.svg"], { cwd })).toMatchObject({
      status: 0,
      stdout: "",
    });
    const svg = readFileSync(join(cwd, "t.svg"), "utf8");
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+"/);
    expect(svg).toContain("Circuit: 3 qubits");
  });

  it("points into a source that it cannot read", () => {
    const cwd = scratch({ "bad.qasm": "OPENQASM 3.0;\nqubit[2] q;\n\tfoo q[0];\n" });
    const { status, stdout, stderr } = ketflow(["draw", "bad.qasm"], { cwd });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^bad\.qasm:3:2: .*'foo'.*\n {5}foo q\[0\];\n {5}\^\n$/);
  });

  it("answers text that is no circuit with one message and no stack trace", () => {
    for (const text of ["", "\0\0", "OPENQASM 4.0;", '{"a": 1}', "qubit[".repeat(1000), "\u001B[31mred"]) {
      const { status, stderr } = ketflow(["draw", "-"], { input: text });
      expect(stderr).not.toMatch(/\n\s+at |node:internal/);
      expect(stderr).not.toContain("\u001B");
      expect(stderr === "" ? 0 : 2).toBe(status);
    }
  });
});

describe("ketflow convert", () => {
  it("writes OpenQASM 3 that draws the same picture", () => {
    const cwd = scratch();
    const old = example("w-state-openqasm2.qasm");
    expect(ketflow(["convert", old, "new.qasm"], { cwd }).status).toBe(0);
    expect(readFileSync(join(cwd, "new.qasm"), "utf8")).toMatch(/^OPENQASM 3/);
    expect(ketflow(["draw", "new.qasm"], { cwd }).stdout).toBe(ketflow(["draw", old], { cwd }).stdout);
    expect(ketflow(["convert", old, "-"], { cwd }).stdout).toBe(readFileSync(join(cwd, "new.qasm"), "utf8"));
  });
});

describe("ketflow verify", () => {
  let logs: string;
  let issued: Issued;
  let other: Issued;
  beforeAll(async () => {
    logs = mkdtempSync(join(tmpdir(), "ketflow-logs-"));
    issued = await issueReceipt(join(logs, "issued"));
    other = await issueReceipt(join(logs, "other"), {
      identity: {
        engine: { name: "statevector", version: "9.9.9", contentHash: "ab".repeat(32) },
        build: { kind: "wasm-simd128", sha256: "cd".repeat(32) },
      },
    });
  });

  afterAll(() => rmSync(logs, { recursive: true, force: true }));

  /** A folder with the receipt and a home that trusts its log. */
  function trusting({ receipt, keys }: Issued): string {
    const cwd = scratch({ "r.json": receipt, "log.keys": keys.join("\n") });
    mkdirSync(join(cwd, ".config", "ketflow"), { recursive: true });
    writeFileSync(join(cwd, ".config", "ketflow", "trusted-logs"), `# mine\n${keys.join("\n")}\n`);
    return cwd;
  }

  it("accepts a receipt of a trusted log, and runs it again to the same bytes", () => {
    const cwd = trusting(issued);
    const { status, stdout, stderr } = ketflow(["verify", "r.json", "--rerun"], { cwd });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const names = [...stdout.matchAll(/^ok +(\S+)/gm)].map((match) => match[1]);
    const expected = [
      "form",
      "options",
      "input",
      "result",
      "actor",
      "inclusion",
      "trusted-log",
      "ed25519",
      "ml-dsa-44",
      "route",
      "rerun",
    ];
    expect(names).toEqual(expected);
    expect(stdout).toMatch(/^verified: job_\w+ succeeded, and gave the same bytes again; leaf 0 of 1 in /m);
  });

  it("takes keys as text or as a file", () => {
    const cwd = scratch({ "r.json": issued.receipt, "log.keys": issued.keys.join("\n") });
    const keys = issued.keys.flatMap((key) => ["--log-key", key]);
    expect(ketflow(["verify", "r.json", ...keys], { cwd }).status).toBe(0);
    expect(ketflow(["verify", "r.json", "--log-key", "log.keys"], { cwd }).status).toBe(0);
  });

  it("refuses a log that nobody trusts, whatever the receipt says about itself", () => {
    const { status, stdout } = ketflow(["verify", "r.json"], { cwd: scratch({ "r.json": issued.receipt }) });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^FAIL {2}trusted-log/m);
    expect(stdout).toContain("not verified");
    expect(ketflow(["verify", "r.json", "--log-key", "log.keys"], { cwd: trusting(other) }).status).toBe(0);
    const foreign = scratch({ "r.json": issued.receipt, "log.keys": other.keys.join("\n") });
    expect(ketflow(["verify", "r.json", "--log-key", "log.keys"], { cwd: foreign }).status).toBe(1);
  });

  it("refuses a receipt with one changed byte, as JSON too", () => {
    const cwd = trusting(issued);
    const changed = new TextDecoder().decode(issued.receipt).replace('"seed":7', '"seed":8');
    writeFileSync(join(cwd, "r.json"), changed);
    const { status, stdout } = ketflow(["verify", "r.json", "--rerun", "--json"], { cwd });
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, notRerun: null });
  });

  it("says which release is needed when another engine made the result", () => {
    const { status, stdout } = ketflow(["verify", "r.json", "--rerun"], { cwd: trusting(other) });
    expect(status).toBe(2);
    expect(stdout).toContain("signature and inclusion hold; not re-run");
    expect(stdout).toContain("install ketflow@9.9.9");
  });

  it("runs by the engine of another folder, and says when there is none", () => {
    const cwd = trusting(issued);
    expect(ketflow(["verify", "r.json", "--rerun", "--engine", root], { cwd }).status).toBe(0);
    expect(ketflow(["verify", "r.json", "--rerun", "--engine", cwd], { cwd })).toMatchObject({ status: 2 });
    const wasm = join(root, "wasm-pkg/statevector/statevector_bg.wasm");
    expect(ketflow(["verify", "r.json", "--rerun", "--engine", wasm], { cwd }).status).toBe(0);
    expect(ketflow(["verify", "r.json", "--rerun", "--engine", "r.json"], { cwd })).toMatchObject({
      status: 2,
      stdout: expect.stringMatching(
        /not the WASM of this package.*folder of an installed ketflow@0\.1\.0.*content hash/,
      ),
    });
    expect(ketflow(["verify", "r.json", "--rerun", "--engine", "nowhere"], { cwd })).toMatchObject({ status: 2 });
  });

  it("exits with 2 and without a trace when there is nothing to verify", () => {
    const cwd = scratch({ "r.json": "not JSON" });
    expect(ketflow(["verify", "none.json"], { cwd })).toMatchObject({ status: 2, stdout: "" });
    expect(ketflow(["verify", "r.json"], { cwd }).status).toBe(1);
    expect(ketflow(["verify", "r.json", "--log-key", "x+0badkey0+AA=="], { cwd }).status).toBe(2);
  });
});

describe("ketflow run", () => {
  it("leaves a receipt that verifies and gives the same bytes again", () => {
    const home = scratch();
    const { status, stdout } = ketflow(["run", example("teleportation.qasm"), "--seed", "7", "--json"], { home });
    expect(status).toBe(0);
    const { receipt, result, seed } = JSON.parse(stdout);
    expect({ verified: receipt.verified, seed }).toEqual({ verified: true, seed: 7 });
    expect(ketflow(["verify", receipt.path, "--rerun"], { home }).status).toBe(0);
    const again = ketflow(["run", example("teleportation.qasm"), "--seed", "7", "--no-cache", "--json"], { home });
    expect(JSON.parse(again.stdout).result.resultHash).toBe(result.resultHash);
  });

  it.skipIf(availableParallelism() < 2).each([
    ["c.qasm", longCircuit(20, 3), []],
    ["g.mc", longModel(500), ["--reads", "320", "--max-samples", "2"]],
  ])("shares %s between as many threads as --threads says, and verifies it on one", (name, source, flags) => {
    const cwd = scratch({ [name]: source });
    const options = { cwd, home: scratch() };
    const run = (...more: string[]) =>
      JSON.parse(ketflow(["run", name, "--seed", "7", ...flags, ...more, "--json"], options).stdout);
    const { result, receipt } = run("--threads", "2");
    expect(result.threads.map(({ busyMs }: { busyMs: number }) => busyMs > 0)).toEqual([true, true]);
    expect(result).not.toHaveProperty("fewerThreads");
    const alone = run("--no-cache");
    expect(alone.result.threads).toHaveLength(1);
    expect(alone.result.resultHash).toBe(result.resultHash);
    const cores = availableParallelism();
    const { result: most } = run("--threads", "256", "--no-cache");
    expect(most).toMatchObject({ resultHash: result.resultHash, fewerThreads: `the machine has ${cores} cores` });
    expect(ketflow(["verify", receipt.path, "--rerun"], options).status).toBe(0);
  });

  it("plans what has a price, and runs it when it is agreed to", () => {
    const home = scratch();
    const { stdout } = ketflow(["run", example("bell.qasm"), "--target", "mock-qpu"], { home });
    expect(stdout).toMatch(/^planned {3}mock-qpu: \$0\.\d{6}; nothing was run/);
    const [, command = ""] = /agree by {2}ketflow (.*)/.exec(stdout) ?? [];
    const executed = ketflow([...command.split(" "), "--json"], { home });
    expect(executed.status).toBe(0);
    expect(JSON.parse(executed.stdout)).toMatchObject({ status: "succeeded", result: { backend: "mock-qpu" } });
  });

  it("points into a source that the engine refuses", () => {
    const cwd = scratch({ "bad.qasm": "OPENQASM 3.0;\nqubit q;\nfoo q;\n" });
    const { status, stdout, stderr } = ketflow(["run", "bad.qasm"], { cwd });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^bad\.qasm:3:1: .*'foo'/);
    expect(stdout).not.toContain("█");
  });

  it("cancels at the first Ctrl-C and leaves the folder usable", async () => {
    const home = scratch({ "long.qasm": longCircuit(24, 200) });
    const env = { PATH: process.env.PATH ?? "", HOME: home };
    const child = spawn(process.execPath, [script, "run", "long.qasm"], { cwd: home, env });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const keys = join(home, ".local/share/ketflow/keys"); // made just before the job is accepted
    await vi.waitFor(() => expect(existsSync(keys)).toBe(true), 20_000);
    child.kill("SIGINT");
    const code = await new Promise((resolve) => child.on("exit", resolve));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ketflow: .*cancel/);
    expect(ketflow(["run", example("bell.qasm")], { home }).status).toBe(0);
  });
});

describe("ketflow demo and doctor", () => {
  it("show the whole road, and that it works here", () => {
    const home = scratch();
    const demo = ketflow(["demo"], { home });
    expect(demo.status).toBe(0);
    expect(demo.stdout).toContain("gave the same bytes again");
    const doctor = ketflow(["doctor", "--json"], { home });
    const { ok, findings } = JSON.parse(doctor.stdout);
    expect(findings.filter((finding: { status: string }) => finding.status === "fail")).toEqual([]);
    expect({ ok, status: doctor.status }).toEqual({ ok: true, status: 0 });
    expect(readdirSync(join(home, ".config", "ketflow"))).toEqual(["trusted-logs"]);
    expect(readFileSync(join(home, ".config/ketflow/trusted-logs"), "utf8").trim().split("\n")).toHaveLength(2);
  });
});

describe("ketflow doctor on a data folder", () => {
  interface Finding {
    name: string;
    status: string;
    detail: string;
  }

  /** What it finds about `data` below a folder with these files, and the names that are there afterwards. */
  function examine(data: string, files: Record<string, string> = {}, cwd = scratch(files)) {
    const { status, stdout } = ketflow(["doctor", "--data", data, "--json"], { cwd });
    const findings: Finding[] = JSON.parse(stdout).findings;
    const about = (name: string) => findings.find((finding) => finding.name === name);
    return { status, data: about("data"), inUse: about("in use"), left: readdirSync(cwd).sort() };
  }

  it.each(["file", "file/below/it"])("fails at %s, which is no folder", (data) => {
    const { status, data: found, left } = examine(data, { file: "" });
    expect({ status, left }).toEqual({ status: 1, left: ["file"] });
    expect(found).toMatchObject({ status: "fail", detail: expect.stringMatching(/\/file is a file, not a folder$/) });
  });

  it("warns of one that holds something else, and leaves it as it is", () => {
    const { status, data, inUse, left } = examine(".", { "letter.txt": "Dear Ada," });
    expect({ status, left }).toEqual({ status: 0, left: ["letter.txt"] });
    expect(data).toMatchObject({ status: "warn", detail: expect.stringMatching(/ holds no jobs but 1 other entry$/) });
    expect(inUse).toMatchObject({ status: "ok", detail: "no data yet" });
  });

  it("makes nothing of one that is empty or not there", () => {
    expect(examine(".")).toMatchObject({ status: 0, data: { status: "ok" }, left: [] });
    expect(examine("later")).toMatchObject({ status: 0, data: { status: "ok" }, left: [] });
  });

  it("fails when the database is another program's, or none", async () => {
    const cwd = scratch();
    const { open } = await loadDriver();
    const foreign = open(join(cwd, "ketflow.db"));
    foreign.exec("create table recipes (name text)");
    foreign.close();
    expect(examine(".", {}, cwd)).toMatchObject({
      status: 1,
      inUse: { status: "fail", detail: "ketflow.db was not written by Ketflow; use another data folder" },
    });
    const garbage = examine(".", { "ketflow.db": "once upon a time ".repeat(100) });
    expect(garbage).toMatchObject({ status: 1, inUse: { status: "fail" } });
    expect(garbage.inUse?.detail).toMatch(/the database file is damaged/);
  });

  // Nothing is forbidden to root.
  it.skipIf(process.getuid?.() === 0)("fails at one that may not be written", () => {
    const cwd = scratch();
    mkdirSync(join(cwd, "mine"), { mode: 0o500 });
    expect(examine("mine", {}, cwd)).toMatchObject({ status: 1, data: { status: "fail" } });
  });
});

describe("the process", () => {
  it("ends quietly when the reader of its output has gone", async () => {
    const child = spawn(process.execPath, [script, "draw", "-", "--all"], { stdio: ["pipe", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.stdout.destroy();
    child.stdin.end(`OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit q;\n${"h q;\n".repeat(5000)}`);
    const code = await new Promise((resolve) => child.on("exit", resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("stops waiting for standard input at the first Ctrl-C", async () => {
    const child = spawn(process.execPath, [script, "draw", "-"], { stdio: ["pipe", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    // More than a pipe holds: once it is written, the child reads, and its handler is in place.
    child.stdin.write(Buffer.alloc(2 ** 20, " "), () => child.kill("SIGINT"));
    const code = await new Promise((resolve) => child.on("exit", resolve));
    expect(code).toBe(1);
    expect(stderr).toBe("ketflow: standard input ended too early\n");
  });
});
