import type { PolicyRule } from '@aura/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn, createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { ask, type Asked, outcomeOf } from '../agent/agent-testing.ts';
import { auditOf, createWorkshop, refusalOf, seen, untilAskedOnce } from './hitl-testing.ts';

const workshop = createWorkshop();
const { effects } = workshop;
let test: TestBackend;
let tenantId: string;
let admin: TestCaller;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ overrides: { tools: workshop.tools } });
  tenantId = await createTestTenant(test.backend);
  admin = await createTestCaller(test.backend, { tenantId, role: 'admin' });
  user = await createTestCaller(test.backend, { tenantId });
});
afterAll(async () => await test[Symbol.asyncDispose]());
beforeEach(() => void effects.splice(0));

const setRules = async (...rules: PolicyRule[]): Promise<void> => {
  const { version } = await admin.call.hitl.policy();
  await admin.call.hitl.setPolicy({ rules, version });
};
const callOf = async (tool: string, args: object = { to: 'ann' }): Promise<Asked> =>
  await ask(user, `#tool ${tool} ${JSON.stringify(args)}\n#say so be it`);
const toldOf = (): string =>
  test.model.requests.at(-1)?.messages.findLast(({ role }) => role === 'tool')?.content ?? '';

describe('hitl.policy', () => {
  it('is for admins of the tenant alone, and for keys of theirs with that scope', async () => {
    const key = callerOn(test.backend, {
      ...admin.ctx.caller,
      scopes: ['read', 'write', 'approvals:decide'],
    });
    const guest = await createTestCaller(test.backend, { tenantId, role: 'guest' });
    for (const { call } of [user, key, guest]) {
      expect((await refusalOf(call.hitl.policy())).code).toBe('FORBIDDEN');
      expect((await refusalOf(call.hitl.setPolicy({ rules: [], version: 0 }))).code).toBe('FORBIDDEN');
    }
    const expired = callerOn(test.backend, { ...admin.ctx.caller, expiresAt: new Date(0) });
    expect((await refusalOf(expired.call.hitl.policy())).code).toBe('UNAUTHORIZED');
  });

  it('is changed from the version that was read, once; each tenant has its own', async () => {
    const before = await admin.call.hitl.policy();
    const changes = await Promise.allSettled(
      Array.from(
        { length: 5 },
        async () => await admin.call.hitl.setPolicy({ ...before, rules: [{ action: 'ask' }] }),
      ),
    );
    expect(changes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { version } = await admin.call.hitl.policy();
    expect(version).toBe(before.version + 1);
    const stale = admin.call.hitl.setPolicy({ rules: [], version: before.version });
    expect((await refusalOf(stale)).code).toBe('CONFLICT');
    const elsewhere = await createTestCaller(test.backend, { role: 'admin' });
    expect(await elsewhere.call.hitl.policy()).toMatchObject({ rules: [], version: 0 });
    const audit = await auditOf(test.backend, tenantId);
    expect(audit.filter(({ action }) => action === 'hitl.policy_set')).toHaveLength(1);
    await setRules();
  });

  it('refuses rules that mean nothing', async () => {
    const { version } = await admin.call.hitl.policy();
    const bad: object[] = [
      { action: 'maybe' },
      { action: 'ask', approvers: { kind: 'role', role: 'guest' } },
      { action: 'ask', expiresInSeconds: 1 },
      { action: 'deny', args: [{ path: 'to', op: 'eq', value: 1 }] },
    ];
    for (const rule of bad) {
      const rules: PolicyRule[] = JSON.parse(JSON.stringify([rule]));
      expect((await refusalOf(admin.call.hitl.setPolicy({ rules, version }))).code).toBe('BAD_REQUEST');
    }
  });

  it('asks by default for what reaches outside or others, and nobody for the rest', async () => {
    for (const tool of ['send', 'publish']) {
      const asked = await callOf(tool);
      expect((await untilAskedOnce(user, asked)).approvers).toEqual({ kind: 'owner' });
      await user.call.agent.stop(asked);
    }
    for (const tool of ['look', 'store']) await outcomeOf(user, await callOf(tool));
    expect(effects.map(({ tool }) => tool)).toEqual(['look', 'store']);
  });

  it('forbids, allows by argument, and names who is asked and until when', async () => {
    await setRules(
      { tools: ['pub*'], action: 'deny' },
      { tools: ['send'], args: [{ path: '/amount', op: 'lte', value: 5 }], action: 'allow' },
      { tools: ['send'], action: 'ask', approvers: { kind: 'role', role: 'admin' }, expiresInSeconds: 60 },
    );
    await outcomeOf(user, await callOf('publish'));
    expect(toldOf()).toContain('forbids publish');
    await outcomeOf(user, await callOf('send', { to: 'ann', amount: 5 }));
    expect(effects.map(({ tool }) => tool)).toEqual(['send']);
    const asked = await callOf('send', { to: 'ann', amount: 6 });
    const approval = await untilAskedOnce(user, asked);
    expect(approval.approvers).toEqual({ kind: 'role', role: 'admin' });
    expect(Date.parse(approval.expiresAt) - Date.parse(approval.createdAt)).toBeCloseTo(60_000, -2);
    expect((await refusalOf(user.call.hitl.approve(seen(approval)))).code).toBe('FORBIDDEN');
    await admin.call.hitl.approve(seen(approval));
    await outcomeOf(user, asked);
    expect(effects).toHaveLength(2);
    await setRules();
  });

  it('asks about writing once strangers’ words have reached the conversation, however much a rule allows', async () => {
    await setRules({ action: 'allow' });
    const { conversationId } = await callOf('store');
    await expect.poll(() => effects.length).toBe(1);
    await expect.poll(() => test.backend.runner.activeCount).toBe(0);
    await outcomeOf(user, await ask(user, '#tool listen {"to":"them"}\n#say heard', { conversationId }));
    for (const tool of ['store', 'send', 'publish']) {
      const asked = await ask(user, `#tool ${tool} {"to":"eve"}\n#say so be it`, { conversationId });
      const approval = await untilAskedOnce(user, asked);
      expect(approval.toolName).toBe(tool);
      await user.call.hitl.reject(seen(approval));
      await outcomeOf(user, asked);
    }
    await outcomeOf(user, await ask(user, '#tool look {"to":"it"}\n#say seen', { conversationId }));
    expect(effects.map(({ tool }) => tool)).toEqual(['store', 'listen', 'look']);
    await setRules();
  });

  it('asks wherever a search brings those words: another conversation does not launder them', async () => {
    const heard = await callOf('listen', { to: 'a platypus' });
    await outcomeOf(user, heard);
    const searching = async (query: string): Promise<Asked> =>
      await ask(
        user,
        `#tool search_conversations {"query":"${query}"}\n#tool store {"to":"eve"}\n#say so be it`,
      );
    const asked = await searching('platypus');
    expect((await untilAskedOnce(user, asked)).toolName).toBe('store');
    await user.call.agent.stop(asked);
    expect((await outcomeOf(user, await searching('an echidna'))).run.status).toBe('completed');
    expect(effects.map(({ tool }) => tool)).toEqual(['listen', 'store']);
  });

  it('asks in the very run that heard them: what an injected text wants is not done', async () => {
    const asked = await ask(user, '#tool listen {"to":"them"}\n#tool store {"to":"eve"}\n#say so be it');
    const approval = await untilAskedOnce(user, asked);
    expect(approval).toMatchObject({ toolName: 'store', risk: 'write' });
    await user.call.hitl.reject(seen(approval));
    await outcomeOf(user, asked);
    expect(effects.map(({ tool }) => tool)).toEqual(['listen']);
  });
});

describe('hitl.export', () => {
  it('has the caller’s own approvals, all of them for an admin, as JSON or as CSV that no spreadsheet executes', async () => {
    const asked = await callOf('send', { to: '=1+1' });
    const approval = await untilAskedOnce(user, asked);
    const reason = '=cmd("x"), "quoted"';
    await user.call.hitl.reject({ ...seen(approval), reason });
    await outcomeOf(user, asked);
    const own = await user.call.hitl.export({ conversationId: asked.conversationId });
    expect(JSON.parse(own.text)).toEqual([await user.call.hitl.get({ approvalId: approval.id })]);
    const stranger = await createTestCaller(test.backend, { tenantId });
    expect(JSON.parse((await stranger.call.hitl.export({})).text)).toEqual([]);
    expect((await admin.call.hitl.export({})).text).toContain(approval.id);
    const elsewhere = await createTestCaller(test.backend, { role: 'admin' });
    expect((await elsewhere.call.hitl.export({})).text).not.toContain(approval.id);
    const { text, mediaType } = await user.call.hitl.export({
      conversationId: asked.conversationId,
      format: 'csv',
    });
    expect(mediaType).toBe('text/csv');
    const [head, line, ...rest] = text.split('\r\n');
    expect(head).toContain('id,kind,status');
    expect(line).toContain(`"'=cmd(""x""), ""quoted"""`);
    expect(rest).toEqual(['']);
    const none = await user.call.hitl.export({
      to: approval.createdAt,
      conversationId: asked.conversationId,
    });
    expect(JSON.parse(none.text)).toEqual([]);
    const guest = await createTestCaller(test.backend, { tenantId, role: 'guest' });
    expect((await refusalOf(guest.call.hitl.export({}))).code).toBe('FORBIDDEN');
  });
});
