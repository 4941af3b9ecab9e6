import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { loadMldsa } from "../../ts/audit/mldsa.ts";
import { parseTrustedLogs } from "../../ts/audit/trusted-logs.ts";
import { verifyReceipt } from "../../ts/audit/verify-receipt.ts";
import type { PolicyDocument } from "../../ts/client/administration.ts";
import { utf8 } from "../../ts/core/bytes.ts";
import { toCircuitResult } from "../../ts/models/circuit-result.ts";
import type { SubmitOf } from "../../ts/models/job.ts";
import { decodeResultContainer } from "../../ts/models/result-container.ts";
import { BELL_BODY } from "../jobs/fixtures.ts";
import { allOf } from "./all-of.ts";
import { realService } from "./real-service.ts";

// Against a service as `ketflow serve` opens it.

const service = realService();
const WAIT = { waitSeconds: 60 };
const bell = (seed: number, changes: Partial<SubmitOf<"circuit">> = {}): SubmitOf<"circuit"> => ({
  ...BELL_BODY,
  seed,
  ...changes,
});
/** The mock QPU has a price, so its jobs are planned. */
const priced = (seed: number): SubmitOf<"circuit"> => bell(seed, { target: "mock-qpu" });

describe("jobs", () => {
  it("are submitted, and end with result, container and a receipt that verifies under the log's keys", async () => {
    const client = service.client();
    const job = await client.submit(bell(7), WAIT);
    expect(job).toMatchObject({ status: "succeeded", seed: 7, result: { backend: "embedded" } });
    expect(await client.get(job.id)).toEqual(job);
    expect(await client.wait(job.id)).toEqual(job);

    const result = await client.result(job.id);
    const container = await client.resultContainer(job.id);
    expect(createHash("sha256").update(container).digest("hex")).toBe(result.resultHash);
    expect(toCircuitResult(container, {}).counts).toEqual(result.counts);
    expect(decodeResultContainer(container).schema).toBe("circuit-result/1");

    const trustedKeys = parseTrustedLogs(await client.logKeys(), "log/keys");
    const receipt = utf8(await client.receipt(job.id));
    const mldsa = await loadMldsa();
    expect((await verifyReceipt(receipt, { trustedKeys, mldsa })).ok).toBe(true);
    expect((await verifyReceipt(receipt, { trustedKeys: [], mldsa })).ok).toBe(false);
  });

  it("are the same under the same key, and another under a fresh one", async () => {
    const client = service.client();
    const idempotencyKey = "once-and-for-all";
    const first = await client.submit(bell(8), { idempotencyKey });
    expect((await client.submit(bell(8), { idempotencyKey })).id).toBe(first.id);
    expect((await client.submit(bell(8))).id).not.toBe(first.id);
    await expect(client.submit(bell(9), { idempotencyKey })).rejects.toMatchObject({ code: "conflict" });
  });

  it("are answered from an equal one unless told not to", async () => {
    const client = service.client();
    const first = await client.submit(bell(10), WAIT);
    const again = await client.submit(bell(10), WAIT);
    expect(again.result?.reused).toEqual({ jobId: first.id });
    expect((await client.submit(bell(10), { ...WAIT, noCache: true })).result?.reused).toBeUndefined();
  });

  it("are submitted in any number, with a refusal in the place of each faulty one", async () => {
    // Of another tenant: a thousand jobs hold up nobody else.
    const client = service.client((await freshTenant("many")).tenant);
    async function* jobs(): AsyncGenerator<SubmitOf<"circuit">> {
      for (let seed = 0; seed < 1100; seed++)
        yield seed === 500 ? ({ ...bell(1), shots: 1 } as SubmitOf<"circuit">) : bell(seed);
    }
    const items = await allOf(client.submitAll(jobs()));
    expect(items).toHaveLength(1100);
    for (const [seed, item] of items.entries()) {
      if (seed === 500) expect(item).toMatchObject({ error: { code: "invalid-input" } });
      else expect(item).toMatchObject({ job: { seed } });
    }
    const ids = items.flatMap((item) => ("job" in item ? [item.job.id] : []));
    expect(new Set(ids).size).toBe(1099);

    const idempotencyKey = "all-once";
    const some = [bell(1), bell(2)];
    const [once, twice] = [
      await allOf(client.submitAll(some, { idempotencyKey })),
      await allOf(client.submitAll(some, { idempotencyKey })),
    ];
    expect(twice.map((item) => "job" in item && item.job.id)).toEqual(once.map((item) => "job" in item && item.job.id));
  });

  it("are refused one by one when they are too large", async () => {
    const huge = bell(1, { metadata: { note: "x".repeat(9 * 2 ** 20) } });
    const items = await allOf(service.client().submitAll([bell(1), huge, bell(2)]));
    expect(items.map((item) => ("error" in item ? item.error.code : "accepted"))).toEqual([
      "accepted",
      "too-large",
      "accepted",
    ]);
  });

  it("are listed page by page, newest first", async () => {
    const client = service.client();
    const { tenant } = await freshTenant("lister");
    const own = service.client(tenant);
    const ids: string[] = [];
    for (let seed = 0; seed < 5; seed++) ids.push((await own.submit(bell(seed), WAIT)).id);
    expect((await allOf(own.list({ limit: 2 }))).map(({ id }) => id)).toEqual([...ids].reverse());
    expect(await allOf(own.list({ status: "failed" }))).toEqual([]);
    expect((await client.listPage({ limit: 1 })).next).toMatch(/^job_/);
  });

  it("are planned where they have a price, and run when the plan is agreed to", async () => {
    const client = service.client();
    const planned = await client.submit(priced(1), WAIT);
    expect(planned.status).toBe("planned");
    expect((await client.wait(planned.id)).status).toBe("planned"); // waits for a person, not for a machine
    await expect(client.execute(planned.id, "another")).rejects.toMatchObject({
      code: "conflict",
      details: { plan: { planHash: planned.plan?.planHash } },
    });
    expect((await client.execute(planned.id, planned.plan?.planHash ?? "", WAIT)).status).toBe("succeeded");
    expect((await client.plan(bell(3))).plan?.route.chosen).toBe("embedded");
  });

  it("are moved: paused, resumed, cancelled, retried, deleted", async () => {
    const client = service.client();
    const { id } = await client.submit(priced(2));
    expect((await client.cancel(id)).status).toBe("cancelled");
    await expect(client.pause(id)).rejects.toMatchObject({ code: "conflict" });
    await expect(client.resume(id)).rejects.toMatchObject({ code: "conflict" });
    const again = await client.retry(id);
    expect(again).toMatchObject({ status: "planned", seed: 2 });
    await expect(client.receipt(again.id)).rejects.toMatchObject({ code: "conflict" });
    await client.delete(id);
    await expect(client.get(id)).rejects.toMatchObject({ code: "not-found" });
  });

  it("fail with the place of the fault, and a faulty call with its field and the request", async () => {
    const client = service.client();
    const input = { format: "openqasm3", source: "OPENQASM 3.0;\nqubit q;\nfoo q;\n" } as const;
    const failed = await client.submit(bell(1, { input }), WAIT);
    expect(failed).toMatchObject({ status: "failed", error: { code: "invalid-input", line: 3, column: 1 } });
    await expect(client.submit({ ...bell(1), seed: -1 })).rejects.toMatchObject({
      code: "invalid-input",
      message: expect.stringContaining("body.seed"),
      details: { requestId: expect.stringMatching(/^[0-9a-f]{32}$/) },
    });
    await expect(client.get(failed.id, { waitSeconds: 61 })).rejects.toMatchObject({ code: "invalid-input" });
  });
});

async function freshTenant(id: string): Promise<{ tenant: string; operator: string }> {
  const client = service.client();
  await client.tenants.create({ id });
  const keys = client.keys.of(id);
  const [member, operator] = [
    await keys.create({ name: "m", role: "member", owner: "ada" }),
    await keys.create({ name: "o", role: "operator", owner: "grace" }),
  ];
  return { tenant: member.key, operator: operator.key };
}

describe("administration", () => {
  it("makes, changes and deletes tenants, and suspends their keys", async () => {
    const client = service.client();
    const { tenant } = await freshTenant("acme");
    expect((await client.tenants.update("acme", { quotas: { jobsInFlight: 3 } })).quotas.jobsInFlight).toBe(3);
    expect((await service.client(tenant).usage()).quotas.jobsInFlight).toBe(3);
    await client.tenants.update("acme", { status: "suspended" });
    await expect(service.client(tenant).usage()).rejects.toMatchObject({
      code: expect.stringMatching(/^(unauthenticated|forbidden)$/),
    });
    expect((await client.tenants.list()).map(({ id }) => id)).toContain("acme");
    await client.tenants.delete("acme");
    await expect(client.tenants.get("acme")).rejects.toMatchObject({ code: "not-found" });
  });

  it("makes, rotates and revokes keys", async () => {
    const client = service.client();
    const made = await client.keys.create({ name: "ci", role: "auditor" });
    const rotated = await client.keys.rotate(made.id, { overlapMs: 0 });
    expect(rotated.replaces).toBe(made.id);
    await expect(service.client(made.key).usage()).rejects.toMatchObject({ code: "unauthenticated" });
    await service.client(rotated.key).usage();
    await client.keys.revoke(rotated.id);
    await expect(service.client(rotated.key).usage()).rejects.toMatchObject({ code: "unauthenticated" });
    expect((await client.keys.list()).find(({ id }) => id === rotated.id)?.revokedAt).not.toBeNull();
    await expect(service.client("kf_nobody").usage()).rejects.toMatchObject({ code: "unauthenticated" });
  });

  it("previews and sets a policy, which then asks for a second person", async () => {
    const { tenant, operator } = await freshTenant("policies");
    const [member, boss] = [service.client(tenant), service.client(operator)];
    await member.submit(bell(1), WAIT);
    const policy: PolicyDocument = { dryRun: "always", approvals: [{ approvers: 1 }] };
    expect((await boss.policy.preview(policy, { jobs: 5 })).changed).toBe(1);
    await expect(boss.policy.set({ dryRun: "never" } as never)).rejects.toMatchObject({
      code: "invalid-input",
      message: expect.stringContaining("dryRun"),
    });
    expect(await boss.policy.set(policy)).toMatchObject({ version: 1 });
    expect((await boss.policy.get()).policy.dryRun).toBe("always");
    expect(await boss.policy.versions()).toHaveLength(1);

    const planned = await member.submit(bell(2));
    const waiting = await member.execute(planned.id, planned.plan?.planHash ?? "");
    expect(waiting.status).toBe("awaiting-approval");
    await expect(member.approve(planned.id)).rejects.toMatchObject({ code: "forbidden" });
    expect((await boss.approve(planned.id, WAIT)).status).toBe("succeeded");

    const events = await allOf(boss.audit.search({ subject: planned.id, limit: 1 }));
    expect(events.map(({ action }) => action)).toEqual(["job.approve", "job.execute", "job.submit"]);
    expect(await boss.audit.get(events[0]?.id ?? "")).toEqual(events[0]);
  });

  it("shows back ends, measures this machine, and says that it takes work", async () => {
    const client = service.client();
    expect((await client.backends.list()).map(({ id }) => id).sort()).toEqual(["embedded", "mock-qpu"]);
    expect((await client.backends.calibrate("embedded")).calibration?.format).toBe("ketflow-calibration/1");
    await expect(client.backends.get("none")).rejects.toMatchObject({ code: "not-found" });
    await client.health();
  });
});
