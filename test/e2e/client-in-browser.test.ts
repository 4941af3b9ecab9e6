import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { createClient } from "../../ts/client.ts";
import type { SubmitJob } from "../../ts/models/job.ts";
import { ADMIN_KEY, realService } from "../client/real-service.ts";
import { BELL_BODY } from "../jobs/fixtures.ts";
import { launchChromium, skipsBrowser } from "./chromium.ts";
import { type StaticServer, serveFolder } from "./static-server.ts";

declare global {
  interface Window {
    createClient: typeof createClient;
  }
}

// A page of one origin, and a service of another that lets its pages ask.

describe.skipIf(skipsBrowser)("ketflow/client in a browser", () => {
  let browser: Browser;
  let pages: StaticServer;
  const allowed: string[] = [];
  beforeAll(async () => {
    pages = await serveFolder(fileURLToPath(new URL("../../dist", import.meta.url)), false);
    allowed.push(new URL(pages.url).origin);
    browser = await launchChromium();
  });
  const service = realService({ corsOrigins: allowed });
  afterAll(async () => {
    await browser?.close();
    await pages?.close();
  });

  /** In a page of this server, by the package's file as it is: no bundler, no other file than what it imports. */
  async function inPage(origin: string) {
    const page = await browser.newPage();
    await page.goto(`${origin}/client.js`);
    const content = 'import { createClient } from "/client.js"; window.createClient = createClient;';
    await page.addScriptTag({ type: "module", content });
    await page.waitForFunction(() => window.createClient !== undefined);
    const given = { url: service.url, apiKey: ADMIN_KEY, job: { ...BELL_BODY, seed: 7 } as SubmitJob };
    return page.evaluate(async ({ url, apiKey, job }) => {
      const client = window.createClient({ url, apiKey, retries: 0 });
      try {
        const { id } = await client.submit(job, { noCache: true });
        const done = await client.wait(id, { onEvent: () => undefined });
        const container = await client.resultContainer(id);
        const wrong = await client.submit({ ...job, seed: -1 }).catch((error) => error);
        return {
          counts: done.result?.counts,
          bytes: container.length,
          code: wrong.code,
          ids: typeof wrong.details.requestId,
        };
      } catch (error) {
        return { code: (error as { code?: string }).code };
      }
    }, given);
  }

  it("submits a job, waits for it and reads it, errors with their code", async () => {
    const answer = await inPage(new URL(pages.url).origin);
    expect(answer).toMatchObject({ code: "invalid-input", ids: "string", bytes: expect.any(Number) });
    expect(Object.keys(answer.counts ?? {}).sort()).toEqual(["00", "11"]);
  });

  it("is refused by the browser in a page of an origin that the service does not name", async () => {
    const other = await serveFolder(fileURLToPath(new URL("../../dist", import.meta.url)), false);
    try {
      expect(await inPage(new URL(other.url).origin)).toEqual({ code: "provider-unavailable" });
    } finally {
      await other.close();
    }
  });
});
