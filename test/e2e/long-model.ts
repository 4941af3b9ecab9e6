/** A graph of whole weights of both signs with eight edges at each vertex, as `rudy` has it. */
export function longModel(vertices: number): string {
  const lines: string[] = [];
  for (let k = 0; k < vertices; k++) {
    for (const step of [1, 7, 31, 101]) {
      const other = (k + step) % vertices;
      if (other !== k) lines.push(`${k + 1} ${other + 1} ${(k * step) % 3 === 0 ? -1 : 1}`);
    }
  }
  return [`${vertices} ${lines.length}`, ...lines].join("\n");
}
