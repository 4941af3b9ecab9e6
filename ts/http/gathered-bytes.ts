/**
 * Bytes as they come, in one growing buffer: a list of the pieces would cost a hundred bytes for each, and a client may send
 * pieces of one.
 */
export class GatheredBytes {
  #buffer: Buffer = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(piece: Uint8Array): void {
    const needed = this.#length + piece.length;
    if (needed > this.#buffer.length) {
      // Doubled, so that each byte is copied twice at most.
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length, 4096));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    this.#buffer.set(piece, this.#length);
    this.#length = needed;
  }

  /** All of them; the next ones begin anew. */
  take(): Uint8Array {
    const bytes = this.#buffer.subarray(0, this.#length);
    this.#buffer = Buffer.alloc(0);
    this.#length = 0;
    return bytes;
  }
}
