/**
 * Where gradients come from: `adjoint` from the engine, together with an exact energy of a circuit of gates; `shifts` from energies at
 * other points, of whatever circuit; `none` where the optimizer asks for none.
 */
export type Gradients = "adjoint" | "shifts" | "none";

/** A function to minimise. */
export interface Objective {
  readonly dimension: number;
  /** Energies so far that were computed or measured. */
  readonly evaluations: number;
  energy(point: readonly number[]): Promise<number>;
  /** Energies at several points, in their order. */
  energies(points: readonly (readonly number[])[]): Promise<number[]>;
  /** @param energy at the point */
  gradient(point: readonly number[], energy: number): Promise<number[]>;
}

/** Where a search stands. */
export interface Place {
  readonly point: readonly number[];
  readonly energy: number;
  /** Iterations that are done. */
  readonly iteration: number;
}

export interface Step {
  readonly point: number[];
  /** At the point, where the way there has computed it and it need not be measured again. */
  readonly energy?: number | undefined;
}

/** Chooses the next point; it may keep what it learned from earlier ones. */
export interface Stepper {
  /** Steps over which the energy has to stand still before the search may end. */
  readonly stillSteps: number;
  next(objective: Objective, place: Place): Promise<Step>;
}
