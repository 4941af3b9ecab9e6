import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proofText } from "../../ts/audit/log-reader.ts";
import { formatVerifierKey } from "../../ts/audit/note.ts";
import { buildReceipt, draftReceipt, receiptBytes } from "../../ts/audit/receipt.ts";
import { fromHex, fromUtf8 } from "../../ts/core/bytes.ts";
import { loadEngines } from "../../ts/engines.ts";
import { ArraySource, bellOutcome, openLog, scratchDirectory } from "../audit/log-fixture.ts";
import { launchChromium, skipsBrowser } from "./chromium.ts";
import { type StaticServer, serveFolder } from "./static-server.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** A receipt of a Bell job that really ran, in Node, under a log of its own. */
async function runWithReceipt(): Promise<{ receipt: Uint8Array; logKeys: string }> {
  const engines = await loadEngines({
    workerUrl: new URL("../../dist/workers/worker.js", import.meta.url),
    threads: 1,
  });
  try {
    const job = bellOutcome();
    const { source } = job.input;
    if (typeof source !== "string") throw new Error("the Bell job is text");
    const input = { format: job.input.format, source };
    const run = await engines.circuit.run(input, { shots: 1024, precision: "f64", observable: "ZZ", seed: job.seed });
    const { container, identity } = run;
    const draft = draftReceipt({ ...job, identity, result: { hash: fromHex(run.resultHash), container } });
    const { writer, options } = await openLog(scratchDirectory(), new ArraySource([draft.leaf]));
    const head = await writer.force();
    if (head === undefined) throw new Error("a head was expected");
    return {
      receipt: receiptBytes(buildReceipt(draft, proofText(options.directory, 0, head))),
      logKeys: options.keys.verifierKeys.map(formatVerifierKey).join("\n"),
    };
  } finally {
    await engines.close();
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

  it("verifies a receipt made in Node, and gets the same bytes when it runs the job again", async () => {
    const { receipt, logKeys } = await runWithReceipt();
    const { page, complaints } = await openPage();
    const choose = (bytes: Uint8Array) =>
      page.locator("#receipt-file").setInputFiles({
        name: "bell.receipt.json",
        mimeType: "application/json",
        buffer: Buffer.from(bytes),
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

    await choose(Buffer.from(fromUtf8(receipt).replace('"seed":7', '"seed":8')));
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByText("The receipt does not hold.").waitFor();
    expect(await page.getByRole("button", { name: "Run again and compare" }).isDisabled()).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
