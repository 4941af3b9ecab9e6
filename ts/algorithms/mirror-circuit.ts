import { drawGate } from "./draws.ts";

/** Random layers, a random Pauli in the middle, the same layers back: without noise its outcome is known. */
export interface MirrorCircuit {
  /** OpenQASM 3. */
  readonly source: string;
  /** The outcome without noise, a bit for each qubit, qubit 0 first. */
  readonly outcome: readonly boolean[];
}

/** Whether X and Z stand on a qubit, up to sign. */
interface Pauli {
  x: boolean;
  z: boolean;
}

/** U(θ, φ, λ) with angles in quarter turns: one of the 24 Clifford gates of a qubit. */
type Quarters = readonly [theta: number, phi: number, lambda: number];

/** 16 with θ = π/2, 4 diagonal ones, 4 with θ = π: up to a phase all that there are. */
const CLIFFORDS: readonly Quarters[] = [
  ...[0, 1, 2, 3].flatMap((phi) => [0, 1, 2, 3].map((lambda) => [1, phi, lambda] as const)),
  ...[0, 1, 2, 3].map((lambda) => [0, 0, lambda] as const),
  ...[0, 1, 2, 3].map((lambda) => [2, 0, lambda] as const),
];

const ANGLES = ["0", "pi/2", "pi", "3*pi/2"] as const;

/**
 * A mirror circuit of `qubits` qubits, `layers` layers forth and as many back. A layer is a random Clifford gate on each qubit and, with
 * `entangles`, a controlled Z on each of the pairs (0, 1), (2, 3), …; barriers keep compilers from undoing them. So each qubit has 2 · `layers`
 * + 1 one-qubit gates, the one in the middle a Pauli gate, and each pair 2 · `layers` controlled Z.
 *
 * Source: Proctor, Rudinger, Young, Nielsen & Blume-Kohout, Nature Physics 18, 75 (2022).
 *
 * @param index number of the circuit: its gates are a function of it and of the seed
 */
export function mirrorCircuit(
  seed: number,
  index: number,
  shape: { qubits: number; layers: number; entangles: boolean },
): MirrorCircuit {
  const { qubits, layers, entangles } = shape;
  const every = Array.from({ length: qubits }, (_, qubit) => qubit);
  const draw = (layer: number, qubit: number, below: number): number =>
    drawGate(seed, index, layer * qubits + qubit, below);
  const drawn = Array.from({ length: layers }, (_, layer) =>
    every.map((qubit) => CLIFFORDS[draw(layer, qubit, CLIFFORDS.length)] ?? ([0, 0, 0] as const)),
  );
  const lines: string[] = [];
  const layerOf = (gates: readonly Quarters[]): void => {
    gates.forEach((gate, qubit) => {
      lines.push(`U(${gate.map((quarters) => ANGLES[(quarters + 4) % 4]).join(", ")}) q[${qubit}];`);
    });
    lines.push("barrier q;");
  };
  const pairs = (): void => {
    for (let a = 0; entangles && a + 1 < qubits; a += 2) lines.push(`cz q[${a}], q[${a + 1}];`);
    if (entangles) lines.push("barrier q;");
  };
  for (const gates of drawn) {
    layerOf(gates);
    pairs();
  }
  const paulis = every.map((qubit): Pauli => {
    const kind = draw(layers, qubit, 4);
    return { x: (kind & 1) === 1, z: kind >= 2 };
  });
  // Always one gate: X, Z, both or neither.
  layerOf(paulis.map(({ x, z }) => (x ? [2, 0, z ? 0 : 2] : [0, 0, z ? 2 : 0])));
  for (const gates of drawn.toReversed()) {
    pairs();
    if (entangles) throughPairs(paulis);
    layerOf(gates.map(inverse));
    gates.forEach((gate, qubit) => {
      const pauli = paulis[qubit];
      if (pauli !== undefined) throughGate(pauli, inverse(gate));
    });
  }
  const source = `OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[${qubits}] q;\nbit[${qubits}] c;\n${lines.join("\n")}\nc = measure q;\n`;
  return { source, outcome: paulis.map(({ x }) => x) };
}

/** U(θ, φ, λ)⁻¹ = U(−θ, −λ, −φ), and U(−θ, φ, λ) = U(θ, φ + π, λ + π) up to a phase. */
function inverse([theta, phi, lambda]: Quarters): Quarters {
  const half = theta === 1 ? 2 : 0;
  return [theta, (half + 4 - lambda) % 4, (half + 4 - phi) % 4];
}

/** U = Rz(φ)·Ry(θ)·Rz(λ): quarter turns about z exchange X and Y, those about y exchange X and Z, half turns nothing. */
function throughGate(pauli: Pauli, [theta, phi, lambda]: Quarters): void {
  if (lambda % 2 === 1) pauli.z = pauli.z !== pauli.x;
  if (theta === 1) [pauli.x, pauli.z] = [pauli.z, pauli.x];
  if (phi % 2 === 1) pauli.z = pauli.z !== pauli.x;
}

function throughPairs(paulis: readonly Pauli[]): void {
  for (let k = 0; k + 1 < paulis.length; k += 2) {
    const [a, b] = [paulis[k], paulis[k + 1]];
    if (a === undefined || b === undefined) continue;
    a.z = a.z !== b.x;
    b.z = b.z !== a.x;
  }
}
