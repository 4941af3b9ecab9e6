import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

/** What a process has of its young generation after it has loaded much, and whether its garbage is there when it has idled. */
const SCRIPT = `
  import { getHeapSpaceStatistics } from "node:v8";
  import { spareMemory } from "./dist/cli/spare-memory.js";
  if (process.argv[1] === "spare") spareMemory();
  const garbage = new WeakRef(new Array(1000).fill({}));
  let kept = [];
  for (let k = 0; k < 2_000_000; k++) { kept.push({ k }); if (kept.length > 200_000) kept = []; }
  const { space_size: bytes } = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
  setTimeout(() => console.log(JSON.stringify({ bytes, isThere: garbage.deref() !== undefined })), 7000);`;

async function measured(how: "spare" | "plain"): Promise<{ bytes: number; isThere: boolean }> {
  const args = ["--input-type=module", "--eval", SCRIPT, how];
  return JSON.parse((await promisify(execFile)(process.execPath, args)).stdout);
}

it("the young generation of a sparing process does not grow at its start, and what it left is collected when it idles", async () => {
  const [spare, plain] = await Promise.all([measured("spare"), measured("plain")]);
  expect(spare.bytes).toBeLessThanOrEqual(plain.bytes / 4);
  expect(spare.isThere).toBe(false);
}, 60_000);

/** How often an idle process collects in 30 looks, which are 200 ms apart here. */
const COUNTING = `
  import { PerformanceObserver, constants } from "node:perf_hooks";
  import { spareMemory } from "./dist/cli/spare-memory.js";
  let collections = 0;
  new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections++;
  }).observe({ entryTypes: ["gc"] });
  const every = globalThis.setInterval;
  globalThis.setInterval = (look) => every(look, 200);
  spareMemory();
  setTimeout(() => console.log(collections), 6000);`;

it("an idle process collects seven times, and its own collections are no work that would make it begin anew", async () => {
  const args = ["--input-type=module", "--eval", COUNTING];
  const collections = Number((await promisify(execFile)(process.execPath, args)).stdout);
  expect(collections).toBeGreaterThanOrEqual(7);
  // One look in a few finds work on a busy machine; before, it was 100.
  expect(collections).toBeLessThan(30);
}, 60_000);
