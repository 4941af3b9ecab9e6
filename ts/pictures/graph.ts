/** Points with lines between them: a tour, or a graph whose vertices have colours. */
export interface GraphView {
  title: string;
  points: readonly GraphPoint[];
  lines: readonly GraphLine[];
}

export interface GraphPoint {
  label: string;
  /** 0 to 1, to the right and upwards. */
  x: number;
  y: number;
  /** From 0; `null` where a vertex has none, left out where there are no colours. */
  color?: number | null;
}

export interface GraphLine {
  /** Indices of points. */
  from: number;
  to: number;
  /** Its ends have one colour. */
  isConflict: boolean;
}

type Id = string | number;

/** The tour through points where they are; without coordinates on a circle in the order of the tour. */
export function tourView(
  cities: readonly Id[],
  coordinates: readonly (readonly [number, number])[] | undefined,
  { tour, objective }: { tour: readonly (Id | null)[]; objective: number },
): GraphView {
  const known = tour.filter((id) => id !== null);
  const shown = coordinates === undefined ? known : cities;
  const places = coordinates === undefined ? onCircle(shown.length) : scaled(coordinates);
  const indexOf = new Map(shown.map((id, k) => [id, k]));
  const stops = known.map((id) => indexOf.get(id) ?? 0);
  const lines = stops.map((from, k) => ({ from, to: stops[(k + 1) % stops.length] ?? from, isConflict: false }));
  return {
    title: `Tour of ${known.length} cities, length ${Number(objective.toPrecision(9))}`,
    points: shown.map((id, k) => ({ label: String(id), ...pointOf(places[k]) })),
    lines: lines.filter(({ from, to }) => from !== to),
  };
}

/** The vertices on a circle in the order of the problem, so that two pictures of one graph differ in colours alone. */
export function coloringView(
  vertices: readonly Id[],
  edges: readonly (readonly [Id, Id])[],
  { coloring }: { coloring: readonly { vertex: Id; color: number | null }[] },
): GraphView {
  const colorOf = new Map(coloring.map(({ vertex, color }) => [vertex, color]));
  const indexOf = new Map(vertices.map((id, k) => [id, k]));
  const places = onCircle(vertices.length);
  const lines = edges.map(([a, b]) => {
    const color = colorOf.get(a) ?? null;
    const isConflict = color !== null && color === colorOf.get(b);
    return { from: indexOf.get(a) ?? 0, to: indexOf.get(b) ?? 0, isConflict };
  });
  const conflicts = lines.filter(({ isConflict }) => isConflict).length;
  const colors = new Set([...colorOf.values()].filter((color) => color !== null)).size;
  return {
    title: `${vertices.length} vertices in ${colors} colours, ${conflicts} of ${edges.length} edges in conflict`,
    points: vertices.map((id, k) => ({ label: String(id), ...pointOf(places[k]), color: colorOf.get(id) ?? null })),
    lines,
  };
}

type Place = readonly [number, number];

function pointOf([x, y]: Place = [0, 0]): { x: number; y: number } {
  return { x, y };
}

/** From the top on, clockwise. */
function onCircle(count: number): Place[] {
  const turn = (k: number): number => (2 * Math.PI * k) / Math.max(1, count);
  return Array.from({ length: count }, (_, k) => [0.5 + 0.5 * Math.sin(turn(k)), 0.5 + 0.5 * Math.cos(turn(k))]);
}

/** One scale for both directions, in the middle of the square. */
function scaled(places: readonly Place[]): Place[] {
  const ends = ([0, 1] as const).map((axis) => {
    const values = places.map((place) => place[axis]);
    return { low: least(values), size: -least(values.map((value) => -value)) - least(values) };
  });
  const size = Math.max(Number.MIN_VALUE, ...ends.map((end) => end.size));
  const part = (value: number, { low, size: own }: { low: number; size: number } = { low: 0, size: 0 }): number =>
    (value - low + (size - own) / 2) / size;
  return places.map(([x, y]) => [part(x, ends[0]), part(y, ends[1])]);
}

function least(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
}
