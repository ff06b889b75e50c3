import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withSystemTransaction } from '../../db/transaction.ts';
import { RawClient } from '../../testing/raw-client.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
import { newcomerOn, refusalOf, visitorOn } from './auth-testing.ts';

let test: TestServer;
let tenantId: string;
let admin: TestCaller;
beforeAll(async () => {
  test = await createTestServer({ isStarted: false });
});
beforeEach(async () => {
  tenantId = await createTestTenant(test.node.backend);
  admin = await member('admin');
});
afterAll(async () => await test[Symbol.asyncDispose]());

const member = async (role: 'admin' | 'user' | 'guest' = 'user'): Promise<TestCaller> =>
  await createTestCaller(test.node.backend, { role, tenantId });
const idOf = ({ ctx }: TestCaller): string => ctx.caller.userId;
const NOBODY = { code: 'NOT_FOUND', message: 'No such member.' };

describe('the members of a tenant', () => {
  it('are for its admins to see and change', async () => {
    const user = await member();
    for (const call of [
      user.call.auth.members({}),
      user.call.auth.setMemberRole({ userId: idOf(user), role: 'admin' }),
      user.call.auth.removeMember({ userId: idOf(admin) }),
    ]) {
      expect(await refusalOf(call)).toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  it('are listed by when they joined, in pages without gaps or repeats, and without anybody else', async () => {
    const users = [admin];
    for (let count = 0; count < 4; count++) users.push(await member());
    await createTestCaller(test.node.backend);
    const pages: string[][] = [];
    let page: string | null = null;
    do {
      const answer = await admin.call.auth.members({ limit: 2, ...(page !== null && { page }) });
      pages.push(answer.members.map(({ userId }) => userId));
      page = answer.nextPage;
    } while (page !== null);
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(new Set(pages.flat())).toEqual(new Set(users.map(idOf)));
    const { members } = await admin.call.auth.members({ limit: 1 });
    expect(members).toMatchObject([{ role: 'admin', isActive: true, email: expect.stringContaining('@') }]);
  });

  it('of another tenant are as those that do not exist', async () => {
    const stranger = await createTestCaller(test.node.backend);
    for (const userId of [idOf(stranger), randomUUID()]) {
      expect(await refusalOf(admin.call.auth.removeMember({ userId }))).toEqual(NOBODY);
      expect(await refusalOf(admin.call.auth.setMemberRole({ userId, role: 'guest' }))).toEqual(NOBODY);
    }
  });

  it('are never without an admin, whoever takes whose role away at once', async () => {
    const only = admin.call.auth.setMemberRole({ userId: idOf(admin), role: 'user' });
    expect(await refusalOf(only)).toMatchObject({ code: 'CONFLICT' });
    expect(await refusalOf(admin.call.auth.removeMember({ userId: idOf(admin) }))).toMatchObject({
      code: 'CONFLICT',
    });
    for (let round = 0; round < 5; round++) {
      const other = await member('admin');
      await Promise.allSettled([
        admin.call.auth.setMemberRole({ userId: idOf(other), role: 'user' }),
        other.call.auth.removeMember({ userId: idOf(admin) }),
      ]);
      const left = await withSystemTransaction(
        test.node.backend,
        async ({ db }) =>
          await db
            .selectFrom('memberships')
            .select('userId')
            .where('tenantId', '=', tenantId)
            .where('role', '=', 'admin')
            .where('removedAt', 'is', null)
            .execute(),
      );
      expect(left).toHaveLength(1);
      admin = left[0]?.userId === idOf(other) ? other : admin;
    }
  });

  it('are signed out when they may do less, and not when they may do more', async () => {
    const user = await member();
    await admin.call.auth.setMemberRole({ userId: idOf(user), role: 'admin' });
    expect((await user.call.auth.me()).role).toBe('admin');
    await admin.call.auth.setMemberRole({ userId: idOf(user), role: 'guest' });
    expect(await refusalOf(user.call.auth.me())).toMatchObject({ code: 'SESSION_REVOKED' });
  });
});

describe('a member who is taken out', () => {
  it('is signed out of that tenant everywhere, within five seconds, and of no other', async () => {
    const newcomer = await newcomerOn(test.node.backend);
    const { token } = await admin.call.auth.invite({ email: newcomer.email });
    const joined = await newcomer.call.auth.acceptInvitation({ token });
    await using socket = await RawClient.connect(test.socketUrl, { token: joined.accessToken });
    await using other = await RawClient.connect(test.socketUrl, { token: newcomer.tokens.accessToken });
    socket.send({ id: 1, method: 'query', params: { path: 'auth.me' } });
    await socket.frame({ id: 1 });
    other.send({ id: 1, method: 'query', params: { path: 'auth.me' } });
    await other.frame({ id: 1 });
    const startedAt = performance.now();
    await admin.call.auth.removeMember({ userId: joined.identity.user.id });
    expect(await socket.closed).toBe(4403);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    other.send({ id: 2, method: 'query', params: { path: 'auth.me' } });
    await other.frame({ id: 2, result: { data: { tenantId: newcomer.ctx.caller.tenantId } } });
    const refresh = visitorOn(test.node.backend).call.auth.refresh({ refreshToken: joined.refreshToken });
    expect(await refusalOf(refresh)).toMatchObject({ code: 'SESSION_REVOKED' });
    expect(await refusalOf(newcomer.call.auth.switchTenant({ tenantId }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect((await newcomer.call.auth.me()).memberships).toHaveLength(1);
  });

  it('is gone from the list, and with them their API keys; what they made stays', async () => {
    const user = await member();
    const { key } = await user.call.auth.createApiKey({ name: 'k', scopes: ['read'] });
    await using socket = await RawClient.connect(test.socketUrl, { token: key });
    socket.send({ id: 1, method: 'query', params: { path: 'auth.me' } });
    await socket.frame({ id: 1 });
    await user.call.conversation.create({ clientId: 'a-conversation' });
    await admin.call.auth.removeMember({ userId: idOf(user) });
    expect(await socket.closed).toBe(4403);
    expect(await refusalOf(test.node.backend.apiKeys.verify(key))).toMatchObject({ code: 'UNAUTHORIZED' });
    const { members } = await admin.call.auth.members({});
    expect(members.map(({ userId }) => userId)).not.toContain(idOf(user));
    expect(await refusalOf(admin.call.auth.removeMember({ userId: idOf(user) }))).toEqual(NOBODY);
    const kept = await withSystemTransaction(
      test.node.backend,
      async ({ db }) =>
        await db.selectFrom('conversations').select('id').where('userId', '=', idOf(user)).execute(),
    );
    expect(kept).toHaveLength(1);
  });

  it('leaves a line in the audit log, as every change does', async () => {
    const user = await member();
    await admin.call.auth.setMemberRole({ userId: idOf(user), role: 'guest' });
    await admin.call.auth.removeMember({ userId: idOf(user) });
    const rows = await withSystemTransaction(
      test.node.backend,
      async ({ db }) =>
        await db
          .selectFrom('auditLog')
          .select(['action', 'actorId', 'data'])
          .where('subject', '=', idOf(user))
          .orderBy('id')
          .execute(),
    );
    expect(rows).toEqual([
      { action: 'auth.member_role_changed', actorId: idOf(admin), data: { from: 'user', to: 'guest' } },
      { action: 'auth.member_removed', actorId: idOf(admin), data: { role: 'guest' } },
    ]);
  });
});
