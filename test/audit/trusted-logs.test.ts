import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openLogKeys } from "../../ts/audit/keys.ts";
import { loadMldsa } from "../../ts/audit/mldsa.ts";
import { addTrustedLog, readTrustedLogs, trustedLogsPath } from "../../ts/audit/trusted-logs.ts";
import { scratchDirectory } from "./log-fixture.ts";

describe("the trusted-logs file", () => {
  it("trusts nobody until keys are added, each once", async () => {
    const path = join(scratchDirectory(), "made/on/demand", "trusted-logs");
    expect(await readTrustedLogs(path)).toEqual([]);
    const mldsa = await loadMldsa();
    const [first, second] = [
      await openLogKeys(scratchDirectory(), mldsa),
      await openLogKeys(scratchDirectory(), mldsa),
    ];
    await addTrustedLog(path, first.verifierKeys);
    await addTrustedLog(path, first.verifierKeys);
    await addTrustedLog(path, second.verifierKeys);
    expect(await readTrustedLogs(path)).toEqual([...first.verifierKeys, ...second.verifierKeys]);
    expect(readFileSync(path, "utf8").trim().split("\n")).toHaveLength(4);
    appendFileSync(path, "\n# a colleague's log\n  \n");
    expect(await readTrustedLogs(path)).toHaveLength(4);
  });

  it("names the line that is no key", async () => {
    const path = join(scratchDirectory(), "trusted-logs");
    writeFileSync(path, "# mine\nketflow.local/x+00000000+AQ==\n");
    await expect(readTrustedLogs(path)).rejects.toMatchObject({
      code: "invalid-input",
      line: 2,
      message: expect.stringContaining("trusted-logs:2: verifier key 'ketflow.local/x+00000000+AQ==' holds 0 bytes"),
    });
  });

  it("adds to a file whose last line has no newline", async () => {
    const path = join(scratchDirectory(), "trusted-logs");
    const keys = await openLogKeys(scratchDirectory(), await loadMldsa());
    writeFileSync(path, "# by hand");
    await addTrustedLog(path, keys.verifierKeys);
    expect(await readTrustedLogs(path)).toHaveLength(2);
  });

  it("lies where XDG says", () => {
    expect(trustedLogsPath({ XDG_CONFIG_HOME: "/c", HOME: "/h" })).toBe("/c/ketflow/trusted-logs");
    expect(trustedLogsPath({ HOME: "/h" })).toBe("/h/.config/ketflow/trusted-logs");
  });
});
