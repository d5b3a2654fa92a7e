/** AES-GCM as everything here uses it: 12 bytes of IV, then the ciphertext; the place it belongs to is authenticated. */

const IV_BYTES = 12;
const utf8 = new TextEncoder();

/** `where` is no secret, but what was sealed for one place opens in no other. */
export async function seal(key: CryptoKey, where: string, content: BufferSource): Promise<ArrayBuffer> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const hidden = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8.encode(where) }, key, content);
  const sealed = new Uint8Array(IV_BYTES + hidden.byteLength);
  sealed.set(iv);
  sealed.set(new Uint8Array(hidden), IV_BYTES);
  return sealed.buffer;
}

/** null: another key, another place, or damaged. */
export async function unseal(key: CryptoKey, where: string, sealed: unknown): Promise<ArrayBuffer | null> {
  if (!(sealed instanceof ArrayBuffer) || sealed.byteLength < IV_BYTES) return null;
  const iv = new Uint8Array(sealed, 0, IV_BYTES);
  const hidden = new Uint8Array(sealed, IV_BYTES);
  try {
    return await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: utf8.encode(where) }, key, hidden);
  } catch {
    return null;
  }
}

/** A key for `seal` out of 32 bytes. It cannot be read out again. */
export function keyOf(raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** A name for a record that says nothing. */
export function randomName(): string {
  return crypto.randomUUID();
}
