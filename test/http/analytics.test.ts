import { expect, it, onTestFinished } from "vitest";
import { AnalyticsSnapshot, type AnalyticsView } from "../../ts/models/analytics.ts";
import { ASK, type ChatWorld, chatWorld, MODEL, providerOf } from "../chat/fixtures.ts";
import { MATHS_PROMPT, routerOf } from "../chat/router-fixture.ts";
import { runJob } from "./event-streams.ts";
import { ADMIN_KEY, bodyOf, openTestService, type TestService } from "./service.ts";

const world = (): Promise<ChatWorld> =>
  chatWorld((upstream) => ({
    mock: providerOf(upstream, {
      // Other programs may want the machine, too.
      timeoutMs: 60_000,
      models: ["small", "large"].map((name) => ({ ...MODEL, name, upstream: `mock-${name}` })),
    }),
  }));

const read = (service: TestService, query = "bucket=all"): Promise<AnalyticsView> =>
  bodyOf(service.call("GET", `/v1/analytics?${query}`));

it("is fed by calls and by jobs, with what the router expected and what callers told", async () => {
  const { service, upstream } = await world();
  await bodyOf(service.call("PUT", "/v1/model-router", { body: routerOf(["small", "large"]) }));
  const policy = { routing: { allowExternal: true, allowPriced: true, costQualityLambda: 0.1 } };
  await bodyOf(service.call("PUT", "/v1/policy", { body: policy }));
  const ask = (model: string) =>
    service.call("POST", "/v1/chat/completions", {
      body: { ...ASK, model, messages: [{ role: "user", content: MATHS_PROMPT }] },
    });
  const { ketflow } = await bodyOf(ask("ketflow/auto"));
  await bodyOf(service.call("PUT", `/v1/decisions/${ketflow.decision}/outcome`, { body: { quality: 0.5 } }));
  upstream.fault({ status: 500 }, "mock-large");
  await ask("ketflow/auto");
  await ask("large");
  await runJob(service);
  const { rows, alerts, experiments } = await read(service);
  expect([alerts, experiments]).toEqual([[], []]);
  const told = rows.map(({ source, strategy, backend, model, count, errors }) =>
    [source, strategy, backend, model, count, errors].join(" "),
  );
  expect(told.sort()).toEqual([
    "chat learned mock large 1 0",
    "chat learned mock small 1 0",
    "chat named mock large 1 1",
    "job balanced/best-score embedded circuit 1 0",
  ]);
  const [large, small, , job] = [0, 1, 2, 3].map((k) =>
    rows.find((row) => told[k]?.startsWith([row.source, row.strategy, row.backend, row.model].join(" "))),
  );
  // The router knows that large is right and small is wrong.
  expect(large).toMatchObject({ costMicroUsd: 25, quality: { n: 1, mean: 0.5 }, regret: { n: 1, mean: 0 } });
  expect(large?.calibration?.bins).toEqual([{ n: 1, predicted: expect.closeTo(0.95, 0), observed: 0.5 }]);
  expect(small?.regret?.mean).toBeGreaterThan(0.5);
  expect(small?.latencyMs?.p50).toBeGreaterThan(0);
  expect(job?.runTime?.[0]?.n).toBe(1);
  expect([job?.calibration, job?.costMicroUsd]).toEqual([null, 0]);
  expect(await read(service, "bucket=1h&by=source")).toMatchObject({
    rows: [
      { source: "chat", count: 3 },
      { source: "job", count: 1 },
    ],
  });
  for (const wrong of ["bucket=2h", "by=tenant", "from=yesterday"])
    expect([wrong, (await service.call("GET", `/v1/analytics?${wrong}`)).status]).toEqual([wrong, 400]);
  expect(service.reported).toEqual([]);
});

it("tells calls that an earlier answer answered from those that a back end did", async () => {
  const { service } = await world();
  for (let k = 0; k < 3; k++)
    await bodyOf(service.call("POST", "/v1/chat/completions", { body: { ...ASK, temperature: 0 } }));
  const { rows } = await read(service);
  expect(
    rows.map(({ strategy, backend, model, count, costMicroUsd }) => [strategy, backend, model, count, costMicroUsd]),
  ).toEqual([
    ["named", "mock", "small", 1, 25],
    ["reused", "mock", "small", 2, 0],
  ]);
});

it("shows running experiments, and all that it counted after a restart", async () => {
  const { service, upstream } = await world();
  await bodyOf(
    service.call("POST", "/v1/experiments", { body: { name: "e", unit: "key", arms: [{ name: "a" }, { name: "b" }] } }),
  );
  const auto = { ...ASK, model: "ketflow/auto" };
  const { ketflow } = await bodyOf(service.call("POST", "/v1/chat/completions", { body: auto }));
  await bodyOf(service.call("PUT", `/v1/decisions/${ketflow.decision}/outcome`, { body: { quality: 0.5 } }));
  const before = await read(service);
  expect(before.rows).toMatchObject([{ strategy: "experiment", count: 1, quality: { n: 1, mean: 0.5 } }]);
  expect(before.experiments).toMatchObject([
    { name: "e", version: 1, status: "running", arms: [{ name: "a" }, { name: "b" }] },
  ]);
  expect(before.experiments[0]?.arms.map(({ assigned }) => assigned).sort()).toEqual([0, 1]);
  await bodyOf(service.call("POST", "/v1/chat/completions", { body: ASK }));
  await service.stop();
  const again = await openTestService({ ...service.place, modelOrigins: [upstream.url] });
  onTestFinished(() => again.close());
  const { rows, experiments } = await read(again, "bucket=all&by=source");
  expect([rows.map(({ count }) => count), experiments]).toEqual([[2], before.experiments]);
});

it("is followed live, and ends when its key does", async () => {
  const { service } = await world();
  const { key, id } = await bodyOf(service.call("POST", "/v1/keys", { body: { name: "k", role: "member" } }));
  const answer = await fetch(`${service.url}/v1/analytics/events`, { headers: { authorization: `Bearer ${key}` } });
  expect(answer.headers.get("content-type")).toBe("text/event-stream");
  const frames = framesOf(answer);
  expect(AnalyticsSnapshot.parse((await frames.next()).value?.data).rows).toEqual([]);
  await bodyOf(service.call("POST", "/v1/chat/completions", { token: ADMIN_KEY, body: ASK }));
  const { event, data } = (await frames.next()).value ?? {};
  expect([event, AnalyticsSnapshot.parse(data).rows.map(({ count, model }) => [count, model])]).toEqual([
    "rows",
    [[1, "small"]],
  ]);
  await service.call("DELETE", `/v1/keys/${id}`);
  expect((await frames.next()).value).toEqual({ event: "end", data: { reason: "key-not-valid" } });
  expect((await frames.next()).done).toBe(true);
});

async function* framesOf({ body }: Response): AsyncGenerator<{ event: string; data: unknown }, void> {
  let rest = "";
  for await (const bytes of body ?? []) {
    rest += Buffer.from(bytes).toString();
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(rest.slice(0, end)) ?? [];
      rest = rest.slice(end + 2);
      if (event !== undefined) yield { event, data: JSON.parse(data ?? "") };
    }
  }
}
