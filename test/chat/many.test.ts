import { Agent, request } from "node:http";
import { expect, it } from "vitest";
import { ADMIN_KEY, bodyOf } from "../http/service.ts";
import { ASK, chatWorld, MODEL, providerOf } from "./fixtures.ts";
import { routerOf } from "./router-fixture.ts";

it("answers 1,000 routed calls at once, each with its own event, and charges every one of them", async () => {
  const world = await chatWorld((upstream) => ({
    mock: providerOf(upstream, {
      timeoutMs: 60_000,
      models: ["small", "large"].map((name) => ({ ...MODEL, name, upstream: name })),
    }),
  }));
  const { service, upstream } = world;
  await bodyOf(service.call("PUT", "/v1/model-router", { body: routerOf(["small", "large"]) }));
  const agent = new Agent({ keepAlive: true });
  const body = JSON.stringify({ ...ASK, model: "ketflow/auto" });
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" };
  const ask = () =>
    new Promise<{ status: number; decision: string }>((resolve, reject) => {
      const sent = request(`${service.url}/v1/chat/completions`, { method: "POST", agent, headers }, (answer) => {
        answer.resume();
        const decision = String(answer.headers["ketflow-decision"]);
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, decision }));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  const answers = await Promise.all(Array.from({ length: 1000 }, ask));
  agent.destroy();
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(upstream.seen).toHaveLength(1000);
  const { events } = await bodyOf(service.call("GET", "/v1/audit?action=chat.complete&limit=1000"));
  expect(new Set(events.map(({ id }: { id: string }) => id))).toEqual(new Set(answers.map(({ decision }) => decision)));
  // 11 tokens in at 1 µUSD, 7 out at 2.
  expect((await bodyOf(service.call("GET", "/v1/usage"))).used.costMicroUsdToday).toBe(1000 * 25);
  expect(service.reported).toEqual([]);
}, 120_000);
