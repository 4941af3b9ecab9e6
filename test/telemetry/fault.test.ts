import { describe, expect, it } from "vitest";
import { AppError } from "../../ts/core/errors.ts";
import { faultOf } from "../../ts/telemetry/fault.ts";

const hash = (text: string): string => `h${text.length}`;
const SECRET = "OPENQASM 3; // secret";

describe("a fault as the log shows it", () => {
  it("has the class, the frames and a hash of the words, also of its causes", () => {
    const cause = Object.assign(new TypeError(SECRET), { code: "ECONNRESET" });
    const fault = faultOf(new AppError("engine-failure", `cannot run ${SECRET}`, { cause }), hash);
    expect(JSON.stringify(fault)).not.toContain("secret");
    expect(fault).toMatchObject({ type: "AppError", code: "engine-failure", messageHash: `h${SECRET.length + 11}` });
    expect(fault.cause).toMatchObject({ type: "TypeError", code: "ECONNRESET", messageHash: `h${SECRET.length}` });
    expect(fault.stack[0]).toMatch(/fault\.test\.ts:\d+:\d+/);
    expect(fault.cause?.stack[0]).toMatch(/fault\.test\.ts:\d+:\d+/);
  });

  it("shows the words of the codes whose messages are ours", () => {
    const full = new AppError("storage-full", "the disk of the data folder is full", { cause: new Error(SECRET) });
    expect(faultOf(full, hash)).toMatchObject({ message: full.message, cause: { messageHash: expect.any(String) } });
  });

  // A message may look like frames, a name and a code may be set to anything, and anything may be thrown.
  it.each([
    ["a message that looks like frames", new Error(`x\n    at secret (${SECRET}:1:1)\n    at y (z:1:1)`)],
    ["a message that was changed afterwards", Object.assign(new Error(SECRET), { message: "harmless" })],
    ["a stack that was written by hand", Object.assign(new Error("x"), { stack: SECRET })],
    ["a name", Object.assign(new Error("x"), { name: SECRET })],
    ["a code", Object.assign(new Error("x"), { code: SECRET })],
    ["a text", SECRET],
    ["a cause that is a text", new Error("x", { cause: SECRET })],
  ])("shows nothing of %s", (_, thrown) => {
    expect(JSON.stringify(faultOf(thrown, hash))).not.toContain("secret");
  });

  it("ends in a circle of causes", () => {
    const error = new Error("x");
    error.cause = error;
    expect(JSON.stringify(faultOf(error, hash)).match(/messageHash/g)).toHaveLength(6);
  });
});
