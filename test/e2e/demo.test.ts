import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium, skipsBrowser } from "./chromium.ts";
import { type StaticServer, serveFolder } from "./static-server.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const BELL = `OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c;
h q[0];
cx q[0], q[1];
c = measure q;
`;

/** What the command line leaves behind for a job: its receipt, and the keys of its log among those that its user trusts. */
function runOnCommandLine(): { receipt: string; logKeys: string } {
  const folder = mkdtempSync(join(tmpdir(), "ketflow-demo-"));
  try {
    const file = (name: string) => join(folder, name);
    writeFileSync(file("bell.qasm"), BELL);
    const command = [path("../../dist/cli.js"), "run", file("bell.qasm"), "--seed", "7", "--observable", "ZZ"];
    execFileSync(process.execPath, [...command, "--receipt", file("bell.receipt.json"), "--data", file("data")], {
      env: { ...process.env, XDG_CONFIG_HOME: file("config") },
    });
    return {
      receipt: readFileSync(file("bell.receipt.json"), "utf8"),
      logKeys: readFileSync(file("config/ketflow/trusted-logs"), "utf8"),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.skipIf(skipsBrowser)("the browser page", () => {
  let browser: Browser;
  let server: StaticServer;
  beforeAll(async () => {
    execFileSync("npm", ["run", "--silent", "build:demo", "--", "--logLevel", "warn"], { cwd: path("../..") });
    server = await serveFolder(path("../../dist/demo"), false);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** The page, and everything that it complained about: errors, and what its own policy refused. */
  async function openPage(): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
    await page.goto(server.url);
    await page.locator("#drawing svg").waitFor();
    return { page, complaints };
  }

  it("draws a Bell pair, runs it, and shows counts and what ran", async () => {
    const { page, complaints } = await openPage();
    expect(await page.locator("#drawing svg title").textContent()).not.toBe("");
    expect(await page.locator("#drawing svg text").allTextContents()).toEqual(expect.arrayContaining(["H", "q[0]"]));
    await page.getByLabel("Seed").fill("7");
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.locator("#facts-card").waitFor();
    const outcomes = await page.locator("#histogram svg text").allTextContents();
    expect(outcomes).toEqual(expect.arrayContaining(["00", "11"]));
    expect(outcomes).not.toContain("01");
    expect(await page.locator("#facts dd").first().textContent()).toMatch(/^[0-9a-f]{64}$/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("says where a source is wrong, while one types", async () => {
    const { page } = await openPage();
    await page.getByLabel("OpenQASM 2 or 3").fill("OPENQASM 3.0;\nqubit q;\nnosuchgate q;\n");
    await page.locator("#source-error").waitFor();
    expect(await page.locator("#source-error").textContent()).toMatch(/^Line 3, column 1: /);
    await page.close();
  });

  it("cancels a long run and runs the next", async () => {
    const { page } = await openPage();
    await page.getByLabel("Start from").selectOption("Random layers, 22 qubits");
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.locator("#progress").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText(/^Cancelled after/).waitFor();
    await page.getByLabel("Start from").selectOption("Bell pair");
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByText(/^Done in/).waitFor();
    await page.close();
  });

  it("verifies a receipt of the command line, and gets the same bytes when it runs the job again", async () => {
    const { receipt, logKeys } = runOnCommandLine();
    const { page, complaints } = await openPage();
    const choose = (text: string) =>
      page.locator("#receipt-file").setInputFiles({
        name: "bell.receipt.json",
        mimeType: "application/json",
        buffer: Buffer.from(text),
      });
    const verdict = page.locator("#receipt-status");

    await choose(receipt);
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByText("The receipt does not hold.").waitFor(); // no trusted key yet
    await page.getByLabel("Trusted log keys").fill(logKeys);
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByText("The receipt holds.").waitFor();
    await page.getByRole("button", { name: "Run again and compare" }).click();
    await page
      .getByText(/gave the same bytes/)
      .first()
      .waitFor();
    expect(await verdict.textContent()).toBe(
      "The receipt holds, and running it again in this page gave the same bytes.",
    );
    expect(await page.locator("#checks .broken").count()).toBe(0);

    await choose(receipt.replace('"seed":7', '"seed":8'));
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByText("The receipt does not hold.").waitFor();
    expect(await page.getByRole("button", { name: "Run again and compare" }).isDisabled()).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
