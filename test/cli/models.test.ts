import { afterAll, beforeAll, expect, it } from "vitest";
import { MODEL } from "../chat/fixtures.ts";
import { type MockUpstream, mockUpstream } from "../chat/mock-upstream.ts";
import { routerOf } from "../chat/router-fixture.ts";
import { ADMIN_KEY, openTestService, type TestService } from "../http/service.ts";
import { ketflow as run } from "./fake-world.ts";
import { scratch } from "./scratch.ts";

let upstream: MockUpstream;
let service: TestService;
beforeAll(async () => {
  upstream = await mockUpstream();
  service = await openTestService({ modelOrigins: [upstream.url] });
});
afterAll(async () => {
  await service?.close();
  await upstream?.close();
});

async function ketflow(line: string, files: Record<string, string> = {}, environment: Record<string, string> = {}) {
  const place = { KETFLOW_URL: service.url, KETFLOW_API_KEY: ADMIN_KEY, ...environment };
  return run(line.split(" "), { folder: scratch(files), environment: place });
}

it("sets, lists and removes providers and routers", async () => {
  const price = { inputMicroUsd: 150_000, outputMicroUsd: 600_000 };
  const body = {
    kind: "openai-compatible",
    baseUrl: `${upstream.url}/v1`,
    models: [{ ...MODEL, name: "small", price }],
  };
  const files = { "p.json": JSON.stringify(body) };
  const missing = await ketflow("models set-provider local p.json --key-env UPSTREAM_KEY", files);
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining("UPSTREAM_KEY: it is not set")]);
  const set = await ketflow("models set-provider local p.json --key-env UPSTREAM_KEY --json", files, {
    UPSTREAM_KEY: "sk-x",
  });
  expect([set.code, JSON.parse(set.stdout)]).toEqual([0, expect.objectContaining({ name: "local", hasApiKey: true })]);
  expect(set.stdout).not.toContain("sk-x");
  const { stdout } = await ketflow("models providers");
  expect(stdout).toMatch(/^local +openai-compatible +own +yes +small +100,000 +0\.15 \/ 0\.6$/m);
  expect((await ketflow("models list")).stdout).toContain("ketflow/auto");
  expect((await ketflow("models router")).code).toBe(2);
  const router = routerOf(["small", "large"]);
  const inForce = await ketflow("models set-router r.json", { "r.json": JSON.stringify(router) });
  expect(inForce.stdout).toContain(String(router.contentHash));
  expect((await ketflow("models remove-router")).code).toBe(0);
  expect((await ketflow("models remove-provider local --json")).stdout).toContain('"deleted": true');
  expect(JSON.parse((await ketflow("models list --json")).stdout)).toEqual({ models: [] });
});
