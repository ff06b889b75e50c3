/**
 * A name for one intent (one message to send, one conversation to create). Keep it across repeats of the
 * same intent: the server acts once per id.
 */
export function newClientId(): string {
  // `crypto.randomUUID` is missing on plain http pages; `getRandomValues` is always there.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
