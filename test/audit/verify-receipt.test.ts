import { beforeAll, describe, expect, it } from "vitest";
import { proofText } from "../../ts/audit/log-reader.ts";
import { loadMldsa, type MlDsa44 } from "../../ts/audit/mldsa.ts";
import { formatVerifierKey } from "../../ts/audit/note.ts";
import { buildReceipt, draftReceipt, receiptBytes } from "../../ts/audit/receipt.ts";
import type { Receipt } from "../../ts/audit/receipt-schema.ts";
import { verifyReceipt } from "../../ts/audit/verify-receipt.ts";
import { ArraySource, bellOutcome, openLog, scratchDirectory, syntheticLeaves } from "./log-fixture.ts";

let mldsa: MlDsa44;
let receipt: Receipt;
let trustedKeys: string[];

beforeAll(async () => {
  mldsa = await loadMldsa();
});

describe("a receipt", () => {
  it("verifies", async () => {
    const draft = draftReceipt(bellOutcome());
    const source = new ArraySource([...syntheticLeaves(300), draft.leaf]);
    const { writer, options } = await openLog(scratchDirectory(), source);
    const head = await writer.force();
    expect(head?.size).toBe(301);
    if (head === undefined) return;
    receipt = buildReceipt(draft, proofText(options.directory, 300, head));
    trustedKeys = options.keys.verifierKeys.map(formatVerifierKey);
    const report = await verifyReceipt(receiptBytes(receipt), { trustedKeys, mldsa });
    expect(report.ok).toBe(true);
  });
});
