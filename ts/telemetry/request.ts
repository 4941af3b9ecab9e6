import type { ErrorCode } from "../core/errors.ts";

/** An answered request, as the HTTP shell tells of it. */
export interface ObservedRequest {
  /** Id of the operation; `unmatched` where no operation has the path. */
  readonly operation: string;
  readonly method: string;
  /** From the first look at it to its answer; what a stream sends later is not in it. Absent where nothing was done. */
  readonly seconds?: number | undefined;
  readonly requestId: string;
  /** Of a valid key. */
  readonly tenant?: string | undefined;
  readonly keyId?: string | undefined;
  /** Why it was refused, or what failed. */
  readonly code?: ErrorCode | undefined;
  readonly reply: {
    readonly status: number;
    /** Names are in small letters; absent for an answer that writes itself. */
    readonly headers?: Headers | Readonly<Record<string, string>>;
  };
}

export const UNMATCHED = "unmatched";
