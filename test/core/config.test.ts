import { describe, expect, it } from "vitest";
import { type ConfigSources, resolveConfig, type Setting } from "../../ts/core/config.ts";

const SETTINGS: Setting[] = [
  { name: "shots", kind: "integer", fallback: 1024, about: "shots" },
  { name: "maxCost", kind: "integer", about: "cost" },
  { name: "strategy", kind: "list", choices: ["balanced", "cost-efficient"], about: "strategies" },
  { name: "target", kind: "string", fallback: "auto", about: "target" },
  { name: "cache", kind: "boolean", fallback: true, about: "cache" },
];

const ALL: ConfigSources = {
  flags: { shots: 1 },
  environment: { KETFLOW_SHOTS: "2" },
  project: { path: "ketflow.config.json", content: { shots: 3 } },
  user: { path: "~/.config/ketflow/config.json", content: { shots: 4 } },
};

describe("the order of sources", () => {
  it.each([
    ["flag", 1, ALL],
    ["environment", 2, { ...ALL, flags: {} }],
    ["project", 3, { ...ALL, flags: {}, environment: {} }],
    ["user", 4, { user: ALL.user }],
    ["default", 1024, {}],
  ] as const)("%s wins with %i when nothing stronger is there", (source, value, sources) => {
    expect(resolveConfig(SETTINGS, sources).get("shots")?.[0]).toMatchObject({ source, value });
  });

  it("keeps every place, strongest first, for config explain", () => {
    expect(resolveConfig(SETTINGS, ALL).get("shots")).toEqual([
      { source: "flag", place: "--shots", value: 1 },
      { source: "environment", place: "KETFLOW_SHOTS", value: 2 },
      { source: "project", place: "ketflow.config.json", value: 3 },
      { source: "user", place: "~/.config/ketflow/config.json", value: 4 },
      { source: "default", place: "default", value: 1024 },
    ]);
    expect(resolveConfig(SETTINGS, ALL).get("maxCost")).toEqual([]);
  });
});

describe("environment variables", () => {
  it("are read as the kind of their setting", () => {
    const environment = { KETFLOW_MAX_COST: "5", KETFLOW_STRATEGY: "balanced, cost-efficient", KETFLOW_CACHE: "0" };
    const resolved = resolveConfig(SETTINGS, { environment });
    expect(["maxCost", "strategy", "cache"].map((name) => resolved.get(name)?.[0]?.value)).toEqual([
      5,
      ["balanced", "cost-efficient"],
      false,
    ]);
  });

  it("count as unset when empty", () => {
    expect(resolveConfig(SETTINGS, { environment: { KETFLOW_SHOTS: "" } }).get("shots")?.[0]?.source).toBe("default");
  });
});

describe("refusals name the place, the value and what is expected", () => {
  it.each([
    [{ environment: { KETFLOW_SHOTS: "many" } }, 'KETFLOW_SHOTS: shots is "many"; expected a whole number, 0 or more'],
    [{ environment: { KETFLOW_CACHE: "yes" } }, 'KETFLOW_CACHE: cache is "yes"; expected true or false'],
    [
      { flags: { strategy: ["best"] } },
      '--strategy: strategy is ["best"]; expected a list of one of balanced, cost-efficient',
    ],
    [{ flags: { maxCost: -1 } }, "--max-cost: maxCost is -1; expected a whole number, 0 or more"],
    [
      { user: { path: "u.json", content: { shot: 1 } } },
      "u.json: there is no setting 'shot'; the settings are shots, ",
    ],
    [{ project: { path: "p.json", content: [] } }, "p.json: expected a JSON object of settings"],
  ] satisfies [ConfigSources, string][])("%j", (sources, message) => {
    expect(() => resolveConfig(SETTINGS, sources)).toThrow(message);
  });
});
