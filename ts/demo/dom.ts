/** The element with this id; the page's HTML promises it and its kind. */
export function element<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} with the id ${id}`);
  return found;
}

/** Text of an error for people; the place comes first, as in a compiler. */
export function describeError(error: unknown): string {
  const { message, line, column } = error as { message?: string; line?: number; column?: number };
  return line === undefined ? (message ?? String(error)) : `Line ${line}, column ${column}: ${message}`;
}

export function showError(place: HTMLElement, error: unknown): void {
  place.textContent = describeError(error);
  place.hidden = false;
}

/** Puts a picture made by this package into the page, as elements and not as markup. */
export function showSvg(place: HTMLElement, svg: string): void {
  const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  place.replaceChildren(document.importNode(parsed, true));
}
