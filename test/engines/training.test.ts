import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Engines, loadEngines, type TrainingEnvironment, type TrainingOptions } from "ketflow/engines";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

interface Case {
  environment: TrainingEnvironment;
  options: TrainingOptions;
  episodes: number;
  meanReturn: number;
  sha256: string;
}

const { cases }: { cases: Case[] } = JSON.parse(
  readFileSync(new URL("../vectors/dqn/trainings.json", import.meta.url), "utf8"),
);
const CART = { name: "cart-pole" } as const;

let engines: Engines;
beforeAll(async () => {
  engines = await loadEngines({ threads: 1 });
});
afterAll(() => engines.close());

describe("a training", () => {
  it.each(cases.map((item, k) => [k, item] as const))("%i learns the bytes of the native build", async (_, item) => {
    const { environment, options, episodes, meanReturn, sha256 } = item;
    const trained = await engines.network.train(environment, options, { finalEpisodes: 3 });
    expect(createHash("sha256").update(trained.network).digest("hex")).toBe(sha256);
    expect([trained.episodes.length, trained.meanReturn, trained.steps]).toEqual([episodes, meanReturn, options.steps]);
    const state = new Array(trained.isOver && environment.name === "cart-pole" ? 4 : 3).fill(0.1);
    expect((await engines.network.forward(trained.network, { states: [state] })).result.argmax).toHaveLength(1);
  });

  it("is watched, stopped, and goes on from its checkpoint to the same bytes", async () => {
    const options = { seed: 5, steps: 3000, learningStarts: 200 };
    const whole = await engines.network.train(CART, options);
    const stop = new AbortController();
    const seen: number[] = [];
    let kept = new Uint8Array();
    const stopped = engines.network.train(CART, options, {
      signal: stop.signal,
      onProgress: ({ steps, episodes }) => {
        seen.push(episodes.length);
        if (steps > 300) stop.abort();
      },
      onCheckpoint: (bytes) => {
        kept = new Uint8Array(bytes);
      },
    });
    await expect(stopped).rejects.toMatchObject({
      code: "cancelled",
      message: expect.stringMatching(/after \d+ steps/),
    });
    expect(seen.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5);
    const resumed = await engines.network.resumeTraining(kept);
    expect(resumed).toEqual(whole);
  });

  it.each([
    [{ name: "pong" } as unknown as TrainingEnvironment, {}, /environment\.name/],
    [CART, { gamma: 2 }, /^gamma is 2; give 0 to 1$/],
    [CART, { hidden: [0] }, /^hidden is 0/],
    [CART, { bufferSize: 1e9 }, /^bufferSize is 1000000000: .* give at most/],
    [CART, { wings: 2 } as TrainingOptions, /options.*wings/],
  ])("%j with %j is refused with the reason", async (environment, options, message) => {
    await expect(engines.network.train(environment, options)).rejects.toThrow(message);
  });

  it("from bytes that were changed does not go on", async () => {
    const bytes = new TextEncoder().encode("KFDQN/1\0 and what is none");
    await expect(engines.network.resumeTraining(bytes)).rejects.toMatchObject({ code: "invalid-input" });
  });
});
