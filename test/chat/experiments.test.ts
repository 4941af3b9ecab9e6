import { expect, it, onTestFinished } from "vitest";
import { createClient } from "../../ts/client/client.ts";
import { armOf } from "../../ts/routing/experiments/arms.ts";
import { ADMIN_KEY, bodyOf, openTestService, type TestService } from "../http/service.ts";
import { ASK, type ChatWorld, chatWorld, MODEL, newestCall, providerOf } from "./fixtures.ts";
import { MATHS_PROMPT, routerOf } from "./router-fixture.ts";

const world = (): Promise<ChatWorld> =>
  chatWorld((upstream) => ({
    mock: providerOf(upstream, {
      // Other programs may want the machine, too.
      timeoutMs: 60_000,
      models: ["small", "large"].map((name, k) => {
        const price = { inputMicroUsd: 1_000_000 * (1 + 9 * k), outputMicroUsd: 0 };
        return { ...MODEL, name, upstream: `mock-${name}`, price };
      }),
    }),
  }));

const ARMS = [{ name: "today" }, { name: "large", weight: 3, route: { model: "large" } }];

async function begin({ service }: Pick<ChatWorld, "service">, change: object = {}) {
  const body = { name: "e", unit: "user", arms: ARMS, ...change };
  return bodyOf(service.call("POST", "/v1/experiments", { body }));
}

async function ask(service: TestService, user: string, change: object = {}) {
  return service.call("POST", "/v1/chat/completions", { body: { ...ASK, model: "ketflow/auto", user, ...change } });
}

const read = (service: TestService) => bodyOf(service.call("GET", "/v1/experiments/e"));

it("sends each user's calls the way of their arm, and says so in the event and nowhere else", async () => {
  const { service, upstream } = await world();
  const { arms } = await begin({ service });
  const users = Array.from({ length: 40 }, (_, k) => `user ${k}`);
  for (const user of users) {
    const answer = await ask(service, user);
    const arm = armOf("local/e/1", arms, user);
    expect([user, answer.headers.get("ketflow-model")]).toEqual([user, ["small@mock", "large@mock"][arm]]);
    const { detail } = await newestCall({ service } as ChatWorld);
    expect(detail.experiment).toEqual({
      ...{ name: "e", version: 1, arm: arms[arm].name, place: arm, unit: expect.stringMatching(/^[0-9a-f]{32}$/) },
    });
    expect(JSON.stringify(detail)).not.toContain(user);
  }
  const large = users.filter((user) => armOf("local/e/1", arms, user) === 1).length;
  const { results } = await read(service);
  // 11 tokens in at 1 and at 10 µUSD.
  expect(results).toMatchObject([
    { assigned: 40 - large, calls: 40 - large, success: 1, errorRate: 0, costMicroUsd: 11, quality: null },
    { assigned: large, calls: large, success: 1, errorRate: 0, costMicroUsd: 110, verdict: "open" },
  ]);
  expect(upstream.seen).toHaveLength(40);
  expect(service.reported).toEqual([]);
});

it("counts what callers tell, by user and once, and streams as other calls", async () => {
  const { service } = await world();
  await begin({ service }, { metric: "quality" });
  const one = await ask(service, "ada", { stream: true });
  expect(one.text).toMatch(/\[DONE\]\n\n$/);
  const decisions = [one, await ask(service, "ada"), await ask(service, "ada")].map(
    ({ headers }) => headers.get("ketflow-decision") ?? "",
  );
  const tell = (decision: string | undefined, quality: number) =>
    service.call("PUT", `/v1/decisions/${decision}/outcome`, { body: { quality } });
  const told = await tell(decisions[0], 1);
  const ada = { name: "e", version: 1, arm: expect.any(String) };
  expect([told.status, told.body]).toEqual([
    200,
    { decision: decisions[0], quality: 1, at: expect.any(String), by: expect.any(String), experiment: ada },
  ]);
  expect(await tell(decisions[0], 1)).toMatchObject({ status: 200, body: told.body });
  expect(await tell(decisions[0], 0.5)).toMatchObject({ status: 409 });
  expect((await tell(decisions[1], 0)).status).toBe(200);
  const { results } = await read(service);
  const [counted] = results.filter(({ calls }: { calls: number }) => calls > 0);
  expect(counted).toMatchObject({ calls: 3, assigned: 1, quality: 0.5, qualityUnits: 1, success: 1 });
  const { events } = await bodyOf(service.call("GET", `/v1/audit?action=outcome.record`));
  expect(events.map(({ subject, leafIndex }: Record<string, unknown>) => [subject, leafIndex])).toEqual([
    [decisions[1], null],
    [decisions[0], null],
  ]);
  for (const wrong of ["evt_00000000000000000000000000", "job_x", events[0].id])
    expect((await tell(wrong, 1)).status).toBe(404);
  expect(await tell(decisions[2], 1.5)).toMatchObject({
    status: 400,
    body: { detail: expect.stringContaining("body.quality") },
  });
});

it("lists page by page, through the client as well, and refuses what is no cursor", async () => {
  const { service } = await world();
  for (const name of ["one", "two", "three"]) await begin({ service }, { name, calls: name });
  const page = await bodyOf(service.call("GET", "/v1/experiments?limit=2"));
  expect(page).toMatchObject({ experiments: [{}, {}], next: expect.any(String) });
  const rest = await bodyOf(service.call("GET", `/v1/experiments?limit=2&cursor=${page.next}`));
  expect(rest).toMatchObject({ experiments: [{}], next: null });
  const names = [...page.experiments, ...rest.experiments].map(({ name }: { name: string }) => name);
  const { experiments } = createClient({ url: service.url, apiKey: ADMIN_KEY });
  const all: string[] = [];
  for await (const { name } of experiments.list({ limit: 1 })) all.push(name);
  expect([all, [...names].sort()]).toEqual([names, ["one", "three", "two"]]);
  for (const query of ["cursor=x", "cursor=1.", "cursor=1.A", "limit=0", "limit=1001", "page=2"])
    expect([query, (await service.call("GET", `/v1/experiments?${query}`)).status]).toEqual([query, 400]);
});

it("answers by today's route where an arm's model is down, counts that as the arm's error, and stops", async () => {
  const { service, upstream } = await world();
  await begin(
    { service },
    { unit: "call", guardRails: { errorRate: 0.05 }, arms: [ARMS[0], { ...ARMS[1], weight: 1 }] },
  );
  upstream.fault({ status: 500 }, "mock-large");
  const statuses = new Set<number>();
  let calls = 0;
  for (; calls < 600; calls += 40) {
    for (const { status } of await Promise.all(Array.from({ length: 40 }, () => ask(service, "ada"))))
      statuses.add(status);
    if ((await read(service)).status === "stopped") break;
  }
  expect(statuses).toEqual(new Set([200]));
  const { status, stopCause, results } = await read(service);
  expect([status, stopCause, results[1].verdict, results[1].broken]).toEqual([
    ...["stopped", "guard-rail", "harmful", ["errorRate"]],
  ]);
  expect(results).toMatchObject([{ errorRate: 0 }, { errorRate: 1, success: 0 }]);
  const sent = upstream.seen.length;
  await ask(service, "ada");
  expect(upstream.seen.slice(sent).map(({ body }) => body.model)).toEqual(["mock-small"]);
});

it("ranks by the arm's router and collapse", async () => {
  const { service } = await world();
  const { contentHash } = await bodyOf(service.call("PUT", "/v1/model-router", { body: routerOf(["small", "large"]) }));
  await bodyOf(service.call("DELETE", "/v1/model-router"));
  await bodyOf(
    service.call("PUT", "/v1/policy", {
      body: { routing: { allowExternal: true, allowPriced: true, costQualityLambda: 0.1 } },
    }),
  );
  const modelOf = async (route: object) => {
    // Whoever asks is in the second arm.
    await begin(
      { service },
      {
        unit: "key",
        arms: [
          { name: "a", weight: 0.001 },
          { name: "b", weight: 1000, route },
        ],
      },
    );
    const messages = [{ role: "user", content: MATHS_PROMPT }];
    const { headers } = await ask(service, "ada", { messages });
    expect((await newestCall({ service } as ChatWorld)).detail.experiment.arm).toBe("b");
    await bodyOf(service.call("POST", "/v1/experiments/e:stop"));
    return headers.get("ketflow-model");
  };
  expect(await modelOf({})).toBe("small@mock");
  expect(await modelOf({ router: contentHash })).toBe("large@mock");
  expect(await modelOf({ router: contentHash, collapse: "best-score" })).toBe("large@mock");
  expect(await modelOf({ router: contentHash, collapse: "cheapest" })).toBe("small@mock");
  expect(await modelOf({ router: contentHash, costQualityLambda: 1 })).toBe("small@mock");
  expect(
    (
      await service.call("POST", "/v1/experiments", {
        body: { name: "f", unit: "key", arms: [{ name: "a" }, { name: "b", route: { router: "0".repeat(64) } }] },
      })
    ).status,
  ).toBe(409);
});

it("goes on after a restart where it stood", async () => {
  const { service, upstream } = await world();
  await begin({ service });
  for (const user of ["ada", "bob", "eve"]) await ask(service, user);
  const before = await read(service);
  await service.stop();
  const again = await openTestService({ ...service.place, modelOrigins: [upstream.url] });
  onTestFinished(() => again.close());
  expect(await read(again)).toEqual(before);
  await ask(again, "joe");
  const count = ({ results }: { results: { assigned: number }[] }) =>
    results.reduce((sum, { assigned }) => sum + assigned, 0);
  expect(count(await read(again))).toBe(4);
});
