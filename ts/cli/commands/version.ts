import { readFile } from "node:fs/promises";
import { identity } from "../../../wasm-pkg/statevector/identity.js";
import type { ExitCode } from "../failure.ts";
import type { Terminal } from "../terminal.ts";

/** What a receipt calls the engine is what is printed here. */
export async function version(flags: { json?: boolean }, terminal: Terminal): Promise<ExitCode> {
  const ours = await packageVersion();
  const { engine, build } = identity;
  if (flags.json) {
    terminal.print(JSON.stringify({ version: ours, node: process.version, engine, build }, null, 2));
  } else {
    terminal.print(`ketflow ${ours}`);
    terminal.print(`engine ${engine.name} ${engine.version}, content ${engine.contentHash}`);
    terminal.print(`build  ${build.kind}, sha256 ${build.sha256}`);
  }
  return 0;
}

export async function packageVersion(): Promise<string> {
  const text = await readFile(new URL("../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
