import { fromBase64, fromHex } from "../core/bytes.ts";
import { grouped } from "../core/grouped.ts";
import type { Engines } from "../engines.ts";
import { type Check, compareRerun, loadMldsa, type Receipt, rerunInput, verifyReceipt } from "../verify.ts";
import { element, showError } from "./dom.ts";

const drop = element("drop", HTMLDivElement);
const fileInput = element("receipt-file", HTMLInputElement);
const fileName = element("receipt-name", HTMLParagraphElement);
const logKeys = element("log-keys", HTMLTextAreaElement);
const verifyButton = element("verify", HTMLButtonElement);
const rerunButton = element("rerun", HTMLButtonElement);
const status = element("receipt-status", HTMLParagraphElement);
const checks = element("checks", HTMLUListElement);

/** Checks a receipt against the log keys that the reader trusts, and runs its job again in this page. */
export function startReceiptPanel(engines: Engines): void {
  let file: Uint8Array | undefined;
  let verified: Receipt | undefined;

  async function take(chosen: File | undefined): Promise<void> {
    if (chosen === undefined) return;
    file = new Uint8Array(await chosen.arrayBuffer());
    verified = undefined;
    fileName.textContent = `${chosen.name}, ${grouped(file.length)} bytes`;
    status.textContent = "";
    checks.replaceChildren();
    verifyButton.disabled = false;
    rerunButton.disabled = true;
  }

  async function verify(): Promise<void> {
    if (file === undefined) return;
    checks.replaceChildren();
    const report = await verifyReceipt(file, { trustedKeys: trustedKeys(), mldsa: await loadMldsa() });
    checks.append(...report.checks.map(checkItem));
    checks.append(...report.notChecked.map(({ name, reason }) => item("open", "–", name, reason)));
    status.textContent = report.ok ? "The receipt holds." : "The receipt does not hold.";
    verified = report.ok ? report.receipt : undefined;
    rerunButton.disabled = verified === undefined;
  }

  async function rerun(): Promise<void> {
    if (verified === undefined) return;
    status.textContent = "Running it again…";
    const job = rerunInput(verified);
    const { engine } = engines.identityOf(job.type);
    if (job.engine.contentHash !== engine.contentHash) {
      status.textContent = `Not run: it was made by ${job.engine.name} ${job.engine.version}, this page has ${engine.version}.`;
      return;
    }
    const { format, source } = job.input;
    const bytes = typeof source === "string" ? source : fromBase64(source.base64);
    const run = await engines.run(job.type, { format, source: bytes }, { ...job.options, seed: job.seed });
    const check = compareRerun(verified, fromHex(run.resultHash));
    checks.append(checkItem(check));
    status.textContent = check.ok
      ? "The receipt holds, and running it again in this page gave the same bytes."
      : "The receipt's signatures hold, but running it again gave other bytes.";
  }

  fileInput.addEventListener("change", () => void take(fileInput.files?.[0]));
  for (const type of ["dragenter", "dragover"]) {
    drop.addEventListener(type, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const type of ["dragleave", "drop"]) drop.addEventListener(type, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    void take(event.dataTransfer?.files[0]);
  });
  onClick(verifyButton, verify);
  onClick(rerunButton, rerun);
}

function onClick(button: HTMLButtonElement, action: () => Promise<void>): void {
  button.addEventListener("click", () => {
    action().catch((error: unknown) => {
      status.textContent = "";
      const failed = item("broken", "✗", "failed", "");
      checks.replaceChildren(failed);
      showError(failed, error);
    });
  });
}

function trustedKeys(): string[] {
  const lines = logKeys.value.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#"));
}

function checkItem({ name, ok, detail }: Check): HTMLLIElement {
  return ok ? item("holds", "✓", name, detail) : item("broken", "✗", name, detail);
}

function item(kind: "holds" | "broken" | "open", sign: string, name: string, detail: string): HTMLLIElement {
  const line = document.createElement("li");
  const words = { holds: "holds", broken: "does not hold", open: "not checked" };
  const cells = [sign, name, detail].map((text) => {
    const cell = document.createElement("span");
    cell.textContent = text;
    return cell;
  });
  cells[0]?.setAttribute("role", "img");
  cells[0]?.setAttribute("aria-label", words[kind]);
  cells[0]?.classList.add(kind);
  line.append(...cells);
  return line;
}
