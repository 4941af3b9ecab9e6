import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AppError, type ErrorCode } from "../../ts/core/errors.ts";
import { bellJob, ketflow, mockPlan, type World } from "./fake-world.ts";
import { scratch } from "./scratch.ts";

describe("ketflow run", () => {
  it("prints the drawing, the histogram and the facts on stdout, and nothing on stderr", async () => {
    const { code, stdout, stderr, closed } = await ketflow(["run", "bell.qasm"], { width: 60 });
    expect({ code, stderr, closed }).toEqual({ code: 0, stderr: "", closed: 1 });
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

      00 ███████████████████████████████████████████████ 3  75.0 %
      11 ███████████████▋                                1  25.0 %

      ran on    statevector; 1.5 ms, 2.0 ms predicted
      seed      7
      "
    `);
  });

  it("prints one JSON document with --json, the job as the service gave it", async () => {
    const { code, stdout, stderr } = await ketflow(["run", "bell.qasm", "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({ ...bellJob(), receipt: null, notes: [] });
  });

  it.each([
    ["1: the machine has one core", { threads: [{ busyMs: 3, pieces: 0 }], fewerThreads: "the machine has one core" }],
    ["2, busy 1.5 s, 1.3 s", { threads: [1500, 1250].map((busyMs) => ({ busyMs, pieces: 9 })) }],
    [undefined, { threads: [{ busyMs: 3, pieces: 0 }] }],
    [undefined, {}],
  ])("says of the threads %j, and with --json what it was told", async (text, ran) => {
    const result = { backend: "embedded", resultHash: "00".repeat(32), counts: { "00": 3 }, ...ran };
    const submit = async () => ({ job: bellJob({ result }), notes: [] });
    const { stdout } = await ketflow(["run", "bell.qasm", "--threads", "2"], { submit });
    expect(/^threads +(.*)$/m.exec(stdout)?.[1]).toBe(text);
    const { stdout: json } = await ketflow(["run", "bell.qasm", "--threads", "2", "--json"], { submit });
    expect(JSON.parse(json).result).toEqual(result);
  });

  it("takes noise as JSON too", async () => {
    const noise = { channels: [{ after: ["cx"], channel: { kind: "amplitude-damping", gamma: 0.1 } }] };
    const submit = async () => ({ job: bellJob(), notes: [] });
    const { bodies } = await ketflow(["run", "bell.qasm", "--noise", JSON.stringify(noise)], { submit });
    expect(bodies[0]?.options).toEqual({ noise });
    for (const wrong of ['{"channels":', '{"channels": [{"channel": {"kind": "bitflip", "probability": 0.1}}]}']) {
      const { stderr, code } = await ketflow(["run", "bell.qasm", "--noise", wrong], { submit });
      expect([code, stderr]).toEqual([2, expect.stringMatching(/noise/)]);
    }
  });

  it("turns every flag into the body of the job", async () => {
    const flags = [
      ...["--seed", "7", "--shots", "10", "--precision", "f32", "--threads", "2", "--target", "mock-qpu"],
      ...["--input", "theta=0.5", "--input", "phi=-1e-3", "--probabilities", "--amplitudes", "--observable", "ZZ"],
      ...["--gradient"],
      ...["--marginals", "0,1", "--marginals", "1", "--entropy", "0", "--method", "trajectory"],
      ...["--noise", "depolarizing1=0.001,readout=0.02", "--strategy", "balanced,cost-efficient"],
      ...["--collapse", "cheapest", "--deadline", "500", "--max-cost", "0", "--data-class", "internal", "--no-cache"],
    ];
    let useCache: boolean | undefined;
    const { bodies } = await ketflow(["run", "bell.qasm", ...flags], {
      submit: async (_, control) => {
        useCache = control.useCache;
        return { job: bellJob(), notes: [] };
      },
    });
    expect(useCache).toBe(false);
    expect(bodies).toEqual([
      {
        type: "circuit",
        input: { format: "openqasm3", source: "OPENQASM 3.0;\nqubit[2] q;\n" },
        seed: 7,
        target: "mock-qpu",
        options: {
          ...{ shots: 10, precision: "f32", threads: 2, probabilities: true, amplitudes: true, observable: "ZZ" },
          gradient: true,
          ...{ inputs: { theta: 0.5, phi: -0.001 }, marginals: [[0, 1], [1]], entropy: [[0]], method: "trajectory" },
          noise: { depolarizing1: 0.001, readout: 0.02 },
        },
        routing: { strategies: ["balanced", "cost-efficient"], collapse: "cheapest" },
        constraints: { deadlineMs: 500, maxCostMicroUsd: 0, dataClass: "internal" },
      },
    ]);
  });

  it("takes the circuit from standard input, and finds out its version", async () => {
    const { bodies } = await ketflow(["run", "-"], { stdin: "// old\nOPENQASM 2.0;\nqreg q[1];\n" });
    expect(bodies[0]?.input.format).toBe("openqasm2");
  });

  it("lets flags overrule the job file, and the job file overrule the settings files", async () => {
    const job = {
      type: "circuit",
      input: { format: "openqasm2", source: "OPENQASM 2.0;" },
      options: { shots: 5, probabilities: true },
      seed: 3,
      metadata: { project: "x" },
    };
    const folder = scratch({
      "a.job.json": JSON.stringify(job),
      "ketflow.config.json": JSON.stringify({ shots: 50, precision: "f32" }),
    });
    const plain = await ketflow(["run", "a.job.json"], { folder });
    expect(plain.bodies[0]).toEqual({ ...job, options: { shots: 5, probabilities: true, precision: "f32" } });
    const overruled = await ketflow(["run", "a.job.json", "--shots", "6", "--seed", "4"], { folder });
    expect(overruled.bodies[0]).toMatchObject({ seed: 4, options: { shots: 6 } });
  });

  it("opens the data folder that was asked for", async () => {
    const folder = scratch({ "bell.qasm": "OPENQASM 3.0;" });
    const byFlag = await ketflow(["run", "bell.qasm", "--data", "jobs"], { folder });
    const byVariable = await ketflow(["run", "bell.qasm"], { folder, environment: { KETFLOW_DATA: "/k" } });
    const byDefault = await ketflow(["run", "bell.qasm"], { folder });
    expect([byFlag, byVariable, byDefault].map((seen) => seen.opened[0]?.dataDir)).toEqual([
      join(folder, "jobs"),
      "/k",
      join(folder, ".local/share/ketflow"),
    ]);
  });

  it("keeps the receipt for its owner only, and does not call a false one verified", async () => {
    const folder = scratch({ "bell.qasm": "OPENQASM 3.0;" });
    const submit = async () => ({ job: bellJob(), notes: [], receipt: "{}" });
    const { code, stdout, stderr } = await ketflow(["run", "bell.qasm", "--receipt", "r/x.json"], { folder, submit });
    expect(readFileSync(join(folder, "r/x.json"), "utf8")).toBe("{}");
    expect(statSync(join(folder, "r/x.json")).mode & 0o077).toBe(0);
    expect(code).toBe(1);
    expect(stderr).toContain("the receipt does not verify");
    expect(stdout).not.toContain("verified");
  });

  it.each([
    ["bell.qasm/x.json", /bell\.qasm: cannot be made: (EEXIST|ENOTDIR); give another --receipt/],
    [".", /cannot be written: EISDIR; give another path/],
  ])("says why no receipt can be written to %s", async (path, message) => {
    const submit = async () => ({ job: bellJob(), notes: [], receipt: "{}" });
    const { code, stderr } = await ketflow(["run", "bell.qasm", "--receipt", path], { submit });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it("hands on every byte of the file, a byte order mark too: the receipt commits to them", async () => {
    const source = "\uFEFFOPENQASM 3.0;\nqubit q;\n";
    const { bodies } = await ketflow(["run", "-"], { stdin: source });
    expect(bodies[0]?.input).toEqual({ format: "openqasm3", source });
  });

  it("says what a priced job would cost, and that nothing ran", async () => {
    const plan = mockPlan(1200, "ab".repeat(32));
    const job = bellJob({ status: "planned", target: "mock-qpu", result: null, plan });
    const { code, stdout } = await ketflow(["run", "bell.qasm"], { submit: async () => ({ job, notes: [] }) });
    expect(code).toBe(0);
    expect(stdout).toContain("mock-qpu: $0.001200; nothing was run, because it has a price");
  });

  it("is executed on the hash that was agreed to", async () => {
    const planned = bellJob({ status: "planned", plan: mockPlan(1, "abcd") });
    const { stdout } = await ketflow(["run", "bell.qasm"], { submit: async () => ({ job: planned, notes: [] }) });
    const [, command = ""] = /agree by {2}ketflow (.*)/.exec(stdout) ?? [];
    const { code, asked, bodies, stdout: result } = await ketflow(command.split(" "));
    expect({ code, asked, bodies }).toEqual({ code: 0, asked: [`execute ${planned.id} abcd`], bodies: [] });
    expect(result).toMatch(/^ +┌───┐[\s\S]*00 ███/); // the picture as well
  });

  it("shows notes of the reader with their place", async () => {
    const notes = [{ line: 2, column: 1, message: "delay is ignored" }];
    const { stdout, stderr } = await ketflow(["run", "bell.qasm"], { submit: async () => ({ job: bellJob(), notes }) });
    expect(stderr).toBe("bell.qasm:2:1: note: delay is ignored\n");
    expect(stdout).not.toContain("delay");
  });
});

describe("progress", () => {
  const submit: World["submit"] = async (_, { onProgress }) => {
    onProgress?.({ done: 1, total: 4 });
    return { job: bellJob(), notes: [] };
  };

  it("is not asked for where stderr is no terminal", async () => {
    const asked: boolean[] = [];
    for (const isInteractive of [false, true]) {
      await ketflow(["run", "bell.qasm"], {
        isInteractive,
        submit: (body, control) => {
          asked.push(control.onProgress !== undefined);
          return submit(body, control);
        },
      });
    }
    expect(asked).toEqual([false, true]);
  });
});

describe("failures", () => {
  const failing = (code: ErrorCode) => async () => {
    const error = { code, message: "there is no gate 'foo'", line: 2, column: 11 };
    return { job: bellJob({ status: "failed", result: null, error }), notes: [] };
  };

  it("in the source point into it", async () => {
    const { code, stdout, stderr } = await ketflow(["run", "bell.qasm"], { submit: failing("invalid-input") });
    expect(code).toBe(2);
    expect(stderr).toBe("bell.qasm:2:11: there is no gate 'foo'\n    qubit[2] q;\n              ^\n");
    expect(stdout).not.toContain("verified");
  });

  it.each([
    ["invalid-input", 2],
    ["too-large", 2],
    ["no-backend", 2],
    ["engine-failure", 1],
    ["deadline-exceeded", 1],
    ["cancelled", 1],
    ["storage-full", 1],
    ["store-unavailable", 3],
    ["provider-unavailable", 3],
  ] as const)("%s exits with %i, as text, as JSON, and when the job was not accepted", async (error, code) => {
    expect((await ketflow(["run", "bell.qasm"], { submit: failing(error) })).code).toBe(code);
    const json = await ketflow(["run", "bell.qasm", "--json"], { submit: failing(error) });
    expect(json.code).toBe(code);
    expect(JSON.parse(json.stdout)).toMatchObject({ status: "failed", error: { code: error, line: 2 } });
    const refuse = async () => {
      throw new AppError(error, "no");
    };
    const refused = await ketflow(["run", "bell.qasm", "--json"], { submit: refuse });
    expect(refused.code).toBe(code);
    expect(JSON.parse(refused.stdout)).toEqual({ error: { code: error, message: "no" } });
  });

  it.each([
    [["run", "none.qasm"], "none.qasm: there is no such file"],
    [["run", "."], ".: is a folder; give a file"],
    [["run", "bell.qasm", "--shots", "many"], '--shots: shots is "many"; expected a whole number, 0 or more'],
    [["run", "bell.qasm", "--shots", "0"], "options.shots"],
    [["run", "bell.qasm", "--seed", "-1"], "--seed -1: expected a whole number"],
    [["run", "bell.qasm", "--input", "theta"], "--input theta: expected NAME=NUMBER"],
    [["run", "bell.qasm", "--noise", "readout=2"], "options.noise.readout"],
    [["run", "bell.qasm", "--format", "qasm"], "--format qasm: the formats are openqasm2, openqasm3, ionq-json"],
    [["run", "-"], "<stdin>: the format is not clear; begin a circuit with 'OPENQASM 3.0;'"],
    [["run", "bell.qasm", "--strategy", "best"], '--strategy: strategy is ["best"]; expected a list of one of'],
    [["run", "bell.qasm", "--shot", "3"], "Did you mean --shots?"],
    [["rnu", "bell.qasm"], "Did you mean run?"],
    [["run"], "missing required argument 'file'"],
    [["convert", "bell.qasm", "-", "--to", "qir"], "--to qir: circuits are written as openqasm3 or ionq-json"],
  ])("%j exits with 2 and says %s", async (args, message) => {
    const { code, stdout, stderr, bodies } = await ketflow(args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(bodies).toEqual([]);
  });

  it("of ours show no stack trace, unless KETFLOW_DEBUG=1 asks for it", async () => {
    const submit = async () => {
      throw new TypeError("x is not a function");
    };
    const quiet = await ketflow(["run", "bell.qasm"], { submit });
    expect(quiet).toMatchObject({ code: 1, closed: 1 });
    expect(quiet.stderr).toBe("ketflow: this is a fault of ketflow; run it again with KETFLOW_DEBUG=1 to see where\n");
    const loud = await ketflow(["run", "bell.qasm"], { submit, environment: { KETFLOW_DEBUG: "1" } });
    expect(loud.stderr).toMatch(/TypeError: x is not a function\n\s+at /);
  });

  it("leave nothing behind", async () => {
    const folder = scratch({ "bell.qasm": "OPENQASM 3.0;" });
    await ketflow(["run", "bell.qasm"], { folder, submit: failing("engine-failure") });
    expect(existsSync(join(folder, ".local"))).toBe(false);
  });
});

describe("help", () => {
  it.each([
    ["run"],
    ["execute"],
    ["jobs"],
    ["watch"],
    ["result"],
    ["cancel"],
    ["retry"],
    ["verify"],
    ["draw"],
    ["convert"],
    ["doctor"],
    ["demo"],
    ["bench"],
    ["config", "explain"],
  ])("of %s has an example", async (...command) => {
    const { code, stdout } = await ketflow([...command, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Example:\n  $ `);
    expect(stdout).toContain(`ketflow ${command.join(" ")}`);
  });

  it("is what ketflow alone prints, as a mistake", async () => {
    const { code, stderr } = await ketflow([]);
    expect(code).toBe(2);
    expect(stderr).toContain("Usage: ketflow");
  });
});

describe("config explain", () => {
  it("names the place of every value and what it hides", async () => {
    const folder = scratch({ "ketflow.config.json": '{"shots": 3}' });
    const { stdout } = await ketflow(["config", "explain", "--json"], { folder, environment: { KETFLOW_SHOTS: "2" } });
    expect(JSON.parse(stdout).shots).toMatchObject({
      value: 2,
      source: "environment",
      place: "KETFLOW_SHOTS",
      hidden: [
        { source: "project", place: join(folder, "ketflow.config.json"), value: 3 },
        { source: "default", place: "default", value: 1024 },
      ],
    });
  });

  it("refuses files that are no settings", async () => {
    const { code, stderr } = await ketflow(["config", "explain"], { folder: scratch({ "ketflow.config.json": "{" }) });
    expect(code).toBe(2);
    expect(stderr).toMatch(/ketflow\.config\.json: not JSON: /);
  });
});
