import { describe, expect, it } from "vitest";
import { createLog, type Fault, type LogLevel } from "../../ts/core/log.ts";

function newLog(level: LogLevel, pretty = false) {
  const written: string[] = [];
  const log = createLog({
    level,
    pretty,
    write: (lines) => written.push(lines),
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  });
  return { log, written };
}

const FAULT: Fault = {
  type: "TypeError",
  stack: ["at a (x.ts:1:1)"],
  cause: { type: "Error", code: "ENOSPC", stack: [] },
};

describe("the log", () => {
  it("writes one JSON line an event, from its level up", () => {
    const { log, written } = newLog("info");
    log.debug("http.request", { status: 200 });
    log.info("http.request", { status: 503, operation: "submitJob", code: undefined });
    log.flush();
    expect(written).toEqual([
      '{"time":"2026-01-02T03:04:05.006Z","level":"info","event":"http.request","status":503,"operation":"submitJob"}',
    ]);
    expect([log.isOn("debug"), log.isOn("info"), log.isOn("error")]).toEqual([false, true, true]);
  });

  it("writes the lines of one turn together, and at once when one is a warning", async () => {
    const { log, written } = newLog("debug");
    log.debug("a");
    log.info("b");
    expect(written).toEqual([]);
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(written.map((lines) => lines.split("\n").length)).toEqual([2]);
    log.info("c");
    log.error("d");
    expect(written[1]?.split("\n").map((line) => JSON.parse(line).event)).toEqual(["c", "d"]);
  });

  it("does not hold more than a few pages back", () => {
    const { log, written } = newLog("info");
    for (let k = 0; k < 1000; k++) log.info("job.moved", { jobId: "job_0123456789" });
    expect(written.length).toBeGreaterThan(3);
    log.flush();
    expect(written.join("\n").split("\n")).toHaveLength(1000);
  });

  it("shows people words, a fault's frames below them, and nothing that a terminal obeys", () => {
    const { log, written } = newLog("info", true);
    log.error("service.failed", { tenant: "team-a", reason: "not \u001b[31mred\u009b0m\n", fault: FAULT });
    expect(written).toEqual([
      [
        String.raw`03:04:05.006 error service.failed tenant=team-a reason="not \u001b[31mred\u009b0m\n"`,
        "    type=TypeError",
        "      at a (x.ts:1:1)",
        "    type=Error code=ENOSPC",
      ].join("\n"),
    ]);
  });
});
