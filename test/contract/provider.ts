import { describe, expect, it } from "vitest";
import { utf8 } from "../../ts/core/bytes.ts";
import { AppError } from "../../ts/core/errors.ts";
import { BackendDescription } from "../../ts/models/backend.ts";
import type { CircuitEstimate, CircuitOptions } from "../../ts/models/circuit.ts";
import type { Work } from "../../ts/models/work.ts";
import type { JobRunner } from "../../ts/providers/embedded.ts";
import type { Provider, ProviderJob } from "../../ts/providers/provider.ts";
import { fakeRun } from "../jobs/fixtures.ts";
import { SHAPE } from "../routing/cases.ts";

/** An engine that keeps what it was asked, and answers as it is told. */
export interface FakeEngine extends JobRunner {
  readonly calls: Parameters<JobRunner["run"]>[];
}

export function fakeEngine(answer: JobRunner["run"] = answerRun): FakeEngine {
  const calls: FakeEngine["calls"] = [];
  return {
    calls,
    run(...call) {
      calls.push(call);
      return answer(...call);
    },
  };
}

const SOURCE = utf8("qubit q; h q;");

const answerRun: JobRunner["run"] = async (type, _input, { seed, signal: _, onProgress: __, ...options }) =>
  fakeRun({ type, format: "openqasm3", source: SOURCE, options, seed });

const JOB: ProviderJob = {
  ...{ type: "circuit", format: "openqasm3", source: SOURCE, options: { shots: 100 }, seed: 5 },
};

const ESTIMATE: CircuitEstimate = {
  ...{ qubits: 1, bytes: 32, passes: 1, amplitudeUpdates: 2, method: "statevector", shape: SHAPE },
};
const work = (options: CircuitOptions): Work => ({ type: "circuit", options, estimate: ESTIMATE });

const unstopped = (): { signal: AbortSignal } => ({ signal: new AbortController().signal });

/**
 * What every provider has to do.
 *
 * @param create with everything as it is by default, and what it needs to run a circuit; a provider of a device is given a stand-in
 *   for its connection that asks this engine
 */
export function describeProvider(name: string, create: (engine: JobRunner) => Provider): void {
  describe(`${name}: the contract of a provider`, () => {
    it("describes itself as the API shows it, with nothing that JSON would lose", () => {
      const description = create(fakeEngine()).describe();
      expect(BackendDescription.safeParse(description)).toEqual({ success: true, data: description });
      expect(JSON.parse(JSON.stringify(description))).toEqual(description);
      expect(description.jobTypes.length).toBeGreaterThan(0);
      expect(new Set(description.options).size).toBe(description.options.length);
    });

    it("is of one kind, which nobody can take for another", () => {
      const { id, name: title, kind, simulated, external, region, price } = create(fakeEngine()).describe();
      expect(id.startsWith("mock-"), "mocks, and they alone, are called so").toBe(kind === "mock");
      if (kind === "mock") expect([simulated, external, /\bmock\b/i.test(title)]).toEqual([true, false, true]);
      if (kind === "embedded") {
        expect([external, region]).toEqual([false, "local"]);
        expect(price).toEqual({ perTaskMicroUsd: 0, perShotMicroUsd: 0 });
      }
    });

    it("stays who it is over its runs", async () => {
      const provider = create(fakeEngine());
      const { id, kind, simulated } = provider.describe();
      await provider.run(JOB, unstopped());
      expect(provider.describe()).toMatchObject({ id, kind, simulated });
    });

    it("predicts a time with its variance, the same each time, and never less for more shots", () => {
      const provider = create(fakeEngine());
      const means = [1, 100, 10_000].map((shots) => {
        const predicted = provider.predict(work({ shots }));
        expect(provider.predict(work({ shots }))).toEqual(predicted);
        for (const value of Object.values(predicted)) expect(value).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(predicted.meanMs + predicted.varianceMs2)).toBe(true);
        return predicted.meanMs;
      });
      expect([...means].sort((a, b) => a - b)).toEqual(means);
      expect(provider.predict(work({})).meanMs).toBeGreaterThanOrEqual(means[0] ?? 0);
    });

    it("runs the job once, with its seed and its options, and gives the result as it came", async () => {
      const engine = fakeEngine();
      const job = structuredClone(JOB);
      const given: unknown[] = [];
      const answer = await create({
        async run(...call) {
          given.push(await engine.run(...call));
          return given[0] as Awaited<ReturnType<JobRunner["run"]>>;
        },
      }).run(job, unstopped());
      expect(engine.calls).toHaveLength(1);
      expect(engine.calls[0]?.slice(0, 2)).toEqual([JOB.type, { format: JOB.format, source: JOB.source }]);
      expect(engine.calls[0]?.[2]).toMatchObject({ shots: 100, seed: 5 });
      expect(answer).toBe(given[0]);
      expect(job).toEqual(JOB);
    });

    it("predicts or refuses every type of job, and runs none that it does not take", async () => {
      const provider = create(fakeEngine());
      const model = { variables: 3, couplings: 2, bytes: 500, operations: 1000, method: "anneal" } as const;
      const predicted = provider.predict({ type: "anneal", options: {}, estimate: model });
      expect(Number.isFinite(predicted.meanMs + predicted.varianceMs2)).toBe(true);
      const job: ProviderJob = { ...JOB, type: "anneal", format: "coo", options: { reads: 3 } };
      const run = provider.run(job, unstopped());
      if (provider.describe().jobTypes.includes("anneal")) await run;
      else await expect(run).rejects.toMatchObject({ code: "unsupported" });
    });

    it("gives the same bytes for the same job, and others for another seed", async () => {
      const provider = create(fakeEngine());
      const hashes = await Promise.all(
        [5, 5, 6].map(async (seed) => (await provider.run({ ...JOB, seed }, unstopped())).resultHash),
      );
      expect(hashes[1]).toBe(hashes[0]);
      expect(hashes[2]).not.toBe(hashes[0]);
    });

    it("tells how far it is", async () => {
      const seen: unknown[] = [];
      const engine = fakeEngine((type, input, options) => {
        options.onProgress?.({ done: 1, total: 2 });
        return answerRun(type, input, options);
      });
      await create(engine).run(JOB, { ...unstopped(), onProgress: (progress) => seen.push(progress) });
      expect(seen).toEqual([{ done: 1, total: 2 }]);
    });

    it("starts nothing for a job that is cancelled already", async () => {
      const engine = fakeEngine();
      const run = create(engine).run(JOB, { signal: AbortSignal.abort() });
      await expect(run).rejects.toMatchObject({ code: "cancelled" });
      expect(engine.calls).toEqual([]);
    });

    it("ends what runs when it is cancelled", async () => {
      const abort = new AbortController();
      const engine = fakeEngine(
        (_type, _input, { signal }) =>
          new Promise((_resolve, reject) => {
            signal?.addEventListener("abort", () => reject(new AppError("cancelled", "stopped")), { once: true });
            abort.abort();
          }),
      );
      await expect(create(engine).run(JOB, { signal: abort.signal })).rejects.toMatchObject({ code: "cancelled" });
    });

    it.each([
      new AppError("invalid-input", "no gate 'foo'", { line: 3, column: 1 }),
      new AppError("too-large", "needs 40 qubits"),
      new AppError("engine-failure", "the worker died"),
      new Error("a fault of ours"),
    ])("passes on what went wrong: $message", async (error) => {
      const provider = create(fakeEngine(() => Promise.reject(error)));
      await expect(provider.run(JOB, unstopped())).rejects.toBe(error);
      // It is as good as before.
      await expect(provider.run(JOB, unstopped())).rejects.toBe(error);
    });
  });
}
