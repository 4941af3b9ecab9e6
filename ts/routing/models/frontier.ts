/** A policy's mean cost and mean quality. */
export interface Point {
  readonly cost: number;
  readonly quality: number;
}

/**
 * What mixing policies at random can reach: the upper concave hull of the points from the cheapest to the best, by rising cost. A
 * mixture of two policies lies on the line between them, so this is the best quality for each mean cost.
 *
 * Source: Hu et al., "RouterBench" (2024), §3: the non-decreasing convex hull.
 */
export function frontier(points: readonly Point[]): Point[] {
  const hull: Point[] = [];
  for (const point of [...points].sort((a, b) => a.cost - b.cost || b.quality - a.quality)) {
    if (hull.length > 0 && point.quality <= (hull.at(-1)?.quality ?? 0)) continue;
    while (hull.length >= 2 && isBelow(hull.at(-2) as Point, hull.at(-1) as Point, point)) hull.pop();
    hull.push(point);
  }
  return hull;
}

function isBelow(left: Point, middle: Point, right: Point): boolean {
  const slope = (right.quality - left.quality) * (middle.cost - left.cost);
  return (middle.quality - left.quality) * (right.cost - left.cost) <= slope;
}

/** The best quality at a mean cost: between the corners of a hull a line, after its end what its end has; at its start at the least. */
export function qualityAt(hull: readonly Point[], cost: number): number {
  const after = hull.findIndex((point) => point.cost > cost);
  if (after < 0) return hull.at(-1)?.quality ?? 0;
  if (after === 0) return hull[0]?.quality ?? 0;
  const [left, right] = [hull[after - 1], hull[after]] as [Point, Point];
  return left.quality + ((cost - left.cost) / (right.cost - left.cost)) * (right.quality - left.quality);
}

/** The least mean cost that reaches a quality; `undefined` where the hull does not. */
export function costOf(hull: readonly Point[], quality: number): number | undefined {
  const at = hull.findIndex((point) => point.quality >= quality);
  if (at <= 0) return hull[at]?.cost;
  const [left, right] = [hull[at - 1], hull[at]] as [Point, Point];
  return left.cost + ((quality - left.quality) / (right.quality - left.quality)) * (right.cost - left.cost);
}

/** Average improvement in quality: the mean of {@link qualityAt} over the costs from `low` to `high`, exactly. */
export function meanQualityOver(hull: readonly Point[], low: number, high: number): number {
  if (high <= low) return qualityAt(hull, low);
  const inside = hull.map(({ cost }) => cost).filter((cost) => cost > low && cost < high);
  const stops = [low, ...inside, high];
  let area = 0;
  for (let k = 1; k < stops.length; k++) {
    const [left, right] = [stops[k - 1] ?? 0, stops[k] ?? 0];
    area += ((right - left) * (qualityAt(hull, left) + qualityAt(hull, right))) / 2;
  }
  return area / (high - low);
}
