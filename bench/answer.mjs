// The answers of circuits: checked before the time counts.

/** @typedef {import("ketflow").CircuitResult} CircuitResult */

/**
 * @param {import("./answer-schemas.mjs").CircuitAnswer} answer
 * @param {number} tolerance of exact values, absolute
 * @param {CircuitResult} result
 * @returns {string[]} what is wrong, with both values; empty when the answer is right
 */
export function faults(answer, tolerance, result) {
  /** @type {string[]} */ const found = [];
  /** @param {string} what @param {number | undefined} actual @param {number} expected @param {number} allowed */
  const near = (what, actual, expected, allowed) => {
    // Written so that NaN and a missing value are faults.
    if (actual !== undefined && Math.abs(actual - expected) <= allowed) return;
    found.push(`${what} is ${actual}, expected ${expected} ± ${allowed}`);
  };
  if (answer.expectation !== undefined) near("expectation", result.expectation, answer.expectation, tolerance);
  answer.marginals?.forEach(({ qubits, probabilities }, index) => {
    const actual = result.marginals?.[index]?.probabilities ?? [];
    if (actual.length !== probabilities.length) {
      found.push(`the marginal of qubits ${qubits} has ${actual.length} values, expected ${probabilities.length}`);
    }
    probabilities.forEach((p, k) => {
      near(`P(qubits ${qubits} = ${k})`, actual[k], p, tolerance);
    });
  });
  for (const [outcome, p] of Object.entries(answer.probabilities ?? {})) {
    near(`P(${outcome})`, result.probabilities?.[outcome] ?? 0, p, tolerance);
  }
  if (answer.counts !== undefined) found.push(...countFaults(answer.counts, result.counts ?? {}));
  return found;
}

/**
 * @param {NonNullable<import("./answer-schemas.mjs").CircuitAnswer["counts"]>} answer
 * @param {Record<string, number>} counts
 */
function countFaults({ shots, sigmas, bits, only, heavy }, counts) {
  /** @type {string[]} */ const found = [];
  const ones = bits.map(() => 0);
  const heavySet = BigInt(`0x${heavy?.outcomes ?? "0"}`);
  let total = 0;
  let heavyShots = 0;
  for (const [outcome, times] of Object.entries(counts)) {
    total += times;
    if (outcome.length !== bits.length)
      return [`outcome ${outcome} has ${outcome.length} bits, expected ${bits.length}`];
    if (only !== undefined && !only.includes(outcome)) found.push(`outcome ${outcome} appeared ${times} times`);
    if (heavy !== undefined && (heavySet >> BigInt(`0b${outcome}`)) & 1n) heavyShots += times;
    for (let bit = 0; bit < bits.length; bit++) {
      if (outcome[outcome.length - 1 - bit] === "1") ones[bit] = (ones[bit] ?? 0) + times;
    }
  }
  if (total !== shots) found.push(`the counts add up to ${total}, expected ${shots} shots`);
  /** @param {string} what @param {number} times @param {number} p */
  const share = (what, times, p) => {
    const allowed = sigmas * Math.sqrt((p * (1 - p)) / shots);
    if (!(Math.abs(times / shots - p) <= allowed)) {
      found.push(`${what} in ${times / shots} of the shots, expected ${p} ± ${allowed}`);
    }
  };
  bits.forEach((p, bit) => {
    share(`bit ${bit} is 1`, ones[bit] ?? 0, p);
  });
  if (heavy !== undefined) share("the outcome is heavy", heavyShots, heavy.probability);
  return found;
}
