import { expect, it, onTestFinished } from "vitest";
import type { TenantId } from "../../ts/core/ids.ts";
import { ORIGIN } from "../identity/fixtures.ts";
import { BELL_BODY } from "../jobs/fixtures.ts";
import { makeKey, openTestService } from "./service.ts";

it("one person cannot become two to approve what they asked for", async () => {
  const keys = new Map<string, { id: string; token: string }>();
  const service = await openTestService({}, async (access) => {
    await access.tenants.create({ id: "acme" as TenantId }, ORIGIN);
    for (const owner of ["ada", "grace"]) keys.set(owner, await makeKey(access, "acme", "operator", { owner }));
  });
  onTestFinished(() => service.close());
  const { token: ada = "" } = keys.get("ada") ?? {};
  const { token: grace = "", id: keyOfGrace } = keys.get("grace") ?? {};
  const post = (target: string, body: unknown, token: string) => service.call("POST", target, { body, token });

  const policy = { dryRun: "always", approvals: [{ approvers: 1 }] };
  expect((await service.call("PUT", "/v1/policy", { body: policy, token: ada })).status).toBe(200);
  const { body: planned } = await post("/v1/jobs", BELL_BODY, ada);
  const { planHash } = planned.plan;
  expect((await post(`/v1/jobs/${planned.id}:execute`, { planHash }, ada)).body.status).toBe("awaiting-approval");
  const approve = async (token: string) => (await post(`/v1/jobs/${planned.id}:approve`, undefined, token)).status;

  const another = await post("/v1/keys", { name: "another", role: "operator" }, ada);
  expect([another.status, another.body.owner]).toEqual([201, "ada"]);
  for (const token of [ada, another.body.key]) expect(await approve(token)).toBe(403);
  for (const owner of ["bob", "grace"])
    expect((await post("/v1/keys", { name: "mask", role: "operator", owner }, ada)).status).toBe(403);
  expect((await post(`/v1/keys/${keyOfGrace}:rotate`, {}, ada)).status).toBe(403);
  expect(await approve(grace)).toBe(202);
});
