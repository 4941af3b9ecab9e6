import { once } from "node:events";
import { connect } from "node:net";
import { expect, it } from "vitest";
import { longCircuit } from "../e2e/long-circuit.ts";
import { ADMIN_KEY, serviceOfTest } from "./service.ts";

/** Half of what a stopping service waits before it closes what is left: whatever is ended in time is not ended by that. */
const IN_TIME_MS = 6_000;

it(
  "stops at once for connections that are kept or never used, and tells those who wait how their job is",
  async () => {
    const service = await serviceOfTest();
    const unused = connect(Number(new URL(service.url).port), "127.0.0.1");
    const kept = connect(Number(new URL(service.url).port), "127.0.0.1");
    await Promise.all([once(unused, "connect"), once(kept, "connect")]);
    kept.write("GET /health/live HTTP/1.1\r\nhost: test\r\n\r\n");
    await once(kept, "data");
    const body = {
      ...{ type: "circuit", input: { format: "openqasm3", source: longCircuit(20, 400) } },
      constraints: { deadlineMs: 600_000 },
    };
    const waiting = service.call("POST", "/v1/jobs", { token: ADMIN_KEY, body, headers: { prefer: "wait=60" } });
    // The job is on disk, so its request waits.
    while ((await service.call("GET", "/v1/usage", { token: ADMIN_KEY })).body.used.jobsInFlight === 0);
    const closed = Promise.all([once(unused, "close"), once(kept, "close")]);
    await service.stop();
    await closed;
    expect((await waiting).status).toBe(202);
    expect(service.reported).toEqual([]);
  },
  IN_TIME_MS,
);
