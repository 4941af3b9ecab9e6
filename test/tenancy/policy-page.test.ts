import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseTenantPolicy } from "../../ts/models/policy.ts";
import { DEFAULT_QUOTAS } from "../../ts/models/tenant.ts";

const page = readFileSync(new URL("../../docs/policy.md", import.meta.url), "utf8");

it("the policy of docs/policy.md is one, and its words are the schema's", () => {
  const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "") as object;
  expect(parseTenantPolicy(example)).toMatchObject(example);
  for (const member of Object.keys(parseTenantPolicy({}))) expect(page).toContain(`\`${member}\``);
});

it("the quotas of docs/policy.md are the defaults", () => {
  const shown = [...page.matchAll(/^\| `(\w+)` \| ([\d,]+) \|/gm)].map(([, name, value]) => [
    name,
    Number(value?.replaceAll(",", "")),
  ]);
  expect(Object.fromEntries(shown)).toEqual(DEFAULT_QUOTAS);
});
