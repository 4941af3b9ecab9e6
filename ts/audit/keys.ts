import { createPrivateKey, createPublicKey, randomBytes, sign as signEd25519 } from "node:crypto";
import { link, mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fromHex, utf8 } from "../core/bytes.ts";
import { AppError, errnoOf } from "../core/errors.ts";
import {
  type Checkpoint,
  COSIGNATURE_CONTEXT,
  cosignedMessage,
  formatCheckpointText,
  timestampedSignature,
} from "./checkpoint.ts";
import { fileError, readTextIfThere, syncDirectory, writeFileDurably } from "./durable-file.ts";
import type { MlDsa44 } from "./mldsa.ts";
import { ED25519_TYPE, formatNote, ML_DSA_44_TYPE, type VerifierKey, verifierKey } from "./note.ts";

const KEY_FILE = "log-key.json";
const SEED_SIZE = 32;

/** RFC 8410: what stands before the 32-byte seed in a PKCS #8 private key of Ed25519. */
const ED25519_PKCS8_PREFIX = fromHex("302e020100300506032b657004220420");

const KeyFile = z.strictObject({
  format: z.literal("ketflow-log-key/1"),
  origin: z.string().min(1).max(255),
  ed25519Seed: z.string().regex(/^[0-9a-f]{64}$/),
  mlDsa44Seed: z.string().regex(/^[0-9a-f]{64}$/),
});
type KeyFile = z.infer<typeof KeyFile>;

/** The two keys of one log, under one name: its origin. */
export interface LogKeys {
  readonly origin: string;
  /** Ed25519 and ML-DSA-44, for those who are to trust the log. */
  readonly verifierKeys: readonly [VerifierKey, VerifierKey];
  /** Signs a head with both keys. @param timestampSeconds since 1970, above 0 @returns the signed note */
  signCheckpoint(checkpoint: Checkpoint, timestampSeconds: number): string;
  /** Wipes the secret keys; signing fails afterwards. */
  close(): void;
}

/**
 * Opens the log's keys in `directory`, and makes them at the first call, with an origin of their own.
 *
 * @throws {AppError} `integrity-violation` when the file is damaged, `forbidden` when others can read it
 */
export async function openLogKeys(directory: string, mldsa: MlDsa44): Promise<LogKeys> {
  const path = join(directory, KEY_FILE);
  return logKeys((await readKeyFile(path)) ?? (await createKeyFile(directory, path)), mldsa);
}

async function readKeyFile(path: string): Promise<KeyFile | undefined> {
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  const { mode } = await stat(path);
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    throw new AppError("forbidden", `others can read the log's secret keys; run: chmod 600 ${path}`);
  }
  try {
    return KeyFile.parse(JSON.parse(text));
  } catch {
    // Without the cause: it would quote the secret.
    throw new AppError("integrity-violation", `the log's keys ${path} are damaged; restore them from a backup`);
  }
}

async function createKeyFile(directory: string, path: string): Promise<KeyFile> {
  const file: KeyFile = {
    format: "ketflow-log-key/1",
    origin: `ketflow.local/${randomBytes(8).toString("hex")}`,
    ed25519Seed: randomBytes(SEED_SIZE).toString("hex"),
    mlDsa44Seed: randomBytes(SEED_SIZE).toString("hex"),
  };
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFileDurably(draft, `${JSON.stringify(file)}\n`, { mode: 0o600 });
    // link() fails where the name is taken: of two first starts one wins, and both then use its keys.
    await link(draft, path);
    await syncDirectory(directory);
    return file;
  } catch (cause) {
    const winner = errnoOf(cause) === "EEXIST" ? await readKeyFile(path) : undefined;
    if (winner !== undefined) return winner;
    throw cause instanceof AppError ? cause : fileError(cause, path);
  } finally {
    await rm(draft, { force: true });
  }
}

function logKeys(file: KeyFile, mldsa: MlDsa44): LogKeys {
  const ed25519Seed = Buffer.from(file.ed25519Seed, "hex");
  const der = Buffer.concat([ED25519_PKCS8_PREFIX, ed25519Seed]);
  const ed25519 = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  // The public key is the last 32 bytes of its SPKI encoding.
  const ed25519Public = new Uint8Array(createPublicKey(ed25519).export({ format: "der", type: "spki" }).subarray(-32));
  const mlDsa44Seed = fromHex(file.mlDsa44Seed);
  const mlDsa44 = mldsa.keypair(mlDsa44Seed);
  for (const secret of [ed25519Seed, der, mlDsa44Seed]) secret.fill(0);

  const { origin } = file;
  const keys = [
    verifierKey(origin, ED25519_TYPE, ed25519Public),
    verifierKey(origin, ML_DSA_44_TYPE, mlDsa44.publicKey),
  ] as const;
  let closed = false;

  return {
    origin,
    verifierKeys: keys,
    signCheckpoint(checkpoint, timestampSeconds) {
      if (closed) throw new AppError("internal", "the log's keys were closed");
      if (checkpoint.origin !== origin || !Number.isSafeInteger(timestampSeconds) || timestampSeconds < 1) {
        throw new AppError("internal", `refusing to sign a head of '${checkpoint.origin}' at time ${timestampSeconds}`);
      }
      const text = formatCheckpointText(checkpoint);
      const randomness = new Uint8Array(randomBytes(32));
      const cosignature = mldsa.sign(
        mlDsa44.secretKey,
        cosignedMessage(origin, timestampSeconds, checkpoint),
        COSIGNATURE_CONTEXT,
        randomness,
      );
      randomness.fill(0);
      return formatNote({
        text,
        signatures: [
          { name: origin, keyId: keys[0].keyId, signature: signEd25519(null, utf8(text), ed25519) },
          { name: origin, keyId: keys[1].keyId, signature: timestampedSignature(timestampSeconds, cosignature) },
        ],
      });
    },
    close() {
      closed = true;
      mlDsa44.secretKey.fill(0);
    },
  };
}
