import { afterAll, expect, it } from "vitest";
import { AppError } from "../../ts/core/errors.ts";
import { createJobs } from "../../ts/jobs/jobs.ts";
import { createPolicyPreview } from "../../ts/jobs/policy-preview.ts";
import { parseTenantPolicy } from "../../ts/models/policy.ts";
import { ALICE, BELL_BODY, BOB, createFolders, fakeProvider, fakeRoute, fakeServices, openStore } from "./fixtures.ts";

const folders = createFolders();
afterAll(() => folders.clean());

it("a policy preview decides the tenant's latest jobs under both policies, and stores nothing", async () => {
  const store = await openStore(folders.next());
  const qpu = fakeProvider("qpu", undefined, { kind: "mock", price: { perTaskMicroUsd: 40, perShotMicroUsd: 0 } });
  const services = fakeServices(store, [fakeProvider("embedded"), qpu]);
  const jobs = createJobs(services, { worker: "w", concurrency: 1 });
  const free = await jobs.submit(ALICE, BELL_BODY);
  const priced = await jobs.submit(ALICE, { ...BELL_BODY, target: "qpu" });
  await jobs.submit(BOB, BELL_BODY);
  const preview = createPolicyPreview({
    store,
    clock: () => 0,
    providers: services.providers,
    policyOf: () => parseTenantPolicy({}),
    decideUnder: (policyOf) => async (question) => {
      const { backends = ["embedded", "qpu"] } = policyOf(question.tenant).routing;
      const target = question.request.target === "auto" ? (backends[0] ?? "") : question.request.target;
      if (!backends.includes(target)) throw new AppError("no-backend", `${target} is not allowed`);
      return fakeRoute([target], { qpu: 40 });
    },
  });
  const proposed = parseTenantPolicy({ routing: { backends: ["embedded"] }, approvals: [{ approvers: 1 }] });
  const before = [await store.newestEvent(ALICE), await store.log.size()];
  const verdict = { costMicroUsd: 0, planned: false, approvals: 0, reason: null };
  expect(await preview(ALICE, proposed, 10)).toEqual({
    changed: 2,
    jobs: [
      {
        ...{ id: priced.id, changed: true },
        present: { ...verdict, chosen: "qpu", costMicroUsd: 40, planned: true },
        proposed: { ...verdict, chosen: null, reason: "qpu is not allowed" },
      },
      {
        ...{ id: free.id, changed: true },
        present: { ...verdict, chosen: "embedded" },
        proposed: { ...verdict, chosen: "embedded", approvals: 1 },
      },
    ],
  });
  expect(await preview(ALICE, parseTenantPolicy({}), 1)).toMatchObject({ changed: 0, jobs: [{ id: priced.id }] });
  expect([await store.newestEvent(ALICE), await store.log.size()]).toEqual(before);
  await store.close();
});
