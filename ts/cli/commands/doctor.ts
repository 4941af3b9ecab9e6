import { constants } from "node:fs";
import { access, mkdtemp, readdir, rm, stat, statfs } from "node:fs/promises";
import os from "node:os";
import { delimiter, dirname, join } from "node:path";
import { readLogKeys } from "../../audit/keys.ts";
import { auditLog, readCheckpoint } from "../../audit/log-reader.ts";
import { loadMldsa } from "../../audit/mldsa.ts";
import { readTrustedLogs, trustedLogsPath } from "../../audit/trusted-logs.ts";
import { AppError, errnoOf, messageOf } from "../../core/errors.ts";
import { loadEngines } from "../../engines/load-engines.ts";
import type { CommandContext } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { dataFolder, type Flags, readSettings } from "../settings.ts";
import type { Terminal } from "../terminal.ts";
import { KNOWN_RESULTS } from "./known-result.ts";

interface Finding {
  name: string;
  status: "ok" | "warn" | "fail";
  detail: string;
  remedy?: string;
}

const OLDEST_NODE = [20, 19] as const;
const LITTLE_MEMORY = 2 * 2 ** 30;
const LITTLE_DISK = 512 * 2 ** 20;
const OTHER_FOLDER = "change that, or give another folder with --data or KETFLOW_DATA";

/** The smallest module with a 128-bit SIMD instruction: a function that drops a splat. */
const SIMD_MODULE = new Uint8Array([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
]);

export async function doctor(
  flags: { json?: boolean; calibrate?: boolean },
  settingFlags: Flags,
  context: CommandContext,
): Promise<ExitCode> {
  const { terminal } = context;
  const settings = await readSettings(terminal, settingFlags);
  const dataDir = dataFolder(settings, terminal);
  const findings = [
    node(process.versions.node),
    machine(),
    simd(),
    await guarded("engine", engine),
    await guarded("signatures", signatures),
    await guarded("store", () => store(context)),
    await guarded("data", () => folderAccess(dataDir)),
    await guarded("log", () => log(dataDir)),
    await guarded("in use", () => inUse(dataDir, context, flags.calibrate === true)),
    await guarded("log keys", () => logKeys(terminal.environment)),
    await browser(terminal.environment),
  ];
  if (flags.json) terminal.print(JSON.stringify({ ok: !findings.some(isFailure), findings }, null, 2));
  else for (const finding of findings) terminal.print(findingText(finding));
  return findings.some(isFailure) ? 1 : 0;
}

function isFailure(finding: Finding): boolean {
  return finding.status === "fail";
}

function findingText({ name, status, detail, remedy }: Finding): string {
  const head = `${status.padEnd(4)}  ${name.padEnd(10)}  ${detail}`;
  return remedy === undefined ? head : `${head}\n${" ".repeat(18)}→ ${remedy}`;
}

/** A check that throws has failed; the others go on. */
async function guarded(name: string, check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    const detail = messageOf(error);
    const remedy =
      error instanceof AppError ? undefined : "install ketflow again; with KETFLOW_DEBUG=1 commands say more";
    return { name, status: "fail", detail, ...(remedy === undefined ? {} : { remedy }) };
  }
}

function node(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isNewEnough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  if (isNewEnough) return { name: "node", status: "ok", detail: version };
  return { name: "node", status: "fail", detail: version, remedy: `install Node ${OLDEST_NODE.join(".")} or newer` };
}

function machine(): Finding {
  const [total, free] = [os.totalmem(), os.freemem()];
  const detail = `${os.availableParallelism()} cores, ${gib(total)} of memory, ${gib(free)} free`;
  if (total >= LITTLE_MEMORY) return { name: "machine", status: "ok", detail };
  const remedy = "circuits above about 24 qubits may not fit; --precision f32 halves what they need";
  return { name: "machine", status: "warn", detail, remedy };
}

function simd(): Finding {
  if (WebAssembly.validate(SIMD_MODULE)) return { name: "simd", status: "ok", detail: "128-bit WebAssembly SIMD" };
  return { name: "simd", status: "fail", detail: "no WebAssembly SIMD", remedy: "use a newer Node or processor" };
}

async function engine(): Promise<Finding> {
  const engines = await loadEngines({ threads: 1 });
  try {
    for (const { type, format, source, options, hash } of KNOWN_RESULTS) {
      const { resultHash } = await engines.run(type, { format, source }, options);
      if (resultHash === hash) continue;
      const detail = `a known job of type ${type} gave ${resultHash.slice(0, 16)}…, not ${hash.slice(0, 16)}…`;
      return {
        name: "engine",
        status: "fail",
        detail,
        remedy: "do not rely on results of this machine; install again",
      };
    }
    const names = KNOWN_RESULTS.map(({ type }) => engines.identityOf(type).engine.name);
    const { engine: present, build } = engines.identity;
    const detail = `${names.join(", ")} ${present.version} give the known bytes (${build.kind})`;
    return { name: "engine", status: "ok", detail };
  } finally {
    await engines.close();
  }
}

async function signatures(): Promise<Finding> {
  const mldsa = await loadMldsa();
  const { publicKey, secretKey } = mldsa.keypair(new Uint8Array(32));
  const [message, context] = [new Uint8Array([1]), new Uint8Array()];
  const signature = mldsa.sign(secretKey, message, context, new Uint8Array(32));
  const works = mldsa.verify(publicKey, message, context, signature);
  const refuses = !mldsa.verify(publicKey, new Uint8Array([2]), context, signature);
  if (works && refuses) return { name: "signatures", status: "ok", detail: "ML-DSA-44 signs, verifies and refuses" };
  return {
    name: "signatures",
    status: "fail",
    detail: "ML-DSA-44 does not verify as it should",
    remedy: "install again",
  };
}

/** The whole service in a folder of its own, so that nothing of the user's is touched. */
async function store({ openService, terminal }: CommandContext): Promise<Finding> {
  const folder = await mkdtemp(join(os.tmpdir(), "ketflow-doctor-"));
  try {
    const service = await openService({
      dataDir: join(folder, "data"),
      trustLog: false,
      environment: { ...terminal.environment, XDG_STATE_HOME: folder },
    });
    await service.close();
    return { name: "store", status: "ok", detail: service.driver };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function folderAccess(dataDir: string): Promise<Finding> {
  const fail = (detail: string): Finding => ({ name: "data", status: "fail", detail, remedy: OTHER_FOLDER });
  const existing = await nearestExisting(dataDir);
  if (!existing.isFolder) return fail(`${existing.path} is a file, not a folder`);
  try {
    await access(existing.path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return fail(`${existing.path} cannot be read and written`);
  }
  const isThere = existing.path === dataDir;
  const strangers = isThere && !(await hasDatabase(dataDir)) ? (await readdir(dataDir)).length : 0;
  if (strangers > 0) {
    const detail = `${dataDir} holds no jobs but ${strangers} other ${strangers === 1 ? "entry" : "entries"}`;
    return { name: "data", status: "warn", detail, remedy: "the first run would put its files among them; use --data" };
  }
  const { bavail, bsize } = await statfs(existing.path);
  const free = bavail * bsize;
  const detail = `${dataDir}${isThere ? "" : " (made by the first run)"}, ${gib(free)} free`;
  if (free >= LITTLE_DISK) return { name: "data", status: "ok", detail };
  return { name: "data", status: "warn", detail, remedy: "make room, or give a folder on another disk with --data" };
}

/** Before anything opens the folder, which would repair what it notices by itself. */
async function log(dataDir: string): Promise<Finding> {
  const [directory, mldsa] = [join(dataDir, "log"), await loadMldsa()];
  const keys = await readLogKeys(join(dataDir, "keys"), mldsa);
  try {
    const head = keys && (await readCheckpoint(directory, keys.verifierKeys, mldsa));
    if (head === undefined) return { name: "log", status: "ok", detail: "nothing signed yet" };
    const leaves = auditLog(directory, head);
    return { name: "log", status: "ok", detail: `${leaves} entries, all of which lead to the signed root` };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { name: "log", status: "fail", detail: error.message, remedy: "ketflow audit fsck --repair" };
  } finally {
    keys?.close();
  }
}

async function inUse(
  dataDir: string,
  { openService, terminal }: CommandContext,
  mayCalibrate: boolean,
): Promise<Finding> {
  // Opening makes a data folder of what is none: only --calibrate, which writes to it, may do that.
  if (!mayCalibrate && !(await hasDatabase(dataDir))) return { name: "in use", status: "ok", detail: "no data yet" };
  try {
    const { environment } = terminal;
    const service = await openService({ dataDir, trustLog: false, environment, continueEarlierJobs: false });
    try {
      if (mayCalibrate) await service.calibrate();
    } finally {
      await service.close();
    }
    const calibrated = mayCalibrate ? "; predictions are now those of this machine" : "";
    return { name: "in use", status: "ok", detail: `no other process has the data folder${calibrated}` };
  } catch (error) {
    // In use is a state that passes; a folder that cannot be opened is not.
    if (!(error instanceof AppError && error.code === "conflict")) throw error;
    return { name: "in use", status: "warn", detail: error.message };
  }
}

async function hasDatabase(dataDir: string): Promise<boolean> {
  return stat(join(dataDir, "ketflow.db")).then(
    () => true,
    (error: unknown) => !["ENOENT", "ENOTDIR"].includes(errnoOf(error) ?? ""),
  );
}

/** The path, or the nearest one above it that is there. */
async function nearestExisting(path: string): Promise<{ path: string; isFolder: boolean }> {
  const found = await stat(path).catch(() => undefined);
  const parent = dirname(path);
  if (found !== undefined) return { path, isFolder: found.isDirectory() };
  return parent === path ? { path, isFolder: false } : nearestExisting(parent);
}

async function logKeys(environment: Terminal["environment"]): Promise<Finding> {
  const path = trustedLogsPath(environment);
  const origins = new Set((await readTrustedLogs(path)).map((key) => key.name));
  if (origins.size > 0) {
    return {
      name: "log keys",
      status: "ok",
      detail: `${origins.size} trusted ${origins.size === 1 ? "log" : "logs"} in ${path}`,
    };
  }
  const remedy = "the first `ketflow run` adds the log of this machine; for others give --log-key";
  return { name: "log keys", status: "warn", detail: `no trusted logs in ${path}`, remedy };
}

/** Only the developers' tests need one. */
async function browser(environment: Terminal["environment"]): Promise<Finding> {
  for (const folder of (environment.PATH ?? "").split(delimiter)) {
    for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
      const path = join(folder, name);
      if (await isExecutable(path)) return { name: "browser", status: "ok", detail: path };
    }
  }
  return { name: "browser", status: "ok", detail: "none found; only the tests of the browser page use one" };
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
