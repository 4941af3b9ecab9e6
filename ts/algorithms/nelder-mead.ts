import type { Objective, Place, Step, Stepper } from "./objective.ts";

interface Vertex {
  readonly point: readonly number[];
  readonly energy: number;
}

/**
 * A simplex of n + 1 points that walks downhill by reflection, expansion, contraction and shrinking, without any gradient; the
 * coefficients adapt to the number n of parameters:
 *
 *   expansion 1 + 2/n,  contraction ¾ − 1/(2n),  shrinking 1 − 1/n
 *
 * Sources: Nelder & Mead, The Computer Journal 7, 308 (1965); Gao & Han, Computational Optimization and Applications 51, 259 (2012).
 */
export class NelderMead implements Stepper {
  readonly #learningRate: number;
  readonly #isExact: boolean;
  /** The best first; of equal ones the older. */
  #simplex: Vertex[] = [];

  /**
   * @param learningRate length of the first edges, in radians
   * @param isExact whether an energy that was computed once need not be measured again
   */
  constructor(learningRate: number, isExact: boolean) {
    this.#learningRate = learningRate;
    this.#isExact = isExact;
  }

  /** The best point often stays for as many steps as there are vertices while the others come nearer. */
  get stillSteps(): number {
    return 5 * this.#simplex.length;
  }

  async next(objective: Objective, place: Place): Promise<Step> {
    if (this.#simplex.length === 0) await this.#begin(objective, place);
    await this.#move(objective);
    const [{ point, energy } = place] = this.#simplex;
    return { point: [...point], energy: this.#isExact ? energy : undefined };
  }

  async #begin(objective: Objective, { point, energy }: Place): Promise<void> {
    const others = point.map((_, at) => point.map((value, k) => (k === at ? value + this.#learningRate : value)));
    const energies = await objective.energies(others);
    const rest = others.map((each, k) => ({ point: each, energy: energies[k] ?? Number.NaN }));
    this.#simplex = sorted([{ point, energy }, ...rest]);
  }

  async #move(objective: Objective): Promise<void> {
    const worst = this.#simplex.at(-1) as Vertex;
    const kept = this.#simplex.slice(0, -1);
    const [best = worst] = kept;
    const secondWorst = kept.at(-1) ?? worst;
    const dimension = kept.length;
    // With one parameter, expansion and contraction would be by 3 and ¼, and shrinking by 0.
    const n = Math.max(2, dimension);
    const centre = worst.point.map((_, k) => kept.reduce((sum, { point }) => sum + (point[k] ?? 0), 0) / dimension);
    const beyond = async (factor: number): Promise<Vertex> => {
      const point = centre.map((value, k) => value + factor * (value - (worst.point[k] ?? 0)));
      return { point, energy: await objective.energy(point) };
    };
    const replace = (vertex: Vertex): void => {
      this.#simplex = sorted([...kept, vertex]);
    };
    const reflected = await beyond(1);
    if (reflected.energy < best.energy) {
      const expanded = await beyond(1 + 2 / n);
      return replace(expanded.energy < reflected.energy ? expanded : reflected);
    }
    if (reflected.energy < secondWorst.energy) return replace(reflected);
    const share = 0.75 - 1 / (2 * n);
    const contracted = await beyond(reflected.energy < worst.energy ? share : -share);
    if (contracted.energy < Math.min(reflected.energy, worst.energy)) return replace(contracted);
    await this.#shrink(objective, best, 1 - 1 / n);
  }

  async #shrink(objective: Objective, best: Vertex, factor: number): Promise<void> {
    const towards = ({ point }: Vertex): number[] =>
      best.point.map((value, k) => value + factor * ((point[k] ?? 0) - value));
    const points = this.#simplex.slice(1).map(towards);
    const energies = await objective.energies(points);
    this.#simplex = sorted([best, ...points.map((point, k) => ({ point, energy: energies[k] ?? Number.NaN }))]);
  }
}

function sorted(vertices: Vertex[]): Vertex[] {
  return vertices.toSorted((a, b) => a.energy - b.energy);
}
