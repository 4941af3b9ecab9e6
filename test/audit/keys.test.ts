import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openLogKeys } from "../../ts/audit/keys.ts";
import { loadMldsa, type MlDsa44 } from "../../ts/audit/mldsa.ts";
import { scratchDirectory } from "./log-fixture.ts";

let mldsa: MlDsa44;
beforeAll(async () => {
  mldsa = await loadMldsa();
});

describe("the log's keys", () => {
  it("are for the owner alone", async () => {
    const directory = join(scratchDirectory(), "keys");
    const keys = await openLogKeys(directory, mldsa);
    expect(statSync(join(directory, "log-key.json")).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readdirSync(directory)).toEqual(["log-key.json"]);
    expect((await openLogKeys(directory, mldsa)).verifierKeys).toEqual(keys.verifierKeys);
  });

  it("are refused when others can read them, and when they are damaged, without being quoted", async () => {
    const directory = scratchDirectory();
    await openLogKeys(directory, mldsa);
    const path = join(directory, "log-key.json");
    const text = readFileSync(path, "utf8");
    rmSync(path);
    writeFileSync(path, text, { mode: 0o644 });
    await expect(openLogKeys(directory, mldsa)).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("chmod 600"),
    });
    rmSync(path);
    writeFileSync(path, text.slice(0, 150), { mode: 0o600 });
    const error = await openLogKeys(directory, mldsa).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "integrity-violation" });
    expect((error as Error).cause).toBeUndefined();
  });

  it("made by two processes at once are those of one of them", async () => {
    const directory = scratchDirectory();
    const all = await Promise.all([openLogKeys(directory, mldsa), openLogKeys(directory, mldsa)]);
    expect(all[0].origin).toBe((await openLogKeys(directory, mldsa)).origin);
    expect(existsSync(join(directory, "log-key.json"))).toBe(true);
  });

  it("sign nothing for another log, without a time, or after they were closed", async () => {
    const keys = await openLogKeys(scratchDirectory(), mldsa);
    const head = { origin: keys.origin, size: 1, rootHash: new Uint8Array(32) };
    expect(() => keys.signCheckpoint({ ...head, origin: "other" }, 1)).toThrow("refusing to sign");
    expect(() => keys.signCheckpoint(head, 0)).toThrow("refusing to sign");
    keys.close();
    expect(() => keys.signCheckpoint(head, 1)).toThrow("closed");
  });
});
