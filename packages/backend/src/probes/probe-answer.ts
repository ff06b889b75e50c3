import type { ProbeKind } from './probe-kinds.ts';

type Known = Readonly<Partial<Record<ProbeKind, string>>>;

/** What differs between two callers who did the same: their own ids and words, new ids, times, tokens, the request's id. */
export function comparable(
  answer: string,
  { own, sent }: { own: Known & { email: string }; sent: readonly string[] },
): string {
  const named = [
    ...sent.map((value): [string, string] => [value, '<strange>']),
    ...Object.entries(own).map(([kind, value]): [string, string] => [value, `<own ${kind}>`]),
  ];
  return named
    .filter(([value]) => value !== '')
    .toSorted(([a], [b]) => b.length - a.length)
    .reduce((text, [value, name]) => text.replaceAll(value, name), answer)
    .replaceAll(/"requestId":"[^"]*"/g, '"requestId":"<request>"')
    .replaceAll(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>')
    .replaceAll(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, '<id>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>')
    .replaceAll(/\bv1\.[\da-f]{8}\./g, 'v1.<epoch>.')
    .replaceAll(/"(durationMs|activeMs|number)":\d+/g, '"$1":0')
    .replaceAll(/"id":"[\w-]{12}\.\d+"/g, '"id":"<place>"')
    .replaceAll(/\bcall_[\da-f]+/g, '<call>')
    .replaceAll(/[\w-]{40,}/g, '<opaque>');
}

/** What the answer tells of the victim that the caller did not say. */
export function leaksIn(
  answer: string,
  { victim, sent }: { victim: Known; sent: readonly string[] },
): string[] {
  const rest = sent.reduce((text, value) => (value === '' ? text : text.replaceAll(value, '')), answer);
  return Object.entries(victim)
    .filter(([, value]) => value.length > 3 && rest.includes(value))
    .map(([kind]) => kind);
}
