import { randomUUID } from 'node:crypto';
import type { ApprovalInboxEvent, Approvers, ApprovalView } from '@aura/contract';
import { isTrackedEnvelope } from '@trpc/server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectConverges } from '../../testing/conversations.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { ask, type Asked, outcomeOf } from '../agent/agent-testing.ts';
import { approvalInbox } from './approval-inbox.ts';
import { auditOf, createWorkshop, letExpire, refusalOf, seen, untilAskedOnce } from './hitl-testing.ts';

const workshop = createWorkshop();
const { effects } = workshop;
let test: TestBackend;
let owner: TestCaller;
let colleague: TestCaller;
let other: TestCaller;
let admin: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ overrides: { tools: workshop.tools } });
  const tenantId = await createTestTenant(test.backend);
  [owner, colleague, other, admin] = [
    await createTestCaller(test.backend, { tenantId }),
    await createTestCaller(test.backend, { tenantId }),
    await createTestCaller(test.backend, { tenantId }),
    await createTestCaller(test.backend, { tenantId, role: 'admin' }),
  ];
});
afterAll(async () => await test[Symbol.asyncDispose]());
beforeEach(() => void effects.splice(0));

const idOf = ({ ctx }: TestCaller): string => ctx.caller.userId;
const asks = async (): Promise<{ asked: Asked; approval: ApprovalView }> => {
  const asked = await ask(owner, '#tool send {"to":"ann"}\n#say so be it');
  return { asked, approval: await untilAskedOnce(owner, asked) };
};
const handOn = async (
  by: TestCaller,
  { id: approvalId }: ApprovalView,
  approvers: Approvers,
): Promise<ApprovalView> => await by.call.hitl.delegate({ approvalId, approvers });

/** What an inbox is told from a cursor on, up to the first event that `isLast`. */
async function inboxOf(
  { ctx }: TestCaller,
  lastEventId: string,
  isLast: (event: ApprovalInboxEvent) => boolean,
): Promise<{ events: ApprovalInboxEvent[]; cursor: string }> {
  const events: ApprovalInboxEvent[] = [];
  for await (const envelope of approvalInbox(ctx, { lastEventId }, AbortSignal.timeout(10_000))) {
    if (!isTrackedEnvelope(envelope)) throw new Error('an event came without its cursor');
    const [cursor, event] = envelope;
    events.push(event);
    if (isLast(event)) return { events, cursor };
  }
  throw new Error('the inbox ended');
}

/** The approvals an inbox was told of, with whether their reader may decide. */
const changes = (events: readonly ApprovalInboxEvent[]): unknown[] =>
  events.flatMap((event) =>
    event.type === 'approval_changed' ? [[event.data.approval.status, event.data.mayDecide]] : [],
  );
const cursorOf = async ({ call }: TestCaller): Promise<string> => (await call.hitl.list({})).cursor;
const isOver =
  ({ id }: ApprovalView) =>
  (event: ApprovalInboxEvent): boolean =>
    event.type === 'approval_changed' &&
    event.data.approval.id === id &&
    event.data.approval.status !== 'pending';

describe('hitl.delegate', () => {
  it('has a named colleague decide: the owner and everybody else may not any more', async () => {
    const { asked, approval } = await asks();
    await handOn(owner, approval, { kind: 'users', userIds: [idOf(colleague)] });
    expect((await refusalOf(owner.call.hitl.approve(seen(approval)))).code).toBe('FORBIDDEN');
    expect((await refusalOf(handOn(owner, approval, { kind: 'owner' }))).code).toBe('FORBIDDEN');
    for (const stranger of [other, admin]) {
      expect((await refusalOf(stranger.call.hitl.approve(seen(approval)))).code).toBe('NOT_FOUND');
    }
    expect((await owner.call.hitl.list({})).approvals).toEqual([]);
    expect((await owner.call.hitl.list({ scope: 'involved', status: 'pending' })).approvals).toHaveLength(1);
    expect((await colleague.call.hitl.list({})).approvals).toMatchObject([{ id: approval.id }]);
    expect(effects).toEqual([]);
    const decided = await colleague.call.hitl.approve(seen(approval));
    expect(decided.decidedBy).toBe(idOf(colleague));
    await outcomeOf(owner, asked);
    expect(effects).toHaveLength(1);
    const audit = await auditOf(test.backend, approval.id);
    expect(audit.filter(({ action }) => action === 'hitl.refused')).toHaveLength(4);
    expect(audit.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['hitl.delegated', 'hitl.approved']),
    );
  });

  it('has a role decide; admins always count, and nobody of another tenant does', async () => {
    const stranger = await createTestCaller(test.backend, { role: 'admin' });
    for (const [role, by] of [
      ['user', other],
      ['user', admin],
      ['admin', admin],
    ] as const) {
      const { asked, approval } = await asks();
      await handOn(owner, approval, { kind: 'role', role });
      expect((await refusalOf(stranger.call.hitl.approve(seen(approval)))).code).toBe('NOT_FOUND');
      if (role === 'admin') {
        expect((await refusalOf(owner.call.hitl.approve(seen(approval)))).code).toBe('FORBIDDEN');
      }
      await by.call.hitl.reject(seen(approval));
      await outcomeOf(owner, asked);
    }
    expect(effects).toEqual([]);
  });

  it('refuses people who may not decide here: strangers, guests, nobody at all', async () => {
    const { asked, approval } = await asks();
    const guest = await createTestCaller(test.backend, {
      role: 'guest',
      tenantId: owner.ctx.caller.tenantId,
    });
    const stranger = await createTestCaller(test.backend);
    for (const userId of [idOf(guest), idOf(stranger), randomUUID()]) {
      const refusal = await refusalOf(
        handOn(owner, approval, { kind: 'users', userIds: [idOf(colleague), userId] }),
      );
      expect(refusal.code).toBe('BAD_INPUT');
    }
    expect((await refusalOf(handOn(owner, approval, { kind: 'users', userIds: [] }))).code).toBe(
      'BAD_REQUEST',
    );
    expect(await owner.call.hitl.get({ approvalId: approval.id })).toEqual(approval);
    await owner.call.agent.stop(asked);
  });

  it('refuses what is decided, and what nobody decided in time', async () => {
    const decided = await asks();
    await owner.call.hitl.reject(seen(decided.approval));
    expect(await refusalOf(handOn(owner, decided.approval, { kind: 'role', role: 'user' }))).toMatchObject({
      code: 'APPROVAL_DECIDED',
      decision: { status: 'rejected', decidedBy: idOf(owner) },
    });
    await outcomeOf(owner, decided.asked);
    const late = await asks();
    await letExpire(test.backend, late.approval.id);
    expect((await refusalOf(handOn(owner, late.approval, { kind: 'role', role: 'user' }))).code).toBe(
      'APPROVAL_EXPIRED',
    );
    await owner.call.agent.stop(late.asked);
  });

  it('converges for readers of the conversation', async () => {
    const { conversation } = await owner.call.conversation.create({ clientId: randomUUID() });
    await expectConverges(owner, conversation.id, async () => {
      const asked = await ask(owner, '#tool send {"to":"ann"}\n#say so be it', {
        conversationId: conversation.id,
      });
      const approval = await untilAskedOnce(owner, asked);
      await handOn(owner, approval, { kind: 'users', userIds: [idOf(colleague)] });
      await colleague.call.hitl.reject({ ...seen(approval), reason: 'no' });
      await outcomeOf(owner, asked);
    });
  });
});

describe('hitl.inbox', () => {
  it('tells everybody concerned what is asked, of whom, and how it ended', async () => {
    const from = {
      owner: await cursorOf(owner),
      colleague: await cursorOf(colleague),
      other: await cursorOf(other),
      admin: await cursorOf(admin),
    };
    const { asked, approval } = await asks();
    await handOn(owner, approval, { kind: 'role', role: 'user' });
    await handOn(owner, approval, { kind: 'users', userIds: [idOf(colleague)] });
    await colleague.call.hitl.reject(seen(approval));
    await outcomeOf(owner, asked);
    const isLast = isOver(approval);
    expect(changes((await inboxOf(owner, from.owner, isLast)).events)).toEqual([
      ['pending', true],
      ['pending', true],
      ['pending', false],
      ['rejected', false],
    ]);
    expect(changes((await inboxOf(colleague, from.colleague, isLast)).events)).toEqual([
      ['pending', true],
      ['pending', true],
      ['rejected', true],
    ]);
    // Once handed to somebody else, it leaves the inboxes of the role: they are told, and hear no more of it.
    for (const [reader, cursor] of [
      [other, from.other],
      [admin, from.admin],
    ] as const) {
      const isGone = (event: ApprovalInboxEvent): boolean =>
        event.type === 'approval_changed' && !event.data.mayDecide;
      expect(changes((await inboxOf(reader, cursor, isGone)).events)).toEqual([
        ['pending', true],
        ['pending', false],
      ]);
    }
  });

  it('goes on from any cursor, from now when there is none, and starts anew when the place is gone', async () => {
    const from = await cursorOf(owner);
    const first = await asks();
    await owner.call.hitl.reject(seen(first.approval));
    const { cursor } = await inboxOf(owner, from, isOver(first.approval));
    await outcomeOf(owner, first.asked);
    const second = await asks();
    const { events } = await inboxOf(owner, cursor, () => true);
    expect(events).toMatchObject([
      { type: 'approval_changed', data: { approval: { id: second.approval.id } } },
    ]);
    await owner.call.agent.stop(second.asked);
    const forged = `v1.${randomUUID()}.1`;
    const reset = await inboxOf(owner, forged, () => true).catch((err: unknown) => String(err));
    expect(reset).toMatchObject({ events: [{ type: 'reset' }] });
  });

  it('tells nobody who is not concerned', async () => {
    const before = await cursorOf(other);
    const { asked, approval } = await asks();
    await owner.call.hitl.reject(seen(approval));
    await outcomeOf(owner, asked);
    expect(await cursorOf(other)).toBe(before);
  });
});
