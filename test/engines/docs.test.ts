import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "ketflow-docs-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const page = readFileSync(`${root}docs/npm.md`, "utf8");
const snippets = [...page.matchAll(/^## ([^\n]*)$|^```js\n([\s\S]*?)^```$/gm)].reduce<[string, string][]>(
  (found, match) => {
    const [, title, program] = match;
    if (title !== undefined) found.push([title, ""]);
    else found.push([found.at(-1)?.[0] ?? "", program ?? ""]);
    return found;
  },
  [],
);

const expected: Readonly<Record<string, RegExp>> = {
  "Run a circuit": /^{ '(?:00|11)': \d+, '(?:00|11)': \d+ }\n[0-9a-f]{64}\n7 /,
  "What a run takes and gives": /^{ '\d\d': 0\.\d+, '\d\d': 0\.\d+ }\n1\.[45]\d*\n[01](\.\d+)?\n$/,
  "Read once, run often": /0 1\n0\.5 0\.8775\d*\n1 0\.5403\d*\nOPENQASM 3/,
  // 2 to the last bits: the sum of four cuts is rounded in the engine's order.
  "Models, schedules, networks, searches":
    /^{ energy: -1, sample: \[[^\]]*\] }\n6 6\n\[ \[ 0, 4 \], \[ 7, 5 \] \]\n(-[12][.\d]*\n)+-(?:2|1\.9{12})[.\d]* { best: 2, expected: (?:2[.,]|1\.9{12})/,
  "Watch, stop, limit": /^cancelled\n$/,
  "Ask a service":
    /^succeeded { '1': 1024 }\nketflow-receipt\/1\n1 undefined\n2 undefined\n3 undefined\n3\n2\n1\n7\ninvalid-input 32\n$/,
  "Jobs with receipts": /^succeeded { '1': 1024 } embedded\nketflow-receipt\/1\n$/,
};

it.each(snippets.filter(([, program]) => program !== ""))(
  "the snippet of '%s' does what the page says",
  (title, program) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, TMPDIR: home, HOME: home },
      timeout: 25_000,
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toMatch(expected[title] ?? /the test has nothing to expect/);
  },
);
