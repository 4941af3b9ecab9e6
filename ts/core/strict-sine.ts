// A constant of the language: the double nearest to π.
const { PI } = Math;
const TWO_PI = 2 * PI;
const HALF_PI = PI / 2;

/** Beyond x²³ a term is below 2⁻⁵⁷ of π/2. */
const LAST_ORDER = 23;

/**
 * sin x by its Taylor series in a fixed order of additions and multiplications: the same bits in every JavaScript engine, which
 * `Math.sin` does not promise. Absolute error below 1e-15 for |x| ≤ 2π, growing with the number of turns beyond.
 */
export function strictSine(x: number): number {
  const turns = Math.round(x / TWO_PI);
  let y = x - turns * TWO_PI;
  if (y > HALF_PI) y = PI - y;
  else if (y < -HALF_PI) y = -PI - y;
  // Horner's scheme on x·(1 − x²/(2·3)·(1 − x²/(4·5)·(…))).
  const square = y * y;
  let sum = 1;
  for (let k = LAST_ORDER; k > 1; k -= 2) sum = 1 - (square / (k * (k - 1))) * sum;
  return y * sum;
}

/** cos x = sin(x + π/2); see {@link strictSine}. */
export function strictCosine(x: number): number {
  return strictSine(x + HALF_PI);
}
