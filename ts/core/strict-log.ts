// Constants of the language: the doubles nearest to them.
const { LN2, SQRT2 } = Math;

/** Terms of the series below 2⁻⁵⁷ for the largest remainder, (√2 − 1)² ≈ 0.1716. */
const LAST_ODD = 21;
/** 1 / k! to the power of x that is below 2⁻⁵⁷ of the sum for |x| ≤ ln 2 / 2. */
const FACTORS = [1];
for (let k = 1; k <= 14; k++) FACTORS.push((FACTORS[k - 1] ?? 0) / k);

/**
 * ln x for x > 0 by halving to [1/√2, √2] and the series of 2·artanh((x − 1)/(x + 1)), in a fixed order of + − × ÷: the same bits in
 * every JavaScript engine, which `Math.log` does not promise. Relative error below 1e-15 away from 1.
 *
 * @param x a normal number: 2.3e-308 to 1.7e308
 */
export function strictLn(x: number): number {
  let halvings = 0;
  let rest = x;
  while (rest > SQRT2) {
    rest /= 2;
    halvings++;
  }
  while (rest < SQRT2 / 2) {
    rest *= 2;
    halvings--;
  }
  const ratio = (rest - 1) / (rest + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let k = LAST_ODD; k >= 1; k -= 2) sum = sum * square + 1 / k;
  return halvings * LN2 + 2 * ratio * sum;
}

/**
 * eˣ for |x| ≤ 700, by the Taylor series of the remainder after whole multiples of ln 2; the same bits in every JavaScript engine.
 * Relative error below 1e-13.
 */
export function strictExp(x: number): number {
  const doublings = Math.round(x / LN2);
  const rest = x - doublings * LN2;
  let sum = 0;
  for (let k = FACTORS.length - 1; k >= 0; k--) sum = sum * rest + (FACTORS[k] as number);
  return sum * powerOfTwo(doublings);
}

/** By multiplications, which are exact here: `**` may differ between JavaScript engines. */
function powerOfTwo(exponent: number): number {
  let [result, square] = [1, exponent < 0 ? 0.5 : 2];
  for (let rest = Math.abs(exponent); rest > 0; rest >>>= 1) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
