import { randomUUID } from 'node:crypto';
import type { AcceptInvitationInput, AuthResult, InviteToTenantOutput } from '@aura/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSystemTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { acceptInvitation } from './accept-invitation.ts';
import { bearerOn, newcomerOn, PASSWORD, refusalOf, visitorOn } from './auth-testing.ts';

let test: TestBackend;
let tenantId: string;
let admin: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({
    isStarted: false,
    config: { publicUrl: 'https://aura.example' },
  });
  tenantId = await createTestTenant(test.backend);
  admin = await createTestCaller(test.backend, { role: 'admin', tenantId });
});
afterAll(async () => await test[Symbol.asyncDispose]());

const someone = (): string => `${randomUUID()}@test.local`;
const invite = async (
  email = someone(),
  role: 'admin' | 'user' | 'guest' = 'user',
): Promise<InviteToTenantOutput> => await admin.call.auth.invite({ email, role });
const accept = async (input: AcceptInvitationInput): Promise<AuthResult> =>
  await visitorOn(test.backend).call.auth.acceptInvitation(input);
const GONE = { code: 'NOT_FOUND', message: 'No such invitation.' };

describe('an invitation', () => {
  it('is for admins to make, see and revoke', async () => {
    const user = await createTestCaller(test.backend, { tenantId });
    for (const call of [
      user.call.auth.invite({ email: someone() }),
      user.call.auth.invitations(),
      user.call.auth.revokeInvitation({ invitationId: randomUUID() }),
    ]) {
      expect(await refusalOf(call)).toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  it('is told once and kept as a hash', async () => {
    const { token, url, invitation } = await invite();
    expect(token).toMatch(/^aui_[0-9a-f]{32}_[\w-]{43}$/);
    expect(url).toBe(`https://aura.example/app/invitation#${token}`);
    expect(await admin.call.auth.invitations()).toContainEqual(invitation);
    expect(JSON.stringify(await admin.call.auth.invitations())).not.toContain(token.slice(-43));
  });

  it('makes a member with a new account of who has none', async () => {
    const email = someone();
    const { token, invitation } = await invite(email.toUpperCase(), 'guest');
    expect(invitation.email).toBe(email);
    expect(await refusalOf(accept({ token }))).toMatchObject({ code: 'BAD_INPUT' });
    const result = await accept({ token, password: PASSWORD, nickname: 'New' });
    expect(result.identity).toMatchObject({ tenantId, role: 'guest', user: { email, nickname: 'New' } });
    const again = await visitorOn(test.backend).call.auth.login({ email, password: PASSWORD });
    expect(again.identity.tenantId).toBe(tenantId);
    expect(await admin.call.auth.invitations()).not.toContainEqual(invitation);
  });

  it('makes a member of who has an account and is signed in to it', async () => {
    const { email, call, ctx } = await newcomerOn(test.backend);
    const { token } = await invite(email);
    const unsigned = accept({ token, password: PASSWORD });
    expect(await refusalOf(unsigned)).toMatchObject({ code: 'EMAIL_TAKEN' });
    const joined = await call.auth.acceptInvitation({ token });
    expect(joined.identity).toMatchObject({ tenantId, user: { id: ctx.caller.userId } });
    expect(joined.identity.memberships).toHaveLength(2);
    expect((await call.auth.me()).tenantId).toBe(ctx.caller.tenantId);
  });

  it('is of no use to an account with another address, nor to an API key', async () => {
    const other = await newcomerOn(test.backend);
    const { token } = await invite();
    expect(await refusalOf(other.call.auth.acceptInvitation({ token }))).toMatchObject({ code: 'FORBIDDEN' });
    const mine = await invite(other.email);
    const key = { ...other.ctx, caller: { ...other.ctx.caller, scopes: ['write'] as const } };
    expect(await refusalOf(acceptInvitation(key, { token: mine.token }))).toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  it('is accepted once, however many accept at once', async () => {
    const { token } = await invite();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, async () => await accept({ token, password: PASSWORD })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await refusalOf(accept({ token, password: PASSWORD }))).toEqual(GONE);
  });

  it('that was revoked, replaced or is too old is as one that never was', async () => {
    const revoked = await invite();
    await admin.call.auth.revokeInvitation({ invitationId: revoked.invitation.id });
    const email = someone();
    const replaced = await invite(email);
    const latest = await invite(email);
    const old = await invite();
    await withSystemTransaction(test.backend, async ({ db }) => {
      await sql`update invitations set expires_at = now() where id = ${old.invitation.id}`.execute(db);
    });
    const forged = `${latest.token.slice(0, -43)}${'A'.repeat(43)}`;
    for (const token of [revoked.token, replaced.token, old.token, forged, 'aui_nonsense', '']) {
      expect(await refusalOf(accept({ token, password: PASSWORD }))).toEqual(GONE);
    }
    const listed = (await admin.call.auth.invitations()).map(({ id }) => id);
    for (const { invitation } of [revoked, replaced, old]) expect(listed).not.toContain(invitation.id);
    expect((await accept({ token: latest.token, password: PASSWORD })).identity.user.email).toBe(email);
  });

  it('of another tenant cannot be seen or revoked', async () => {
    const elsewhere = await createTestTenant(test.backend);
    const stranger = await createTestCaller(test.backend, { role: 'admin', tenantId: elsewhere });
    const { invitation, token } = await invite();
    expect(await stranger.call.auth.invitations()).toEqual([]);
    const theft = stranger.call.auth.revokeInvitation({ invitationId: invitation.id });
    expect(await refusalOf(theft)).toEqual(GONE);
    const unknown = stranger.call.auth.revokeInvitation({ invitationId: randomUUID() });
    expect(await refusalOf(unknown)).toEqual(GONE);
    await accept({ token, password: PASSWORD });
  });

  it('is not made for who is a member', async () => {
    const { token } = await invite();
    const { identity } = await accept({ token, password: PASSWORD });
    const again = admin.call.auth.invite({ email: identity.user.email });
    expect(await refusalOf(again)).toMatchObject({ code: 'CONFLICT' });
  });

  it('lets somebody back in who was taken out, without what they could do before', async () => {
    const first = await accept({ token: (await invite(undefined, 'admin')).token, password: PASSWORD });
    const { user } = first.identity;
    const former = await bearerOn(test.backend, first);
    const { key } = await former.call.auth.createApiKey({ name: 'k', scopes: ['read'] });
    await admin.call.auth.removeMember({ userId: user.id });
    const login = visitorOn(test.backend).call.auth.login({ email: user.email, password: PASSWORD });
    expect(await refusalOf(login)).toMatchObject({ code: 'NOT_FOUND' });
    const { token } = await invite(user.email, 'guest');
    const other = await createTestCaller(test.backend);
    const ctx = { ...other.ctx, caller: { ...other.ctx.caller, userId: user.id } };
    const back = await acceptInvitation(ctx, { token });
    expect(back.identity).toMatchObject({ role: 'guest', tenantId });
    expect(await refusalOf(test.backend.apiKeys.verify(key))).toMatchObject({ code: 'UNAUTHORIZED' });
  });
});
