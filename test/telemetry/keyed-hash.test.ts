import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openKeyedHash } from "../../ts/telemetry/keyed-hash.ts";
import { scratch } from "../cli/scratch.ts";

it("gives equal texts of one installation equal hashes, and those of two different ones", async () => {
  const [here, there] = [scratch(), scratch()];
  const first = await openKeyedHash(here);
  expect(first("x")).toMatch(/^[0-9a-f]{32}$/);
  expect(first("x")).not.toBe(first("y"));
  expect((await openKeyedHash(here))("x")).toBe(first("x"));
  expect((await openKeyedHash(there))("x")).not.toBe(first("x"));
});

it.skipIf(process.platform === "win32")(
  "keeps its key for its owner alone, and refuses one that others can read",
  async () => {
    const folder = scratch();
    await openKeyedHash(folder);
    const path = join(folder, "telemetry-key");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, "utf8")).toMatch(/^[0-9a-f]{64}\n$/);
    chmodSync(path, 0o640);
    await expect(openKeyedHash(folder)).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("chmod 600"),
    });
  },
);

it("refuses a damaged key without quoting it", async () => {
  const folder = scratch();
  writeFileSync(join(folder, "telemetry-key"), "1234", { mode: 0o600 });
  await expect(openKeyedHash(folder)).rejects.toMatchObject({
    code: "integrity-violation",
    message: expect.not.stringContaining("1234"),
  });
});
