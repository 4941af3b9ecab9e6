import { AppError, type ErrorCode } from "../core/errors.ts";
import { SqliteFailure, type SqliteFailureKind } from "./sqlite-connection.ts";

const ANSWERS: Readonly<Record<SqliteFailureKind, readonly [ErrorCode, string]>> = {
  full: [
    "storage-full",
    "the disk of the data folder is full: nothing of this request was stored; free some space and send it again",
  ],
  busy: ["store-unavailable", "another process holds the database; stop it or use another data folder"],
  io: ["store-unavailable", "the disk of the data folder refused a read or write; check the disk and send it again"],
  sync: [
    "store-unavailable",
    "the disk did not confirm a write, so no more are accepted; check the disk and start again",
  ],
  corrupt: [
    "integrity-violation",
    "the database file is damaged, so no more writes are accepted; restore a backup of the data folder",
  ],
  statement: ["internal", "the store failed; the log has the details"],
};

/** What a caller can do about a failure of the store. */
export function toAppError(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const [code, message] = ANSWERS[cause instanceof SqliteFailure ? cause.kind : "statement"];
  return new AppError(code, message, { cause });
}

/** As {@link toAppError} for what the database refused; whatever else went wrong stays what it is. */
export function refusalOf(error: unknown): unknown {
  return error instanceof SqliteFailure ? toAppError(error) : error;
}
