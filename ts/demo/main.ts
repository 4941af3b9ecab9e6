import { loadEngines } from "../engines.ts";
import { startCircuitPanel } from "./circuit-panel.ts";
import { describeError, element } from "./dom.ts";
import { startReceiptPanel } from "./receipt-panel.ts";

const engineLine = element("engine-line", HTMLParagraphElement);

async function start(): Promise<void> {
  const engines = await loadEngines();
  const { engine, build } = engines.identity;
  engineLine.textContent = `Engine ${engine.name} ${engine.version}, sources ${engine.contentHash.slice(0, 16)}…, build ${build.kind} ${build.sha256.slice(0, 16)}…`;
  startCircuitPanel(engines);
  startReceiptPanel(engines);
}

start().catch((error: unknown) => {
  engineLine.textContent = `The engine did not load: ${describeError(error)}`;
  engineLine.className = "error";
});
