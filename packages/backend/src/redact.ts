import type { Json } from '@aura/contract';

const MIN_SECRET_CHARS = 6;
const MARK = '[secret]';

/**
 * Takes a server's secrets out of what it says: one that repeats its credentials, in an error as a rule, must not carry
 * them into a conversation, a prompt or a log. Credentials with a scheme (`Bearer …`) are found without it too; anything
 * under six characters is left, for it would tear words apart.
 */
export function redactor(secrets: readonly string[]): <T extends Json>(value: T) => T {
  const wanted = new Set(
    secrets
      .flatMap((secret) => [secret, secret.replace(/^\w+ +/, '')])
      .filter(({ length }) => length >= MIN_SECRET_CHARS),
  );
  // The longest first: one may begin another.
  const ordered = [...wanted].toSorted((a, b) => b.length - a.length);
  const text = (value: string): string =>
    ordered.reduce((sum, secret) => sum.replaceAll(secret, () => MARK), value);
  const walk = (value: Json): Json => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [text(key), walk(inner)]));
  };
  // A walk changes strings for strings and leaves the shape.
  return (value) => (ordered.length === 0 ? value : (walk(value) as typeof value));
}
