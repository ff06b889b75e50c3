import { randomBytes, randomUUID } from 'node:crypto';

const ID = /([\da-f]{8})((?:-[\da-f]{4}){3}-[\da-f]{12})/g;
const LONG_HEX = /[\da-f]{16,}/g;

/** What looks like it and names nothing: every id, hash and epoch in it is another one. */
export function randomised(value: string): string {
  const cursor = /^v1\.[\da-f]{8}\.(\d+)$/.exec(value);
  if (cursor !== null) return `v1.${randomBytes(4).toString('hex')}.${cursor[1]}`;
  const page = pageIn(value);
  if (page !== null) return Buffer.from(withoutNames(page)).toString('base64url');
  return withoutNames(value);
}

/** Lists go on after an id as after any other word, so each keeps its beginning and with it its place in the order. */
function withoutNames(value: string): string {
  return value
    .replaceAll(LONG_HEX, (hex) =>
      `${hex.slice(0, 4)}${randomBytes(hex.length).toString('hex')}`.slice(0, hex.length),
    )
    .replaceAll(ID, (_, start: string) => `${start}${randomUUID().slice(8)}`);
}

/** What is underneath a page's token; null for anything else. */
function pageIn(value: string): string | null {
  const text = Buffer.from(value, 'base64url').toString();
  try {
    const key: unknown = JSON.parse(text);
    return typeof key === 'object' ? text : null;
  } catch {
    return null;
  }
}
