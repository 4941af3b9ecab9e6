import { nodeModule } from "./node-module.ts";

/** A file of the package, from disk in Node, whose fetch() reads no files, and over the network elsewhere. */
export async function readWasm(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const fs = url.protocol === "file:" ? nodeModule("node:fs/promises") : undefined;
  if (fs !== undefined) return new Uint8Array(await fs.readFile(url));
  const response = await fetch(url);
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
