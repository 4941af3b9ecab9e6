/**
 * A number as it goes into a record: 9 significant digits. Recorded scores then stay readable, and ECMAScript defines the
 * rounding exactly, so two machines that computed the same value write the same text.
 */
export function rounded(value: number): number {
  return Number(value.toPrecision(9));
}

/** `base` to a whole power ≥ 0 by multiplications alone: `**` may differ in the last bit between JavaScript engines. */
export function wholePower(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
