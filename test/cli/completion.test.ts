import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { ketflow } from "./fake-world.ts";
import { scratch } from "./scratch.ts";

const script = async (shell: string): Promise<string> => (await ketflow(["completion", shell])).stdout;
const isThere = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0;

/** What bash offers after the line, by the script alone. */
async function complete(line: string): Promise<string[]> {
  const words = line.split(" ");
  const program = `${await script("bash")}
    COMP_WORDS=(${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${words.length - 1}
    _ketflow; printf '%s\\n' "\${COMPREPLY[@]}"`;
  // --norc: bash takes the socket that Node gives it as stdin for a remote shell's, and would read the machine's bashrc.
  const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-u", "-c", program], {
    encoding: "utf8",
    cwd: scratch(),
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.trim().split("\n");
}

describe("completion", () => {
  it("offers commands, commands of commands, flags and their values", async () => {
    expect(await complete("ketflow re")).toEqual(["result", "retry", "resume", "receipt"]);
    expect(await complete("ketflow keys r")).toEqual(["rotate", "revoke"]);
    expect(await complete("ketflow run bell.qasm --prec")).toEqual(["--precision"]);
    expect(await complete("ketflow run --shots 5 bell.qasm --precision f")).toEqual(["f32", "f64"]);
    expect(await complete("ketflow keys create ci --role a")).toEqual(["admin", "auditor"]);
    expect(await complete("ketflow jobs --status q")).toEqual(["queued"]);
    expect(await complete("ketflow --v")).toEqual(["--version"]);
  });

  it("leaves files to the shell, and is not led astray by an argument that is named as a command", async () => {
    expect(await complete("ketflow run be")).toEqual([""]);
    expect(await complete("ketflow tenants create keys --na")).toEqual(["--name"]);
  });

  it("is sourced without a complaint by every shell that is here", async () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      if (!isThere(shell)) {
        console.log(`skipped: ${shell} is not here`);
        continue;
      }
      const checks = spawnSync(shell, ["-n"], { input: await script(shell), encoding: "utf8" });
      expect({ shell, status: checks.status, stderr: checks.stderr }).toEqual({ shell, status: 0, stderr: "" });
    }
  });

  it("names the shells it knows", async () => {
    expect(await ketflow(["completion", "powershell"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("fish"),
    });
  });
});
