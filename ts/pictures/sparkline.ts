const UNICODE = "▁▂▃▄▅▆▇█";
const ASCII = "_.-=+*#@";

/**
 * One character per value, its height in eighths of the largest; a space for 0. Values are counts: the scale begins at 0.
 *
 * @param values not negative
 */
export function sparkline(values: readonly number[], { ascii = false }: { ascii?: boolean } = {}): string {
  const steps = ascii ? ASCII : UNICODE;
  const largest = Math.max(0, ...values);
  const height = (value: number): string => steps[Math.ceil((8 * value) / largest) - 1] ?? " ";
  return values.map((value) => (value > 0 ? height(value) : " ")).join("");
}

/** Weighted values in bins of equal width from the lowest to the highest; one bin where they are all equal. */
export function binned(
  values: readonly { readonly value: number; readonly weight: number }[],
  bins: number,
): { low: number; high: number; weights: number[] } {
  const low = values.reduce((least, { value }) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, { value }) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const weights = new Array<number>(high > low ? bins : 1).fill(0);
  for (const { value, weight } of values) {
    const bin = high > low ? Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins)) : 0;
    weights[bin] = (weights[bin] ?? 0) + weight;
  }
  return { low, high, weights };
}
