// What the guides of the older systems do with curl, over the wire and to the letter.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestCaller } from '../../testing/test-caller.ts';
import { bodyOf } from './curl-testing.ts';
import { tokenSchema, type OlderClient, olderClient } from './older-client-testing.ts';

let client: OlderClient;
let curl: OlderClient['curl'];
let token: OlderClient['token'];
let userId: OlderClient['userId'];
let test: OlderClient['test'];
beforeAll(async () => {
  client = await olderClient();
  ({ curl, token, userId, test } = client);
});
afterAll(async () => await client[Symbol.asyncDispose]());

describe('accounts', () => {
  const account = { email: 'ada@test.local', password: 'correct horse battery' };
  const user = {
    id: expect.any(String),
    email: account.email,
    tier: 'free',
    is_active: true,
    created_at: expect.stringMatching(/Z$/),
  };

  it('register, login, me: the shapes that /api/v1/auth has', async () => {
    const registered = await curl('/api/v1/auth/register', { json: account });
    expect(registered).toMatchObject({ status: 201 });
    expect(registered.body).toEqual({ access_token: expect.any(String), token_type: 'bearer', user });
    const again = await curl('/api/v1/auth/register', { json: account });
    expect(again).toMatchObject({ status: 400, body: { detail: 'Email already registered' } });
    const short = await curl('/api/v1/auth/register', { json: { ...account, password: 'short' } });
    expect(short).toMatchObject({ status: 400, body: { issues: [{ path: ['password'] }] } });

    const login = await curl('/api/v1/auth/login', { json: account });
    expect(login.body).toEqual({ access_token: expect.any(String), token_type: 'bearer', user });
    const wrong = await curl('/api/v1/auth/login', { json: { ...account, password: 'something else' } });
    expect(wrong).toMatchObject({ status: 401, body: { detail: 'Incorrect email or password' } });

    const { access_token: token } = bodyOf(login, tokenSchema);
    expect((await curl('/api/v1/auth/me', { token })).body).toEqual(user);
    expect((await curl('/user/me/', { token })).body).toEqual(user);
  });

  it('login, refresh, logout: the pairs that /auth gives', async () => {
    const pair = {
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 900,
      user,
    };
    const login = await curl('/auth/login', { json: account });
    expect(login).toMatchObject({ status: 200, body: pair });
    const { refresh_token } = bodyOf(login, z.object({ refresh_token: z.string() }));
    const refreshed = await curl('/auth/refresh', { json: { refresh_token } });
    expect(refreshed).toMatchObject({ status: 200, body: pair });
    const { access_token } = bodyOf(refreshed, tokenSchema);
    expect((await curl('/auth/logout', { method: 'POST', token: access_token })).status).toBe(200);
    expect((await curl('/user/me', { token: access_token })).status).toBe(401);
  });

  it('greets admins, and nobody else, at /admin/only', async () => {
    const admin = await createTestCaller(test.node.backend, { role: 'admin' });
    const { caller } = admin.ctx;
    const greeted = await curl('/admin/only', { token: await test.tokenOf(caller) });
    expect(greeted.body).toEqual({ message: `Welcome, admin ${caller.userId}!` });
    expect((await curl('/admin/only', { token })).status).toBe(403);
  });
});

describe('identity', () => {
  it.each([
    ['no token', {}],
    ['a malformed one', { authorization: 'Bearer x.y.z' }],
    ['another scheme', { authorization: 'Basic YTpi' }],
  ])('401 with WWW-Authenticate for %s', async (_what, headers) => {
    const answer = await curl('/conversations', { headers });
    expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED', status: 401 } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('403 when X-Tenant-ID, X-User-ID or userId name somebody else, and nothing when they name the caller', async () => {
    for (const name of ['x-tenant-id', 'x-user-id']) {
      expect((await curl('/user/me', { token, headers: { [name]: randomUUID() } })).status, name).toBe(403);
    }
    expect((await curl('/user/me', { token, headers: { 'x-user-id': userId } })).status).toBe(200);
    const stop = `/api/aura/runs/${randomUUID()}/stop`;
    expect((await curl(stop, { token, json: { userId: randomUUID() } })).status).toBe(403);
    expect((await curl(stop, { token, json: { userId } })).status).toBe(404);
  });

  it('echoes X-Request-ID, in errors too', async () => {
    const answer = await curl('/user/me', { headers: { 'x-request-id': 'trace-7' } });
    expect(answer.headers.get('x-request-id')).toBe('trace-7');
    expect(answer.body).toMatchObject({ requestId: 'trace-7' });
  });

  it('answers for what others own exactly as for what does not exist', async () => {
    const { id } = bodyOf(await curl('/conversations', { token, json: {} }), z.object({ id: z.uuid() }));
    const stranger = await client.strangersToken();
    const headers = { 'x-request-id': 'same' };
    const hidden = await curl(`/conversations/${id}`, { token: stranger, headers });
    const missing = await curl(`/conversations/${randomUUID()}`, { token: stranger, headers });
    expect(hidden.status).toBe(404);
    expect(hidden.body).toEqual(missing.body);
  });
});
