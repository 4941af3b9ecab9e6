import type { Check } from "./checkpoint.ts";
import { type FileReport, formatOf } from "./signed-file.ts";
import { type EventReport, verifyEventFile } from "./verify-event.ts";
import { type VerifyOptions, type VerifyReport, verifyReceipt } from "./verify-receipt.ts";

export interface ExportReport {
  /** There is an entry, and every check of every entry holds. */
  ok: boolean;
  receipts: number;
  events: number;
  /** The lines that do not hold, from 1, each with its first failed check. */
  failures: { line: number; check: Check }[];
  /** The one head that all entries are under. */
  log?: Pick<NonNullable<FileReport["log"]>, "origin" | "size" | "rootHash" | "signedAtSeconds">;
}

const NEWLINE = 0x0a;

/** Checks the file of a receipt or of an event, by what it says it is. */
export function verifyFile(
  file: Uint8Array,
  options: VerifyOptions,
): Promise<VerifyReport & Pick<EventReport, "event">> {
  return formatOf(file) === "ketflow-event-file/1" ? verifyEventFile(file, options) : verifyReceipt(file, options);
}

/** Whether a file is an export: more than one line. */
export function isExport(file: Uint8Array): boolean {
  const end = file.indexOf(NEWLINE);
  return end >= 0 && end < file.length - 1;
}

/**
 * Checks an export offline: each line is a receipt or an event file and verifies as such, all are under one head, and no entry
 * stands there twice. That nothing was left out is not what an export can show.
 */
export async function verifyExport(file: Uint8Array, options: Omit<VerifyOptions, "input">): Promise<ExportReport> {
  const report: ExportReport = { ok: false, receipts: 0, events: 0, failures: [] };
  const seen = new Set<number>();
  let line = 0;
  for (let start = 0; start < file.length; ) {
    const end = file.indexOf(NEWLINE, start);
    const bytes = file.subarray(start, end < 0 ? file.length : end + 1);
    start += bytes.length;
    line++;
    const { event, checks, log } = await verifyFile(bytes, options);
    if (event === undefined) report.receipts++;
    else report.events++;
    const failed = checks.find((check) => !check.ok) ?? differing(report, log) ?? repeated(seen, log);
    if (failed !== undefined) report.failures.push({ line, check: failed });
    if (log !== undefined) seen.add(log.index);
  }
  report.ok = line > 0 && report.failures.length === 0;
  return report;
}

function differing(report: ExportReport, log: FileReport["log"]): Check | undefined {
  if (log === undefined) return undefined;
  const { index: _, ...head } = log;
  report.log ??= head;
  if (head.origin === report.log.origin && head.size === report.log.size && head.rootHash === report.log.rootHash)
    return;
  const detail = `it is under a head of size ${head.size}, the lines before it under one of ${report.log.size}`;
  return { name: "one-head", ok: false, detail };
}

function repeated(seen: ReadonlySet<number>, log: FileReport["log"]): Check | undefined {
  if (log === undefined || !seen.has(log.index)) return undefined;
  return { name: "once", ok: false, detail: `leaf ${log.index} stands in a line before it too` };
}
