import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TenantId } from "../../ts/core/ids.ts";
import { parseTenantPolicy } from "../../ts/models/policy.ts";
import { createPolicies, type Policies } from "../../ts/tenancy/policies.ts";
import { createSqlitePolicyStore } from "../../ts/tenancy/policies-sqlite.ts";
import { type Access, ORIGIN, openAccess, START } from "../identity/fixtures.ts";
import { createFolders } from "../jobs/fixtures.ts";

const folders = createFolders();
afterAll(() => folders.clean());

const [ACME, OTHER] = ["acme", "other"] as [TenantId, TenantId];

describe("policies", () => {
  let access: Access;
  let policies: Policies;
  const open = (): Policies => createPolicies(createSqlitePolicyStore(access.database, access.events), access.clock);

  beforeEach(async () => {
    access = await openAccess(folders.next());
    for (const id of [ACME, OTHER]) await access.tenants.create({ id }, ORIGIN);
    policies = open();
  });
  afterEach(() => access.close());

  it("are the safe default until one is set: nothing outside, nothing priced", () => {
    expect(policies.view(ACME)).toMatchObject({ version: 0, setAt: null, setBy: null });
    expect(policies.current(ACME)).toMatchObject({
      ...{ routing: { allowExternal: false, allowPriced: false }, dryRun: "when-priced-or-external", approvals: [] },
      deadlines: { neuralMs: 1000, quantumMs: 2000, hybridMs: 3000 },
    });
  });

  it("count from 1, keep every version, and are another's business nowhere", async () => {
    const first = await policies.set(ACME, { dryRun: "always" }, ORIGIN);
    const second = await policies.set(ACME, { routing: { allowPriced: true } }, ORIGIN);
    expect([first, second]).toMatchObject([
      { version: 1, setBy: "test", setAt: new Date(START).toISOString() },
      { version: 2, policy: { dryRun: "when-priced-or-external", routing: { allowPriced: true } } },
    ]);
    expect(first.hash).not.toBe(second.hash);
    expect(policies.versions(ACME, 9)).toEqual([second, first]);
    expect(policies.versions(ACME, 1)).toEqual([second]);
    expect(policies.view(OTHER).version).toBe(0);
    expect(policies.versions(OTHER, 9)).toEqual([]);
    // As after a restart.
    expect(open().view(ACME)).toEqual(second);
    expect(open().current(ACME)).toEqual(policies.current(ACME));
  });

  it.each([
    [{ routing: { weights: { balanced: -1 } } }, "policy.routing.weights.balanced: "],
    [{ routing: { strategies: [] } }, "policy.routing.strategies: "],
    [{ approvals: [{ approvers: 1 }, { approvers: 0 }] }, "policy.approvals[1].approvers: "],
    [{ approvals: [{ when: { dataClass: "secret" }, approvers: 1 }] }, "policy.approvals[0].when.dataClass: "],
    [{ deadlines: { quantumMs: "2s" } }, "policy.deadlines.quantumMs: "],
    [{ dryrun: "always" }, "policy: Unrecognized key"],
    [null, "policy: "],
    [[], "policy: "],
  ])("are refused with the path of the fault, and the old one stays: %j", async (document, path) => {
    const before = await policies.set(ACME, { dryRun: "always" }, ORIGIN);
    await expect(policies.set(ACME, document, ORIGIN)).rejects.toMatchObject({
      ...{ code: "invalid-input", message: expect.stringContaining(path) },
    });
    expect(policies.view(ACME)).toEqual(before);
    expect(() => policies.setDefault(document)).toThrow(expect.objectContaining({ code: "invalid-input" }));
    expect(policies.current(OTHER)).toEqual(parseTenantPolicy({}));
  });

  it("that are set at once give one version and one conflict, with one event", async () => {
    const two = await Promise.allSettled([
      policies.set(ACME, { dryRun: "always" }, ORIGIN),
      policies.set(ACME, { reuseResults: false }, ORIGIN),
    ]);
    expect(two).toMatchObject([
      { status: "fulfilled", value: { version: 1 } },
      { status: "rejected", reason: { code: "conflict", message: expect.stringContaining("read the policy again") } },
    ]);
    expect(policies.view(ACME)).toMatchObject({ version: 1, policy: { dryRun: "always" } });
    expect((await access.events.search(ACME, { action: "policy.set", limit: 9 })).events).toHaveLength(1);
  });

  it("of the installation hold for whoever has none of their own", async () => {
    await policies.set(ACME, {}, ORIGIN);
    policies.setDefault({ dryRun: "always" });
    expect([ACME, OTHER].map((id) => policies.current(id).dryRun)).toEqual(["when-priced-or-external", "always"]);
  });
});
