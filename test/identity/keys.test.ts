import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TenantId } from "../../ts/core/ids.ts";
import { ensureAdminKey } from "../../ts/identity/admin-key.ts";
import { ADMIN_KEY_ID, type Principal } from "../../ts/identity/keys.ts";
import { keyIdOf, newToken, tokenHash } from "../../ts/identity/token.ts";
import { ROLES, SCOPES, SCOPES_OF_ROLE } from "../../ts/models/access.ts";
import { createFolders } from "../jobs/fixtures.ts";
import { type Access, ORIGIN, openAccess, START } from "./fixtures.ts";

const folders = createFolders();
afterAll(() => folders.clean());

const ACME = "acme" as TenantId;
const DAY = 86_400_000;

describe("tokens", () => {
  it("name their key and hold 256 secret bits", () => {
    const zeros = newToken((size) => new Uint8Array(size));
    expect(zeros).toEqual({ keyId: "key_0000000000000000", text: `kf_0000000000000000_${"A".repeat(43)}` });
    const tokens = Array.from({ length: 200 }, () => newToken());
    expect(new Set(tokens.map(({ text }) => text)).size).toBe(200);
    for (const { keyId, text } of tokens) expect(keyIdOf(text)).toBe(keyId);
  });

  it.each([
    "",
    "kf_",
    "key_0000000000000000",
    `kf_000000000000000i_${"A".repeat(43)}`,
    `kf_0000000000000000_${"A".repeat(42)}`,
  ])("of another form name none: %j", (text) => expect(keyIdOf(text)).toBeUndefined());
});

describe("API keys", () => {
  let folder: string;
  let access: Access;
  let admin: Principal;
  let adminToken: string;

  beforeEach(async () => {
    folder = folders.next();
    access = await openAccess(folder);
    await access.tenants.create({ id: ACME }, ORIGIN);
    adminToken = (await ensureAdminKey(access.keyStore, ACME, access.clock, undefined)) ?? "";
    admin = access.keys.authenticate(adminToken);
  });
  afterEach(() => access.close());

  const create = (change: Partial<Parameters<Access["keys"]["create"]>[1]> = {}, by = admin) =>
    access.keys.create(ACME, { name: "ci", role: "member", ...change }, by, ORIGIN);
  const isRefused = (token: string): boolean => {
    try {
      access.keys.authenticate(token);
      return false;
    } catch (error) {
      expect(error).toMatchObject({ code: "unauthenticated" });
      return true;
    }
  };
  const actions = async (): Promise<string[]> =>
    (await access.events.search(ACME, { limit: 100 })).events.map(({ event }) => event.action).reverse();

  it("say who asks", async () => {
    const { key, id } = await create({ owner: "ada", scopes: ["jobs:read"] });
    expect(access.keys.authenticate(key)).toEqual({
      ...{ tenant: ACME, keyId: id, name: "ci", owner: "ada", role: "member" },
      scopes: new Set(["jobs:read"]),
    });
    // Nobody named: the key stands for itself.
    const other = await create();
    expect(access.keys.authenticate(other.key)).toMatchObject({ owner: other.id });
  });

  it("leave their secret nowhere in the data folder, while their hash is found there", async () => {
    const made = [await create(), await create({ role: "operator" })];
    const rotated = await access.keys.rotate(ACME, made[0]?.id ?? "", { overlapMs: DAY }, admin, ORIGIN);
    const contentOf = (): Buffer => Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
    for (const isOpen of [true, false]) {
      if (!isOpen) access.close();
      const content = contentOf();
      for (const token of [adminToken, rotated.key, ...made.map(({ key }) => key)]) {
        const secret = token.slice(-43);
        expect(content.includes(secret), "the secret as text").toBe(false);
        expect(content.includes(Buffer.from(secret, "base64url")), "the secret as bytes").toBe(false);
        expect(content.includes(Buffer.from(tokenHash(token))), "the hash").toBe(true);
      }
    }
    access = await openAccess(folder);
    expect(access.keys.authenticate(rotated.key).tenant).toBe(ACME);
  });

  it("end at their expiry, to the millisecond", async () => {
    const { key } = await create({ expiresAt: new Date(START + 1000).toISOString() });
    access.time.now = START + 999;
    expect(isRefused(key)).toBe(false);
    access.time.now = START + 1000;
    expect(isRefused(key)).toBe(true);
    await expect(create({ expiresAt: new Date(START + 1000).toISOString() })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("body.expiresAt"),
    });
  });

  it("overlap when they are rotated, and keep rights and person", async () => {
    const old = await create({ owner: "ada", scopes: ["jobs:read", "jobs:write"] });
    const fresh = await access.keys.rotate(ACME, old.id, { overlapMs: 5000 }, admin, ORIGIN);
    expect(fresh).toMatchObject({
      owner: "ada",
      scopes: ["jobs:read", "jobs:write"],
      replaces: old.id,
      expiresAt: null,
    });
    access.time.now = START + 4999;
    expect([old.key, fresh.key].map(isRefused)).toEqual([false, false]);
    access.time.now = START + 5000;
    expect([old.key, fresh.key].map(isRefused)).toEqual([true, false]);
    await expect(access.keys.rotate(ACME, old.id, { overlapMs: 0 }, admin, ORIGIN)).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("that stand for themselves stand for the same person after a rotation", async () => {
    const old = await create();
    const fresh = await access.keys.rotate(ACME, old.id, { overlapMs: 0 }, admin, ORIGIN);
    expect(access.keys.authenticate(fresh.key).owner).toBe(old.id);
  });

  it("never live longer by a rotation than they would have", async () => {
    const old = await create({ expiresAt: new Date(START + 1000).toISOString() });
    const fresh = await access.keys.rotate(ACME, old.id, { overlapMs: DAY }, admin, ORIGIN);
    access.time.now = START + 1000;
    expect([old.key, fresh.key].map(isRefused)).toEqual([true, true]);
  });

  it("are refused from the revocation on, also after a restart", async () => {
    const { key, id } = await create();
    expect(isRefused(key)).toBe(false);
    await access.keys.revoke(ACME, id, admin, ORIGIN);
    expect(isRefused(key)).toBe(true);
    await access.keys.revoke(ACME, id, admin, ORIGIN);
    expect(await actions()).toEqual(["tenant.create", "key.create", "key.create", "key.revoke"]);
    access.close();
    access = await openAccess(folder);
    expect(isRefused(key)).toBe(true);
  });

  it("stay revoked when a rotation was on its way, and rotate once when two were", async () => {
    const { key, id } = await create();
    const rotate = () => access.keys.rotate(ACME, id, { overlapMs: 0 }, admin, ORIGIN);
    const both = await Promise.allSettled([access.keys.revoke(ACME, id, admin, ORIGIN), rotate()]);
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(isRefused(key)).toBe(true);

    const other = await create();
    const twice = await Promise.allSettled(
      [0, 0].map((overlapMs) => access.keys.rotate(ACME, other.id, { overlapMs }, admin, ORIGIN)),
    );
    expect(twice.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  });

  it("are refused for a wrong secret, an unknown name and another form", async () => {
    const { key } = await create();
    for (const wrong of [
      `${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`,
      newToken().text,
      "kf_x",
      "",
      key.slice(1),
    ])
      expect(isRefused(wrong), wrong).toBe(true);
  });

  it("are refused while their tenant is suspended, and for good when it is deleted", async () => {
    const { key } = await create();
    await access.tenants.update(ACME, { status: "suspended" }, ORIGIN);
    expect(isRefused(key)).toBe(true);
    await access.tenants.update(ACME, { status: "active" }, ORIGIN);
    expect(isRefused(key)).toBe(false);
    await access.tenants.remove(ACME, ORIGIN);
    expect(isRefused(key)).toBe(true);
  });

  it("cannot be made, rotated or revoked by a key that holds less", async () => {
    const operator = access.keys.authenticate((await create({ role: "operator" })).key);
    const small = access.keys.authenticate(
      (await create({ role: "operator", scopes: ["keys:write", "jobs:read"] })).key,
    );
    const strong = await create({ role: "operator" });
    const refused = { code: "forbidden" };
    for (const by of [operator, small])
      await expect(create({ role: "admin", scopes: ["jobs:read"] }, by)).rejects.toMatchObject(refused);
    for (const role of ROLES) await expect(create({ role }, small)).rejects.toMatchObject(refused);
    await expect(access.keys.rotate(ACME, strong.id, { overlapMs: 0 }, small, ORIGIN)).rejects.toMatchObject(refused);
    await expect(access.keys.revoke(ACME, strong.id, small, ORIGIN)).rejects.toMatchObject(refused);
    for (const by of [operator, small]) {
      await expect(access.keys.rotate(ACME, ADMIN_KEY_ID, { overlapMs: 0 }, by, ORIGIN)).rejects.toMatchObject(refused);
      await expect(access.keys.revoke(ACME, ADMIN_KEY_ID, by, ORIGIN)).rejects.toMatchObject(refused);
    }
    expect(await create({ role: "member", scopes: ["jobs:read"] }, small)).toMatchObject({ scopes: ["jobs:read"] });
    expect(isRefused(strong.key)).toBe(false);
  });

  it("are of their maker's person, whom only an administrator can make another", async () => {
    const ada = access.keys.authenticate((await create({ role: "operator", owner: "ada" })).key);
    const grace = await create({ role: "operator", owner: "grace" });
    const refused = { code: "forbidden", message: expect.stringContaining("only a key of role admin") };
    expect(await create({ role: "operator" }, ada)).toMatchObject({ owner: "ada" });
    expect(await create({ role: "member", owner: "ada" }, ada)).toMatchObject({ owner: "ada" });
    for (const owner of ["grace", "nobody", ADMIN_KEY_ID])
      await expect(create({ role: "operator", owner }, ada)).rejects.toMatchObject(refused);
    // The answer to a rotation is a secret that speaks for the person of the old key.
    await expect(access.keys.rotate(ACME, grace.id, { overlapMs: DAY }, ada, ORIGIN)).rejects.toMatchObject(refused);
    expect(await access.keys.rotate(ACME, grace.id, { overlapMs: DAY }, admin, ORIGIN)).toMatchObject({
      owner: "grace",
    });
    await access.keys.revoke(ACME, grace.id, ada, ORIGIN);
    const { events } = await access.events.search(ACME, { limit: 100, action: "key.create" });
    expect(events.map(({ event }) => event.detail.owner)).toEqual(["ada", "ada", "grace", "ada", undefined]);
  });

  it("whose maker names nobody stand for who holds the maker, also over a chain of keys", async () => {
    const first = await create({ role: "operator" });
    const second = await create({ role: "operator" }, access.keys.authenticate(first.key));
    const third = await create({ role: "operator" }, access.keys.authenticate(second.key));
    expect([first.owner, second.owner, third.owner]).toEqual([first.id, first.id, first.id]);
  });

  it("cannot lock their holder out", async () => {
    await expect(access.keys.revoke(ACME, ADMIN_KEY_ID, admin, ORIGIN)).rejects.toMatchObject({ code: "conflict" });
    const rotate = (overlapMs: number) => access.keys.rotate(ACME, ADMIN_KEY_ID, { overlapMs }, admin, ORIGIN);
    await expect(rotate(3_599_999)).rejects.toMatchObject({ code: "conflict" });
    const fresh = await rotate(3_600_000);
    const by = access.keys.authenticate(fresh.key);
    expect(isRefused(adminToken)).toBe(false);
    await access.keys.revoke(ACME, ADMIN_KEY_ID, by, ORIGIN);
    expect(isRefused(adminToken)).toBe(true);
  });

  it("hold no more than their role may", async () => {
    for (const role of ROLES) {
      const beyond = SCOPES.find((scope) => !SCOPES_OF_ROLE[role].includes(scope));
      if (beyond === undefined) continue;
      await expect(create({ role, scopes: ["jobs:read", beyond] })).rejects.toMatchObject({
        code: "invalid-input",
        message: `body.scopes: a key of role ${role} cannot hold ${beyond}`,
      });
    }
    // An auditor reads.
    expect(SCOPES_OF_ROLE.auditor.filter((scope) => !scope.endsWith(":read"))).toEqual([]);
  });

  it("of another tenant answer as ids that were never given", async () => {
    const other = "other" as TenantId;
    await access.tenants.create({ id: other }, ORIGIN);
    const { id } = await create();
    for (const each of [id, "key_0000000000000000"]) {
      const missing = { code: "not-found", message: `there is no key ${each}` };
      await expect(access.keys.rotate(other, each, { overlapMs: 0 }, admin, ORIGIN)).rejects.toMatchObject(missing);
      await expect(access.keys.revoke(other, each, admin, ORIGIN)).rejects.toMatchObject(missing);
    }
    expect(access.keys.list(other)).toEqual([]);
  });

  describe("the admin key", () => {
    const ensure = (given?: string) => ensureAdminKey(access.keyStore, ACME, access.clock, given);

    it("is shown once, and kept over restarts", async () => {
      expect(adminToken).toMatch(/^kf_admin_[A-Za-z0-9_-]{43}$/);
      expect(await ensure()).toBeUndefined();
      expect(access.keys.authenticate(adminToken)).toMatchObject({ keyId: ADMIN_KEY_ID, role: "admin" });
    });

    it("that is given takes the place of the one before", async () => {
      expect(await ensure("correct-horse-battery")).toBeUndefined();
      expect([adminToken, "correct-horse-battery"].map(isRefused)).toEqual([true, false]);
      await ensure("correct-horse-battery");
      expect(await actions()).toEqual(["tenant.create", "key.create", "key.rotate"]);
      await ensure(newToken().text);
      expect(isRefused("correct-horse-battery")).toBe(true);
    });

    it.each(["short", "with space in it", "tab\tin-it-here", "ünsendable-key"])("is refused as %j", async (given) => {
      await expect(ensure(given)).rejects.toMatchObject({ code: "invalid-input" });
      expect(isRefused(adminToken)).toBe(false);
    });

    it("does not come back by its variable once it was revoked", async () => {
      await ensure("correct-horse-battery");
      const other = access.keys.authenticate((await create({ role: "admin" })).key);
      await access.keys.revoke(ACME, ADMIN_KEY_ID, other, ORIGIN);
      await expect(ensure("correct-horse-battery")).rejects.toMatchObject({
        code: "invalid-input",
        message: expect.stringContaining("was revoked"),
      });
      await ensure("another-horse-battery");
      expect(["correct-horse-battery", "another-horse-battery"].map(isRefused)).toEqual([true, false]);
    });
  });
});
