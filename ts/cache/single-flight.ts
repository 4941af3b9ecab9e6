/** Work that callers share while it lasts. */
export interface Started<Work> {
  readonly work: Work;
  /** Settles when nobody can join it any more. */
  readonly ended: Promise<unknown>;
  /** It has come so far that giving it up would save nothing. */
  isDone(): boolean;
}

export interface Boarded<Work> {
  readonly work: Work;
  /** It was begun for this caller. */
  readonly isFirst: boolean;
  /** Callers that still want it, this one included. */
  aboard(): number;
  /** This caller wants it no longer; its signal says the same when it aborts. */
  leave(): void;
}

interface Flight<Work> {
  readonly started: Started<Work>;
  readonly abort: AbortController;
  aboard: number;
}

/** Equal work at the same time is done once; it is given up only when everybody who waited for it has gone. */
export class SingleFlight<Work> {
  readonly #flights = new Map<string, Flight<Work>>();

  /** @param key undefined: work that nobody else may join */
  board(key: string | undefined, signal: AbortSignal, start: (signal: AbortSignal) => Started<Work>): Boarded<Work> {
    const known = key === undefined ? undefined : this.#flights.get(key);
    const flight = known ?? this.#begin(key, start);
    flight.aboard++;
    let isAboard = true;
    const leave = (): void => {
      if (!isAboard) return;
      isAboard = false;
      signal.removeEventListener("abort", leave);
      flight.aboard--;
      if (flight.aboard > 0 || flight.started.isDone()) return;
      flight.abort.abort();
      // Whoever comes now finds work that was given up.
      this.#forget(key, flight);
    };
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    return { work: flight.started.work, isFirst: known === undefined, aboard: () => flight.aboard, leave };
  }

  #begin(key: string | undefined, start: (signal: AbortSignal) => Started<Work>): Flight<Work> {
    const abort = new AbortController();
    const flight: Flight<Work> = { started: start(abort.signal), abort, aboard: 0 };
    if (key !== undefined) this.#flights.set(key, flight);
    const end = (): void => this.#forget(key, flight);
    flight.started.ended.then(end, end);
    return flight;
  }

  #forget(key: string | undefined, flight: Flight<Work>): void {
    if (key !== undefined && this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
