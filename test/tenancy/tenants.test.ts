import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TenantId } from "../../ts/core/ids.ts";
import { DEFAULT_QUOTAS } from "../../ts/models/tenant.ts";
import { type Access, ORIGIN, openAccess, START } from "../identity/fixtures.ts";
import { createFolders } from "../jobs/fixtures.ts";

const folders = createFolders();
afterAll(() => folders.clean());

describe("tenants", () => {
  let folder: string;
  let access: Access;
  beforeEach(async () => {
    folder = folders.next();
    access = await openAccess(folder);
  });
  afterEach(() => access.close());

  it("are there after a restart, as they were", async () => {
    const acme = await access.tenants.create({ id: "acme", quotas: { jobsInFlight: 3 } }, ORIGIN);
    expect(acme).toEqual({
      ...{ id: "acme", name: "acme", status: "active", createdAt: START },
      quotas: { ...DEFAULT_QUOTAS, jobsInFlight: 3 },
    });
    const changed = await access.tenants.update("acme", { name: "Acme", quotas: { jobsPerMinute: 9 } }, ORIGIN);
    expect(changed.quotas).toEqual({ ...DEFAULT_QUOTAS, jobsInFlight: 3, jobsPerMinute: 9 });
    access.close();
    access = await openAccess(folder);
    expect(access.tenants.get("acme")).toEqual(changed);
  });

  it("keep both changes of two that come at once", async () => {
    await access.tenants.create({ id: "acme" }, ORIGIN);
    await Promise.all([
      access.tenants.update("acme", { status: "suspended" }, ORIGIN),
      access.tenants.update("acme", { name: "Acme" }, ORIGIN),
      access.tenants.update("acme", { quotas: { jobsInFlight: 1 } }, ORIGIN),
      access.tenants.update("acme", { quotas: { jobsPerMinute: 2 } }, ORIGIN),
    ]);
    expect(access.tenants.get("acme")).toMatchObject({
      ...{ name: "Acme", status: "suspended", quotas: { jobsInFlight: 1, jobsPerMinute: 2 } },
    });
  });

  it("are never given an id twice, not even a deleted one, and one wins of two at once", async () => {
    const two = await Promise.allSettled([1, 2].map(() => access.tenants.create({ id: "acme" }, ORIGIN)));
    expect(two.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    await access.tenants.remove("acme", ORIGIN);
    await expect(access.tenants.create({ id: "acme" }, ORIGIN)).rejects.toMatchObject({ code: "conflict" });
    access.close();
    access = await openAccess(folder);
    await expect(access.tenants.create({ id: "acme" }, ORIGIN)).rejects.toMatchObject({ code: "conflict" });
  });

  it("that are deleted answer as those that never were", async () => {
    await access.tenants.create({ id: "acme" }, ORIGIN);
    await access.tenants.remove("acme", ORIGIN);
    for (const id of ["acme", "never"]) {
      const missing = { code: "not-found", message: `there is no tenant ${id}` };
      expect(() => access.tenants.get(id)).toThrow(expect.objectContaining(missing));
      await expect(access.tenants.update(id, { name: "x" }, ORIGIN)).rejects.toMatchObject(missing);
      await expect(access.tenants.remove(id, ORIGIN)).rejects.toMatchObject(missing);
    }
    expect(access.tenants.list()).toEqual([]);
  });

  it("that are deleted leave no key of a provider, and no other tenant loses one", async () => {
    const { connection } = access.database;
    const insert = connection.prepare(
      "insert into model_providers (tenant, name, record, secret) values (?, 'mock', '{}', x'00')",
    );
    for (const id of ["acme", "other"]) {
      await access.tenants.create({ id }, ORIGIN);
      insert.run(id);
    }
    await access.tenants.update("acme", { status: "suspended" }, ORIGIN);
    expect(connection.prepare("select tenant from model_providers").all()).toHaveLength(2);
    await access.tenants.remove("acme", ORIGIN);
    expect(connection.prepare("select tenant from model_providers").all()).toMatchObject([{ tenant: "other" }]);
  });

  it("stay while they have unfinished jobs", async () => {
    await access.tenants.create({ id: "acme" }, ORIGIN);
    access.inFlight.set("acme", 2);
    await expect(access.tenants.remove("acme", ORIGIN)).rejects.toMatchObject({
      ...{ code: "conflict", message: "tenant acme has 2 unfinished jobs; cancel them or wait for their end" },
    });
    access.inFlight.clear();
    await access.tenants.remove("acme", ORIGIN);
  });

  it("leave an event for each change, and none for what was refused", async () => {
    await access.tenants.create({ id: "acme" }, ORIGIN);
    await access.tenants.update("acme", { status: "suspended" }, ORIGIN);
    access.inFlight.set("acme", 1);
    await access.tenants.remove("acme", ORIGIN).catch(() => undefined);
    await access.tenants.create({ id: "acme" }, ORIGIN).catch(() => undefined);
    const { events } = await access.events.search("acme" as TenantId, { limit: 9 });
    expect(events.map(({ event }) => [event.action, event.subject])).toEqual([
      ["tenant.update", "acme"],
      ["tenant.create", "acme"],
    ]);
  });
});
