import { createHmac, randomUUID } from 'node:crypto';
import type { AuthResult } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import { refusalOf, visitorOn } from './auth-testing.ts';
import { verifyAccess } from './verify-access.ts';

const SECRET = 'what the other backend signs with, long enough';
let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false, config: { tokenSigningSecret: SECRET } });
});
afterAll(async () => await test[Symbol.asyncDispose]());

const nowS = (): number => Math.floor(Date.now() / 1_000);
function sign(
  rawBody: string,
  { at = nowS(), secret = SECRET }: { at?: number | string; secret?: string } = {},
) {
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${rawBody}`).digest('hex')}`;
}
const mint = async (rawBody: string, signature = sign(rawBody)): Promise<AuthResult> =>
  await visitorOn(test.backend).call.auth.mint({ rawBody, signature });
const bodyOf = (body: object): string => JSON.stringify(body);

describe('auth.mint', () => {
  it('signs in a user of ours, with the role they have here', async () => {
    const { ctx } = await createTestCaller(test.backend);
    const { userId } = ctx.caller;
    const result = await mint(bodyOf({ user_id: userId, roles: ['admin'] }));
    expect(result.identity).toMatchObject({ role: 'user', user: { id: userId } });
    expect(await verifyAccess(test.backend, result.accessToken)).toMatchObject({ userId, role: 'user' });
    const { refreshToken } = result;
    await visitorOn(test.backend).call.auth.refresh({ refreshToken });
  });

  it('makes a user of the backend’s own at the first call and knows them again', async () => {
    const user_id = `customer-${randomUUID()}`;
    const first = await mint(bodyOf({ user_id, roles: ['guest', 'admin'] }));
    expect(first.identity.role).toBe('admin');
    const second = await mint(bodyOf({ user_id, note: 'another body' }), undefined);
    expect(second.identity.user).toEqual(first.identity.user);
  });

  it('takes each signature once, however many use it at once', async () => {
    const body = bodyOf({ user_id: randomUUID() });
    const signature = sign(body);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, async () => await mint(body, signature)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await refusalOf(mint(body, signature))).toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('takes a signature of five minutes ago, and none that is older or from a clock that is far ahead', async () => {
    const body = bodyOf({ user_id: randomUUID() });
    await mint(body, sign(body, { at: nowS() - 295 }));
    for (const at of [nowS() - 302, nowS() + 60, 0, 999_999_999_999]) {
      expect(await refusalOf(mint(body, sign(body, { at })))).toMatchObject({ code: 'UNAUTHORIZED' });
    }
  });

  const body = bodyOf({ user_id: 'someone' });
  it.each([
    ['nothing', ''],
    ['another secret', sign(body, { secret: `${SECRET}!` })],
    ['another body', sign(`${body} `)],
    ['no time', sign(body).replace(/^t=\d+,/, '')],
    ['another time', sign(body).replace(/^t=\d+/, `t=${nowS() - 1}`)],
    ['a time that is no number', sign(body, { at: '1e9' })],
    ['upper case', sign(body).replace(/v1=.*/, (hex) => `v1=${hex.slice(3).toUpperCase()}`)],
    ['a cut signature', sign(body).slice(0, -2)],
    ['two signatures', `${sign(body)},v1=${'0'.repeat(64)}`],
    ['another scheme', sign(body).replace('v1', 'v0')],
  ])('refuses a request signed with %s', async (_, signature) => {
    expect(await refusalOf(mint(body, signature))).toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it.each(['', '{', '[]', '{}', '{"user_id":""}', '{"user_id":"x","roles":["owner"]}', '{"user_id":5}'])(
    'says what the body must be: %s',
    async (text) => {
      expect(await refusalOf(mint(text))).toMatchObject({ code: 'BAD_INPUT' });
    },
  );

  it('knows no such tenant', async () => {
    expect(await refusalOf(mint(bodyOf({ user_id: 'x', tenant: 'elsewhere' })))).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('is off without a secret', async () => {
    await using plain = await createTestBackend({ isStarted: false });
    const call = visitorOn(plain.backend).call.auth.mint({ rawBody: body, signature: sign(body) });
    expect(await refusalOf(call)).toMatchObject({ code: 'UNAUTHORIZED' });
  });
});
