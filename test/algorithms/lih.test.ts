import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHybrid } from "../../ts/algorithms/hybrid.ts";
import type { Engines } from "../../ts/engines/load-engines.ts";
import type { VqeInput } from "../../ts/models/hybrid.ts";
import { contextOf, exampleOf, loadTestEngines } from "./context.ts";
import { lowestByLanczos, PauliMatrix } from "./lanczos.ts";

const LIH = exampleOf("lih-vqe.hybrid.json") as VqeInput;
/** In STO-3G at 1.5957 Å, by PySCF 2.14, in Hartree: examples/generate/lih.py prints both. */
const FULL_CONFIGURATION_INTERACTION = -7.882391505409133;
const HARTREE_FOCK = -7.862002074248808;
const CHEMICAL_ACCURACY = 1.6e-3;

let engines: Engines;
beforeAll(async () => {
  engines = await loadTestEngines();
});
afterAll(() => engines.close());

describe("lithium hydride", () => {
  const terms = [...LIH.observable.matchAll(/([+-]?) ?([\d.e-]+)\*([IXYZ]+)/g)].map(
    ([, sign, size, letters]) => [Number(`${sign}${size}`), letters ?? ""] as const,
  );

  it("has 631 products on 12 qubits, whose lowest eigenvalue is full configuration interaction", () => {
    expect([terms.length, terms[0]?.[1].length]).toEqual([631, 12]);
    expect(lowestByLanczos(new PauliMatrix(terms), 120)).toBeCloseTo(FULL_CONFIGURATION_INTERACTION, 9);
  });

  it("begins at Hartree–Fock and is found to chemical accuracy by exact gradients, in a dozen energies", async () => {
    const { result } = await runHybrid(LIH, {}, contextOf(engines));
    expect(result.trace[0]).toBeCloseTo(HARTREE_FOCK, 9);
    expect(result.energy).toBeGreaterThan(FULL_CONFIGURATION_INTERACTION); // the variational principle
    expect(result.energy).toBeLessThan(FULL_CONFIGURATION_INTERACTION + CHEMICAL_ACCURACY);
    expect(result.converged).toBe(true);
    expect(result.evaluations).toBeLessThan(15);
  });
});
