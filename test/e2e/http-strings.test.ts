import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseStrictJson } from "../../ts/core/strict-json.ts";
import type { Operation } from "../../ts/http/operation.ts";
import { CASES, type Ids, type TenantWorld } from "../http/cases.ts";
import { type Answer, faultsOf, openTestService, type TestService } from "../http/service.ts";

/** Big List of Naughty Strings and JSONTestSuite, both MIT; their licences stand beside them. */
const vectors = new URL("../vectors/strings/", import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(fileURLToPath(new URL(name, vectors)), "utf8"));
const naughty = read("blns.json") as string[];
const cases = Object.entries(read("jsontestsuite.b64.json") as Record<string, string>).map(
  ([name, base64]) => [name, new Uint8Array(Buffer.from(base64, "base64"))] as const,
);

let service: TestService;
beforeAll(async () => {
  service = await openTestService();
});
afterAll(() => service?.close());

/** Every answer is one that the operation describes, and none says that we failed. */
function check(operation: Operation, answer: Answer, what: string): void {
  expect(answer.status, `${operation.id} ${what}: ${answer.text.slice(0, 300)}`).toBeLessThan(500);
  expect(faultsOf(operation, answer), what).toEqual([]);
}

const IDS: Ids = {
  ...{ tenant: "t", job: "job_x", planHash: "p", key: "key_x", event: "evt_x", tile: "0/000" },
  ...{ router: "r", provider: "provider-x", model: "model-x", experiment: "experiment-x", decision: "evt_x" },
};
const world: Pick<TenantWorld, "canary" | "upstream"> = { canary: "c", upstream: "https://models.invalid" };

/** Every place of a JSON value that holds a text, as a function that puts another one there. */
function textPlaces(value: unknown): ((text: string) => unknown)[] {
  if (typeof value === "string") return [(text) => text];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    textPlaces(member).map((put) => (text: string) => {
      const copy: Record<string, unknown> = Array.isArray(value) ? ([...value] as never) : { ...value };
      copy[key] = put(text);
      return copy;
    }),
  );
}

/** What a body may hold besides the example, so that every text field is there. */
const MORE: Readonly<Record<string, object[]>> = {
  submitJob: [
    { metadata: { note: "x" }, target: "auto", constraints: { regions: ["r"], dataClass: "public" } },
    {
      routing: { strategies: ["balanced"], collapse: "fastest" },
      mode: "run",
      options: { observable: "ZZ", precision: "f64", method: "auto" },
    },
    { options: { fidelity: { format: "openqasm3", source: "x" } } },
    { input: { format: "openqasm3", source: { base64: "AAAA" } } },
  ],
  createTenant: [{ id: "x", name: "x" }],
  updateTenant: [{ name: "x", status: "active" }],
  createKey: [{ name: "x", role: "member", scopes: ["jobs:read"], owner: "o", expiresAt: "2099-01-01T00:00:00Z" }],
  setPolicy: [
    {
      routing: { backends: ["b"], regions: ["r"], strategies: ["balanced"] },
      dryRun: "always",
      approvals: [{ when: { backends: ["b"], dataClass: "public" }, approvers: 1 }],
    },
  ],
};

describe("naughty strings", () => {
  it("in every text of every body are taken or refused, never a fault of ours", async () => {
    let places = 0;
    for (const operation of service.operations) {
      const schema = operation.body ?? operation.bodyDoc?.["application/json"];
      // Keys and tenants that were given naughty names stay; a policy would decide about what follows.
      if (schema === undefined) continue;
      const { target } = CASES[operation.id]?.request(IDS, world) ?? { target: "" };
      const bodies = [
        operation.example as object,
        ...(MORE[operation.id] ?? []).map((more) => ({ ...(operation.example as object), ...more })),
      ];
      for (const put of bodies.flatMap(textPlaces)) {
        places++;
        // All strings at each place would take minutes: each place gets its share, and the whole list over all of them.
        const share = naughty.filter((_, k) => k % 6 === places % 6);
        await Promise.all(
          share.map(async (text) => {
            const answer = await service.call(operation.method.toUpperCase(), target, { body: put(text) });
            check(operation, answer, JSON.stringify(text));
          }),
        );
      }
    }
    expect(places).toBeGreaterThan(40);
    expect(service.reported).toEqual([]);
  });

  it("come back as they were sent", async () => {
    // What the test above left as the policy may want every job planned.
    expect((await service.call("PUT", "/v1/policy", { body: {} })).status).toBe(200);
    const texts = naughty.filter((text) => text.length <= 1024);
    const input = { format: "openqasm2", source: "x" };
    await Promise.all(
      texts.map(async (note) => {
        const sent = await service.call("POST", "/v1/jobs", {
          body: { type: "circuit", input, metadata: { note, [note.slice(0, 128) || "k"]: "v" } },
        });
        expect([note, sent.status]).toEqual([note, 202]);
        const { body } = await service.call("GET", `/v1/jobs/${sent.body.id}`);
        expect(body.metadata.note === note || note === "note").toBe(true);
        expect(body.metadata[note.slice(0, 128) || "k"]).toBe("v");
      }),
    );
  });

  it("in every part of every path and query are refused as what is not there", async () => {
    for (const operation of service.operations) {
      const { request } = CASES[operation.id] ?? {};
      await Promise.all(
        naughty.map(async (text, k) => {
          if (k % 5 !== 0 || text === "" || !text.isWellFormed()) return;
          const raw = encodeURIComponent(text);
          const ids = {
            ...IDS,
            tenant: raw,
            job: raw,
            planHash: text,
            key: raw,
            event: raw,
            tile: raw,
            router: raw,
            provider: raw,
            model: raw,
          };
          const { target, ...rest } = request?.(ids, world) ?? { target: "/" };
          if (!target.includes(raw)) return;
          const answer = await service.call(operation.method.toUpperCase(), target, rest);
          // Some are other paths, or none.
          if (answer.body?.code !== "method-not-allowed") check(operation, answer, target);
        }),
      );
    }
    expect(service.reported).toEqual([]);
  });

  it("in headers are taken or refused", async () => {
    const printable = naughty.map((text) => text.replaceAll(/[^\x20-\x7e]/g, "").trim()).filter((text) => text !== "");
    const body = { type: "circuit", input: { format: "openqasm2", source: "x" } };
    const operation = service.operation("submitJob");
    for (const name of [
      "idempotency-key",
      "prefer",
      "x-request-id",
      "traceparent",
      "accept",
      "cache-control",
      "content-type",
      "authorization",
    ]) {
      await Promise.all(
        printable.map(async (text) => {
          const answer = await service.call("POST", "/v1/jobs", { body, headers: { [name]: text } });
          check(operation, answer, `${name}: ${text}`);
        }),
      );
    }
  });
});

describe("JSONTestSuite", () => {
  it.each(cases)("%s", async (name, bytes) => {
    const operation = service.operation("submitJob");
    const answer = await service.call("POST", "/v1/jobs", { body: bytes });
    check(operation, answer, name);
    // None of them is a job: those that are JSON are told what a job is, the others where they stop being JSON.
    expect([answer.status, answer.body.code]).toEqual([400, "invalid-input"]);
    let isJson = true;
    try {
      parseStrictJson(bytes, "body");
    } catch {
      isJson = false;
    }
    if (name.startsWith("n_")) expect(isJson).toBe(false);
    // Valid JSON that two readers could understand differently.
    const strict = ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"];
    if (name.startsWith("y_")) expect(isJson).toBe(!strict.includes(name));
    const batch = await service.call("POST", "/v1/jobs:batch", {
      body: bytes,
      headers: { "content-type": "application/x-ndjson" },
    });
    check(service.operation("submitBatch"), batch, name);
    expect(batch.status).toBe(200);
  });
});
