import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { expose, transfer, wrap } from "comlink";
import { afterEach, describe, expect, it } from "vitest";
import { withResolvers } from "../../ts/core/with-resolvers.ts";
import { socketEndpoint } from "../../ts/workers/socket-endpoint.ts";

const open: Socket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

async function socketPair(): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const near = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [far] = (await once(server, "connection")) as [Socket];
  server.close();
  open.push(near, far);
  return [near, far];
}

const unexpected = (error: unknown): void => expect.unreachable(String(error));

const echo = {
  back: (value: unknown) => value,
  moved: (value: { bytes: Uint8Array<ArrayBuffer>; more: Uint8Array<ArrayBuffer> }) =>
    transfer(value, [value.bytes.buffer, value.more.buffer]),
  refuse() {
    throw { code: "unsupported", message: "data, not an error" };
  },
};

describe("a socket as an endpoint", () => {
  it("brings values and transferred bytes there and back, also none and many", async () => {
    const [near, far] = await socketPair();
    expose(echo, socketEndpoint(far, unexpected));
    const remote = wrap<typeof echo>(socketEndpoint(near, unexpected));
    const text = "π \u0000 \ud83d\ude00";
    expect(await remote.back({ text, list: [1, null, undefined, -0] })).toEqual({
      text,
      list: [1, null, undefined, -0],
    });
    for (const length of [0, 1, 65_535, 65_536, 3_000_001]) {
      const bytes = Uint8Array.from({ length }, (_, k) => k * 31);
      const value = { bytes, more: Uint8Array.of(length % 256) };
      const back = await remote.moved(transfer(value, [bytes.buffer, value.more.buffer]));
      expect(Buffer.compare(back.bytes, bytes)).toBe(0);
      expect(back.more).toEqual(value.more);
    }
    await expect(remote.refuse()).rejects.toEqual({ code: "unsupported", message: "data, not an error" });
  });

  it("takes calls both ways over one stream", async () => {
    const [near, far] = await socketPair();
    const [nearEnd, farEnd] = [socketEndpoint(near, unexpected), socketEndpoint(far, unexpected)];
    expose({ side: () => "near" }, nearEnd);
    expose({ side: () => "far" }, farEnd);
    const sides = [wrap<{ side(): string }>(nearEnd).side(), wrap<{ side(): string }>(farEnd).side()];
    expect(await Promise.all(sides)).toEqual(["far", "near"]);
  });

  it("puts messages together however the stream cuts them", async () => {
    const [near, far] = await socketPair();
    const pieces: Buffer[] = [];
    far.on("data", (piece: Buffer) => pieces.push(piece));
    const sender = socketEndpoint(near, unexpected);
    const messages = [1, 2, 3].map((k) => ({ k, bytes: new Uint8Array(7 * k).fill(k) }));
    for (const message of messages) sender.postMessage(message, [message.bytes.buffer]);
    near.end();
    await once(far, "end");

    const [writer, reader] = await socketPair();
    writer.setNoDelay(true);
    const seen: unknown[] = [];
    const all = withResolvers<void>();
    socketEndpoint(reader, unexpected).addEventListener("message", (event) => {
      seen.push((event as MessageEvent).data);
      if (seen.length === messages.length) all.resolve();
    });
    for (const byte of Buffer.concat(pieces)) await new Promise((next) => writer.write(Buffer.of(byte), next));
    await all.promise;
    expect(seen).toEqual(messages);
  });

  it("tells of nonsense once, and reads no further", async () => {
    const [near, far] = await socketPair();
    const errors: unknown[] = [];
    socketEndpoint(far, (error) => errors.push(error));
    near.write(Buffer.alloc(100)); // An empty clone, which no value has.
    near.end(Buffer.alloc(200_000));
    far.resume();
    await once(far, "end");
    expect(errors).toHaveLength(1);
  });

  it("lets messages go to an ended stream", async () => {
    const [near] = await socketPair();
    const errors: unknown[] = [];
    near.on("error", (error) => errors.push(error));
    near.end();
    await once(near, "finish");
    socketEndpoint(near, unexpected).postMessage({});
    await setImmediate();
    expect(errors).toEqual([]);
  });
});
