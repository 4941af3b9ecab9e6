/** Texts that look alike after JSON, URLs and terminals have had them. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].flatMap((before) => {
    // At each of the three alignments, without the characters that depend on neighbours.
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const whole = text.slice(Math.ceil((before * 4) / 3), bytes.length + before > 0 ? text.length - 1 : undefined);
    return [whole, whole.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const hex = bytes.toString("hex");
  return [...new Set([secret, ...base64, hex, hex.toUpperCase(), [...secret].reverse().join("")])];
}

/** Names of the secrets of which `text` shows any form. */
export function tracesOf(secrets: Readonly<Record<string, string>>, text: string): string[] {
  return Object.keys(secrets).filter((name) => formsOf(secrets[name] ?? "").some((form) => text.includes(form)));
}
