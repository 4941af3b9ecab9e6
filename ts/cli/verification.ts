import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Check } from "../audit/checkpoint.ts";
import type { EventFile } from "../audit/event-schema.ts";
import { loadMldsa } from "../audit/mldsa.ts";
import { parseVerifierKey, type VerifierKey } from "../audit/note.ts";
import { compareRerun, rerunInput } from "../audit/rerun.ts";
import { parseTrustedLogs, readTrustedLogs, trustedLogsPath } from "../audit/trusted-logs.ts";
import { verifyFile } from "../audit/verify-export.ts";
import type { VerifyReport } from "../audit/verify-receipt.ts";
import { fromBase64, fromHex, toHex } from "../core/bytes.ts";
import { AppError, type ErrorCode, messageOf } from "../core/errors.ts";
import { sha256 } from "../core/sha256.ts";
import type { Engines, EnginesOptions } from "../engines/load-engines.ts";
import type { EngineIdentity } from "../models/job.ts";
import type { RouteDecision } from "../models/route.ts";
import { replay } from "../routing/route.ts";
import { IDENTITIES } from "../workers/engines.ts";
import type { ExitCode } from "./failure.ts";
import { readBytes } from "./read-input.ts";
import type { Terminal } from "./terminal.ts";

/** What keeps a run from starting here says nothing against its receipt. */
const NOT_RERUN: ReadonlySet<ErrorCode> = new Set(["invalid-input", "unsupported", "too-large"]);

type Limit = Pick<EnginesOptions, "memoryLimitMiB">;

/** As much as the build and the machine have. */
const NO_LIMIT: Limit = { memoryLimitMiB: 2 ** 24 };

export interface VerificationRequest {
  /** Verifier keys, or files of them; without any, the user's trusted logs. */
  logKeys?: readonly string[] | undefined;
  inputFile?: string | undefined;
  rerun?: boolean | undefined;
  /** Folder of another release of this package, or a file with its WASM. */
  engine?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface Verification {
  /** `receipt` or `event`, by the kind of the file. */
  report: VerifyReport & { event?: EventFile };
  /** Set when it was asked for and could not be done; what was checked still holds or not. */
  notRerun?: string;
  code: ExitCode;
}

/** Checks the file of a receipt or of an audit event offline, and with `rerun` computes a receipt's result again on a fresh worker, past every cache. */
export async function verify(
  file: Uint8Array,
  request: VerificationRequest,
  terminal: Terminal,
): Promise<Verification> {
  const trustedKeys = await keysOf(request.logKeys, terminal);
  const input = request.inputFile === undefined ? undefined : await readBytes(request.inputFile, terminal);
  const mldsa = await loadMldsa();
  const report = await verifyFile(file, { trustedKeys, mldsa, ...(input === undefined ? {} : { input }) });
  if (report.event !== undefined) {
    const notRerun =
      request.rerun === true ? { notRerun: "an audit event is no run; only receipts are run again" } : {};
    return { report, ...(report.ok ? notRerun : {}), code: !report.ok ? 1 : request.rerun === true ? 2 : 0 };
  }
  if (!report.ok) return { report, code: 1 };
  if (request.rerun !== true || report.receipt === undefined) return { report, code: 0 };
  try {
    const { route } = report.receipt.manifest;
    if (route !== null) report.checks.push(decideAgain(route));
    report.checks.push(await rerun(report, input, request, terminal));
  } catch (error) {
    if (!(error instanceof AppError) || !NOT_RERUN.has(error.code)) throw error;
    return { report, notRerun: error.message, code: 2 };
  }
  report.ok = report.checks.every((check) => check.ok);
  return { report, code: report.ok ? 0 : 1 };
}

export async function keysOf(logKeys: readonly string[] | undefined, terminal: Terminal): Promise<VerifierKey[]> {
  if (logKeys === undefined || logKeys.length === 0) return readTrustedLogs(trustedLogsPath(terminal.environment));
  const keys = await Promise.all(
    logKeys.map(async (key) => {
      // `name+hash+base64` is a key; names of files hardly look like that.
      if (/^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/.test(key)) return [parseVerifierKey(key)];
      return parseTrustedLogs(new TextDecoder().decode(await readBytes(key, terminal)), key);
    }),
  );
  return keys.flat();
}

/** Only a re-run decides again, as only a re-run computes again: both take the code of a release that can. */
function decideAgain(route: RouteDecision): Check {
  try {
    const ok = replay(route) === route.chosen;
    return { name: "route", ok, detail: `the recorded scores ${ok ? "" : "do not "}lead to ${route.chosen}` };
  } catch (error) {
    return { name: "route", ok: false, detail: messageOf(error) };
  }
}

async function rerun(
  { receipt, checks }: VerifyReport,
  inputFile: Uint8Array | undefined,
  { engine, signal }: VerificationRequest,
  terminal: Terminal,
): Promise<Check> {
  if (receipt === undefined) throw new AppError("internal", `no receipt after ${checks.length} checks`);
  const job = rerunInput(receipt, inputFile);
  // Receipts from before the method was recorded say `auto`, which chooses by the limit: they have the default one.
  const { method = "auto" } = job.options;
  const engines = await enginesFrom(engine, job.engine, method === "auto" ? {} : NO_LIMIT, terminal);
  try {
    const present = engines.identityOf(job.type).engine;
    if (present.contentHash !== job.engine.contentHash) {
      const made = `${job.engine.name} ${job.engine.version} (${job.engine.contentHash.slice(0, 12)}…)`;
      const here = `${present.name} ${present.version} (${present.contentHash.slice(0, 12)}…)`;
      const remedy = `install ketflow@${job.engine.version} elsewhere and give its folder with --engine`;
      throw new AppError("unsupported", `the result was made by ${made}, here is ${here}; ${remedy}`);
    }
    const { format, source } = job.input;
    const bytes = typeof source === "string" ? source : fromBase64(source.base64);
    // On one thread, whatever the job asked for: the bytes are the same, and a file that --engine names is that build.
    const alone = "threads" in job.options ? { threads: 1 } : {};
    const options = { ...job.options, ...alone, seed: job.seed, signal };
    const run = await engines.run(job.type, { format, source: bytes }, options);
    return compareRerun(receipt, fromHex(run.resultHash));
  } finally {
    await engines.close();
  }
}

/** The engines of this package, or those of another release, which runs by its own code. */
async function enginesFrom(
  engine: string | undefined,
  made: EngineIdentity["engine"],
  limit: Limit,
  terminal: Terminal,
): Promise<Engines> {
  if (engine === undefined) return (await import("../engines/load-engines.ts")).loadEngines(limit);
  const path = resolve(terminal.workingDirectory, engine);
  const found = await stat(path).catch((cause: unknown) => {
    throw new AppError("invalid-input", `--engine ${engine}: there is no such file or folder`, { cause });
  });
  if (!found.isDirectory()) {
    const digest = toHex(sha256(await readFile(path)));
    const known = Object.entries(IDENTITIES).find(([, { build }]) => build.sha256 === digest);
    if (known !== undefined) {
      const { loadEngines } = await import("../engines/load-engines.ts");
      return loadEngines({ ...limit, wasmUrl: { [known[0]]: pathToFileURL(path) } });
    }
    throw new AppError(
      "unsupported",
      `--engine ${engine}: with SHA-256 ${digest.slice(0, 12)}… it is not the WASM of this package, and the code of this package ` +
        `runs no other; give the folder of an installed ketflow@${made.version}, whose ${made.name} engine has the content hash ` +
        `${made.contentHash.slice(0, 12)}…`,
    );
  }
  const door = pathToFileURL(join(path, "dist", "engines.js")).href;
  try {
    const release: typeof import("../engines/load-engines.ts") = await import(door);
    return await release.loadEngines(limit);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const expected = "the folder of an installed ketflow, with dist/engines.js";
    throw new AppError("invalid-input", `--engine ${engine}: expected ${expected}`, { cause });
  }
}

/** The report for people: a line per check, what stays open, and the verdict. */
export function verificationLines({ report, notRerun }: Verification): string[] {
  const width = Math.max(0, ...report.checks.map((check) => check.name.length));
  const lines = report.checks.map(
    (check) => `${check.ok ? "ok  " : "FAIL"}  ${check.name.padEnd(width)}  ${check.detail}`,
  );
  for (const { name, reason } of report.notChecked) lines.push(`open  ${name.padEnd(width)}  ${reason}`);
  if (!report.ok)
    return [...lines, `not verified: do not rely on this ${report.event === undefined ? "receipt" : "event"}`];
  if (notRerun !== undefined) return [...lines, `signature and inclusion hold; not re-run: ${notRerun}`];
  return [...lines, `verified: ${verdict(report)}`];
}

/** One line: what holds, by which log, since when. */
export function verdict({ receipt, event, log, checks }: Verification["report"]): string {
  const { jobId = "the job", outcome = "ended" } = receipt?.manifest ?? {};
  const what = event === undefined ? `${jobId} ${outcome}` : `${event.manifest.action} at ${event.manifest.at}`;
  const again = checks.some((check) => check.name === "rerun") ? ", and gave the same bytes again" : "";
  const signed = log === undefined ? "" : `; leaf ${log.index} of ${log.size} in ${log.origin}`;
  const at = log === undefined ? "" : `, signed ${new Date(log.signedAtSeconds * 1000).toISOString().slice(0, 19)}Z`;
  return `${what}${again}${signed}${at}`;
}
