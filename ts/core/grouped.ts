/** A whole number with a comma before every three digits. `Intl` takes 60 ms to load, more than a Bell pair takes to run. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
