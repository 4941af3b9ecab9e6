// comlink types its adapter for the .js twin only, and that twin is not ESM.
declare module "comlink/dist/esm/node-adapter.mjs" {
  import type { Endpoint } from "comlink";

  interface NodeEndpoint {
    postMessage(message: unknown, transfer?: readonly unknown[]): void;
    on(type: "message", listener: (data: unknown) => void): unknown;
    off(type: "message", listener: (data: unknown) => void): unknown;
    start?: () => void;
  }
  // biome-ignore lint/style/noDefaultExport: it is what the module has
  export default function nodeEndpoint(endpoint: NodeEndpoint): Endpoint;
}
