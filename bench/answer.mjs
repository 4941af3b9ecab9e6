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
  if (answer.gradient !== undefined) {
    const names = Object.keys({ ...answer.gradient, ...result.gradient });
    for (const name of names) {
      near(`the derivative by ${name}`, result.gradient?.[name], answer.gradient[name] ?? Number.NaN, tolerance);
    }
  }
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
function countFaults({ shots, sigmas, bits, only, heavy, parities = [] }, counts) {
  /** @type {string[]} */ const found = [];
  const ones = bits.map(() => 0);
  const heavySet = BigInt(`0x${heavy?.outcomes ?? "0"}`);
  const parityBits = parities.map((parity) => positions(parity.bits));
  const odd = parities.map(() => 0);
  let total = 0;
  let heavyShots = 0;
  for (const [outcome, times] of Object.entries(counts)) {
    total += times;
    if (outcome.length !== bits.length)
      return [`outcome ${outcome} has ${outcome.length} bits, expected ${bits.length}`];
    if (only !== undefined && !only.includes(outcome)) found.push(`outcome ${outcome} appeared ${times} times`);
    if (heavy !== undefined && (heavySet >> BigInt(`0b${outcome}`)) & 1n) heavyShots += times;
    const isOne = (/** @type {number} */ bit) => outcome[outcome.length - 1 - bit] === "1";
    for (let bit = 0; bit < bits.length; bit++) {
      if (isOne(bit)) ones[bit] = (ones[bit] ?? 0) + times;
    }
    parityBits.forEach((places, k) => {
      if (places.filter(isOne).length % 2 === 1) odd[k] = (odd[k] ?? 0) + times;
    });
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
  parities.forEach(({ bits, probability }, k) => {
    share(`the parity of 0x${bits} is odd`, odd[k] ?? 0, probability);
  });
  if (heavy !== undefined) share("the outcome is heavy", heavyShots, heavy.probability);
  return found;
}

/** Where a hexadecimal number has ones, lowest first. @param {string} hex */
function positions(hex) {
  const binary = BigInt(`0x${hex}`).toString(2);
  return [...binary].flatMap((digit, k) => (digit === "1" ? [binary.length - 1 - k] : [])).reverse();
}
