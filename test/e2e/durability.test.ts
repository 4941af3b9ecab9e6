import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { fromUtf8 } from "../../ts/core/bytes.ts";
import type { Store } from "../../ts/jobs/store.ts";
import { FINAL_STATES } from "../../ts/models/job.ts";
import { ALICE, createFolders, openStore, submission } from "../jobs/fixtures.ts";

const service = fileURLToPath(new URL("./durable-service.mjs", import.meta.url));
const folders = createFolders();
afterAll(() => folders.clean());

/** Deterministic, so that a failing run can be repeated: the fraction of `index` in the golden-ratio sequence. */
const spread = (index: number): number => (index * 0.6180339887498949) % 1;

/** Runs the service until `delayMs` after it printed its first line, kills it, and gives what it printed. */
async function runAndKill(folder: string, delayMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [service, folder, "100000"], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    if (output === "") setTimeout(() => child.kill("SIGKILL"), delayMs);
    output += text;
  });
  const [, signal] = await once(child, "close");
  expect(signal).toBe("SIGKILL");
  return output.split("\n").slice(0, -1);
}

async function everyJob(store: Store) {
  const found = [];
  let cursor: string | undefined;
  do {
    const page = await store.list(ALICE, { limit: 1000, cursor });
    found.push(...page.jobs);
    cursor = page.next;
  } while (cursor !== undefined);
  return found;
}

describe("kill −9", () => {
  const ROUNDS = 25;
  it(`at ${ROUNDS} points loses nothing that was accepted, and every job ends once`, async () => {
    const folder = folders.next();
    const accepted = new Set<string>();
    const finals = new Map<string, string>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const line of await runAndKill(folder, 1 + 60 * spread(round))) {
        const [word, id = "", status = ""] = line.split(" ");
        expect(["accepted", "final"]).toContain(word);
        if (word === "accepted") accepted.add(id);
        if (word !== "final") continue;
        expect(finals.has(id), `${id} ended twice`).toBe(false);
        finals.set(id, status);
      }
    }
    expect(accepted.size).toBeGreaterThan(ROUNDS);

    // What was committed before a kill came between commit and print is there, too: so ⊇.
    const store = await openStore(folder);
    const left = new Map((await everyJob(store)).map((job) => [job.id as string, job]));
    for (const id of accepted) expect(left.has(id), `${id} was accepted and is gone`).toBe(true);
    for (const [id, status] of finals) expect(left.get(id)?.status).toBe(status);
    const interrupted = [...left.values()].filter(({ attempts }) => attempts.some(({ end }) => end === "lost"));
    expect(interrupted.length, "no kill hit a running job").toBeGreaterThan(0);
    await store.close();

    // One more process ends the rest.
    const last = spawn(process.execPath, [service, folder, "0"], { stdio: ["ignore", "pipe", "inherit"] });
    const unfinished = new Set(
      [...left.values()].filter(({ status }) => !FINAL_STATES.has(status)).map(({ id }) => id as string),
    );
    last.stdout.setEncoding("utf8");
    let rest = "";
    while (unfinished.size > 0) {
      rest += String((await once(last.stdout, "data"))[0]);
      for (const line of rest.split("\n").slice(0, -1)) unfinished.delete(line.split(" ")[1] ?? "");
      rest = rest.slice(rest.lastIndexOf("\n") + 1);
    }
    last.kill("SIGKILL");
    await once(last, "close");

    const after = await openStore(folder);
    const done = await everyJob(after);
    const leaves = (await after.log.leaves(0, 1_000_000)).map(fromUtf8);
    expect(
      done.filter(({ status }) => status !== "succeeded").map(({ id, status, error }) => ({ id, status, error })),
    ).toEqual([]);
    expect(leaves.length).toBe(done.length);
    expect(done.map((job) => leaves[job.leafIndex ?? -1])).toEqual(done.map(({ id }) => id));
    const events = await after.events(ALICE, 0, 1_000_000);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, k) => k + 1));
    expect(events.filter(({ kind }) => kind === "succeeded").length).toBe(done.length);
    for (const job of done) await expect(after.result(job)).resolves.toBeInstanceOf(Uint8Array);
    await after.close();
  });
});

describe("strace", () => {
  const missing = process.env.KETFLOW_REQUIRE === undefined && spawnSync("strace", ["-V"]).status !== 0;
  if (missing) console.log("skipped: strace is not installed");

  it.skipIf(missing)("shows that the WAL is synced between its last write and the answer", () => {
    const folder = folders.next();
    const trace = join(folders.next(), "trace");
    const calls = "trace=write,pwrite64,pwritev,fsync,fdatasync";
    // Whole pages, so that the job is seen in the one that it is written in.
    const args = ["-f", "-y", "-s", "5000", "-e", calls, "-o", trace, process.execPath, service, folder, "3"];
    // The service runs until it is told to stop: strace ends it when the time is over.
    spawnSync("strace", args, { timeout: 15_000, killSignal: "SIGKILL", stdio: "ignore" });
    const made = systemCalls(readFileSync(trace, "utf8"));
    const answers = made.filter(({ text }) => /^write\(1<.*"accepted job_/.test(text));
    expect(answers).toHaveLength(3);
    for (const answer of answers) {
      const id = /accepted (job_\w+)/.exec(answer.text)?.[1] ?? "";
      const written = made.find(({ text }) => /^pwrite\w*\(\d+<[^>]*ketflow\.db-wal>/.test(text) && text.includes(id));
      expect(written, `${id} is written to the WAL`).toBeDefined();
      const synced = made.some(
        ({ text, begin, end }) =>
          /^f(data)?sync\(\d+<[^>]*ketflow\.db-wal>.*= 0$/.test(text) &&
          begin > Number(written?.end) &&
          end < answer.begin,
      );
      expect(synced, `${id} is synced after line ${written?.end} of the trace and before ${answer.begin}`).toBe(true);
    }
  });
});

interface SystemCall {
  text: string;
  /** The lines of the trace where it began and ended; another one where a call of another thread came between. */
  begin: number;
  end: number;
}

function systemCalls(trace: string): SystemCall[] {
  const pending = new Map<string, SystemCall>();
  const made: SystemCall[] = [];
  for (const [line, all] of trace.split("\n").entries()) {
    const [, thread = "", text = ""] = /^(\d+) +(.*)$/.exec(all) ?? [];
    const [, first] = /^(.*) <unfinished \.\.\.>$/.exec(text) ?? [];
    const [, rest] = /^<\.\.\. \w+ resumed>(.*)$/.exec(text) ?? [];
    const begun = pending.get(thread);
    if (first !== undefined) pending.set(thread, { text: first, begin: line, end: line });
    else if (rest !== undefined && begun !== undefined) made.push({ ...begun, text: begun.text + rest, end: line });
    else made.push({ text, begin: line, end: line });
  }
  return made;
}

describe("a disk that is really full", () => {
  it("gives storage-full, keeps what it accepted, and accepts again when there is space", async ({ skip }) => {
    const disk = folders.next();
    const mount = spawnSync("mount", ["-t", "tmpfs", "-o", "size=3m", "ketflow-test", disk]);
    if (mount.status !== 0) {
      const reason = mount.error?.message ?? mount.stderr.toString().trim();
      if (process.env.KETFLOW_REQUIRE !== undefined) throw new Error(`no small disk: ${reason}`);
      console.log(`skipped: no small disk can be mounted here (${reason})`);
      skip(reason);
    }
    try {
      await fillAndGrow(disk);
    } finally {
      spawnSync("umount", ["-l", disk]);
    }
  });

  async function fillAndGrow(disk: string): Promise<void> {
    const store = await openStore(join(disk, "data"));
    const accepted: string[] = [];
    let code = "";
    for (let k = 0; k < 100 && code === ""; k++) {
      const job = submission(ALICE, 1_700_000_000_000 + k, { input: new Uint8Array(100_000).fill(k) });
      await store.apply(job).then(
        ({ id }) => accepted.push(id),
        (error) => {
          code = error.code;
        },
      );
    }
    expect(code).toBe("storage-full");
    expect(accepted.length).toBeGreaterThan(3);
    execFileSync("mount", ["-o", "remount,size=16m", disk]);
    accepted.push((await store.apply(submission(ALICE, 1_700_000_001_000))).id);
    await store.close();
    const again = await openStore(join(disk, "data"));
    expect((await everyJob(again)).map(({ id }) => id).sort()).toEqual([...accepted].sort());
    await again.close();
  }
});
