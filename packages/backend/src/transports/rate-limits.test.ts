import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RateLimitConfig } from '../config.ts';
import { createTestCaller } from '../testing/test-caller.ts';
import { call, RawClient } from '../testing/raw-client.ts';
import { createTestServer, type TestServer } from '../testing/test-server.ts';
import { publicProcedure, router, signInProcedure, userProcedure } from '../trpc/trpc.ts';

const RATES: RateLimitConfig = {
  anonymous: { calls: 5, seconds: 60 },
  signIn: { calls: 3, seconds: 60 },
  user: { calls: 10, seconds: 60 },
  key: { calls: 2, seconds: 60 },
  tenant: { calls: 25, seconds: 60 },
};
const testRouter = router({
  hello: publicProcedure.query(() => 'hello'),
  enter: signInProcedure.mutation(() => 'in'),
  mine: userProcedure.query(() => 'mine'),
});
const errorSchema = z.object({
  error: z.object({ data: z.object({ aura: z.object({ code: z.string(), retryAfterMs: z.number() }) }) }),
});

let test: TestServer;
beforeAll(async () => {
  test = await createTestServer({
    isStarted: false,
    router: testRouter,
    config: { rateLimits: RATES, trustedProxies: ['loopback'] },
  });
});
afterAll(async () => await test[Symbol.asyncDispose]());

async function ask(path: string, headers: Record<string, string>, method = 'GET'): Promise<Response> {
  const init = method === 'GET' ? {} : { method, body: '{}' };
  return await fetch(`${test.server.url}/trpc/${path}`, {
    ...init,
    headers: { 'content-type': 'application/json', ...headers },
  });
}
const from = (address: string) => ({ 'x-forwarded-for': address });
async function bearer(tenantId?: string): Promise<Record<string, string>> {
  const { ctx } = await createTestCaller(test.node.backend, tenantId === undefined ? {} : { tenantId });
  return { authorization: `Bearer ${await test.tokenOf(ctx.caller)}` };
}
async function statuses(count: number, one: () => Promise<Response>): Promise<number[]> {
  const answers: number[] = [];
  for (let round = 0; round < count; round++) answers.push((await one()).status);
  return answers;
}

describe('limits on how often anybody may call', () => {
  it('let an address without a token call so often, say what is left, and when to come back', async () => {
    const first = await ask('hello', from('192.0.2.1'));
    expect(first.headers.get('ratelimit-policy')).toBe('"anonymous";q=5;w=60');
    expect(first.headers.get('ratelimit')).toBe('"anonymous";r=4;t=60');
    expect(await statuses(4, async () => await ask('hello', from('192.0.2.1')))).toEqual([
      200, 200, 200, 200,
    ]);
    const refused = await ask('hello', from('192.0.2.1'));
    expect(refused.status).toBe(429);
    const waitS = Number(refused.headers.get('retry-after'));
    expect(waitS).toBeGreaterThan(50);
    const { code, retryAfterMs } = errorSchema.parse(await refused.json()).error.data.aura;
    expect(code).toBe('TOO_MANY_REQUESTS');
    expect(Math.ceil(retryAfterMs / 1_000)).toBe(waitS);
    expect(refused.headers.get('ratelimit')).toMatch(/^"anonymous";r=0;t=\d+$/);
    expect((await ask('hello', from('192.0.2.2'))).status).toBe(200);
  });

  it('count a network of IPv6 addresses as one', async () => {
    const answers: number[] = [];
    for (let host = 1; host <= 6; host++) {
      answers.push((await ask('hello', from(`2001:db8::${host}`))).status);
    }
    expect(answers.at(-1)).toBe(429);
    expect((await ask('hello', from('2001:db8:0:1::1'))).status).toBe(200);
  });

  it('count every call of a batch', async () => {
    const batch = 'hello,hello,hello,hello,hello,hello?batch=1';
    const answer = await ask(batch, from('192.0.2.3'));
    expect(answer.status).toBe(207);
    expect(answer.headers.get('retry-after')).not.toBeNull();
  });

  it('are closer for what lets somebody in, with a token as without', async () => {
    const token = await bearer();
    const headers = { ...token, ...from('192.0.2.4') };
    const enter = async (): Promise<Response> => await ask('enter', headers, 'POST');
    expect(await statuses(4, enter)).toEqual([200, 200, 200, 429]);
    expect((await ask('mine', headers)).status).toBe(200);
  });

  it('let one user call so often from wherever, and do not touch the next', async () => {
    const [one, other] = [await bearer(), await bearer()];
    const answers: number[] = [];
    for (let round = 0; round < 11; round++) {
      answers.push((await ask('mine', { ...one, ...from(`198.51.100.${round}`) })).status);
    }
    expect(answers).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
    const answer = await ask('mine', other);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('ratelimit-policy')).toBe('"user";q=10;w=60, "tenant";q=25;w=60');
  });

  it('let one API key call so often', async () => {
    await using server = await createTestServer({ isStarted: false, config: { rateLimits: RATES } });
    const { call: own } = await createTestCaller(server.node.backend);
    const { key } = await own.auth.createApiKey({ name: 'k', scopes: ['read'], expiresInDays: 1 });
    const headers = { authorization: `Bearer ${key}` };
    const one = async (): Promise<Response> => await fetch(`${server.server.url}/trpc/auth.me`, { headers });
    expect([(await one()).status, (await one()).status, (await one()).status]).toEqual([200, 200, 429]);
  });

  it('let all users of a tenant together call so often, and do not touch the next tenant', async () => {
    await using server = await createTestServer({
      isStarted: false,
      router: testRouter,
      config: { rateLimits: RATES },
    });
    const answers: number[] = [];
    for (let user = 0; user < 3; user++) {
      const { ctx } = await createTestCaller(server.node.backend);
      const headers = { authorization: `Bearer ${await server.tokenOf(ctx.caller)}` };
      for (let round = 0; round < 9; round++) {
        answers.push((await fetch(`${server.server.url}/trpc/mine`, { headers })).status);
      }
    }
    expect(answers.filter((status) => status === 200)).toHaveLength(25);
    expect(answers.slice(25)).toEqual([429, 429]);
  });

  it('hold on a socket as they do over HTTP', async () => {
    const { ctx } = await createTestCaller(test.node.backend);
    await using client = await RawClient.connect(test.socketUrl, { token: await test.tokenOf(ctx.caller) });
    for (let id = 1; id <= 11; id++) client.send(call(id, 'mine'));
    await client.frame({ id: 10, result: { data: 'mine' } });
    const refused = errorSchema.parse(await client.frame({ id: 11 }));
    expect(refused.error.data.aura).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect(refused.error.data.aura.retryAfterMs).toBeGreaterThan(50_000);
  });

  it('are none, and say nothing, unless they are configured', async () => {
    await using server = await createTestServer({ isStarted: false, router: testRouter });
    const answer = await fetch(`${server.server.url}/trpc/hello`);
    expect(answer.headers.get('ratelimit')).toBeNull();
  });
});
