import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fill, machine } from "../service/data-fixture.ts";
import { ketflow } from "./fake-world.ts";

/** Runs `ketflow` on the folder of a machine. */
function cli(place: ReturnType<typeof machine>) {
  return (...args: string[]) => ketflow(args, { folder: place.folder("."), environment: place.environment });
}

it("audit fsck prints a line per check, repairs on request, and fails with 1", async () => {
  const place = machine();
  await fill(place, undefined, 300);
  const run = cli(place);
  const whole = await run("audit", "fsck", "--data", "data");
  expect(whole).toMatchObject({ code: 0, stderr: "" });
  expect(whole.stdout).toMatch(/^ok {4}database {4}integrity_check of \d+ pages\n/);
  expect(whole.stdout.trimEnd().split("\n")).toHaveLength(9);
  truncateSync(join(place.dataDir, "log/tile/0/000"), 64);
  const broken = await run("audit", "fsck", "--data", "data");
  expect(broken.code).toBe(1);
  expect(broken.stdout).toMatch(/\nFAIL {2}tiles .*\n(.*\n)*the store is whole; --repair/);
  const doctor = await run("doctor", "--data", "data", "--json");
  const finding = JSON.parse(doctor.stdout).findings.find(({ name }: { name: string }) => name === "log");
  expect(finding).toMatchObject({ status: "fail", remedy: expect.stringContaining("--repair") });
  expect(await run("audit", "fsck", "--data", "data", "--repair")).toMatchObject({ code: 0 });
  const json = await run("audit", "fsck", "--data", "data", "--json");
  expect(JSON.parse(json.stdout)).toMatchObject({ ok: true, checks: expect.arrayContaining([expect.anything()]) });
  expect(await run("audit", "fsck", "--data", "nowhere")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("no data in"),
  });
});

it("audit backup and restore make a folder that holds; --new-origin where more was signed", async () => {
  const place = machine();
  await fill(place);
  const run = cli(place);
  expect(await run("audit", "backup", "copy", "--data", "data")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /4 files, \d+ bytes, 4 log entries of ketflow\.local\/.*\nwithout the log's secret keys/,
    ),
  });
  await fill(place);
  expect(await run("audit", "restore", "copy", "--data", "again")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("put the keys folder back"),
    stderr: expect.stringContaining("signed 3 entries since that backup"),
  });
  expect(await run("audit", "restore", "copy", "--data", "fresh", "--new-origin")).toMatchObject({
    code: 0,
    stderr: "",
  });
  expect(await run("audit", "fsck", "--data", "fresh")).toMatchObject({ code: 0 });
  expect(await run("audit", "restore", "copy", "--data", "fresh")).toMatchObject({ code: 2 });
});

it("audit export gives what ketflow verify checks", async () => {
  const place = machine();
  await fill(place);
  const run = cli(place);
  // A verifier needs keys that it trusts: the log's own, added by a rotation.
  const rotated = await run(
    "audit",
    "rotate-keys",
    "--data",
    "data",
    "--overlap-days",
    "7",
    "--out",
    "keys.event.json",
  );
  expect(rotated).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("keys.event.json brings them to verifiers"),
  });
  expect(await run("verify", "keys.event.json")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("verified: log.rotate-key at "),
  });
  expect(await run("verify", "keys.event.json", "--rerun")).toMatchObject({ code: 2 });
  expect(await run("audit", "rotate-keys", "--data", "data")).toMatchObject({ code: 2 });
  expect(await run("audit", "rotate-keys", "--overlap-days", "soon")).toMatchObject({ code: 2 });
  expect(await run("audit", "export", "--data", "data", "--out", "all.ndjson")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("all.ndjson: 5 entries of local"),
  });
  expect(await run("verify", "all.ndjson")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^verified: 2 receipts and 3 events under one head of 5 entries in ketflow\.local/),
  });
  const path = place.folder("all.ndjson");
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace('"rules":2', '"rules":3'));
  expect(await run("verify", "all.ndjson")).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("FAIL  line 3  detail"),
  });
  expect(await run("verify", "all.ndjson", "--rerun")).toMatchObject({ code: 2 });
  rmSync(path);
  const printed = await run("audit", "export", "--data", "data");
  expect(printed.stdout.trimEnd().split("\n")).toHaveLength(6);
});
