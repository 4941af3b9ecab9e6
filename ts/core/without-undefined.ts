/** A copy without the members whose value is `undefined`: JSON has no such members, and strict types tell them from absent ones. */
export function withoutUndefined<Members extends object>(object: Members): Members {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Members;
}
