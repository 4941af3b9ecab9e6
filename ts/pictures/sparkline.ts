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

/**
 * How a quantity went: at most `width` characters from the first value to the last, the lowest value lowest. Where there are more
 * values than characters, each shows the last one of its part.
 *
 * @param values finite, at least one
 */
export function trend(values: readonly number[], width: number, { ascii = false }: { ascii?: boolean } = {}): string {
  const columns = Math.min(width, values.length);
  const shown = Array.from(
    { length: columns },
    (_, k) => values[Math.ceil(((k + 1) * values.length) / columns) - 1] ?? 0,
  );
  const low = Math.min(...shown);
  const range = Math.max(...shown) - low;
  const steps = ascii ? ASCII : UNICODE;
  return shown.map((value) => steps[range === 0 ? 0 : Math.round((7 * (value - low)) / range)]).join("");
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
