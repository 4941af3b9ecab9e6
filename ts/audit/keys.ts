import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign as signEd25519 } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fromHex, utf8 } from "../core/bytes.ts";
import { formatTime } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import {
  type Checkpoint,
  COSIGNATURE_CONTEXT,
  cosignedMessage,
  formatCheckpointText,
  timestampedSignature,
} from "./checkpoint.ts";
import { createKeyFile, freshSeeds, readKeyFile, replaceKeyFile, type SeedPair } from "./key-file.ts";
import type { MlDsa44 } from "./mldsa.ts";
import { ED25519_TYPE, formatNote, ML_DSA_44_TYPE, type NoteSignature, type VerifierKey, verifierKey } from "./note.ts";

/** RFC 8410: what stands before the 32-byte seed in a PKCS #8 private key of Ed25519. */
const ED25519_PKCS8_PREFIX = fromHex("302e020100300506032b657004220420");

type VerifierPair = readonly [ed25519: VerifierKey, mlDsa44: VerifierKey];

/** The keys of one log, under one name: its origin. One pair; two while a rotation's overlap lasts. */
export interface LogKeys {
  readonly origin: string;
  /** For those who are to trust the log: the pair in force, then the one that takes over. Another list after every change. */
  readonly verifierKeys: readonly VerifierKey[];
  /** The pair whose signatures receipts carry: until the overlap ends it is the one that everybody trusts already. */
  readonly current: VerifierPair;
  /** The pair that takes over, and when it may stand alone (milliseconds since the epoch); undefined outside a rotation. */
  readonly next: { readonly verifierKeys: VerifierPair; readonly overlapUntil: number } | undefined;
  /** Signs a head with every pair. @param timestampSeconds since 1970, above 0 @returns the signed note */
  signCheckpoint(checkpoint: Checkpoint, timestampSeconds: number): string;
  /** Makes a second pair; from now on both sign. @throws {AppError} `conflict` while another rotation lasts */
  announce(overlapUntil: number): Promise<VerifierPair>;
  /** Drops the older pair and wipes its seeds. The published head must carry the newer pair's signatures already. */
  retire(): Promise<void>;
  /** Wipes the secret keys in memory; signing fails afterwards. */
  close(): void;
}

/**
 * Opens the log's keys in `directory`, and makes them at the first call, with an origin of their own.
 *
 * @param log the folder of the log that they sign; where it has a signed head already, no keys are made
 * @throws {AppError} `integrity-violation` when the file is damaged or missing, `forbidden` when others can read it
 */
export async function openLogKeys(directory: string, mldsa: MlDsa44, log?: string): Promise<LogKeys> {
  if ((await readKeyFile(directory)) === undefined) {
    if (log !== undefined && existsSync(join(log, "checkpoint"))) {
      const message = `${directory} holds no keys, but ${log} was signed: put the keys folder of this log back`;
      throw new AppError("integrity-violation", message);
    }
    await createKeyFile(directory);
  }
  const keys = await readLogKeys(directory, mldsa);
  if (keys === undefined) throw new AppError("integrity-violation", `the log's keys in ${directory} vanished`);
  return keys;
}

/** As {@link openLogKeys}, but `undefined` where there are none. */
export async function readLogKeys(directory: string, mldsa: MlDsa44): Promise<LogKeys | undefined> {
  const record = await readKeyFile(directory);
  if (record === undefined) return undefined;
  const { origin } = record;
  let [current, next] = [pairOf(origin, record, mldsa), record.next && pairOf(origin, record.next, mldsa)];
  let overlapUntil = Date.parse(record.next?.overlapUntil ?? "");
  let verifierKeys = listKeys(current, next);
  let closed = false;

  async function present(): Promise<NonNullable<Awaited<ReturnType<typeof readKeyFile>>>> {
    const found = await readKeyFile(directory);
    if (found !== undefined && !closed) return found;
    throw new AppError("integrity-violation", `the log's keys in ${directory} vanished; restore them from a backup`);
  }

  return {
    origin,
    get verifierKeys() {
      return verifierKeys;
    },
    get current() {
      return current.verifierKeys;
    },
    get next() {
      return next && { verifierKeys: next.verifierKeys, overlapUntil };
    },
    signCheckpoint(checkpoint, timestampSeconds) {
      if (closed) throw new AppError("internal", "the log's keys were closed");
      if (checkpoint.origin !== origin || !Number.isSafeInteger(timestampSeconds) || timestampSeconds < 1) {
        throw new AppError("internal", `refusing to sign a head of '${checkpoint.origin}' at time ${timestampSeconds}`);
      }
      const text = formatCheckpointText(checkpoint);
      const message = cosignedMessage(origin, timestampSeconds, checkpoint);
      const pairs = next === undefined ? [current] : [current, next];
      return formatNote({ text, signatures: pairs.flatMap((pair) => pair.sign(text, message, timestampSeconds)) });
    },
    async announce(until) {
      const { next: other, ...record } = await present();
      if (other !== undefined) {
        throw new AppError(
          "conflict",
          `the log's keys are being rotated already; the overlap ends ${other.overlapUntil}`,
        );
      }
      const seeds = freshSeeds();
      await replaceKeyFile(directory, { ...record, next: { ...seeds, overlapUntil: formatTime(until) } });
      next = pairOf(origin, seeds, mldsa);
      overlapUntil = until;
      verifierKeys = listKeys(current, next);
      return next.verifierKeys;
    },
    async retire() {
      const { next: seeds } = await present();
      if (seeds === undefined || next === undefined)
        throw new AppError("conflict", "no rotation of the log's keys is under way");
      const { overlapUntil: _, ...pair } = seeds;
      await replaceKeyFile(directory, { origin, ...pair });
      current.wipe();
      [current, next] = [next, undefined];
      verifierKeys = listKeys(current, next);
    },
    close() {
      closed = true;
      current.wipe();
      next?.wipe();
    },
  };
}

interface SigningPair {
  readonly verifierKeys: VerifierPair;
  sign(text: string, message: Uint8Array, timestampSeconds: number): NoteSignature[];
  wipe(): void;
}

function pairOf(origin: string, seeds: SeedPair, mldsa: MlDsa44): SigningPair {
  const ed25519 = ed25519Key(seeds.ed25519Seed);
  // The public key is the last 32 bytes of its SPKI encoding.
  const ed25519Public = new Uint8Array(createPublicKey(ed25519).export({ format: "der", type: "spki" }).subarray(-32));
  const mlDsa44Seed = fromHex(seeds.mlDsa44Seed);
  const mlDsa44 = mldsa.keypair(mlDsa44Seed);
  mlDsa44Seed.fill(0);
  const verifierKeys = [
    verifierKey(origin, ED25519_TYPE, ed25519Public),
    verifierKey(origin, ML_DSA_44_TYPE, mlDsa44.publicKey),
  ] as const;
  return {
    verifierKeys,
    sign(text, message, timestampSeconds) {
      const randomness = new Uint8Array(randomBytes(32));
      const cosignature = mldsa.sign(mlDsa44.secretKey, message, COSIGNATURE_CONTEXT, randomness);
      randomness.fill(0);
      const signatures = [signEd25519(null, utf8(text), ed25519), timestampedSignature(timestampSeconds, cosignature)];
      return verifierKeys.map(({ keyId }, k) => ({
        name: origin,
        keyId,
        signature: signatures[k] ?? new Uint8Array(),
      }));
    },
    wipe: () => void mlDsa44.secretKey.fill(0),
  };
}

function ed25519Key(seedHex: string): KeyObject {
  const seed = Buffer.from(seedHex, "hex");
  const der = Buffer.concat([ED25519_PKCS8_PREFIX, seed]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  for (const secret of [seed, der]) secret.fill(0);
  return key;
}

function listKeys(current: SigningPair, next: SigningPair | undefined): readonly VerifierKey[] {
  return [...current.verifierKeys, ...(next?.verifierKeys ?? [])];
}
