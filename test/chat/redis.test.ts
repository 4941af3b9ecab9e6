import { createClient } from "@redis/client";
import { describe, expect, it, onTestFinished } from "vitest";
import { NO_REDIS, redisServer } from "../cache/redis-server.ts";
import { openTestService } from "../http/service.ts";
import { ASK, type ChatWorld, clientOf, openChatWorld } from "./fixtures.ts";
import { MOCK_TEXT } from "./mock-upstream.ts";

const SAME = { ...ASK, temperature: 0 };
const ask = async ({ client }: Pick<ChatWorld, "client">) => {
  const { data, response } = await client.chat.completions.create(SAME).withResponse();
  expect(data.choices[0]?.message.content).toBe(MOCK_TEXT);
  return response.headers.get("cache-status");
};
const metric = async ({ service }: Pick<ChatWorld, "service">, name: string): Promise<number> => {
  const { text } = await service.call("GET", "/metrics");
  return Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${name} `))
      ?.split(" ")[1],
  );
};

async function world(redisUrl: string | undefined): Promise<ChatWorld> {
  const opened = await openChatWorld(undefined, { redisUrl });
  onTestFinished(async () => {
    await opened.service.close();
    await opened.upstream.close();
  });
  return opened;
}

describe.skipIf(NO_REDIS !== undefined)(`a real Redis${NO_REDIS === undefined ? "" : ` (${NO_REDIS})`}`, () => {
  it("keeps answers over a restart, whose memory begins with the most used", async () => {
    const { url } = await redisServer();
    const first = await world(url);
    const { upstream, service } = first;
    expect([await ask(first), await ask(first)]).toEqual(["ketflow; fwd=miss", "ketflow; hit"]);
    await service.stop();
    const again = await openTestService({ ...service.place, redisUrl: url, modelOrigins: [upstream.url] });
    onTestFinished(() => again.stop());
    const second = { service: again, client: clientOf(again) };
    await expect.poll(() => metric(second, "ketflow_answers_kept")).toBe(1);
    expect(await ask(second)).toBe("ketflow; hit");
    expect(await metric(second, 'ketflow_answers_lookups_total{result="memory"}')).toBe(1);
    expect(upstream.seen).toHaveLength(1);
  });

  it("an entry that somebody changed there is dropped, counted, and asked for again", async () => {
    const { url } = await redisServer();
    const first = await world(url);
    const { upstream, service } = first;
    await ask(first);
    await service.stop();
    const redis = await createClient({ url }).connect();
    onTestFinished(() => redis.destroy());
    const names = await redis.keys("ketflow:*");
    expect(names).toHaveLength(1);
    await redis.set(names[0] ?? "", "an answer of mine");
    const again = await openTestService({ ...service.place, redisUrl: url, modelOrigins: [upstream.url] });
    onTestFinished(() => again.stop());
    const second = { service: again, client: clientOf(again) };
    expect(await ask(second)).toBe("ketflow; fwd=miss");
    expect(await metric(second, 'ketflow_answers_dropped_total{reason="damaged"}')).toBe(1);
    expect(await ask(second)).toBe("ketflow; hit");
    expect(again.reported).toEqual([]);
  });

  it.each(["killed", "frozen"])(
    "when it is %s, memory goes on within the deadline, and metrics say so",
    async (how) => {
      const redis = await redisServer();
      const opened = await world(redis.url);
      const without = await world(undefined);
      await ask(opened);
      await ask(without);
      // A command that other programs delay for longer than its deadline rests Redis for five seconds: then the next call tries.
      let seed = 100;
      const isUp = async (): Promise<number> => {
        await opened.client.chat.completions.create({ ...SAME, seed: seed++ });
        return metric(opened, "ketflow_redis_up");
      };
      await expect.poll(isUp, { timeout: 15_000 }).toBe(1);
      if (how === "killed") await redis.kill();
      else redis.freeze();
      const timed = async ({ client }: Pick<ChatWorld, "client">, seed: number): Promise<number> => {
        const startedAt = performance.now();
        await client.chat.completions.create({ ...SAME, seed });
        return performance.now() - startedAt;
      };
      // In turns with a service that has no Redis, so that what the machine does besides happens to both.
      const later: number[] = [];
      for (let k = 0; k < 20; k++) later.push((await timed(opened, k)) - (await timed(without, k)));
      // Each of them misses the memory and would ask Redis; one deadline of 100 ms is all that it may cost.
      expect(later.filter((ms) => ms > 50).length).toBeLessThanOrEqual(10);
      expect(await metric(opened, "ketflow_redis_up")).toBe(0);
      expect(await ask(opened)).toBe("ketflow; hit");
      if (how === "frozen") redis.thaw();
      expect(opened.service.reported).toEqual([]);
    },
  );

  it("that is not there yet stops no start", async () => {
    const opened = await world("redis://127.0.0.1:1");
    expect([await ask(opened), await ask(opened)]).toEqual(["ketflow; fwd=miss", "ketflow; hit"]);
    expect(await metric(opened, "ketflow_redis_up")).toBe(0);
  });
});

it("a URL that is none stops the start, and is not quoted", async () => {
  await expect(openTestService({ redisUrl: "secret" })).rejects.toThrow(/^redisUrl: is no URL such as/);
});
