import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type AuditEvent, buildEventFile, draftEvent } from "../../ts/audit/event.ts";
import { type EventFile, makesLeaf } from "../../ts/audit/event-schema.ts";
import { proofText } from "../../ts/audit/log-reader.ts";
import { loadMldsa, type MlDsa44 } from "../../ts/audit/mldsa.ts";
import { formatVerifierKey } from "../../ts/audit/note.ts";
import { buildReceipt, draftReceipt } from "../../ts/audit/receipt.ts";
import { signedFileBytes } from "../../ts/audit/signed-file.ts";
import { verifyEventFile } from "../../ts/audit/verify-event.ts";
import { verifyReceipt } from "../../ts/audit/verify-receipt.ts";
import { fromUtf8, utf8 } from "../../ts/core/bytes.ts";
import type { TenantId } from "../../ts/core/ids.ts";
import { AUDIT_ACTIONS } from "../../ts/models/audit.ts";
import { ArraySource, bellOutcome, NOW_MS, openLog, scratchDirectory, syntheticLeaves } from "./log-fixture.ts";

const SALT = new Uint8Array(32).fill(7);
const REVOKED: AuditEvent = {
  id: "evt_01JGJ2M4A8ZZZZZZZZZZZZZZZZ",
  tenant: "acme-hospital" as TenantId,
  at: NOW_MS,
  actor: { kind: "key", id: "key_ADA", role: "admin", name: "Ada of the night shift" },
  action: "key.revoke",
  subject: "key_MALLORY",
  policyVersion: "2".repeat(64),
  requestId: "4bf92f3577b34da6a3ce929d0e0e4736",
  detail: { reason: "left the team", keysLeft: 3 },
};

let mldsa: MlDsa44;
let trustedKeys: string[];
let file: EventFile;

const verify = (bytes: Uint8Array | EventFile, tenant?: string) =>
  verifyEventFile(bytes, { trustedKeys, mldsa, ...(tenant === undefined ? {} : { tenant }) });
const failures = async (bytes: Uint8Array | EventFile, tenant?: string): Promise<string[]> =>
  (await verify(bytes, tenant)).checks.filter((check) => !check.ok).map((check) => check.name);

beforeAll(async () => {
  mldsa = await loadMldsa();
});

/** The event as leaf 300, a receipt as leaf 301. */
async function issue(event: AuditEvent) {
  const root = scratchDirectory();
  const [draft, receipt] = [draftEvent(event, SALT), draftReceipt(bellOutcome())];
  const { writer, options } = await openLog(root, new ArraySource([...syntheticLeaves(300), draft.leaf, receipt.leaf]));
  const head = await writer.force();
  if (head === undefined) throw new Error("a head was expected");
  trustedKeys = options.keys.verifierKeys.map(formatVerifierKey);
  file = buildEventFile(draft, proofText(options.directory, 300, head));
  return { draft, receipt: buildReceipt(receipt, proofText(options.directory, 301, head)) };
}

describe("the file of an audit event", () => {
  it("verifies offline, with every check named", async () => {
    await issue(REVOKED);
    const report = await verify(signedFileBytes(file), "acme-hospital");
    expect(report).toMatchObject({ ok: true, notChecked: [], log: { index: 300, size: 302 } });
    expect(report.checks.map(({ name }) => name)).toEqual(
      "form tenant tenant actor subject detail request inclusion trusted-log ed25519 ml-dsa-44".split(" "),
    );
    expect(await failures(file, "other-hospital")).toEqual(["tenant"]);
  });

  it("has a leaf that tells when and what kind, and not who, whose or which", () => {
    const { leaf, manifest } = draftEvent(REVOKED, SALT);
    const text = fromUtf8(leaf);
    expect(text).toContain('"action":"key.revoke","actorCommitment"');
    expect(manifest.at).toBe("2026-01-02T03:04:05.000Z");
    for (const secret of ["acme", "key_", "Ada", "admin", "left", "keysLeft", "4bf92f", "07".repeat(32)]) {
      expect(text).not.toContain(secret);
    }
  });

  it("keeps what is left after members were taken out of a copy, and says so", async () => {
    const { salt, subject = "" } = file.opening;
    const report = await verify(signedFileBytes({ ...file, opening: { salt, subject } }));
    expect(report.ok).toBe(true);
    expect(report.notChecked.map(({ name }) => name)).toEqual(["tenant", "actor", "detail", "request"]);
  });

  it("needs no request", async () => {
    const { draft } = await issue({ ...REVOKED, requestId: null });
    expect(draft.manifest.requestCommitment).toBeNull();
    expect(await verify(file)).toMatchObject({ ok: true, notChecked: [] });
    // A request that the leaf does not know cannot be added.
    expect(await failures({ ...file, opening: { ...file.opening, requestId: "abc" } })).toEqual(["request"]);
  });

  it("is not taken for a receipt, nor a receipt for it", async () => {
    const { receipt } = await issue(REVOKED);
    expect(await failures(signedFileBytes(receipt))).toEqual(["form"]);
    expect((await verifyReceipt(signedFileBytes(file), { trustedKeys, mldsa })).checks[0]).toMatchObject({ ok: false });
  });

  it("refuses a detail above 4 KiB", () => {
    const detail = { text: "x".repeat(4096) };
    expect(() => draftEvent({ ...REVOKED, detail }, SALT)).toThrow(expect.objectContaining({ code: "too-large" }));
  });

  it.each<[string, (text: string) => string]>([
    ["action", (text) => text.replace("key.revoke", "key.create")],
    ["time", (text) => text.replace("03:04:05.000Z", "03:04:05.001Z")],
    ["policy", (text) => text.replace("2222", "2223")],
    ["actor", (text) => text.replace("key_ADA", "key_ADB")],
    ["role", (text) => text.replace('"role":"admin"', '"role":"reader"')],
    ["subject", (text) => text.replace("key_MALLORY", "key_MALLORX")],
    ["detail", (text) => text.replace('"keysLeft":3', '"keysLeft":4')],
    ["tenant", (text) => text.replace("acme-hospital", "acme-hospitam")],
    ["unknown member", (text) => text.replace('"salt":', '"pepper":1,"salt":')],
    ["white space", (text) => text.replace('"format":', '"format": ')],
  ])("refuses another %s", async (_, change) => {
    const text = fromUtf8(signedFileBytes(file));
    expect(change(text)).not.toBe(text);
    expect((await verify(utf8(change(text)))).ok).toBe(false);
  });

  it("refuses 1,000 changes of one byte", async () => {
    const bytes = signedFileBytes(file);
    const survived: number[] = [];
    const changes = fc.sample(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })), {
      seed: 1000,
      numRuns: 1000,
    });
    for (const [at, difference] of changes) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ difference;
      if ((await verify(changed)).ok) survived.push(at);
    }
    expect(survived).toEqual([]);
  });
});

it("keeps as rows alone what the entry of a job or a call accounts for", () => {
  expect(AUDIT_ACTIONS.filter((action) => !makesLeaf(action))).toEqual([
    ...["job.submit", "job.cancel", "job.pause", "job.resume", "job.retry", "outcome.record"],
  ]);
});
