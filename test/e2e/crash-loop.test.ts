import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { checkData } from "../../ts/service/check-data.ts";
import { BELL, createFolders } from "../jobs/fixtures.ts";
import { verifyInPython } from "../python/verifier.ts";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const folders = createFolders();
/** What a failed expectation leaves behind ends with the test. */
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  folders.clean();
});

/** A few in CI; KETFLOW_CRASH_ROUNDS=200 takes some minutes. */
const ROUNDS = Number(process.env.KETFLOW_CRASH_ROUNDS ?? 4);
const CLIENTS = 8;
const ADMIN_KEY = "kf_test_admin_key_0123456789";

/** Deterministic, so that a failing run can be repeated: the fraction of `index` in the golden-ratio sequence. */
const spread = (index: number): number => (index * 0.6180339887498949) % 1;

interface Service {
  readonly url: string;
  kill(signal: NodeJS.Signals): Promise<void>;
}

async function serve(folder: string): Promise<Service> {
  const environment = {
    XDG_STATE_HOME: join(folder, "state"),
    XDG_CONFIG_HOME: join(folder, "config"),
    KETFLOW_ADMIN_KEY: ADMIN_KEY,
  };
  const child: ChildProcess = spawn(process.execPath, [cli, "serve", "--port", "0", "--data", join(folder, "data")], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.add(child);
  child.once("close", () => children.delete(child));
  let complaints = "";
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    complaints += text;
  });
  const closed = once(child, "close");
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const url = /^listening on (http:\S+)$/.exec(line)?.[1];
    if (url === undefined) continue;
    return {
      url,
      async kill(signal) {
        child.kill(signal);
        await closed;
      },
    };
  }
  throw new Error(`the service did not start: ${complaints}`);
}

/** What was acknowledged with a 2xx, and so has to be there for good. */
interface Acknowledged {
  /** Id by idempotency key. */
  readonly jobs: Map<string, string>;
  readonly deleted: Set<string>;
  /** Token by id. */
  readonly keys: Map<string, string>;
  readonly revoked: Set<string>;
  policyVersion: number;
}

async function call(url: string, method: string, path: string, body?: unknown, headers = {}, token = ADMIN_KEY) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: bodies of several operations
  return { status: response.status, body: (text === "" ? undefined : JSON.parse(text)) as any };
}

const jobOf = (seed: number) => ({
  type: "circuit",
  input: { format: "openqasm2", source: BELL },
  seed,
  constraints: { deadlineMs: 3_600_000 },
});

/** One client: submits, and now and then deletes, makes a key, revokes one, sets the policy; until the service is gone. */
async function load(url: string, round: number, client: number, known: Acknowledged): Promise<void> {
  try {
    for (let k = 0; ; k++) {
      const seed = (round * 100 + client) * 100_000 + k;
      const key = `r${round}-c${client}-${k}`;
      const wait = k % 5 === 4 ? { prefer: "wait=5" } : {};
      const { status, body } = await call(url, "POST", "/v1/jobs", jobOf(seed), { "idempotency-key": key, ...wait });
      if (status !== 200 && status !== 202) throw new Error(`submit: ${status} ${JSON.stringify(body)}`);
      known.jobs.set(key, body.id);
      // Each client has a deed of its own besides, so that every round has some of each.
      if (client === 2) {
        // From the moment it is asked for, either is right, until it is acknowledged.
        known.jobs.delete(key);
        await call(url, "POST", `/v1/jobs/${body.id}:cancel`);
        if ((await call(url, "DELETE", `/v1/jobs/${body.id}`)).status === 204) known.deleted.add(body.id);
      } else if (client === 0 && known.keys.size <= round / 2) {
        const made = await call(url, "POST", "/v1/keys", { name: `key ${key}`, role: "member" });
        known.keys.set(made.body.id, made.body.key);
      } else if (client === 0) {
        const [id = ""] = known.keys.keys();
        const token = known.keys.get(id) ?? "";
        known.keys.delete(id);
        if ((await call(url, "DELETE", `/v1/keys/${id}`)).status === 204) known.revoked.add(token);
      } else if (client === 1) {
        const { body: policy } = await call(url, "PUT", "/v1/policy", { routing: { maxCostMicroUsd: seed } });
        known.policyVersion = policy.version;
      }
    }
  } catch (error) {
    // The service is gone: whatever was on its way is not acknowledged.
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
  }
}

/** Everything that was acknowledged is there. @param keys those of the jobs to look at */
async function checkAcknowledged(url: string, known: Acknowledged, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    const id = known.jobs.get(key) ?? "";
    const { status, body } = await call(url, "GET", `/v1/jobs/${id}`, undefined, { prefer: "wait=60" });
    // Who was running at three kills is put aside, since it may be what killed the process.
    const isEnded = body.status === "succeeded" || /died 3 times/.test(body.error?.message ?? "");
    expect([key, status, isEnded ? "ended" : body]).toEqual([key, 200, "ended"]);
    const [, round, client, k] = /^r(\d+)-c(\d+)-(\d+)$/.exec(key) ?? [];
    const seed = (Number(round) * 100 + Number(client)) * 100_000 + Number(k);
    const again = await call(url, "POST", "/v1/jobs", jobOf(seed), { "idempotency-key": key });
    expect([key, again.status, again.body.id]).toEqual([key, 200, id]);
  }
}

it(
  `kill −9 of the service under load, ${ROUNDS} times, loses nothing that was acknowledged`,
  async () => {
    const folder = folders.next();
    const known: Acknowledged = {
      jobs: new Map(),
      deleted: new Set(),
      keys: new Map(),
      revoked: new Set(),
      policyVersion: 0,
    };
    let unlooked: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const service = await serve(folder);
      const before = known.jobs.size;
      const clients = Array.from({ length: CLIENTS }, (_, client) => load(service.url, round, client, known));
      // From the first acknowledgement on, at another moment each round.
      while (known.jobs.size === before)
        await Promise.race([...clients, new Promise((resolve) => setTimeout(resolve, 5))]);
      setTimeout(() => void service.kill("SIGKILL"), 20 + 600 * spread(round));
      await Promise.all(clients);
      unlooked = [...known.jobs.keys()].filter((key) => key.startsWith(`r${round}-`)).slice(-40);
      if (round % 20 !== 19 && round !== ROUNDS - 1) continue;
      const after = await serve(folder);
      await checkAcknowledged(after.url, known, unlooked);
      await after.kill("SIGKILL");
    }
    expect(known.jobs.size).toBeGreaterThan(2 * ROUNDS);
    const deeds = [known.deleted.size, known.revoked.size + known.keys.size, known.policyVersion];
    expect(Math.min(...deeds), `deletions, keys, policies: ${deeds}`).toBeGreaterThan(0);

    const last = await serve(folder);
    await checkAcknowledged(
      last.url,
      known,
      [...known.jobs.keys()].filter((_, k, all) => k % Math.ceil(all.length / 500) === 0),
    );
    // And all of them, without their results.
    const ids = new Set<string>();
    for (let cursor = ""; ; ) {
      const { body } = await call(last.url, "GET", `/v1/jobs?limit=1000${cursor && `&cursor=${cursor}`}`);
      for (const job of body.jobs) ids.add(job.id);
      if (body.next === null) break;
      cursor = body.next;
    }
    expect([...known.jobs.values()].filter((id) => !ids.has(id))).toEqual([]);
    expect([...known.deleted].filter((id) => ids.has(id))).toEqual([]);
    for (const [id, token] of known.keys)
      expect([id, (await call(last.url, "GET", "/v1/usage", undefined, {}, token)).status]).toEqual([id, 200]);
    const refused = [];
    for (const token of [...known.revoked].slice(-40))
      refused.push((await call(last.url, "GET", "/v1/usage", undefined, {}, token)).status);
    expect(refused.filter((status) => status !== 401)).toEqual([]);
    expect((await call(last.url, "GET", "/v1/policy")).body.version).toBeGreaterThanOrEqual(known.policyVersion);
    await last.kill("SIGTERM");

    // Store and log, every entry of both.
    const environment = { XDG_STATE_HOME: join(folder, "state"), XDG_CONFIG_HOME: join(folder, "config") };
    const checks = await checkData({ dataDir: join(folder, "data"), environment });
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    // And by somebody else's reading of the texts, who trusts what the first start wrote down.
    const trusted = readFileSync(join(environment.XDG_CONFIG_HOME, "ketflow", "trusted-logs"), "utf8");
    const keys = trusted.split("\n").filter((line) => /^[^#\s]/.test(line));
    const outside = verifyInPython?.(...keys.flatMap((key) => ["--key", key]), "--log", join(folder, "data", "log"));
    if (outside !== undefined)
      expect(outside).toMatchObject({ stderr: "", stdout: expect.stringContaining("everything holds"), status: 0 });
    console.log(
      `${ROUNDS} kills: ${known.jobs.size} jobs, ${known.deleted.size} deletions, ${known.keys.size + known.revoked.size} keys, ` +
        `${known.policyVersion} policies acknowledged; ${checks.map(({ detail }) => detail).join("; ")}; ${outside?.stdout.trim() ?? "no Python"}`,
    );
  },
  60_000 + ROUNDS * 20_000,
);
