import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
import { type Answer, curlOn, type CurlOptions, curlStream } from './curl-testing.ts';

let test: TestServer;
let curl: (path: string, options?: CurlOptions) => Promise<Answer>;
beforeAll(async () => {
  test = await createTestServer({
    isStarted: false,
    config: {
      trustedProxies: ['loopback'],
      rateLimits: {
        anonymous: { calls: 50, seconds: 60 },
        signIn: { calls: 2, seconds: 60 },
        user: { calls: 3, seconds: 60 },
        key: { calls: 50, seconds: 60 },
        tenant: { calls: 100, seconds: 60 },
      },
    },
  });
  curl = curlOn(test.server);
});
afterAll(async () => await test[Symbol.asyncDispose]());

const tokenOf = async (): Promise<string> =>
  await test.tokenOf((await createTestCaller(test.node.backend)).ctx.caller);
const left = ({ headers }: Pick<Answer, 'headers'>): string | null => headers.get('ratelimit');

describe('a REST answer', () => {
  it('says what is left, of a success, of a failure and of a stream, and when to come back', async () => {
    const token = await tokenOf();
    const first = await curl('/user/me', { token });
    expect(first.headers.get('ratelimit-policy')).toBe('"user";q=3;w=60, "tenant";q=100;w=60');
    expect(left(first)).toMatch(/^"user";r=2;t=60, "tenant";r=\d+;t=\d+$/);
    expect(left(await curl(`/conversations/${randomUUID()}`, { token }))).toMatch(/^"user";r=1;/);
    await using stream = await curlStream(test.server, '/test/stream', { token });
    expect(left(stream)).toMatch(/^"user";r=0;/);
    const refused = await curl('/user/me', { token });
    expect(refused).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(left(refused)).toMatch(/^"user";r=0;/);
  });

  it('says so about files too', async () => {
    const token = await tokenOf();
    const file = `/api/attachments/${randomUUID()}`;
    for (const calls of [2, 1, 0]) {
      expect(left(await curl(file, { token }))).toMatch(new RegExp(`^"user";r=${calls};`));
    }
    const refused = await curl(file, { token });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
  });

  it('counts every way to sign in by its own limit, those by redirect too', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.7' };
    const requests: [string, CurlOptions][] = [
      ['/auth/token', { method: 'POST', headers }],
      ['/auth/oauth/google/callback', { headers }],
      ['/auth/exchange', { method: 'POST', headers: { ...headers, 'x-external-token': 'a.b.c' } }],
    ];
    const answers = [];
    for (const [path, options] of requests) answers.push(await curl(path, options));
    expect(answers.map(({ status }) => status)).toEqual([401, 404, 429]);
    expect(answers.map(left)).toEqual([2, 1, 0].map(() => expect.stringContaining('"signIn";')));
    expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThan(50);
  });
});
