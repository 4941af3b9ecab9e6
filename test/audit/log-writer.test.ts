import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { VerifiedCheckpoint } from "../../ts/audit/checkpoint.ts";
import { highWaterPath, readHighWater, writeHighWater } from "../../ts/audit/high-water.ts";
import { auditLog, proofText, readCheckpoint, rootAt } from "../../ts/audit/log-reader.ts";
import { LogWriter, type LogWriterOptions } from "../../ts/audit/log-writer.ts";
import { leafHash, verifyInclusion } from "../../ts/audit/merkle.ts";
import { loadMldsa, type MlDsa44 } from "../../ts/audit/mldsa.ts";
import { parseProof } from "../../ts/audit/proof.ts";
import { toHex, utf8 } from "../../ts/core/bytes.ts";
import { AppError } from "../../ts/core/errors.ts";
import { ArraySource, NOW_MS, openLog, scratchDirectory, syntheticLeaves } from "./log-fixture.ts";

let mldsa: MlDsa44;
beforeAll(async () => {
  mldsa = await loadMldsa();
});

const files = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();

async function signed(writer: LogWriter): Promise<VerifiedCheckpoint> {
  const head = await writer.force();
  if (head === undefined) throw new Error("a head was expected");
  return head;
}

/** The proof text leads from this very leaf to the root that the head signs. */
function expectProved(directory: string, at: number, leaf: Uint8Array, head: VerifiedCheckpoint): void {
  const { index, path, checkpoint } = parseProof(proofText(directory, at, head));
  expect([index, checkpoint]).toEqual([at, head.note]);
  expect(verifyInclusion(at, head.size, leafHash(leaf), path, head.rootHash), `leaf ${at} of ${head.size}`).toBe(true);
}

describe("the log writer", () => {
  it("writes the files of tlog-tiles, and every leaf can be proved", async () => {
    const source = new ArraySource(syntheticLeaves(300));
    const { writer, options } = await openLog(scratchDirectory(), source);
    const head = await signed(writer);
    expect(files(options.directory)).toEqual([
      "checkpoint",
      "tile/0/000",
      "tile/0/001.p/44",
      "tile/1/000.p/1",
      "tile/entries/000",
      "tile/entries/001.p/44",
    ]);
    expect(auditLog(options.directory, head)).toBe(300);
    expect(await readCheckpoint(options.directory, options.keys.verifierKeys, mldsa)).toEqual(head);
    for (const [index, leaf] of source.rows.entries()) expectProved(options.directory, index, leaf, head);
    expect(() => proofText(options.directory, 300, head)).toThrow("not under a signed head yet");
  });

  it("keeps the tiles of earlier heads until full ones replace them, and proves leaves under those heads", async () => {
    const source = new ArraySource();
    const { writer, options } = await openLog(scratchDirectory(), source);
    const heads: VerifiedCheckpoint[] = [];
    for (const size of [1, 2, 255, 256, 257, 513]) {
      source.rows.push(...syntheticLeaves(size - source.rows.length, `to ${size}`));
      heads.push(await signed(writer));
    }
    expect(files(join(options.directory, "tile/0"))).toEqual(["000", "001", "002.p/1"]);
    for (const head of heads) {
      const leaves = source.rows.slice(0, head.size);
      for (const [index, leaf] of leaves.entries()) expectProved(options.directory, index, leaf, head);
      expect(auditLog(options.directory, head)).toBe(head.size);
    }
  });

  it("goes on where the last process stopped, with one identity", async () => {
    const root = scratchDirectory();
    const source = new ArraySource(syntheticLeaves(10));
    const first = await openLog(root, source);
    const head = await signed(first.writer);
    await first.writer.close();
    const second = await openLog(root, source);
    expect(second.writer.latest()).toEqual(head);
    expect(await second.writer.force()).toEqual(head); // nothing new, nothing signed
    source.rows.push(utf8("one more"));
    const next = await signed(second.writer);
    expect([next.origin, next.size]).toEqual([head.origin, 11]);
    expect(toHex(rootAt(second.options.directory, 10, 11))).toBe(toHex(head.rootHash));
  });

  it("signs at most once per interval, and one head for all leaves of it", async () => {
    vi.useFakeTimers({ now: NOW_MS, toFake: ["setTimeout", "clearTimeout", "Date"] });
    try {
      const source = new ArraySource(syntheticLeaves(1));
      const { options } = await openLog(scratchDirectory(), source);
      const signCheckpoint = vi.fn(options.keys.signCheckpoint);
      const writer = await LogWriter.open({ ...options, now: Date.now, keys: { ...options.keys, signCheckpoint } });
      await writer.force();
      for (let elapsedMs = 0; elapsedMs < 100; elapsedMs += 10) {
        expect(signCheckpoint).toHaveBeenCalledTimes(1);
        source.rows.push(utf8(`leaf at ${elapsedMs}`));
        writer.notify();
        vi.advanceTimersByTime(10);
      }
      expect((await writer.force())?.size).toBe(11); // waits for the signing under way, finds nothing new
      expect(signCheckpoint).toHaveBeenCalledTimes(2);
      writer.notify();
      await writer.close();
      vi.advanceTimersByTime(1000);
      expect(signCheckpoint).toHaveBeenCalledTimes(2);
    } finally {
      vi.useRealTimers();
    }
  });

  it("refuses leaves that no entry bundle can hold", async () => {
    const { writer } = await openLog(scratchDirectory(), new ArraySource([new Uint8Array(65_536)]));
    await expect(writer.force()).rejects.toMatchObject({ code: "too-large" });
  });
});

describe("after a crash", () => {
  /** A log with heads over 250 and 300 leaves and five more leaves that no head covers. */
  async function crashedLog(): Promise<{
    root: string;
    source: ArraySource;
    heads: VerifiedCheckpoint[];
    options: LogWriterOptions;
  }> {
    const root = scratchDirectory();
    const source = new ArraySource(syntheticLeaves(250));
    const { writer, options } = await openLog(root, source);
    const heads = [await signed(writer)];
    source.rows.push(...syntheticLeaves(50, "later"));
    heads.push(await signed(writer));
    await writer.close();
    source.rows.push(...syntheticLeaves(5, "unsigned"));
    return { root, source, heads, options };
  }

  /** The log goes on from all its heads: nothing forked, nothing missing. */
  async function expectWhole(root: string, source: ArraySource, heads: readonly VerifiedCheckpoint[]): Promise<void> {
    const { writer, options } = await openLog(root, source);
    const head = await signed(writer);
    expect(head.size).toBe(source.rows.length);
    expect(auditLog(options.directory, head)).toBe(head.size);
    for (const old of heads) expect(toHex(rootAt(options.directory, old.size, head.size))).toBe(toHex(old.rootHash));
  }

  const TILES = ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"];

  it.each(TILES.filter((file) => file.includes(".p/")))(
    "a lost, cut, emptied or altered %s is written anew",
    async (file) => {
      const damages: ((path: string) => void)[] = [
        (path) => rmSync(path),
        (path) => truncateSync(path, Math.floor(statSync(path).size / 2)),
        (path) => truncateSync(path, 0),
        (path) =>
          writeFileSync(
            path,
            readFileSync(path).map((byte, k) => (k === 7 ? byte ^ 1 : byte)),
          ),
      ];
      for (const damage of damages) {
        const { root, source, heads, options } = await crashedLog();
        damage(join(options.directory, file));
        await expectWhole(root, source, heads);
      }
    },
  );

  it.each(["tile/0/000", "tile/entries/000"])("a full %s that is lost or cut is written anew", async (file) => {
    for (const damage of [rmSync, (path: string) => truncateSync(path, 500), (path: string) => truncateSync(path, 0)]) {
      const { root, source, heads, options } = await crashedLog();
      damage(join(options.directory, file));
      await expectWhole(root, source, heads);
    }
  });

  it("a full tile that is lost is not made from a store that is not the one that was signed", async () => {
    const { root, source, options } = await crashedLog();
    rmSync(join(options.directory, "tile/0/000"));
    source.rows[3] = utf8("forged");
    await expect(openLog(root, source)).rejects.toMatchObject({ code: "integrity-violation" });
    expect(existsSync(join(options.directory, "tile/0/000"))).toBe(false);
  });

  it.each(["tile/0/000", "tile/entries/000"])(
    "a byte of a full %s is repaired when that is asked for",
    async (file) => {
      const { root, source, heads, options } = await crashedLog();
      const [path, other] = [join(options.directory, file), join(options.directory, "tile/entries/001.p/44")];
      const before = readFileSync(path);
      writeFileSync(
        path,
        before.map((byte, k) => (k === 700 ? byte ^ 1 : byte)),
      );
      const writer = await LogWriter.open(options); // names and sizes are right
      await writer.close();
      expect(() => auditLog(options.directory, heads[1] as VerifiedCheckpoint)).toThrow("of tile 0 at level");
      await (await LogWriter.open({ ...options, repair: true })).close();
      expect(readFileSync(path)).toEqual(before);
      expect(existsSync(other)).toBe(true);
      await expectWhole(root, source, heads);
    },
  );

  it("what is right already is left as it is by a repair", async () => {
    const { options } = await crashedLog();
    const path = join(options.directory, "tile/0/000");
    const { ino } = statSync(path);
    await (await LogWriter.open({ ...options, repair: true })).close();
    expect(statSync(path).ino).toBe(ino);
  });

  it("all tiles lost are written anew from the store", async () => {
    const { root, source, heads, options } = await crashedLog();
    rmSync(join(options.directory, "tile"), { recursive: true });
    await expectWhole(root, source, heads);
  });

  it("a lost checkpoint is signed anew, since the mark knows what was signed", async () => {
    const { root, source, heads, options } = await crashedLog();
    rmSync(join(options.directory, "checkpoint"));
    await expectWhole(root, source, heads);
  });

  it("a stop at every step of a signing leads to a whole log", async () => {
    const steps: ((options: LogWriterOptions) => LogWriterOptions)[] = [
      // Between two reads of leaves, when full tiles beyond the last head are written.
      (options) => ({
        ...options,
        source: {
          size: () => options.source.size(),
          leaves(from, to) {
            if (from > 4000) throw new AppError("internal", "stopped");
            return options.source.leaves(from, to);
          },
        },
      }),
      // After the mark, before the signature.
      (options) => ({
        ...options,
        keys: {
          ...options.keys,
          signCheckpoint() {
            throw new AppError("internal", "stopped");
          },
        },
      }),
    ];
    for (const step of steps) {
      const { root, source, heads, options } = await crashedLog();
      source.rows.push(...syntheticLeaves(4200, "many"));
      const stopped = await LogWriter.open(step(options));
      await expect(stopped.force()).rejects.toThrow("stopped");
      source.rows.push(utf8("after the stop"));
      await expectWhole(root, source, heads);
    }
  });

  it("a head that could not be written is signed with the next try", async () => {
    const { root, source, heads, options } = await crashedLog();
    const writer = await LogWriter.open(options);
    rmSync(join(options.directory, "checkpoint"));
    const blocked = join(options.directory, "checkpoint", "in-the-way");
    cpSync(join(root, "keys"), blocked, { recursive: true });
    await expect(writer.force()).rejects.toMatchObject({ code: "store-unavailable" });
    rmSync(join(options.directory, "checkpoint"), { recursive: true });
    expect((await signed(writer)).size).toBe(305);
    await expectWhole(root, source, heads);
  });
});

describe("the high-water mark", () => {
  async function twoHeads(): Promise<{ root: string; source: ArraySource; options: LogWriterOptions; backup: string }> {
    const root = scratchDirectory();
    const source = new ArraySource(syntheticLeaves(20));
    const { writer, options } = await openLog(root, source);
    await signed(writer);
    const backup = scratchDirectory();
    for (const folder of ["log", "keys"]) cpSync(join(root, folder), join(backup, folder), { recursive: true });
    source.rows.push(...syntheticLeaves(20, "after the backup"));
    await signed(writer);
    await writer.close();
    return { root, source, options, backup };
  }

  const restore = (root: string, backup: string): void => {
    for (const folder of ["log", "keys"]) {
      rmSync(join(root, folder), { recursive: true });
      cpSync(join(backup, folder), join(root, folder), { recursive: true });
    }
  };
  const refused = {
    code: "integrity-violation",
    message: expect.stringContaining("would fork the log. Was an older backup restored?"),
  };

  it("refuses a restored backup, whose store is smaller than what was signed", async () => {
    const { root, source, backup } = await twoHeads();
    restore(root, backup);
    await expect(openLog(root, new ArraySource(source.rows.slice(0, 20)))).rejects.toMatchObject(refused);
  });

  it.each([40, 41, 60])("refuses a restored backup that has grown to %i other leaves", async (size) => {
    const { root, source, backup } = await twoHeads();
    restore(root, backup);
    const rows = [...source.rows.slice(0, 20), ...syntheticLeaves(size - 20, "other")];
    await expect(openLog(root, new ArraySource(rows))).rejects.toMatchObject(refused);
  });

  it("refuses a restored store under the newest tiles", async () => {
    const { root, source } = await twoHeads();
    const rows = [...source.rows.slice(0, 20), ...syntheticLeaves(40, "other")];
    await expect(openLog(root, new ArraySource(rows))).rejects.toMatchObject(refused);
  });

  it("writes nothing when it refuses", async () => {
    const { root, source, backup, options } = await twoHeads();
    restore(root, backup);
    const before = files(options.directory);
    const head = readFileSync(join(options.directory, "checkpoint"), "utf8");
    const rows = [...source.rows.slice(0, 20), ...syntheticLeaves(300, "other")];
    await expect(openLog(root, new ArraySource(rows))).rejects.toMatchObject(refused);
    expect(files(options.directory)).toEqual(before);
    expect(readFileSync(join(options.directory, "checkpoint"), "utf8")).toBe(head);
  });

  it("refuses a store that shrinks under a running writer", async () => {
    const { writer, options } = await openLog(scratchDirectory(), new ArraySource(syntheticLeaves(3)));
    await signed(writer);
    (options.source as ArraySource).rows.pop();
    await expect(writer.force()).rejects.toMatchObject({ code: "integrity-violation" });
  });

  it("is made from the published head where it is missing", async () => {
    const { root, source, options } = await twoHeads();
    rmSync(options.stateDirectory, { recursive: true });
    await openLog(root, source);
    expect((await readHighWater(options.stateDirectory, options.keys.origin))?.size).toBe(40);
  });

  it("stops the start when it is damaged, with the remedy", async () => {
    const { root, source, options } = await twoHeads();
    truncateSync(highWaterPath(options.stateDirectory, options.keys.origin), 10);
    await expect(openLog(root, source)).rejects.toMatchObject({
      code: "integrity-violation",
      message: expect.stringContaining("restore the file, or delete it"),
    });
  });

  it("reads back, by origin", async () => {
    const directory = scratchDirectory();
    const mark = { origin: "a/b", size: 7, rootHash: new Uint8Array(32).fill(3) };
    await writeHighWater(directory, mark);
    expect(await readHighWater(directory, "a/b")).toEqual(mark);
    expect(await readHighWater(directory, "a/c")).toBeUndefined();
  });
});

describe("a published head", () => {
  it("that the keys did not sign stops the start", async () => {
    const [mine, other] = [scratchDirectory(), scratchDirectory()];
    const source = new ArraySource(syntheticLeaves(3));
    const first = await openLog(mine, source);
    await signed(first.writer);
    rmSync(join(mine, "keys"), { recursive: true });
    await expect(openLog(mine, source)).rejects.toMatchObject({
      code: "integrity-violation",
      message: expect.stringContaining("restore the keys that belong to this folder"),
    });
    const second = await openLog(other, source);
    await signed(second.writer);
    truncateSync(join(second.options.directory, "checkpoint"), 100);
    await expect(openLog(other, source)).rejects.toMatchObject({ code: "integrity-violation" });
  });
});
