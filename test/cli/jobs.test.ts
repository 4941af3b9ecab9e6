import { describe, expect, it } from "vitest";
import { ageText, jobLines } from "../../ts/cli/commands/jobs.ts";
import { bellJob, ketflow, mockPlan } from "./fake-world.ts";

const ID = bellJob().id;
const queued = bellJob({ status: "queued", result: null, finishedAt: null });
const here = ["--data", "."]; // there, so that it may hold jobs

describe("ketflow jobs", () => {
  it("is a table, newest first as the service gives them", () => {
    const now = Date.parse("2026-01-01T00:05:00.000Z");
    const planned = bellJob({ status: "planned", target: "mock-qpu", result: null, seed: 2 ** 53 - 1 });
    expect(`\n${jobLines([planned, bellJob(), queued], now).join("\n")}\n`).toMatchInlineSnapshot(`
      "
      job                             status     age    type     target    ran on       seed
      job_01JGJ2M4A8ZZZZZZZZZZZZZZZZ  planned    5 min  circuit  mock-qpu               9007199254740991
      job_01JGJ2M4A8ZZZZZZZZZZZZZZZZ  succeeded  5 min  circuit  auto      statevector  7
      job_01JGJ2M4A8ZZZZZZZZZZZZZZZZ  queued     5 min  circuit  auto                   7
      "
    `);
    expect(jobLines([], now)).toEqual(["no jobs"]);
  });

  it.each([
    [-5, "0 s"],
    [119_999, "119 s"],
    [120_000, "2 min"],
    [7_199_999, "119 min"],
    [7_200_000, "2 h"],
    [172_800_000, "2 d"],
  ])("an age of %i ms is %s", (ms, text) => {
    expect(ageText(ms)).toBe(text);
  });

  it("shows those of one state, as many as asked for, and says when there are more", async () => {
    const earlier = [bellJob(), queued, queued, queued];
    const some = await ketflow(["jobs", ...here, "--status", "queued", "--limit", "2"], { earlier });
    expect(some.stdout.split("\n").slice(1, -1)).toEqual([
      expect.stringContaining("queued"),
      expect.stringContaining("queued"),
      "… and older ones: --limit",
    ]);
    const all = await ketflow(["jobs", ...here], { earlier });
    expect(all.stdout.split("\n")).toHaveLength(6);
    expect({ stderr: all.stderr, closed: all.closed }).toEqual({ stderr: "", closed: 1 });
    const json = await ketflow(["jobs", ...here, "--limit", "2", "--json"], { earlier });
    expect(JSON.parse(json.stdout)).toEqual({ jobs: earlier.slice(0, 2), next: ID });
  });

  it.each([
    [["--status", "done"], "--status done: the states are planned, awaiting-approval, queued,"],
    [["--limit", "0"], "--limit 0: expected a whole number from 1 to 1000"],
    [["--limit", "many"], "--limit many: expected a whole number from 1 to 1000"],
    [["--data", "nowhere"], "nowhere: there is no such folder, so no jobs; --data names another one"],
  ])("%j is refused before anything is opened", async (args, message) => {
    const { code, stderr, opened } = await ketflow(["jobs", ...args]);
    expect({ code, opened }).toEqual({ code: 2, opened: [] });
    expect(stderr).toContain(message);
  });
});

describe("what is there already", () => {
  it.each([
    ["run", ["bell.qasm"]],
    ["execute", [ID, "abcd"]],
    ["demo", []],
  ])("is mentioned by %s in one line on stderr, and left alone", async (command, args) => {
    const job = bellJob({ status: "planned", plan: mockPlan(1, "abcd") });
    const submit = async () => ({ job, notes: [] });
    const { opened, stderr } = await ketflow([command, ...args], { earlier: [queued, bellJob(), queued], submit });
    expect(opened[0]?.continueEarlierJobs).toBe(false);
    expect(stderr.split("\n")[0]).toBe("2 earlier jobs are unfinished: ketflow jobs");
  });

  it("is called one job, or more than a hundred", async () => {
    const one = await ketflow(["run", "bell.qasm", "--json"], { earlier: [queued] });
    expect(one.stderr).toBe("1 earlier job is unfinished: ketflow jobs\n");
    const many = await ketflow(["run", "bell.qasm"], { earlier: Array.from({ length: 101 }, () => queued) });
    expect(many.stderr).toBe("more than 100 earlier jobs are unfinished: ketflow jobs\n");
  });
});

describe("a job that is there already", () => {
  it.each(["watch", "result", "retry"])("is shown by %s as run shows it: picture, values, facts", async (command) => {
    const { code, asked, stdout, stderr } = await ketflow([command, ID, ...here]);
    expect({ code, asked, stderr }).toEqual({ code: 0, asked: [`${command} ${ID}`], stderr: "" });
    expect(stdout).toMatch(/┤ H ├[\s\S]*\n\n00 ███[\s\S]*\n\nran on {4}statevector; 1.5 ms[\s\S]*\nseed {6}7\n$/);
    const json = await ketflow([command, ID, ...here, "--json"]);
    expect(JSON.parse(json.stdout)).toEqual({ ...bellJob(), receipt: null, notes: [] });
  });

  it("points into its circuit when that is what failed", async () => {
    const error = { code: "invalid-input" as const, message: "no gate 'foo'", line: 2, column: 1 };
    const submit = async () => ({ job: bellJob({ status: "failed", result: null, error }), notes: [] });
    const { code, stderr } = await ketflow(["result", ID, ...here], { submit });
    expect(code).toBe(2);
    expect(stderr).toBe(`${ID}:2:1: no gate 'foo'\n    qubit[2] q;\n    ^\n`);
  });

  it("is cancelled with success, which for every other command is none", async () => {
    const error = { code: "cancelled" as const, message: "cancelled on request" };
    const submit = async () => ({ job: bellJob({ status: "cancelled", result: null, error }), notes: [] });
    expect(await ketflow(["cancel", ID, ...here], { submit })).toMatchObject({ code: 0, stderr: "" });
    expect(await ketflow(["watch", ID, ...here], { submit })).toMatchObject({ code: 1 });
  });

  it("that is not finished when the watching ends is told how it goes on", async () => {
    const submit = async () => ({ job: queued, notes: [] });
    const { code, stdout, stderr } = await ketflow(["watch", ID, ...here], { submit });
    expect(code).toBe(1);
    expect(stdout).toContain("status    queued\n");
    expect(stderr).toBe(`ketflow: ${ID} is not finished; ketflow watch ${ID} goes on with it\n`);
  });

  it("keeps its receipt where --receipt says", async () => {
    const submit = async () => ({ job: bellJob(), notes: [], receipt: "{}" });
    const { stdout } = await ketflow(["result", ID, ...here, "--receipt", "r.json", "--json"], { submit });
    expect(JSON.parse(stdout).receipt).toEqual({ path: expect.stringMatching(/\/r\.json$/), verified: false });
  });
});

describe("--json", () => {
  it.each([
    [["run"], "missing required argument 'file'"],
    [["run", "bell.qasm", "--shot", "3"], "unknown option '--shot'\n(Did you mean --shots?)"],
    [["run", "bell.qasm", "--shots"], "option '--shots <number>' argument missing"],
    [["rnu"], "unknown command 'rnu'\n(Did you mean run?)"],
    [["run", "bell.qasm", "--shots", "many"], '--shots: shots is "many"; expected a whole number, 0 or more'],
    [["run", "bell.qasm", "--seed", "-1"], "--seed -1: expected a whole number from 0 to 9007199254740991"],
    [["jobs", "--status", "done"], expect.stringMatching(/^--status done: the states are /)],
    [["verify"], "missing required argument 'receipt'"],
    [[], "unknown option '--json'"],
  ])("after %j gives one document with what is wrong", async (args, message) => {
    const json = args.at(-1) === "--shots" ? ["run", "--json", ...args.slice(1)] : [...args, "--json"];
    const { code, stdout, stderr } = await ketflow(json);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ error: { code: "invalid-input", message } });
    expect(stderr).not.toBe("");
  });

  it("does not turn help into an error", async () => {
    const { code, stdout } = await ketflow(["run", "--json", "--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: ketflow run/);
  });
});
