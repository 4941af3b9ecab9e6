import type { lookup } from "node:dns";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { post } from "../../ts/adapters/chat/post-json.ts";
import { checkBaseUrl, checkOrigins, isPrivateAddress } from "../../ts/chat/address.ts";

describe("addresses", () => {
  it.each([
    ...["127.0.0.1", "10.0.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"],
    ...["198.19.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254"],
    ...["::ffff:8.8.8.8", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:db8::1", "ff02::1"],
  ])("%s is private", (address) => expect(isPrivateAddress(address)).toBe(true));

  it.each(["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::1"])("%s is not", (address) =>
    expect(isPrivateAddress(address)).toBe(false),
  );

  it("of the installation's own origins may be private and without TLS", () => {
    const own = checkOrigins(["http://127.0.0.1:11434"]);
    expect(checkBaseUrl("http://127.0.0.1:11434/v1/", own)).toEqual({ url: "http://127.0.0.1:11434/v1", isOwn: true });
    expect(() => checkBaseUrl("http://127.0.0.1:11435/v1", own)).toThrow("--model-origin http://127.0.0.1:11435");
    expect(() => checkOrigins(["http://127.0.0.1:11434/v1"])).toThrow("is no origin");
  });

  it.each([["127.0.0.1"], ["8.8.8.8", "127.0.0.1"]])("a name that leads to %s is not asked", async (...found) => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    // Tries what is found from the last one on.
    const addresses = found.toReversed().map((address) => ({ address, family: 4 }));
    const resolve = ((_: string, __: object, answer: (error: null, addresses: object[]) => void) =>
      answer(null, addresses)) as unknown as typeof lookup;
    const options = { headers: {}, body: "{}", signal: new AbortController().signal, lookup: resolve };
    const url = new URL(`http://rebound.example:${port}/v1`);
    const asked = post(url, { isOwn: false, timeoutMs: 1000 }, options);
    await expect(asked).rejects.toMatchObject({ name: "UpstreamFailure", kind: "unreachable" });
    expect(connections).toBe(0);
  });
});
