import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type Client, createClient } from "../../ts/client/client.ts";
import type { Service, ServiceOptions } from "../../ts/server.ts";

export const ADMIN_KEY = "kf_test_admin_key_0123456789";

export interface RealService {
  readonly url: string;
  readonly folder: string;
  client(apiKey?: string): Client;
}

/** The built files: worker threads run no others. */
const door = new URL("../../dist/server.js", import.meta.url).href;

export async function openRealService(folder: string, options: Partial<ServiceOptions> = {}): Promise<Service> {
  const { openService } = (await import(door)) as typeof import("../../ts/server.ts");
  return openService({
    ...{ dataDir: join(folder, "data"), port: 0, trustLog: false, adminKey: ADMIN_KEY, version: "0.0.0" },
    environment: { XDG_STATE_HOME: join(folder, "state"), XDG_CONFIG_HOME: join(folder, "config") },
    // Tests are about what happens, not about how fast: this machine may do other things besides.
    policy: { deadlines: { neuralMs: null, quantumMs: null, hybridMs: null } },
    ...options,
  });
}

/** One service for the tests of a file, in a folder of its own and on a free port. */
export function realService(options: Partial<ServiceOptions> = {}): RealService {
  const folder = mkdtempSync(join(tmpdir(), "ketflow-service-"));
  let service: Service | undefined;
  beforeAll(async () => {
    service = await openRealService(folder, options);
  }, 60_000);
  afterAll(async () => {
    await service?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    get url() {
      return service?.url ?? "http://the-service-is-not-open";
    },
    client(apiKey = ADMIN_KEY) {
      return createClient({ url: this.url, apiKey, retries: 0 });
    },
  };
}
