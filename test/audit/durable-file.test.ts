import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileError, writeFileDurably } from "../../ts/audit/durable-file.ts";
import { scratchDirectory } from "./log-fixture.ts";

describe("a durable file", () => {
  it("is replaced as a whole, leaves nothing behind, and has the mode that was asked for", async () => {
    const directory = scratchDirectory();
    const path = join(directory, "made", "file");
    await writeFileDurably(path, "one", { mode: 0o600 });
    await writeFileDurably(path, "two", { mode: 0o600, sync: "content" });
    expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777, readdirSync(join(directory, "made"))]).toEqual([
      "two",
      0o600,
      ["file"],
    ]);
  });

  it("leaves the old file when the new one cannot be written, and says so with a code", async () => {
    const directory = scratchDirectory();
    await writeFileDurably(join(directory, "file"), "old");
    await expect(writeFileDurably(join(directory, "file", "below"), "new")).rejects.toMatchObject({
      code: "store-unavailable",
    });
    expect(readFileSync(join(directory, "file"), "utf8")).toBe("old");
    expect(readdirSync(directory)).toEqual(["file"]);
  });

  it("tells a full disk from other troubles", () => {
    const failure = (code: string): string => fileError(Object.assign(new Error("it failed"), { code }), "/x").code;
    expect([failure("ENOSPC"), failure("EDQUOT"), failure("EACCES")]).toEqual([
      "storage-full",
      "storage-full",
      "store-unavailable",
    ]);
  });
});
