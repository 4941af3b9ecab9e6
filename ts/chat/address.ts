import { BlockList, isIP } from "node:net";
import { AppError } from "../core/errors.ts";

/** Where a provider is asked. */
export interface BaseUrl {
  /** Without a slash at its end. */
  readonly url: string;
  /** The installation names its origin as one of its own: plain HTTP and private addresses are then allowed. */
  readonly isOwn: boolean;
}

/**
 * A tenant may name any server of the internet, and none of the network that this service stands in.
 *
 * @param text of the form that the schema of providers has: http or https, no user, query or fragment
 * @param ownOrigins such as `http://127.0.0.1:11434`, which whoever runs the service has listed
 * @throws {AppError} `forbidden` for an address that cannot be, or that only the installation may allow
 */
export function checkBaseUrl(text: string, ownOrigins: readonly string[]): BaseUrl {
  if (!URL.canParse(text)) {
    throw new AppError("forbidden", `body.baseUrl: ${text} has a host or port that there cannot be`);
  }
  const url = new URL(text);
  const isOwn = ownOrigins.includes(url.origin);
  const remedy = `; whoever runs the service can allow it with --model-origin ${url.origin}`;
  if (!isOwn && url.protocol !== "https:")
    throw new AppError("forbidden", `body.baseUrl: must begin with https://${remedy}`);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (!isOwn && (isIP(host) === 0 ? /(?:^|\.)localhost\.?$/i.test(host) : isPrivateAddress(host))) {
    throw new AppError("forbidden", `body.baseUrl: ${host} is no address of the internet${remedy}`);
  }
  return { url: url.href.replace(/\/+$/, ""), isOwn };
}

/** @throws {AppError} `invalid-input` for what is no origin */
export function checkOrigins(origins: readonly string[]): readonly string[] {
  for (const origin of origins) {
    if (URL.canParse(origin) && new URL(origin).origin === origin && /^https?:/.test(origin)) continue;
    throw new AppError("invalid-input", `modelOrigins: '${origin}' is no origin; write such as http://127.0.0.1:11434`);
  }
  return origins;
}

/** Whether an IP address is none that the whole internet may reach (IANA special-purpose registries). */
export function isPrivateAddress(address: string): boolean {
  return isIP(address) === 6 ? !OPEN6.check(address, "ipv6") || CLOSED6.check(address, "ipv6") : CLOSED4.check(address);
}

const CLOSED4 = blockList("ipv4", [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"],
  ...["192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
  ...["224.0.0.0/4", "240.0.0.0/4"],
]);
/** Only what is global unicast; mapped and translated addresses lie outside of it. */
const OPEN6 = blockList("ipv6", ["2000::/3"]);
const CLOSED6 = blockList("ipv6", ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]);

function blockList(family: "ipv4" | "ipv6", ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [net = "", prefix] = range.split("/");
    list.addSubnet(net, Number(prefix), family);
  }
  return list;
}
