/** Ed25519 (RFC 8032) by the platform: Node ≥ 20 and today's browsers have it in WebCrypto. Wrong lengths are `false`. */
export async function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  // The copies give WebCrypto what its types ask for: views of a plain ArrayBuffer.
  const key = await crypto.subtle.importKey("raw", new Uint8Array(publicKey), "Ed25519", false, ["verify"]);
  return await crypto.subtle.verify("Ed25519", key, new Uint8Array(signature), new Uint8Array(message));
}
