import { randomUUID } from 'node:crypto';
import type { ApprovalView, RoomEvent } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { eventCounts } from '../upkeep/upkeep-testing.ts';
import { addMembers } from './add-members.ts';
import { announceInRoom } from './announce-in-room.ts';
import { announceAs, startTestRun } from './message-testing.ts';
import { findMember, findRoom } from './room-store.ts';
import {
  createStaffedRoom,
  expectRoomConverges,
  expectThreadConverges,
  say,
  type StaffedRoom,
} from './room-testing.ts';
import { roomMemberView, roomView } from './room-view.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false });
});
afterAll(async () => await test[Symbol.asyncDispose]());

interface Scene extends StaffedRoom {
  /** One of the member's; a reply to `threadOf`, if there is that. */
  messageId: string;
  threadOf?: string;
  run: Awaited<ReturnType<typeof startTestRun>>;
}
const reply = async (
  { call }: TestCaller,
  place: { roomId: string; threadOf: string },
): Promise<{ messageId: string }> =>
  await call.chat.postMessage({ ...place, text: 'reply', clientId: randomUUID() });

type Case = (scene: Scene) => Promise<unknown>;

const at = '2026-03-01T10:00:00.000Z';
const usage = { inputTokens: 1, outputTokens: 2 };
const delta = { stepId: 's', attempt: 1, offset: 0 };

/** What tells of the room or its members: the rows as the use cases leave them, and what they say. */
async function changeRoom({ owner, roomId }: Scene, type: 'room_created' | 'room_updated'): Promise<void> {
  const { db } = test.backend.database;
  await db.updateTable('rooms').set({ topic: randomUUID() }).where('id', '=', roomId).execute();
  const row = await findRoom(db, { tenantId: owner.ctx.caller.tenantId, roomId });
  if (row === undefined) throw new Error('no room');
  await announceAs(owner, roomId, { type, data: { room: roomView(row) } });
}

const approval = ({ roomId, owner, run }: Scene): ApprovalView => ({
  id: '11111111-1111-4111-8111-111111111111',
  conversationId: roomId,
  runId: run.runId,
  userId: owner.ctx.caller.userId,
  kind: 'tool',
  toolCallId: 'c',
  toolName: 't',
  toolVersion: '1',
  risk: 'external',
  title: 't',
  args: {},
  argsHash: 'h',
  question: null,
  allowed: ['approve', 'reject'],
  approvers: { kind: 'room', who: 'members' },
  status: 'pending',
  createdAt: at,
  expiresAt: at,
  decidedAt: null,
  decidedBy: null,
  reason: null,
  editedArgs: null,
  answer: null,
});

/** One of every kind: an event that has none here does not compile. */
const CASES: Record<RoomEvent['type'], Case> = {
  room_created: async (scene) => await changeRoom(scene, 'room_created'),
  room_updated: async (scene) => await changeRoom(scene, 'room_updated'),
  member_joined: async ({ owner, roomId }) => {
    const newcomer = await createTestCaller(test.backend);
    const place = { tenantId: owner.ctx.caller.tenantId, roomId };
    await withTransaction(owner.ctx, async (tx) => {
      const userIds = [newcomer.ctx.caller.userId];
      await announceInRoom(
        tx,
        place,
        await addMembers(tx, place, { userIds, role: 'member', invitedBy: null }),
      );
    });
  },
  member_updated: async ({ owner, moderator, roomId }) => {
    const { db } = test.backend.database;
    const key = { ...moderator.ctx.caller, roomId };
    await db.updateTable('roomMembers').set({ role: 'owner' }).where('userId', '=', key.userId).execute();
    const row = await findMember(db, key);
    if (row === undefined) throw new Error('no member');
    await announceAs(owner, roomId, { type: 'member_updated', data: { member: roomMemberView(row) } });
  },
  member_left: async ({ owner, moderator, roomId }) => {
    const { userId } = moderator.ctx.caller;
    await test.backend.database.db.deleteFrom('roomMembers').where('userId', '=', userId).execute();
    const data = { userId, how: 'left', by: userId, reason: null } as const;
    await announceAs(owner, roomId, { type: 'member_left', data });
  },
  message_posted: async ({ owner, roomId, messageId, threadOf = messageId }) => {
    await say(owner, roomId, 'one more');
    await reply(owner, { roomId, threadOf });
  },
  message_edited: async ({ member, owner, roomId, messageId }) =>
    await member.call.chat.editMessage({
      roomId,
      messageId,
      text: 'new',
      mentions: [owner.ctx.caller.userId],
    }),
  message_deleted: async ({ owner, roomId, messageId }) =>
    await owner.call.chat.deleteMessage({ roomId, messageId }),
  reaction_added: async ({ owner, roomId, messageId }) =>
    await owner.call.chat.addReaction({ roomId, messageId, emoji: '👍' }),
  reaction_removed: async ({ owner, member, roomId, messageId }) => {
    const of = { roomId, messageId, emoji: '👍' };
    await owner.call.chat.addReaction(of);
    await member.call.chat.addReaction({ ...of, emoji: '❤️' });
    await member.call.chat.addReaction(of);
    await owner.call.chat.removeReaction(of);
  },
  message_pinned: async ({ owner, roomId, messageId }) => await owner.call.chat.pin({ roomId, messageId }),
  message_unpinned: async ({ owner, roomId, messageId }) => {
    await owner.call.chat.pin({ roomId, messageId });
    await owner.call.chat.pin({ roomId, messageId, isPinned: false });
  },
  run_created: async ({ owner, roomId, threadOf }) => {
    const { messageId } =
      threadOf === undefined ? await say(owner, roomId, 'asks') : await reply(owner, { roomId, threadOf });
    await startTestRun(owner, roomId, messageId, threadOf);
  },
  run_started: async ({ run }) => await run.say({ type: 'run_started', data: { startedAt: at } }),
  thought: async ({ run }) => await run.say({ type: 'thought', data: { ...delta, text: 'hm' } }),
  plan_step: async ({ run }) =>
    await run.say({ type: 'plan_step', data: { stepId: 'a', index: 0, title: 'A', status: 'pending' } }),
  plan_step_update: async ({ run }) =>
    await run.say(
      { type: 'plan_step', data: { stepId: 'a', index: 0, title: 'A', status: 'pending' } },
      { type: 'plan_step_update', data: { stepId: 'a', status: 'done' } },
    ),
  tool_execution: async ({ run }) =>
    await run.say({
      type: 'tool_execution',
      data: { toolCallId: 'c', toolName: 't', args: {}, status: 'succeeded', result: 1 },
    }),
  hitl: async (scene) => await scene.run.say({ type: 'hitl', data: { approval: approval(scene) } }),
  hitl_resolved: async (scene) => {
    const { id: approvalId } = approval(scene);
    const decided = { decidedBy: null, decidedAt: at, reason: null, editedArgs: null, answer: null };
    await scene.run.say(
      { type: 'hitl', data: { approval: approval(scene) } },
      { type: 'hitl_resolved', data: { approvalId, status: 'approved', ...decided } },
    );
  },
  run_waiting: async ({ run }) => await run.say({ type: 'run_waiting', data: { approvalIds: [] } }),
  content_delta: async ({ run }) =>
    await run.say({
      type: 'content_delta',
      data: { messageId: randomUUID(), delta: 'hal', attempt: 1, offset: 0 },
    }),
  content: async ({ run }) =>
    await run.say({
      type: 'content',
      data: { messageId: randomUUID(), attempt: 1, text: 'said', usage, isComplete: true },
    }),
  timeline_step_update: async ({ run }) =>
    await run.say({
      type: 'timeline_step_update',
      data: { stepId: 's', label: 'L', startedAt: at, status: 'running' },
    }),
  error: async ({ run }) =>
    await run.say({ type: 'error', data: { code: 'internal', message: 'm', retryable: true, attempt: 1 } }),
  done: async ({ run }) =>
    await run.say(
      {
        type: 'content',
        data: { messageId: randomUUID(), attempt: 1, text: 'said', usage, isComplete: true },
      },
      { type: 'done', data: { status: 'completed', error: null, usage } },
    ),
};

describe('what a reader had, and what it is told, is what a fresh reader loads', () => {
  it.each(Object.entries(CASES))('%s', async (type, act) => {
    const room = await createStaffedRoom(test.backend);
    const { roomId, member } = room;
    const { messageId } = await say(member, roomId, 'hello');
    const run = await startTestRun(member, roomId, messageId);
    const before = await eventCounts(test, roomId);
    await expectRoomConverges(member, roomId, async () => await act({ ...room, messageId, run }));
    const after = await eventCounts(test, roomId);
    expect(after[type] ?? 0).toBeGreaterThan(before[type] ?? 0);
  });

  it.each(Object.entries(CASES))('%s, of a reply and a run in a thread', async (type, act) => {
    const room = await createStaffedRoom(test.backend);
    const { roomId, member } = room;
    const { messageId: threadOf } = await say(member, roomId, 'hello');
    const { messageId } = await reply(member, { roomId, threadOf });
    const run = await startTestRun(member, roomId, messageId, threadOf);
    const before = await eventCounts(test, roomId);
    const scene = { ...room, threadOf, messageId, run };
    await expectThreadConverges(member, { roomId, threadOf }, async () => await act(scene));
    const after = await eventCounts(test, roomId);
    expect(after[type] ?? 0).toBeGreaterThan(before[type] ?? 0);
  });
});

describe('an answer of the agent that is deleted', () => {
  it('is empty for all readers, whenever they began, where the run is shown too, and in the log', async () => {
    const { roomId, owner, moderator, member } = await createStaffedRoom(test.backend);
    const asked = await say(member, roomId, 'asks');
    const run = await startTestRun(member, roomId, asked.messageId);
    const answerId = randomUUID();
    const piece = (text: string, offset: number) =>
      ({ type: 'content_delta', data: { messageId: answerId, delta: text, attempt: 1, offset } }) as const;
    const early = await expectRoomConverges(owner, roomId, async () => await run.say(piece('SECRET ', 0)));
    expect(JSON.stringify(early)).toContain('SECRET');
    const state = await expectRoomConverges(owner, roomId, async () => {
      await run.say(piece('SECRET word', 7), {
        type: 'content',
        data: { messageId: answerId, attempt: 1, text: 'SECRET SECRET word', usage, isComplete: true },
      });
      await run.say({ type: 'thought', data: { ...delta, text: 'stays' } });
      const deletion = { roomId, messageId: answerId };
      await expect(member.call.chat.deleteMessage(deletion)).rejects.toMatchObject({
        cause: { code: 'FORBIDDEN' },
      });
      await moderator.call.chat.deleteMessage(deletion);
    });
    expect(state.messages).toMatchObject([{ text: 'asks' }, { text: '', authorId: null }]);
    expect(state.runs[run.runId]?.items).toMatchObject([{ kind: 'text', text: '' }, { text: 'stays' }]);
    const rows = await test.backend.database.db
      .selectFrom('events')
      .select('data')
      .where('streamId', '=', roomId)
      .execute();
    expect(JSON.stringify(rows)).not.toContain('SECRET');
  });
});
