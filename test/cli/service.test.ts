import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ADMIN_KEY, realService } from "../client/real-service.ts";
import { ketflow as run, type Seen, type World } from "./fake-world.ts";
import { scratch } from "./scratch.ts";

// The commands that ask a service, against a real one.

const service = realService();
const BELL =
  'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nbit[2] c;\nh q[0];\ncx q[0], q[1];\nc = measure q;\n';

function ketflow(line: string, changes: Partial<World> = {}): Promise<Seen> {
  const folder = changes.folder ?? scratch({ "bell.qasm": BELL });
  const environment = { KETFLOW_URL: service.url, KETFLOW_API_KEY: ADMIN_KEY, ...changes.environment };
  return run(line.split(" "), { ...changes, folder, environment });
}

/** The one document that `--json` prints. */
async function json(line: string, changes: Partial<World> = {}) {
  const { code, stdout, stderr } = await ketflow(`${line} --json`, changes);
  expect(stderr).toBe("");
  return { code, value: JSON.parse(stdout) };
}

const submitted = async (flags = ""): Promise<string> =>
  (await json(`submit bell.qasm --seed 7 --no-cache${flags}`)).value.id as string;

describe("jobs of a service", () => {
  it("are submitted and left, or stayed with to their end", async () => {
    const left = await json("submit bell.qasm --seed 7 --no-cache");
    expect(left).toMatchObject({ code: 0, value: { seed: 7, status: expect.stringMatching(/^(queued|running)$/) } });
    const stayed = await json("submit bell.qasm --seed 7 --shots 100 --wait");
    expect(stayed).toMatchObject({ code: 0, value: { status: "succeeded", result: { backend: "embedded" } } });
    const watched = await json(`watch ${left.value.id}`);
    expect(watched).toMatchObject({ code: 0, value: { id: left.value.id, status: "succeeded" } });
    const { value } = await json(`result ${left.value.id}`);
    expect(value.result.counts).toEqual(watched.value.result.counts);
    const page = await json("jobs --limit 2");
    expect(page.value.jobs.map(({ id }: { id: string }) => id)).toEqual([stayed.value.id, left.value.id]);
    expect((await ketflow("jobs --limit 2")).stdout).toContain(`${left.value.id}  succeeded`);
  });

  it("come from standard input and from a .job.json, and the same key is the same job", async () => {
    const source = await json("submit - --idempotency-key my-key --seed 1", { stdin: BELL });
    const again = await json("submit - --idempotency-key my-key --seed 1", { stdin: BELL });
    expect(again.value.id).toBe(source.value.id);
    const body = JSON.stringify({
      type: "circuit",
      input: { format: "openqasm3", source: BELL },
      metadata: { a: "b" },
    });
    const { value } = await json("submit a.job.json", { folder: scratch({ "a.job.json": body }) });
    expect(value.metadata).toEqual({ a: "b" });
  });

  it("say where a circuit is wrong, as they do for one that runs here", async () => {
    const folder = scratch({ "bad.qasm": "OPENQASM 3.0;\nqubit q;\nfoo q;\n" });
    const { code, stderr } = await ketflow("submit bad.qasm --wait", { folder });
    expect(code).toBe(2);
    expect(stderr).toContain("bad.qasm:3:1: there is no gate 'foo'");
  });

  it("are planned, and executed on the plan's hash", async () => {
    const { value } = await json("plan bell.qasm --target mock-qpu");
    expect(value).toMatchObject({ status: "planned", plan: { costMicroUsd: 658400 } });
    expect((await ketflow(`execute ${value.id} wrong`)).code).toBe(2);
    expect(await json(`execute ${value.id} ${value.plan.planHash}`)).toMatchObject({
      code: 0,
      value: { status: "succeeded", costMicroUsd: 658400 },
    });
    const free = await ketflow("plan bell.qasm");
    expect(free.stdout).toMatch(/^planned {3}auto: \$0\.000000; nothing was run\nagree by {2}ketflow execute job_/m);
  });

  it("are cancelled, retried and deleted", async () => {
    const { value } = await json("plan bell.qasm --target mock-qpu");
    expect((await ketflow(`cancel ${value.id} --json`)).code).toBe(0);
    const again = await json(`retry ${value.id}`);
    expect(again.value).toMatchObject({ status: "planned", seed: value.seed });
    expect(await ketflow(`delete ${value.id}`)).toMatchObject({ code: 0, stdout: `${value.id}  deleted\n` });
    expect(await ketflow(`result ${value.id}`)).toMatchObject({ code: 2, stderr: expect.stringContaining(value.id) });
    expect((await ketflow(`pause ${again.value.id}`)).code).toBe(2);
    expect((await ketflow(`resume ${again.value.id}`)).code).toBe(2);
    expect((await ketflow(`approve ${again.value.id}`)).code).toBe(2);
  });

  it("leave a receipt that verifies once the service's log is trusted, and not before", async () => {
    const folder = scratch({ "bell.qasm": BELL });
    const id = await submitted();
    await ketflow(`watch ${id} --json`);
    const saved = await ketflow(`receipt ${id} -o bell.receipt.json`, { folder });
    expect(saved).toMatchObject({ code: 0, stdout: "bell.receipt.json\n" });
    expect(statSync(join(folder, "bell.receipt.json")).mode & 0o777).toBe(0o600);
    expect((await ketflow(`receipt ${id}`)).stdout.trim()).toBe(
      readFileSync(join(folder, "bell.receipt.json"), "utf8").trim(),
    );

    expect((await ketflow("verify bell.receipt.json", { folder })).code).toBe(1);
    const shown = await ketflow(`trust ${service.url}`, { folder });
    expect(shown.stdout).toMatch(/^ketflow\.local\/[0-9a-f]{16} {2}ed25519 {4}sha256 [0-9a-f]{64}$/m);
    expect(shown.stdout).toContain("not trusted yet");
    expect((await ketflow("verify bell.receipt.json", { folder })).code).toBe(1); // showing trusts nobody
    await ketflow(`trust ${service.url} --yes`, { folder });
    const verified = await ketflow("verify bell.receipt.json", { folder });
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining(`verified: ${id} succeeded`) });
    const own = await json("trust", { folder });
    expect(own.value.keys.map(({ kind }: { kind: string }) => kind)).toEqual(["ed25519", "ml-dsa-44"]);
    expect((await ketflow("submit bell.qasm --receipt b.json --json", { folder })).code).toBe(0);
    expect(readFileSync(join(folder, "b.json"), "utf8")).toContain("ketflow-receipt/1");
  });
});

describe("the administration of a service", () => {
  it("makes tenants and keys, and shows a secret once", async () => {
    await ketflow("tenants create acme --name Acme --jobs-in-flight 5");
    expect((await ketflow("tenants list")).stdout).toMatch(/^acme +Acme +active +5 /m);
    expect((await json("tenants update acme --cost 9")).value.quotas.costMicroUsdPerDay).toBe(9);
    expect((await ketflow("tenants update acme")).code).toBe(2);
    const made = await ketflow("keys create ci --role member --scope jobs:read --tenant acme");
    const key = /kf_\S+/.exec(made.stdout)?.[0] ?? "";
    expect(await ketflow("usage", { environment: { KETFLOW_API_KEY: key } })).toMatchObject({ code: 0 });
    expect(await ketflow("tenants list", { environment: { KETFLOW_API_KEY: key } })).toMatchObject({ code: 2 });
    const listed = await json("keys list --tenant acme");
    expect(JSON.stringify(listed.value)).not.toContain(key);
    const [{ id }] = listed.value.keys;
    const rotated = await json(`keys rotate ${id} --overlap 0 --tenant acme`);
    expect(rotated.value.replaces).toBe(id);
    await ketflow(`keys revoke ${rotated.value.id} --tenant acme`);
    expect((await ketflow("keys list --tenant acme")).stdout).toMatch(/revoked \d{4}-/);
    expect((await ketflow("keys create ci --role king")).code).toBe(2);
    expect((await ketflow("tenants delete acme")).code).toBe(0);
  });

  it("reads, previews and sets the policy, and finds who did it", async () => {
    const current = await ketflow("policy get");
    const folder = scratch({ "policy.json": current.stdout, "bad.json": '{"dryRun":"never"}' });
    expect((await ketflow("policy set policy.json", { folder })).stdout).toMatch(/^1 +\d{4}-\S+ +\S+ +[0-9a-f]{12}…$/m);
    const bad = await ketflow("policy set bad.json", { folder });
    expect(bad).toMatchObject({ code: 2, stderr: expect.stringContaining("bad.json.dryRun") });
    const strict = JSON.stringify({ ...JSON.parse(current.stdout), dryRun: "always" });
    await ketflow("submit bell.qasm --wait --json");
    expect((await ketflow("policy preview - --jobs 1", { stdin: strict })).stdout).toMatch(
      /planned first\n\n1 of the latest 1 jobs would be decided otherwise\n$/,
    );
    expect((await json("policy versions")).value.versions).toHaveLength(1);
    const found = await json("audit search --action policy.set --limit 1");
    expect(found.value.events).toMatchObject([{ action: "policy.set", leafIndex: expect.any(Number) }]);
    expect((await json(`audit get ${found.value.events[0].id}`)).value).toEqual(found.value.events[0]);
    expect((await ketflow("audit search --action nothing")).stderr).toContain("policy.set");
  });

  it("shows back ends and use", async () => {
    expect((await ketflow("backends")).stdout).toMatch(/^embedded +embedded +this machine +yes +\d+ +free$/m);
    expect((await ketflow("usage")).stdout).toMatch(/^cost today +\$\d+\.\d{6} +\$10\.000000$/m);
  });
});

describe("which service, and who asks", () => {
  it("exits with 3 where nothing answers, and 2 without a service", async () => {
    const away = { environment: { KETFLOW_URL: "http://127.0.0.1:1" } };
    // The client's tries are a second and a half of patience.
    expect(await ketflow("jobs", away)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("cannot be reached"),
    });
    const nowhere = await run(["backends"]);
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining("KETFLOW_URL") });
    expect(await ketflow("usage", { environment: { KETFLOW_API_KEY: "" } })).toMatchObject({ code: 2 });
  });

  it("asks the folder that --data names, whatever the environment says, and refuses both at once", async () => {
    const folder = scratch({ "bell.qasm": BELL });
    const local = await ketflow(`jobs --data ${folder}`, { folder });
    expect(local).toMatchObject({ code: 0, stdout: "no jobs\n" });
    expect(local.opened).toHaveLength(1);
    expect((await ketflow(`jobs --data ${folder} --url ${service.url}`)).code).toBe(2);
    expect((await ketflow("run bell.qasm --json", { folder })).opened).toHaveLength(1); // run is always here
  });

  it("never shows the key, and takes neither it nor the service from a project's file", async () => {
    for (const flags of ["", " --json"]) {
      const { stdout } = await ketflow(`config explain${flags}`);
      expect(stdout).not.toContain(ADMIN_KEY);
      expect(stdout).toMatch(/apiKey.*set/s);
      expect(stdout).toContain(service.url);
    }
    for (const setting of ["url", "apiKey"]) {
      const folder = scratch({ "ketflow.config.json": JSON.stringify({ [setting]: "http://elsewhere" }) });
      const refused = await ketflow("jobs", { folder });
      expect(refused).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`${setting} is not read from a project`),
      });
    }
  });
});
