import type { Random } from '@aura/backend/testing';

/** A request that no client should make. */
export interface MalformedRequest {
  path: string;
  contentType: string;
  body: string | Buffer;
  /** When there is but one right answer. */
  status?: number;
}

const PATHS = [
  '/trpc/conversation.create',
  '/trpc/chat.postMessage',
  '/trpc/memory.set',
  '/trpc/conversation.create,chat.createRoom?batch=1',
  '/trpc/__proto__.constructor',
  '/conversations',
  '/auth/refresh',
  '/api/aura/hitl/approve/x',
] as const;
const TYPES = [
  'application/json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-7',
  'application/octet-stream',
  '\u00e9/\u00e9',
] as const;
const JSON_TYPE = 'application/json';

const keys = (count: number): string =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 0])));

const HEAVY: readonly [Omit<MalformedRequest, 'path'>, ...Omit<MalformedRequest, 'path'>[]] = [
  { contentType: JSON_TYPE, body: `${'['.repeat(1_000)}${']'.repeat(1_000)}` },
  { contentType: JSON_TYPE, body: `${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}` },
  { contentType: JSON_TYPE, body: keys(100_000).slice(0, 1_000_000) },
  { contentType: JSON_TYPE, body: keys(60_000) },
  { contentType: JSON_TYPE, body: JSON.stringify('x'.repeat(1_048_577)), status: 413 },
  { contentType: JSON_TYPE, body: '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}' },
  { contentType: JSON_TYPE, body: '{"clientId":"a","clientId":{},"message":null}' },
  { contentType: JSON_TYPE, body: '{"0":{"clientId":1},"1":[],"__proto__":{}}' },
  { contentType: JSON_TYPE, body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0xc3, 0x22, 0x3a, 0x31, 0x7d]) },
  { contentType: JSON_TYPE, body: '{"text":"\\ud800","clientId":"\\u0000"}' },
  { contentType: JSON_TYPE, body: '' },
  { contentType: JSON_TYPE, body: '1e999' },
  { contentType: JSON_TYPE, body: 'null' },
];

/** Few of these say anything that makes sense; none may be a fault of the server's. */
export function malformedRequest(random: Random): MalformedRequest {
  const path = random.pick(PATHS);
  if (random.below(3) === 0) return { path, ...random.pick(HEAVY) };
  const bytes = Buffer.from(Array.from({ length: random.int(1, 400) }, () => random.below(256)));
  return { path, contentType: random.pick(TYPES).replaceAll('\u00e9', 'x'), body: bytes };
}
