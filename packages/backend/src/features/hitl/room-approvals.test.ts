import { randomUUID } from 'node:crypto';
import type { ApprovalView, RoomDeciders } from '@aura/contract';
import { getTRPCErrorFromUnknown } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { errorData, publicMessage } from '../../trpc/errors.ts';
import type { Asked } from '../agent/agent-testing.ts';
import { askInRoom, firstMember, untilRunEnded } from '../chat/room-agent-testing.ts';
import { createTestRoom, expectRoomConverges, setRole } from '../chat/room-testing.ts';
import { createWorkshop, refusalOf, seen, untilAskedOnce } from './hitl-testing.ts';

const workshop = createWorkshop();
const { effects } = workshop;
let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend({ overrides: { tools: workshop.tools } });
});
afterAll(async () => await test[Symbol.asyncDispose]());

const SENDS = '#tool send {"to":"ann"}\n#say so be it';

interface Scene {
  roomId: string;
  owner: TestCaller;
  moderator: TestCaller;
  asker: TestCaller;
  member: TestCaller;
  asked: Asked;
  approval: ApprovalView;
}

/** A room in which a member has asked for something that somebody must approve. */
async function scene(deciders: RoomDeciders, script = SENDS): Promise<Scene> {
  const room = await createTestRoom(test.backend, { memberCount: 3, deciders });
  const { roomId, owner } = room;
  const asker = firstMember(room);
  const [, moderator = owner, member = owner] = room.members;
  await setRole(test.backend, roomId, { caller: moderator, role: 'moderator' });
  const asked = await askInRoom(asker, roomId, script);
  const approval = await untilAskedOnce(member, asked);
  return { roomId, owner, moderator, asker, member, asked, approval };
}

const decidable = async ({ call }: TestCaller): Promise<string[]> =>
  (await call.hitl.list({})).approvals.map(({ id }) => id);

describe.each([
  ['asker', ['asker']],
  ['moderators', ['owner', 'moderator']],
  ['members', ['owner', 'moderator', 'asker', 'member']],
] as const)('where %s decide', (deciders, may) => {
  const who = ['owner', 'moderator', 'asker', 'member'] as const;

  it('it is they who find it to decide, whose decision counts, and nobody else’s; everybody in the room sees it', async () => {
    for (const name of who) {
      const all = await scene(deciders);
      const { approval, asked } = all;
      const person = all[name];
      const isAsked = may.some((one) => one === name);
      expect(await decidable(person)).toEqual(isAsked ? [approval.id] : []);
      expect(await person.call.hitl.get({ approvalId: approval.id })).toEqual(approval);
      if (!isAsked) {
        expect(await refusalOf(person.call.hitl.approve(seen(approval)))).toMatchObject({
          code: 'FORBIDDEN',
        });
        await all.owner.call.agent.stop(asked);
        continue;
      }
      effects.splice(0);
      const state = await expectRoomConverges(all.member, all.roomId, async () => {
        await person.call.hitl.approve(seen(approval));
        await untilRunEnded(all.member, asked);
      });
      expect(effects.map(({ args }) => args)).toEqual([{ to: 'ann', amount: 1 }]);
      expect(state.runs[asked.runId]?.items).toContainEqual(
        expect.objectContaining({
          kind: 'approval',
          approval: expect.objectContaining({ status: 'approved', decidedBy: person.ctx.caller.userId }),
        }),
      );
    }
  }, 60_000);

  it('their inboxes are told, and those of others are not', async () => {
    const all = await scene(deciders);
    for (const name of who) {
      const told = await test.backend.database.db
        .selectFrom('events')
        .innerJoin('memberships', 'memberships.streamId', 'events.streamId')
        .select('data')
        .where('memberships.userId', '=', all[name].ctx.caller.userId)
        .where('type', '=', 'approval_changed')
        .execute();
      const isAsked = may.some((one) => one === name);
      const isTold = isAsked || name === 'asker';
      expect(told.map(({ data }) => data.mayDecide)).toEqual(isTold ? [isAsked] : []);
    }
    await all.owner.call.agent.stop(all.asked);
  });
});

describe('an approval in a room', () => {
  const answerOf = async (attempt: Promise<unknown>): Promise<string> =>
    await attempt.then(
      (value) => JSON.stringify(value),
      (cause: unknown) => {
        const err = getTRPCErrorFromUnknown(cause);
        return JSON.stringify([err.code, publicMessage(err), errorData(err, null)]);
      },
    );
  type Try = (caller: TestCaller, of: { approvalId: string; argsHash: string }) => Promise<unknown>;
  const tries: Try[] = [
    async ({ call }, { approvalId }) => await call.hitl.get({ approvalId }),
    async ({ call }, of) => await call.hitl.approve(of),
    async ({ call }, of) => await call.hitl.reject(of),
    async ({ call }, of) => await call.hitl.respond({ ...of, answer: 'x' }),
    async ({ call }, { approvalId }) =>
      await call.hitl.delegate({ approvalId, approvers: { kind: 'room', who: 'members' } }),
  ];
  const expectMissing = async (caller: TestCaller, approval: ApprovalView): Promise<void> => {
    for (const attempt of tries) {
      const answer = await answerOf(attempt(caller, seen(approval)));
      expect(answer).toContain('NOT_FOUND');
      const missing = { approvalId: randomUUID(), argsHash: approval.argsHash };
      expect(answer).toBe(await answerOf(attempt(caller, missing)));
    }
    expect(await decidable(caller)).toEqual([]);
    expect((await caller.call.hitl.list({ scope: 'involved' })).approvals).toEqual([]);
  };

  it('does not exist for those who are not in the room, admins and other tenants included', async () => {
    const { approval, owner, asked } = await scene('members');
    const tenantId = await createTestTenant(test.backend);
    await expectMissing(await createTestCaller(test.backend), approval);
    await expectMissing(await createTestCaller(test.backend, { role: 'admin' }), approval);
    await expectMissing(await createTestCaller(test.backend, { role: 'admin', tenantId }), approval);
    await owner.call.agent.stop(asked);
  });

  it('does not exist any more for those who left, whoever asked included; who comes in may decide it', async () => {
    const { approval, owner, member, asker, roomId, asked } = await scene('members');
    for (const caller of [member, asker]) {
      await setRole(test.backend, roomId, { caller, role: null });
      await expectMissing(caller, approval);
    }
    const late = await createTestCaller(test.backend);
    const { tenantId, userId } = late.ctx.caller;
    await test.backend.database.db
      .insertInto('roomMembers')
      .values({ tenantId, roomId, userId, role: 'member', name: 'Late', joinedAt: new Date() })
      .execute();
    expect(await decidable(late)).toEqual([approval.id]);
    // An agent acts for somebody: for nobody who is there it does nothing, but it can be told so.
    expect(await refusalOf(late.call.hitl.approve(seen(approval)))).toMatchObject({ code: 'FORBIDDEN' });
    effects.splice(0);
    expect((await late.call.hitl.reject(seen(approval))).status).toBe('rejected');
    await untilRunEnded(owner, asked);
    expect(effects).toEqual([]);
  });

  it('is decided by the role somebody has now, not the one they had when it was asked', async () => {
    const { approval, owner, moderator, member, roomId, asked } = await scene('moderators');
    await setRole(test.backend, roomId, { caller: moderator, role: 'member' });
    await setRole(test.backend, roomId, { caller: member, role: 'moderator' });
    expect(await refusalOf(moderator.call.hitl.approve(seen(approval)))).toMatchObject({ code: 'FORBIDDEN' });
    expect((await member.call.hitl.approve(seen(approval))).status).toBe('approved');
    await untilRunEnded(owner, asked);
  });

  it('is seen by a guest in the room, who may not decide it', async () => {
    const { approval, owner, roomId, asked } = await scene('members');
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    const { tenantId, userId } = guest.ctx.caller;
    await test.backend.database.db
      .insertInto('roomMembers')
      .values({ tenantId, roomId, userId, role: 'member', name: 'Guest', joinedAt: new Date() })
      .execute();
    expect(await guest.call.hitl.get({ approvalId: approval.id })).toEqual(approval);
    expect(await decidable(guest)).toEqual([]);
    expect(await refusalOf(guest.call.hitl.approve(seen(approval)))).toMatchObject({ code: 'FORBIDDEN' });
    await owner.call.agent.stop(asked);
  });

  it('is handed on to members of the room alone, and to them while they are in it', async () => {
    const { approval, owner, asker, member, roomId, asked } = await scene('asker');
    const { id: approvalId } = approval;
    const stranger = await createTestCaller(test.backend);
    const to = async ({ ctx }: TestCaller): Promise<ApprovalView> =>
      await asker.call.hitl.delegate({
        approvalId,
        approvers: { kind: 'users', userIds: [ctx.caller.userId] },
      });
    expect(await refusalOf(to(stranger))).toMatchObject({ code: 'BAD_INPUT' });
    await expectRoomConverges(owner, roomId, async () => await to(member));
    expect(await decidable(member)).toEqual([approvalId]);
    expect(await decidable(asker)).toEqual([]);
    await setRole(test.backend, roomId, { caller: member, role: null });
    await expectMissing(member, approval);
    await owner.call.agent.stop(asked);
  });

  it('cannot be handed to a room where there is none', async () => {
    const user = await createTestCaller(test.backend);
    const made = await user.call.conversation.create({ clientId: randomUUID(), message: { text: SENDS } });
    const approval = await untilAskedOnce(user, {
      conversationId: made.conversation.id,
      messageId: made.messageId ?? '',
      runId: made.runId ?? '',
    });
    const handed = user.call.hitl.delegate({
      approvalId: approval.id,
      approvers: { kind: 'room', who: 'members' },
    });
    expect(await refusalOf(handed)).toMatchObject({ code: 'BAD_INPUT' });
    await user.call.agent.stop({ runId: made.runId ?? '' });
  });
});

describe('what the agent asks in words', () => {
  const QUESTION = '#tool ask_user {"question":"Which?"}\n#say so be it';

  it.each([
    ['asker', 'member', false],
    ['moderators', 'moderator', false],
    ['moderators', 'asker', true],
    ['members', 'member', true],
  ] as const)('where %s decide, is answered by the %s: %s', async (deciders, name, mayAnswer) => {
    const all = await scene(deciders, QUESTION);
    const answered = all[name].call.hitl.respond({ ...seen(all.approval), answer: 'this' });
    if (mayAnswer) {
      expect((await answered).status).toBe('answered');
      expect((await untilRunEnded(all.owner, all.asked)).run.status).toBe('completed');
      return;
    }
    expect(await refusalOf(answered)).toMatchObject({ code: 'FORBIDDEN' });
    await all.owner.call.agent.stop(all.asked);
  });
});

describe('the tenant’s policy', () => {
  it('wins over the room’s rule where it names somebody, follows it where it does not, and always finds a room tainted', async () => {
    const room = await createTestRoom(test.backend, { memberCount: 1, deciders: 'members' });
    const { roomId, owner } = room;
    const asker = firstMember(room);
    const admin = await createTestCaller(test.backend, { role: 'admin' });
    const set = async (rules: Parameters<typeof admin.call.hitl.setPolicy>[0]['rules']): Promise<void> => {
      const { version } = await admin.call.hitl.policy();
      await admin.call.hitl.setPolicy({ version, rules });
    };
    await set([{ tools: ['send'], action: 'ask', approvers: { kind: 'role', role: 'admin' } }]);
    const first = await askInRoom(asker, roomId, SENDS);
    const named = await untilAskedOnce(owner, first);
    expect(await refusalOf(owner.call.hitl.approve(seen(named)))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await decidable(admin)).toEqual([named.id]);
    expect((await admin.call.hitl.approve(seen(named))).status).toBe('approved');
    await untilRunEnded(owner, first);
    await set([
      { tools: ['send'], action: 'ask', expiresInSeconds: 60 },
      { tools: ['store'], action: 'allow' },
    ]);
    for (const tool of ['send', 'store']) {
      const asked = await askInRoom(asker, roomId, `#tool ${tool} {"to":"ann"}\n#say so be it`);
      const approval = await untilAskedOnce(owner, asked);
      expect(approval.approvers).toEqual({ kind: 'room', who: 'members' });
      await owner.call.hitl.approve(seen(approval));
      await untilRunEnded(owner, asked);
    }
    await set([{ action: 'ask', risks: ['write'], approvers: { kind: 'room', who: 'members' } }]);
    const made = await asker.call.conversation.create({
      clientId: randomUUID(),
      message: { text: '#tool store {"to":"ann"}\n#say so be it' },
    });
    const alone = { conversationId: made.conversation.id, messageId: '', runId: made.runId ?? '' };
    expect((await untilAskedOnce(asker, alone)).approvers).toEqual({ kind: 'owner' });
    await asker.call.agent.stop(alone);
    await set([]);
  });
});
