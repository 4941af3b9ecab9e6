import { afterAll, beforeAll, expect, it } from "vitest";
import { ASK, type ChatWorld, openChatWorld } from "../chat/fixtures.ts";
import { ADMIN_KEY } from "../http/service.ts";
import { ketflow as run } from "./fake-world.ts";
import { scratch } from "./scratch.ts";

let world: ChatWorld;
beforeAll(async () => {
  world = await openChatWorld();
});
afterAll(async () => {
  await world?.service.close();
  await world?.upstream.close();
});

async function ketflow(line: string, files: Record<string, string> = {}) {
  const environment = { KETFLOW_URL: world.service.url, KETFLOW_API_KEY: ADMIN_KEY };
  return run(line.split(" "), { folder: scratch(files), environment });
}

it("begins, lists, shows and stops experiments, and tells outcomes", async () => {
  const body = { name: "cheaper", unit: "key", metric: "quality", arms: [{ name: "today" }, { name: "b", weight: 9 }] };
  const wrong = await ketflow("experiments create e.json", { "e.json": JSON.stringify({ ...body, unit: "x" }) });
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("e.json.unit: must be call, job, key, user")]);
  const made = await ketflow("experiments create e.json --json", { "e.json": JSON.stringify(body) });
  expect([made.code, JSON.parse(made.stdout)]).toEqual([
    ...[0, expect.objectContaining({ name: "cheaper", version: 1, status: "running" })],
  ]);
  const { headers } = await world.service.call("POST", "/v1/chat/completions", {
    body: { ...ASK, model: "ketflow/auto" },
  });
  const decision = headers.get("ketflow-decision") ?? "";
  for (const quality of ["2", "x", "-1"])
    expect((await ketflow(`experiments outcome ${decision} ${quality}`)).code).toBe(2);
  const told = await ketflow(`experiments outcome ${decision} 0.8`);
  expect([told.code, told.stdout]).toEqual([0, expect.stringMatching(/^evt_\w+ {2}0\.8 {2}cheaper, arm (today|b)$/m)]);
  const shown = await ketflow("experiments show cheaper");
  expect(shown.stdout).toMatch(/^(today|b) +1 +1 +100\.0 % +0\.0 % +0\.8 +[\d.]+ +25 +- +(first|open)$/m);
  expect((await ketflow("experiments show cheaper --version 2")).code).toBe(2);
  expect((await ketflow("experiments list")).stdout).toMatch(
    /^cheaper +1 +running +running +calls of ketflow\/auto +1 +today first, b open$/m,
  );
  expect((await ketflow("experiments stop cheaper")).stdout).toMatch(/^status +stopped \(asked\)$/m);
  const { experiments } = JSON.parse((await ketflow("experiments list --json")).stdout);
  expect(experiments).toMatchObject([
    { name: "cheaper", status: "stopped", results: [{ name: "today" }, { name: "b" }] },
  ]);
});

it("shows what became of calls", async () => {
  await world.service.call("POST", "/v1/chat/completions", { body: ASK });
  const { code, stdout } = await ketflow("analytics --by backend,model");
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/^\S+ +- +- +mock +small +\d+ +0 +[\d.]+ +[\d.]+ +\d+ +\S+ +-$/m),
  ]);
  expect(JSON.parse((await ketflow("analytics --json --bucket 1h")).stdout).rows[0]).toMatchObject({ backend: "mock" });
  const wrong = await ketflow("analytics --bucket 2h");
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("analytics.bucket")]);
});
